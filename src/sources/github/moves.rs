//! What moved in all repositories of an owner since an instant, in a few points however many they are:
//! repositories by their last push until known ground, and searches for pull requests and incidents by
//! their last update.
//!
//! A search gives no more than 1,000 results, and its pages shift while they are read. So each page
//! is a search of its own that starts where the last one ended; only what happened in one second is
//! paged through.

use super::answers::Mark;
use super::client::Client;
use super::page::{iso8601, page, time};
use super::queries::{MOVED, PUSHED_REPOSITORIES};
use crate::sources::SourceError;
use delivery::domain::{RepoId, Time};
use serde_json::{Value, json};

/// What moved.
#[derive(Debug, Default)]
pub struct Moved {
    /// Repositories that were pushed to.
    pub pushed: Vec<Pushed>,
    /// Merged pull requests that were updated.
    pub pulls: Vec<(RepoId, Mark)>,
    /// Pull requests of any state that were.
    pub any_pulls: Vec<(RepoId, Mark)>,
    /// Issues with an incident label of any repository that were updated.
    pub incidents: Vec<(RepoId, Mark)>,
}

/// A repository that was pushed to.
#[derive(Debug)]
pub struct Pushed {
    /// The repository.
    pub repo: RepoId,
    /// When.
    pub at: Time,
    pub(super) node: Value,
}

/// A search under way.
pub(super) struct Search<'a> {
    pub(super) client: &'a Client,
    pub(super) owner: &'a str,
    /// Whether the owner is an organisation rather than a person's account.
    pub(super) is_organization: bool,
    pub(super) since: Time,
    /// How many pages of each list are read at most.
    pub(super) pages: usize,
}

impl Search<'_> {
    /// Asks; nothing where there is more than the pages hold. `labels` are those of incidents.
    pub(super) async fn run(&self, labels: &[String]) -> Result<Option<Moved>, SourceError> {
        let Some(pushed) = self.pushed().await? else { return Ok(None) };
        let Some(found) = self.updated("is:pr").await? else { return Ok(None) };
        let merged = found.iter().filter(|one| one.is_merged);
        let pulls = merged.map(|one| (one.repo, one.mark.clone())).collect();
        let any_pulls = found.into_iter().map(|one| (one.repo, one.mark)).collect();
        let mut incidents = Vec::new();
        if !labels.is_empty() {
            let quoted: Vec<String> =
                labels.iter().map(|label| format!("\"{}\"", label.replace('"', ""))).collect();
            let kind = format!("is:issue label:{}", quoted.join(","));
            let Some(updated) = self.updated(&kind).await? else { return Ok(None) };
            incidents = updated.into_iter().map(|one| (one.repo, one.mark)).collect();
        }
        Ok(Some(Moved { pushed, pulls, any_pulls, incidents }))
    }

    async fn pushed(&self) -> Result<Option<Vec<Pushed>>, SourceError> {
        let what = format!("repositories of `{}` by their last push", self.owner);
        let mut pushed = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..self.pages {
            let variables =
                |size: usize| json!({ "login": self.owner, "first": size, "after": after });
            let answer = self.client.ask(&PUSHED_REPOSITORIES, &what, variables).await?.graph;
            let Ok(page) = page(&answer, &["owner", "repositories"]) else { return Ok(None) };
            let mut on_known_ground = page.next.is_none();
            for element in page.elements {
                // What a list of everything would count as lost is asked for in another way.
                let Ok(node) = element else { return Ok(None) };
                let Some(at) = node.get("pushedAt").and_then(Value::as_str).and_then(time) else {
                    continue;
                };
                on_known_ground |= at < self.since;
                let repo = node.get("databaseId").and_then(Value::as_u64).map(RepoId);
                pushed.extend(repo.map(|repo| Pushed { repo, at, node }));
            }
            if on_known_ground {
                return Ok(Some(pushed));
            }
            after = page.next;
        }
        Ok(None)
    }

    /// The pull requests or issues of a kind that were updated.
    async fn updated(&self, kind: &str) -> Result<Option<Vec<Updated>>, SourceError> {
        let what = format!("what moved in `{}`", self.owner);
        let owner = if self.is_organization { "org" } else { "user" };
        let mut found = Vec::new();
        let (mut since, mut after) = (self.since, None::<String>);
        for _ in 0..self.pages {
            let from = iso8601(since);
            let query = format!("{owner}:{} {kind} updated:>={from} sort:updated-asc", self.owner);
            let variables = |size: usize| json!({ "query": query, "first": size, "after": after });
            let answer = self.client.ask(&MOVED, &what, variables).await?.graph;
            let Ok(page) = page(&answer, &["search"]) else { return Ok(None) };
            let mut last = since;
            for element in page.elements {
                let Some(updated) = element.ok().and_then(|node| updated(&node)) else {
                    return Ok(None);
                };
                last = last.max(updated.mark.at);
                found.push(updated);
            }
            let Some(next) = page.next else { return Ok(Some(found)) };
            after = if last > since { None } else { Some(next) };
            since = last;
        }
        Ok(None)
    }
}

/// A pull request or an issue that was updated.
struct Updated {
    repo: RepoId,
    mark: Mark,
    is_merged: bool,
}

fn updated(node: &Value) -> Option<Updated> {
    let repo = node.get("repository")?.get("databaseId")?.as_u64()?;
    let at = time(node.get("updatedAt")?.as_str()?)?;
    Some(Updated {
        repo: RepoId(repo),
        mark: Mark { id: node.get("id")?.as_str()?.to_owned(), at },
        is_merged: node.get("state").and_then(Value::as_str) == Some("MERGED"),
    })
}
