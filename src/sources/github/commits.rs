//! Commits with their parents: the graph that decides what a deployment contains.

use super::answers::{HistoryPage, Parsing};
use super::client::Client;
use super::page::{Missing, decode, next_page, nodes, page, part, required_time};
use super::parse::{headline, reversions};
use super::people::commit_author;
use super::queries::{COMMIT_REST, HISTORIES, HISTORY, Query};
use super::repositories::names_of;
use super::together::Place;
use super::verdict::GraphAnswer;
use super::walk::Elements;
use crate::config::HotfixRule;
use crate::sources::SourceError;
use delivery::domain::{Commit, Headline, Oid, Repository, Time};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The permission that commits need.
pub(super) const REMEDY: &str = "Contents: read (classic token: repo)";

/// The nested list of a commit: only octopus merges have more parents than a page.
const NESTED: [&str; 1] = ["parents"];

/// Reads commits reachable from `from`, newest first: after a page, or the first page where that was
/// asked for already.
pub(super) async fn history(
    client: &Client,
    parsing: &Parsing,
    repo: &Repository,
    from: Oid,
    Place { cursor: after, first }: Place<'_>,
) -> Result<HistoryPage, SourceError> {
    let what = format!("commits of {}", repo.full_name);
    let oid = from.to_string();
    let variables =
        |size: usize| json!({ "id": &*repo.node_id, "oid": oid, "first": size, "after": after });
    let answer = match first.filter(|_| after.is_none()) {
        Some(first) => first.answer,
        None => ask_whole(client, &HISTORY, &what, variables).await?,
    };
    read(client, parsing, repo, &what, &answer, &["node", "object"]).await
}

/// Reads the first commits reachable from each of `from`.
pub(super) async fn histories(
    client: &Client,
    parsing: &Parsing,
    repo: &Repository,
    from: &[Oid],
) -> Result<Vec<(Oid, HistoryPage)>, SourceError> {
    let what = format!("commits of {}", repo.full_name);
    let mut pages = Vec::with_capacity(from.len());
    let mut rest = from;
    while !rest.is_empty() {
        let mut asked = 0;
        let sizes = std::sync::atomic::AtomicUsize::new(0);
        let variables = |size: usize| {
            let batch = &rest[..size.min(rest.len())];
            sizes.store(batch.len(), std::sync::atomic::Ordering::Relaxed);
            start_variables(repo, batch)
        };
        let answer = ask_whole(client, &HISTORIES, &what, variables).await?;
        asked += sizes.load(std::sync::atomic::Ordering::Relaxed);
        let (batch, later) = rest.split_at(asked);
        for (place, oid) in batch.iter().enumerate() {
            let alias = format!("c{place}");
            let page = read(client, parsing, repo, &what, &answer, &["node", &alias]).await?;
            pages.push((*oid, page));
        }
        rest = later;
    }
    Ok(pages)
}

fn start_variables(repo: &Repository, batch: &[Oid]) -> Value {
    let mut variables = Map::new();
    variables.insert("id".to_owned(), json!(&*repo.node_id));
    for place in 0..HISTORIES.size {
        let oid = batch.get(place).map(Oid::to_string);
        variables.insert(format!("u{place}"), json!(oid.is_some()));
        variables.insert(format!("o{place}"), json!(oid));
    }
    Value::Object(variables)
}

/// A commit that is missing from a page leaves a hole in the graph, so a page with errors is asked
/// for once more before it is taken as it is.
async fn ask_whole(
    client: &Client,
    query: &Query,
    what: &str,
    variables: impl Fn(usize) -> Value,
) -> Result<GraphAnswer, SourceError> {
    let answer = client.ask(query, what, &variables).await?.graph;
    let lost_something = answer.errors.iter().any(|error| !error.is_not_found());
    if !lost_something {
        return Ok(answer);
    }
    Ok(client.ask(query, what, &variables).await?.graph)
}

async fn read(
    client: &Client,
    parsing: &Parsing,
    repo: &Repository,
    what: &str,
    answer: &GraphAnswer,
    path: &[&str],
) -> Result<HistoryPage, SourceError> {
    let nothing = || HistoryPage { commits: Vec::new(), next: None, lost: true };
    part(answer, &["node"]).map_err(|missing| missing.into_error(what, REMEDY))?;
    match part(answer, path) {
        Ok(object) if object.get("history").is_some() => {}
        // Some other kind of object: nothing that could be deployed.
        Ok(_) | Err(Missing::NotFound) => return Ok(nothing()),
        Err(missing) => return Err(missing.into_error(what, REMEDY)),
    }
    let path: Vec<&str> = path.iter().copied().chain(["history"]).collect();
    let page = page(answer, &path).map_err(|missing| missing.into_error(what, REMEDY))?;
    let mut elements = Elements::of(page);
    elements.complete(client, &COMMIT_REST, what, &NESTED).await?;
    let read = elements.decode(client, repo, what, |node| commit(node, repo, parsing));
    Ok(HistoryPage { commits: read.good, next: read.next, lost: false })
}

/// Marks and references of commits are made here, so other patterns mean other facts.
pub(super) fn fingerprint(hotfix: &HotfixRule) -> String {
    super::walk::digest(&["commits", &hotfix.fingerprint()])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    oid: String,
    #[serde(deserialize_with = "required_time")]
    authored_date: Time,
    #[serde(deserialize_with = "required_time")]
    committed_date: Time,
    message: Option<String>,
}

fn commit(node: &Value, repo: &Repository, parsing: &Parsing) -> Result<Commit, String> {
    let wire: Wire = decode(node)?;
    if node.get("parents").and_then(next_page).is_some() {
        return Err("its parents are not all there".to_owned());
    }
    let parse = |oid: &str| oid.parse::<Oid>().map_err(|error| format!("oid `{oid}`: {error}"));
    let parents = nodes(node, "parents")
        .map(|parent| parse(parent.get("oid").and_then(Value::as_str).unwrap_or_default()))
        .collect::<Result<Vec<Oid>, String>>()?;
    let message = wire.message.unwrap_or_default();
    let headline = headline(&message);
    let mut reverts = reversions(&message, headline, &names_of(repo));
    reverts.sort_unstable();
    reverts.dedup();
    Ok(Commit {
        repo: repo.id,
        oid: parse(&wire.oid)?,
        parents,
        authored_at: wire.authored_date,
        committed_at: wire.committed_date,
        headline: Headline::of(headline),
        author: commit_author(node.get("author"), &*parsing.logins),
        reverts,
        hotfix: parsing.hotfix.of(&repo.full_name).matches(&[], None, headline),
    })
}

#[cfg(test)]
#[path = "commits_tests.rs"]
mod tests;
