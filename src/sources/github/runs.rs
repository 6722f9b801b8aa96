//! Runs of a workflow as deployments, which only the REST API lists.
//!
//! Lists are read newest first by the time at which runs were created, so that no search meets the
//! 1,000 results that GitHub gives at most. The first page is asked for by its mark (ETag), so a
//! sweep without news costs nothing; it also shows what becomes of the newest runs, and only older
//! ones that are not final are asked again one by one.

use super::answers::Reach;
use super::client::Client;
use super::cursor::Walking;
use super::page::{Page, iso8601, time};
use super::rest::{Got, PAGE};
use super::run::{REMEDY, listed};
use super::told::Told;
use super::walk::{Elements, Read};
use crate::config::WorkflowName;
use crate::sources::{SourceError, Step};
use delivery::domain::{Oid, RepoId, Repository, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is remembered of repositories while the process lives.
#[derive(Default)]
pub(super) struct Known {
    repositories: Mutex<HashMap<RepoId, OfRepository>>,
}

#[derive(Clone, Default)]
struct OfRepository {
    /// Its present name.
    full_name: Option<Arc<str>>,
    /// The default branch's name and head, as the last probe told them.
    default_branch: Option<String>,
    head: Option<Oid>,
    /// The workflow's id or file, by which its runs are listed; `None` inside where there is no such
    /// workflow, at that head of the default branch.
    workflow: Option<(Option<Oid>, Option<String>)>,
    /// Runs from this id on are on the first page of the list.
    covered: Option<u64>,
}

impl Known {
    fn of(&self, repo: RepoId) -> OfRepository {
        let known = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&repo).cloned().unwrap_or_default()
    }

    fn note(&self, repo: RepoId, change: impl FnOnce(&mut OfRepository)) {
        let mut known = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
        change(known.entry(repo).or_default());
    }

    /// Takes note of the default branch, as GraphQL shows it.
    pub(super) fn note_branch(&self, repo: &Repository, branch: &Value) {
        let name = branch.get("name").and_then(Value::as_str);
        let head = branch.pointer("/target/oid").and_then(Value::as_str);
        self.note(repo.id, |known| {
            known.full_name = Some(Arc::clone(&repo.full_name));
            if known.default_branch.as_deref() != name {
                known.default_branch = name.map(str::to_owned);
            }
            known.head = head.and_then(|head| head.parse().ok());
        });
    }

    /// Whether the repository was found to have no such workflow.
    pub(super) fn lacks_workflow(&self, repo: RepoId) -> bool {
        matches!(self.of(repo).workflow, Some((_, None)))
    }
}

/// What is kept between readings, as JSON.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// The first page's mark, where nothing of that page was lost.
    etag: Option<String>,
    /// Which list it is the mark of.
    path: String,
    /// Runs from this id on are on the first page.
    covered: u64,
    /// How far the list is read.
    list: String,
}

/// Which runs are asked for.
pub(super) struct Asked<'a> {
    pub(super) workflow: &'a WorkflowName,
    pub(super) branch: Option<&'a str>,
    pub(super) known: &'a Known,
}

/// Reads a page.
pub(super) async fn step(
    client: &Client,
    (told, asked): (&Told<'_>, &Asked<'_>),
    repo: &Repository,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("deployments of {}", repo.full_name);
    let mut kept: Kept =
        cursor.and_then(|cursor| serde_json::from_str(cursor).ok()).unwrap_or_default();
    let list = Some(&*kept.list).filter(|list| !list.is_empty());
    let walking = Walking::open(list, &told.fingerprint, reach, Some(reach.floor), client.now());
    let Some(path) = asked.path(client, repo, reach, &what).await? else {
        // No workflow, no runs.
        let (facts, list, done) = told.conclude(walking, Read::nothing(), None, reach);
        let cursor = write(&Kept { list, ..Kept::default() });
        return Ok(Step { facts, cursor, done, begun: client.now() });
    };
    let is_news = !walking.is_first() && walking.is_at_start() && reach.again_since.is_none();
    let etag = kept.etag.as_deref().filter(|_| is_news && kept.path == path);
    let begun = walking.begun();
    let slice = Slice::of(walking.after());
    let page = format!("{path}{}", slice.parameters());
    let (body, etag, more) = match client.get_rest(&page, etag, &what, REMEDY).await? {
        Got::Unchanged => {
            asked.known.note(repo.id, |known| known.covered = Some(kept.covered));
            let cursor = cursor.unwrap_or_default().to_owned();
            return Ok(Step { facts: Vec::new(), cursor, done: true, begun });
        }
        Got::Fresh { body, etag, more, .. } => (body, etag, more),
    };
    let elements = elements(&body, "workflow_runs");
    if slice.is_first() {
        let oldest = elements.iter().filter_map(|run| run.get("id")?.as_u64()).min();
        kept.covered = oldest.filter(|_| more).unwrap_or(0);
        asked.known.note(repo.id, |known| known.covered = Some(kept.covered));
        (kept.etag, kept.path) = (etag, path);
    }
    let next = more.then(|| slice.after(&elements)).flatten();
    let page = Page { elements: elements.into_iter().map(Ok).collect(), next };
    let is_first = walking.is_first();
    let read = Elements::of(page)
        .decode(client, repo, &what, |node| listed(node, repo.id, &told.environment, is_first));
    if read.has_losses() {
        kept.etag = None;
    }
    let newest = read.good.first().map(|listed| listed.mark.clone());
    let (facts, list, done) = told.conclude(walking, read, newest, reach);
    kept.list = list;
    Ok(Step { facts, cursor: write(&kept), done, begun })
}

fn write(kept: &Kept) -> String {
    // Texts and numbers always have a JSON form; an empty cursor would only read anew.
    serde_json::to_string(kept).unwrap_or_default()
}

impl Asked<'_> {
    /// The list's path; absent where there is no such workflow.
    async fn path(
        &self,
        client: &Client,
        repo: &Repository,
        reach: &Reach,
        what: &str,
    ) -> Result<Option<String>, SourceError> {
        let known = self.known.of(repo.id);
        // A workflow comes with a push, and may be renamed; once a day it is looked for in any case.
        let now = known.head.or(repo.head);
        let still = |head: &Option<Oid>| *head == now && reach.again_since.is_none();
        let workflow = match known.workflow.filter(|(head, _)| still(head)) {
            Some((_, workflow)) => workflow,
            None => {
                let found = self.find(client, repo, what).await?;
                self.known.note(repo.id, |known| known.workflow = Some((now, found.clone())));
                found
            }
        };
        let Some(workflow) = workflow else { return Ok(None) };
        let branch = match (self.branch, known.default_branch) {
            (Some(branch), _) => branch.to_owned(),
            (None, Some(branch)) => branch,
            (None, None) => self.default_branch(client, repo, what).await?,
        };
        Ok(Some(format!(
            "/repos/{}/actions/workflows/{}/runs?branch={}&exclude_pull_requests=true\
             &per_page={PAGE}",
            repo.full_name,
            encoded(&workflow),
            encoded(&branch)
        )))
    }

    /// Looks the workflow up.
    async fn find(
        &self,
        client: &Client,
        repo: &Repository,
        what: &str,
    ) -> Result<Option<String>, SourceError> {
        let path = format!("/repos/{}/actions/workflows", repo.full_name);
        let pages = match client.pages(&path, Some("workflows"), what, REMEDY).await {
            // Where Actions are switched off there are no workflows.
            Err(SourceError::NotFound { .. }) => return Ok(None),
            pages => pages?,
        };
        let all = pages.iter().flat_map(|page| &page.elements);
        let text =
            |one: &Value, field: &str| one.get(field).and_then(Value::as_str).map(str::to_owned);
        let meant = all.filter(|one| {
            let (name, path) = (text(one, "name"), text(one, "path"));
            self.workflow.is(&name.unwrap_or_default(), &path.unwrap_or_default())
        });
        let ids: Vec<u64> = meant.filter_map(|one| one.get("id")?.as_u64()).collect();
        match &ids[..] {
            [] => Ok(None),
            [only] => Ok(Some(only.to_string())),
            several => Err(SourceError::Failed {
                what: what.to_owned(),
                status: 200,
                message: format!(
                    "{} workflows are called {:?}; write the file of one in deployments.workflow",
                    several.len(),
                    self.workflow.text()
                ),
            }),
        }
    }

    async fn default_branch(
        &self,
        client: &Client,
        repo: &Repository,
        what: &str,
    ) -> Result<String, SourceError> {
        let path = format!("/repos/{}", repo.full_name);
        let object = client.object(&path, what, "Metadata: read").await?;
        let name = object.get("default_branch").and_then(Value::as_str).unwrap_or("main");
        self.known.note(repo.id, |known| known.default_branch = Some(name.to_owned()));
        Ok(name.to_owned())
    }
}

/// A part of a list: the runs that were created at an instant or before, page by page.
#[derive(Debug, PartialEq, Eq)]
struct Slice {
    until: Option<Time>,
    page: usize,
}

impl Slice {
    fn of(cursor: Option<&str>) -> Slice {
        let parsed = cursor.and_then(|cursor| {
            let (until, page) = cursor.split_once(' ')?;
            Some(Slice { until: Some(time(until)?), page: page.parse().ok()? })
        });
        parsed.unwrap_or(Slice { until: None, page: 1 })
    }

    fn is_first(&self) -> bool {
        self.until.is_none()
    }

    fn parameters(&self) -> String {
        let created = self.until.map(|until| format!("&created=%3C%3D{}", iso8601(until)));
        let page = if self.page > 1 { format!("&page={}", self.page) } else { String::new() };
        created.unwrap_or_default() + &page
    }

    /// Where to go on behind these elements: at the time of the last, which reads runs of that
    /// second twice rather than never.
    fn after(&self, elements: &[Value]) -> Option<String> {
        let last = elements.last()?.get("created_at")?.as_str().and_then(time)?;
        let page = if self.until == Some(last) { self.page + 1 } else { 1 };
        Some(format!("{} {page}", iso8601(last)))
    }
}

fn elements(body: &Value, key: &str) -> Vec<Value> {
    body.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A text as a part of a path or of a query.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |byte: u8| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Where a run is asked again by itself; absent where the first page of its list shows it. `node_id` is
/// what the run is kept by, which bears the repository's id, since its name may change.
pub(super) fn uncovered(known: &Known, node_id: &str) -> Option<String> {
    let mut numbers = node_id.split('/').filter_map(|part| part.parse::<u64>().ok());
    let (repo, run) = (RepoId(numbers.next()?), numbers.next()?);
    let OfRepository { full_name, covered, .. } = known.of(repo);
    let is_uncovered = covered.is_none_or(|covered| run < covered);
    is_uncovered.then(|| match full_name {
        Some(name) => format!("/repos/{name}/actions/runs/{run}"),
        None => node_id.to_owned(),
    })
}

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
