//! Files of many repositories at the heads of their default branches: first which there are, then
//! those that have changed. Listing and reading cost a point for a whole batch.
//!
//! Absent here: what files mean.

use super::client::{Answered, Client};
use super::page::Missing;
use super::parse::{WORKFLOWS, is_workflow};
use super::queries::{FILES, Query, TREES};
use super::verdict::{GraphAnswer, GraphError};
use crate::sources::SourceError;
use delivery::domain::Repository;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What reading files needs.
pub(super) const REMEDY: &str = "Contents: read (classic token: repo)";

/// How deep trees are listed.
pub(super) enum Depth<'a> {
    /// The root and its folders.
    Shallow,
    /// Their folders, too; of a repository that cannot bear it only what is above, where this says
    /// that nothing was known of its depths.
    Bearable(&'a (dyn Fn(&Repository) -> bool + Sync)),
}

/// Paths with the object ids of what is there.
pub(super) type Listing = BTreeMap<String, String>;

/// What became of a file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// What it holds.
    Of(String),
    /// It is not there.
    Missing,
    /// It is binary, or too large to be given whole.
    Unreadable,
}

/// Lists the files at the root and in folders of folders below it, whose names `wanted` accepts, and
/// those in the folder of workflows if they are asked for, however deep the rest is listed.
/// The order is kept; an error concerns the whole source.
pub(super) async fn list(
    client: &Client,
    repos: &[&Repository],
    deep: Depth<'_>,
    workflows: bool,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Result<Listing, SourceError>>, SourceError> {
    let mut listings = Vec::with_capacity(repos.len());
    let what = |repo: &Repository| format!("files of {}", repo.full_name);
    while listings.len() < repos.len() {
        let rest = &repos[listings.len()..];
        let is_deep = !matches!(deep, Depth::Shallow);
        let (size, mut answer) = ask_trees(client, rest, is_deep, workflows).await?;
        let batch = &rest[..size.clamp(1, rest.len())];
        // A repository that is too large to be listed in depth even alone still has its root.
        if let (Depth::Bearable(is_shallow), [alone], Err(_)) = (&deep, batch, &answer)
            && is_shallow(alone)
        {
            answer = ask_trees(client, batch, false, workflows).await?.1;
        }
        for (place, repo) in batch.iter().enumerate() {
            let listing = match &answer {
                Ok(answer) => listing(answer, place, &wanted)
                    .map_err(|missing| missing.into_error(&what(repo), REMEDY)),
                Err(error) => Err(error.clone()),
            };
            listings.push(listing);
        }
    }
    Ok(listings)
}

async fn ask_trees(
    client: &Client,
    repos: &[&Repository],
    deep: bool,
    workflows: bool,
) -> Result<(usize, Result<GraphAnswer, SourceError>), SourceError> {
    let variables = |size: usize| {
        let ids: Vec<&str> = repos.iter().take(size).map(|repo| &*repo.node_id).collect();
        json!({ "ids": ids, "deep": deep, "workflows": workflows })
    };
    ask(client, &TREES, "files of repositories", variables).await
}

/// Reads files, named by their repository and path. The order is kept; an error concerns the whole
/// source.
pub(super) async fn read(
    client: &Client,
    files: &[(&Repository, &str)],
) -> Result<Vec<Result<Text, SourceError>>, SourceError> {
    let mut texts = Vec::with_capacity(files.len());
    while texts.len() < files.len() {
        let rest = &files[texts.len()..];
        let variables = |size: usize| slots(&rest[..size.min(rest.len())]);
        let (size, answer) = ask(client, &FILES, "files", variables).await?;
        let batch = &rest[..size.clamp(1, rest.len())];
        for (place, (repo, path)) in batch.iter().enumerate() {
            let what = format!("{path} of {}", repo.full_name);
            texts.push(match &answer {
                Ok(answer) => {
                    text(answer, place).map_err(|missing| missing.into_error(&what, REMEDY))
                }
                Err(error) => Err(error.clone()),
            });
        }
    }
    Ok(texts)
}

/// Asks a batch; a refusal that concerns only it is given with its size.
async fn ask(
    client: &Client,
    query: &Query,
    what: &str,
    variables: impl Fn(usize) -> Value,
) -> Result<(usize, Result<GraphAnswer, SourceError>), SourceError> {
    match client.ask(query, what, variables).await {
        Ok(Answered { graph, size }) => Ok((size, Ok(graph))),
        Err(refusal) if refusal.error.concerns_the_whole_source() => Err(refusal.error),
        Err(refusal) => Ok((refusal.size, Err(refusal.error))),
    }
}

fn slots(files: &[(&Repository, &str)]) -> Value {
    let mut variables = Map::new();
    for place in 0..FILES.size {
        let file = files.get(place);
        variables.insert(format!("u{place}"), json!(file.is_some()));
        if let Some((repo, path)) = file {
            variables.insert(format!("r{place}"), json!(&*repo.node_id));
            variables.insert(format!("e{place}"), json!(format!("HEAD:{path}")));
        }
    }
    Value::Object(variables)
}

fn listing(
    answer: &GraphAnswer,
    place: usize,
    wanted: &impl Fn(&str) -> bool,
) -> Result<Listing, Missing> {
    let node = answer.data.get("nodes").and_then(|nodes| nodes.get(place));
    let is_about = |error: &&GraphError| {
        super::page::below(error, &["nodes"])
            .and_then(<[Value]>::first)
            .is_some_and(|at| at.as_u64() == Some(place as u64))
    };
    // Half a listing would look like files that were removed.
    if let Some(error) = answer.errors.iter().find(is_about) {
        return Err(super::page::reason(error));
    }
    let Some(node) = node.filter(|node| !node.is_null()) else { return Err(Missing::NotFound) };
    let mut listing = Listing::new();
    // Without a commit there is no tree.
    collect(&node["object"], "", wanted, &mut listing);
    let is_file = |path: &str| path.rsplit('/').next().is_some_and(is_workflow);
    collect(&node["workflows"], WORKFLOWS, &is_file, &mut listing);
    Ok(listing)
}

fn collect(tree: &Value, folder: &str, wanted: &impl Fn(&str) -> bool, listing: &mut Listing) {
    for entry in tree["entries"].as_array().into_iter().flatten() {
        let Some(name) = entry["name"].as_str() else { continue };
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        match entry["type"].as_str() {
            Some("tree") => collect(&entry["object"], &path, wanted, listing),
            Some("blob") if wanted(&path) => {
                let oid = entry["oid"].as_str().unwrap_or_default();
                listing.insert(path, oid.to_owned());
            }
            _ => {}
        }
    }
}

fn text(answer: &GraphAnswer, place: usize) -> Result<Text, Missing> {
    let slot = format!("f{place}");
    let node = super::page::part(answer, &[&slot])?;
    let file = &node["object"];
    if file.is_null() {
        let failed = answer
            .errors
            .iter()
            .find(|error| super::page::below(error, &[&slot]).is_some_and(|rest| !rest.is_empty()));
        return failed.map_or(Ok(Text::Missing), |error| Err(super::page::reason(error)));
    }
    let is_cut = file["isTruncated"].as_bool().unwrap_or_default();
    Ok(match file["text"].as_str() {
        Some(text) if !is_cut => Text::Of(text.to_owned()),
        // A folder of that name has no text either.
        _ => Text::Unreadable,
    })
}
