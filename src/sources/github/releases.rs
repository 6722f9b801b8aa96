//! Releases and tags as deployments.
//!
//! Both lists are in the order of their commits' times, and what is released may be far older, so
//! the newest [`NEWEST`] tell whether there is news, and walks go on for [`LATE`] more than they
//! have to.

use super::answers::{Mark, Reach};
use super::client::Client;
use super::cursor::Walking;
use super::page::{decode, optional_time, required_time, time};
use super::queries::{NEWEST_RELEASES, NEWEST_TAGS, Query, RELEASES, TAGS};
use super::told::{Listed, Told};
use super::walk::{self, Elements, digest};
use crate::config::{DeploymentTeller, TagNames};
use crate::sources::{SourceError, Step};
use delivery::domain::{
    DAY, Deployment, DeploymentId, DeploymentSource, DeploymentState, DeploymentStatus, Oid,
    RepoId, Repository, Span, Time,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The permission that the lists need.
pub(super) const REMEDY: &str = "Contents: read (classic token: repo)";

/// How many of a list's newest elements tell whether there is news.
const NEWEST: usize = 30;

/// How much later than its commit something is released and still found.
const LATE: Span = 30 * DAY;

/// One of the two lists.
struct List {
    pages: &'static Query,
    newest: &'static Query,
    /// Where it is in an answer.
    path: [&'static str; 2],
}

fn list_of(source: DeploymentSource) -> List {
    match source {
        DeploymentSource::Tag => {
            List { pages: &TAGS, newest: &NEWEST_TAGS, path: ["node", "refs"] }
        }
        _ => List { pages: &RELEASES, newest: &NEWEST_RELEASES, path: ["node", "releases"] },
    }
}

/// Reads a page.
pub(super) async fn step(
    client: &Client,
    told: &Told<'_>,
    repo: &Repository,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("deployments of {}", repo.full_name);
    let list = list_of(told.teller.source());
    let mut walking =
        Walking::open(cursor, &told.fingerprint, reach, Some(reach.floor), client.now());
    let pages = walk::List { query: list.pages, path: &list.path, remedy: REMEDY };
    let variables = |size: usize, after: Option<&str>| {
        json!({
            "id": &*repo.node_id,
            "first": size,
            "after": after,
        })
    };
    let page = pages.page(client, &mut walking, &what, variables).await?;
    let newest = mark(page.elements.iter().flatten());
    let read = Elements::of(page).decode(client, repo, &what, |node| listed(node, repo.id, told));
    let begun = walking.begun();
    let (facts, cursor, done) = told.conclude(walking, read, newest, reach);
    Ok(Step { facts, cursor, done, begun })
}

/// The marks of repositories whose deployments one of the lists tells, by node id. What is missing
/// could not be told.
pub(super) async fn newest(
    client: &Client,
    source: DeploymentSource,
    ids: &[Arc<str>],
) -> Result<HashMap<Arc<str>, Option<Mark>>, SourceError> {
    let list = list_of(source);
    let mut marks = HashMap::new();
    let mut rest = ids;
    while !rest.is_empty() {
        let variables = |size: usize| {
            let ids: Vec<&str> = rest.iter().take(size).map(|id| &**id).collect();
            json!({ "ids": ids })
        };
        let (size, answer) = match client.ask(list.newest, "news of repositories", variables).await
        {
            Ok(answered) => (answered.size, Some(answered.graph)),
            Err(refusal) if refusal.error.concerns_the_whole_source() => return Err(refusal.error),
            Err(refusal) => (refusal.size, None),
        };
        let (asked, left) = rest.split_at(size.min(rest.len()));
        for (place, id) in asked.iter().enumerate() {
            let node = answer.as_ref().and_then(|answer| answer.data.get("nodes")?.get(place));
            let list = node.and_then(|node| node.get(list.path[1])?.get("nodes")?.as_array());
            if let Some(list) = list {
                marks.insert(Arc::clone(id), mark(list.iter()));
            }
        }
        rest = left;
    }
    Ok(marks)
}

/// What the newest elements are: any change of one of them makes another mark.
fn mark<'a>(nodes: impl Iterator<Item = &'a Value>) -> Option<Mark> {
    let newest: Vec<&Value> = nodes.take(NEWEST).collect();
    let texts: Vec<String> = newest.iter().map(|node| node.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let times = ["/publishedAt", "/createdAt", "/target/tagger/date", "/target/committedDate"];
    let at = |node: &&Value| times.iter().find_map(|at| time(node.pointer(at)?.as_str()?));
    let at = newest.iter().filter_map(at).max();
    (!newest.is_empty()).then(|| Mark { id: digest(&texts), at: at.unwrap_or(Time(0)) })
}

fn listed(node: &Value, repo: RepoId, told: &Told<'_>) -> Result<Listed, String> {
    match told.teller {
        DeploymentTeller::Tag { tags } => tag(node, repo, tags, &told.environment),
        DeploymentTeller::Release { prereleases, tags } => {
            release(node, repo, (*prereleases, tags), &told.environment)
        }
        _ => Err("it is told by another list".to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRelease {
    id: String,
    database_id: Option<u64>,
    tag_name: String,
    #[serde(default)]
    is_draft: bool,
    #[serde(default)]
    is_prerelease: bool,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    #[serde(default, deserialize_with = "optional_time")]
    published_at: Option<Time>,
    tag_commit: Option<WireCommit>,
}

#[derive(Deserialize)]
struct WireCommit {
    oid: String,
}

fn release(
    node: &Value,
    repo: RepoId,
    (prereleases, tags): (bool, &TagNames),
    environment: &Arc<str>,
) -> Result<Listed, String> {
    let wire: WireRelease = decode(node)?;
    // A release whose tag is gone, and a draft without one, lead to no commit.
    let commit = wire.tag_commit.as_ref().map(|commit| &commit.oid);
    let is_told = !wire.is_draft && tags.contains(&wire.tag_name) && commit.is_some();
    let published_at = wire.published_at.filter(|_| is_told);
    let number = wire.database_id.unwrap_or_else(|| hash(&[&wire.id]));
    let mark = Mark { id: wire.id, at: wire.created_at.plus(LATE) };
    let listed = Listed::told(
        Deployment {
            id: DeploymentId::of(DeploymentSource::Release, number),
            node_id: Arc::from(""),
            repo,
            sha: sha(commit)?,
            environment: Arc::clone(environment),
            created_at: published_at.unwrap_or(wire.created_at),
            marks: Vec::new(),
            statuses: published_at
                .map(|at| DeploymentStatus {
                    at,
                    // One that became a pre-release later is taken back.
                    state: match prereleases || !wire.is_prerelease {
                        true => DeploymentState::Success,
                        false => DeploymentState::Inactive,
                    },
                    environment: None,
                })
                .into_iter()
                .collect(),
        },
        mark,
        published_at.is_some(),
    );
    Ok(listed.or_at(published_at))
}

#[derive(Deserialize)]
struct WireTag {
    name: String,
    target: Option<WireTarget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTarget {
    oid: String,
    #[serde(default, deserialize_with = "optional_time")]
    committed_date: Option<Time>,
    tagger: Option<WireTagger>,
    target: Option<Box<WireTarget>>,
}

#[derive(Deserialize)]
struct WireTagger {
    #[serde(default, deserialize_with = "optional_time")]
    date: Option<Time>,
}

fn tag(
    node: &Value,
    repo: RepoId,
    tags: &TagNames,
    environment: &Arc<str>,
) -> Result<Listed, String> {
    let wire: WireTag = decode(node)?;
    let target = wire.target.as_ref();
    let commit = target.map(|target| target.target.as_deref().unwrap_or(target));
    // Tags of files and of other tags are no versions of anything.
    let committed_at = commit.and_then(|commit| commit.committed_date);
    let tagged_at = target.and_then(|target| target.tagger.as_ref()?.date);
    let at = tagged_at.or(committed_at).unwrap_or(Time(0));
    let oid = commit.map(|commit| &commit.oid);
    let number = hash(&[&repo.0.to_string(), &wire.name, oid.map_or("", String::as_str)]);
    let id = DeploymentId::of(DeploymentSource::Tag, number);
    let order = committed_at.unwrap_or(at).plus(LATE);
    let listed = Listed::told(
        Deployment {
            id,
            node_id: Arc::from(""),
            repo,
            sha: sha(oid)?,
            environment: Arc::clone(environment),
            created_at: at,
            marks: Vec::new(),
            statuses: vec![DeploymentStatus {
                at,
                state: DeploymentState::Success,
                environment: None,
            }],
        },
        Mark { id: wire.name.clone(), at: order },
        committed_at.is_some() && tags.contains(&wire.name),
    );
    Ok(listed.or_at(Some(at)))
}

/// The commit; where there is none the deployment is not told either.
fn sha(oid: Option<&String>) -> Result<Oid, String> {
    match oid {
        Some(oid) => oid.parse().map_err(|error| format!("oid: {error}")),
        None => Ok(Oid([0; 20])),
    }
}

/// A number for what has none, stable over versions, since it is stored (FNV-1a).
pub(super) fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
#[path = "releases_tests.rs"]
mod tests;
