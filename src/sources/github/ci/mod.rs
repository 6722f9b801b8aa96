//! Runs of workflows as continuous integration, which only the REST API lists: newest first, a page
//! of 100 at a time, down to what is known.
//!
//! The first page is asked for by its mark (ETag), so that one without news costs nothing. It also
//! tells what became of the newest runs; those further down that had not ended are read again with
//! their neighbours, or asked by id, ever more seldom, as are those that failed within a day, and at once
//! those that a webhook tells of.

mod cursor;
mod run;

use super::GitHub;
use super::answers::Reach;
use super::client::Client;
use super::gate::Left;
use super::page::time;
use super::rest::{Got, PAGE};
use crate::config::CiRule;
use crate::sources::{SourceError, Step};
use cursor::{Kept, Open, Place};
use delivery::domain::{Fact, HOUR, MINUTE, Repository, Span, Time};
use run::{Seen, State, seen};
use serde_json::Value;

/// The permission that runs need.
const REMEDY: &str = "Actions: read (classic token: repo)";
/// So many runs are asked by id with a reading.
const MOST_BY_ID: usize = 10;
/// The youngest age of a run that is asked by id since it had not ended…
const SOONEST: Span = 10 * MINUTE;
/// …and of one that had failed, which few run again.
const FAILED_SOONEST: Span = HOUR;

impl GitHub {
    /// Reads a page of a repository's runs.
    pub async fn workflow_runs(
        &self,
        repo: &Repository,
        rule: &CiRule,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        step(&self.client, rule, repo, cursor, reach).await
    }

    /// When a repository's runs are to be asked for that were read with this cursor: `every` so
    /// often at most, where something moved at `moved_at` last. Absent where nothing will come.
    pub fn workflow_runs_due(
        &self,
        rule: &CiRule,
        cursor: Option<&str>,
        moved_at: Option<Time>,
        every: Span,
    ) -> Option<Time> {
        Kept::read(cursor, rule.selection()?).due(moved_at, every)
    }

    /// The cursor by which the list is asked for at once, and by id what it does not show of the runs
    /// that are told to have ended. Absent where no runs are read.
    pub fn workflow_runs_told(&self, rule: &CiRule, cursor: &str, ids: &[u64]) -> Option<String> {
        let mut kept = Kept::read(Some(cursor), rule.selection()?);
        kept.tell(ids, self.client.now());
        Some(kept.write())
    }

    /// Why a repository's runs may not be read; nothing where they may, or where there are none.
    pub async fn workflow_runs_denied(&self, repo: &Repository) -> Option<SourceError> {
        let path = format!("/repos/{}/actions/runs?per_page=1", repo.full_name);
        let what = format!("workflow runs of {}", repo.full_name);
        let refused = self.client.get_rest(&path, None, &what, REMEDY).await.err();
        refused.filter(|error| matches!(error, SourceError::Forbidden { .. }))
    }

    /// What may still be spent of REST's limit in this hour; nothing where none is known.
    pub fn left_of_rest(&self) -> Option<Left> {
        self.client.left_of_rest()
    }
}

/// A reading of one repository's runs.
struct Reading<'a> {
    client: &'a Client,
    repo: &'a Repository,
    rule: &'a CiRule,
    selection: u32,
    /// Runs that were created before are left out.
    since: Time,
    what: String,
}

/// Reads a page.
async fn step(
    client: &Client,
    rule: &CiRule,
    repo: &Repository,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let now = client.now();
    let Some(selection) = rule.selection() else {
        return Ok(Step { facts: Vec::new(), cursor: String::new(), done: true, begun: now });
    };
    let what = format!("workflow runs of {}", repo.full_name);
    let reading = Reading { client, repo, rule, selection, since: reach.since, what };
    let mut kept = Kept::read(cursor, selection);
    kept.begin(reach.since, now);
    match reading.page(&mut kept, now).await {
        // Where Actions are switched off there are no runs, and what may not be read tells nothing:
        // `check` names the permission. Somebody has to change it first.
        Err(SourceError::NotFound { .. } | SourceError::Forbidden { .. }) => {
            kept.deny(now);
            Ok(Step { facts: Vec::new(), cursor: kept.write(), done: true, begun: now })
        }
        result => result,
    }
}

impl Reading<'_> {
    async fn page(&self, kept: &mut Kept, now: Time) -> Result<Step, SourceError> {
        let (place, begun) = (kept.place(), kept.begun(now));
        let path = format!(
            "/repos/{}/actions/runs?exclude_pull_requests=true&per_page={PAGE}{}",
            self.repo.full_name,
            place.parameters()
        );
        let etag = kept.etag();
        let got = self.client.get_rest(&path, etag.as_deref(), &self.what, REMEDY).await?;
        let (body, etag, more) = match got {
            Got::Unchanged => {
                kept.unchanged();
                let facts = self.ask_by_id(kept, now).await?;
                return Ok(Step { facts, cursor: kept.write(), done: true, begun });
            }
            Got::Fresh { body, etag, more, .. } => (body, etag, more),
        };
        let nodes = body.get("workflow_runs").and_then(Value::as_array);
        let nodes = nodes.map_or(&[][..], Vec::as_slice);
        let runs = self.decode(nodes);
        if place.is_first() {
            // What could not be read may be read another time.
            kept.note_first_page(etag.filter(|_| runs.len() == nodes.len()), &runs, more);
        }
        runs.iter().for_each(|run| kept.note(run, now));
        let oldest = nodes.last().and_then(created_at);
        let done = kept.go_on(oldest.and_then(|at| place.after(nodes.len(), at, more)), oldest);
        let mut facts: Vec<Fact> = runs.into_iter().filter_map(|run| self.fact(run)).collect();
        if done {
            facts.extend(self.ask_by_id(kept, now).await?);
        }
        Ok(Step { facts, cursor: kept.write(), done, begun })
    }

    fn decode(&self, nodes: &[Value]) -> Vec<Seen> {
        let decode = |node| match seen(node, self.repo.id, self.rule, self.selection) {
            Ok(run) => Some(run),
            Err(why) => {
                self.client.warn_lost(&self.repo.full_name, &self.what, &why);
                None
            }
        };
        nodes.iter().filter_map(decode).collect()
    }

    /// The fact of a run. What was created before the look-back stays out, so that facts do not
    /// depend on where pages end.
    fn fact(&self, seen: Seen) -> Option<Fact> {
        match seen.is {
            State::Ended(run) if seen.created_at >= self.since => Some(Fact::WorkflowRun(run)),
            _ => None,
        }
    }

    /// Asks for runs that may come to another end and that no page will show any more.
    async fn ask_by_id(&self, kept: &mut Kept, now: Time) -> Result<Vec<Fact>, SourceError> {
        let mut facts = Vec::new();
        for open in kept.due_by_id(now, MOST_BY_ID) {
            let path = format!("/repos/{}/actions/runs/{}", self.repo.full_name, open.id);
            let node = match self.client.object(&path, &self.what, REMEDY).await {
                Ok(node) => node,
                Err(SourceError::NotFound { .. } | SourceError::Forbidden { .. }) => {
                    kept.forget(open.id);
                    continue;
                }
                Err(error) => return Err(error),
            };
            for run in self.decode(std::slice::from_ref(&node)) {
                kept.note(&run, now);
                facts.extend(self.fact(run));
            }
        }
        Ok(facts)
    }
}

fn created_at(node: &Value) -> Option<Time> {
    node.get("created_at").and_then(Value::as_str).and_then(time)
}

impl Open {
    /// A run that may come to another end, as of now: its age has to double before it is asked by id.
    pub(super) fn seen(run: &Seen, now: Time) -> Open {
        let soonest = if matches!(run.is, State::Open) { SOONEST } else { FAILED_SOONEST };
        let age = now.since(run.created_at).max(soonest);
        Open { id: run.id, created_at: run.created_at.0, next: now.plus(age).0 }
    }
}

impl Place {
    /// Where the list goes on behind a page of so many runs, the last of which was created at
    /// `last`. A search ends after 1,000 results though there are more, so the next one begins there:
    /// runs of that second are read twice rather than never.
    pub(super) fn after(&self, runs: usize, last: Time, more: bool) -> Option<Place> {
        let is_last = self.page >= Place::MOST;
        let goes_on = more || (is_last && runs >= PAGE);
        if !goes_on {
            return None;
        }
        if !is_last {
            return Some(Place { until: self.until, page: self.page + 1 });
        }
        // A thousand runs of one second would be read for ever.
        let until = if self.until == Some(last.0) { last.0 - 1 } else { last.0 };
        Some(Place { until: Some(until), page: 1 })
    }
}
