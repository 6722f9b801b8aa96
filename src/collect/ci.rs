//! Reading runs of continuous integration: where something moved, or a run may yet end or be run
//! again. Nothing waits for them, so they have a part of REST's budget and of the time between sweeps.

use super::again::Looked;
use super::failing::Concern;
use super::fetch::Outcome;
use super::tracked::Tracked;
use super::{Collect, CollectError};
use crate::sources::SourceError;
use crate::sources::github::{Left, News};
use delivery::domain::{Collector, MINUTE, RepoId, Span, Time};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A repository is asked at most once in so many sweeps.
const SWEEPS: Span = 3;
/// The part of what may be spent by REST in an hour.
const PART: u64 = 4;
/// The part of the time until the next sweep that they have.
const PART_OF_TIME: Span = 4;

/// Whose runs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// Of the repositories whose runs were read before.
    KnownBefore,
    /// Of the others, so that whatever moves elsewhere does not put them off for ever.
    NeverBefore,
}

/// What reading runs has spent.
#[derive(Debug, Default)]
pub(super) struct Spending {
    /// When the hour ends in which it was counted.
    until: Option<Time>,
    pages: u64,
}

impl Spending {
    /// Whether another page may be read; `left` is what REST has left, where a limit is known.
    fn allows(&mut self, left: Option<Left>) -> bool {
        let Some(left) = left else { return true };
        // The same end is told to the second, more or less.
        if self.until.is_none_or(|known| left.until.since(known).abs() > MINUTE) {
            *self = Spending { until: Some(left.until), pages: 0 };
        }
        self.pages < left.allowed / PART && left.points > 0
    }
}

impl Collect {
    /// Reads runs until the next sweep is due, or what they may take is taken.
    pub(super) async fn read_runs_until(&mut self, next: Time, whose: Runs) {
        let now = self.around.clock.now();
        let deadline = now.plus((next.since(now) / PART_OF_TIME).max(1)).min(next);
        let (started, mut failed) = (now, false);
        for repo in self.runs_due(now, whose) {
            match self.read_runs_of(repo, deadline).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let is_limit =
                        matches!(error, CollectError::Source(SourceError::RateLimited { .. }));
                    if !is_limit {
                        let concern = Concern::Repository(repo, Some(Collector::WorkflowRuns));
                        self.note_failure(concern, &error);
                    }
                    failed = true;
                    break;
                }
            }
        }
        let rule = |tracked: &Tracked| self.around.ci.of(&tracked.repository.full_name);
        if !failed && self.active().any(|tracked| rule(tracked).selection().is_some()) {
            let name = self.source.name();
            self.around.observer.succeeded(name, Collector::WorkflowRuns, started);
        }
    }

    /// Has runs asked for with the next reading that hints tell of: that has its own budget. Where no
    /// runs were read yet, reading them brings these.
    pub(super) async fn heed_runs(&mut self, taken: &Looked) -> Result<(), CollectError> {
        let mut told: BTreeMap<RepoId, Vec<u64>> = BTreeMap::new();
        for (repo, news) in taken.keys() {
            if let (Some(repo), News::Run(id)) = (repo, news) {
                told.entry(*repo).or_default().push(*id);
            }
        }
        for (repo, ids) in told {
            let known = self.tracked.get(&repo).filter(|tracked| tracked.is_collected());
            let Some(tracked) = known else { continue };
            let Some(cursor) = tracked.cursors.get(&Collector::WorkflowRuns) else { continue };
            let rule = self.around.ci.of(&tracked.repository.full_name);
            if let Some(cursor) = self.source.workflow_runs_told(&rule, cursor, &ids) {
                self.keep(repo, Vec::new(), Some((Collector::WorkflowRuns, cursor))).await?;
            }
        }
        Ok(())
    }

    /// The repositories whose runs are to be asked for, those first that moved last.
    fn runs_due(&self, now: Time, whose: Runs) -> Vec<RepoId> {
        let every = SWEEPS * self.around.settings.sweep_interval;
        let is_read = |tracked: &Tracked| tracked.is_complete(Collector::WorkflowRuns);
        let due = |tracked: &&Tracked| {
            let rule = self.around.ci.of(&tracked.repository.full_name);
            let cursor = tracked.cursors.get(&Collector::WorkflowRuns).map(String::as_str);
            let moved_at = tracked.stirred_at;
            let due = self.source.workflow_runs_due(&rule, cursor, moved_at, every);
            // Where the clock was set back, what is due would be far away.
            due.is_some_and(|due| due <= self.source.as_told(now))
        };
        let shown = self.active().filter(|tracked| {
            tracked.is_collected() && tracked.backfill_complete() && tracked.has_component()
        });
        let meant = shown.filter(|tracked| is_read(tracked) == (whose == Runs::KnownBefore));
        let mut found: Vec<&Tracked> = meant.filter(due).collect();
        found.sort_by_key(|tracked| Reverse(tracked.stirred_at));
        found.iter().map(|tracked| tracked.repository.id).collect()
    }

    /// Reads one repository's runs; false where nothing more may be read now.
    async fn read_runs_of(&mut self, repo: RepoId, deadline: Time) -> Result<bool, CollectError> {
        loop {
            let is_over = self.around.clock.now() >= deadline;
            if is_over || self.hints_wait() || !self.runs.allows(self.source.left_of_rest()) {
                return Ok(false);
            }
            self.runs.pages += 1;
            let asked_at = self.source.as_told(self.around.clock.now());
            match self.step(repo, Collector::WorkflowRuns, asked_at).await? {
                Outcome::Advance => {}
                Outcome::Done | Outcome::Hold => return Ok(true),
            }
        }
    }
}
