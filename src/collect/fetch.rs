//! Fetching: one page of one list of one repository, committed with its cursor.

use super::failing::Concern;
use super::tracked::{RECONCILE_DEPTH, Tracked, UNREADABLE_FOR};
use super::{Collect, CollectError};
use crate::sources::github::{Left, Place, Reach};
use crate::sources::{SourceError, Step};
use crate::store::{CursorOf, CursorUpdate};
use delivery::domain::{Collector, DAY, Fact, MINUTE, Progress, RepoId, Span, Time};
use std::sync::Arc;
use std::time::Instant;

/// How many pages of one repository's history are read before the next repository has its turn.
const PAGES_A_TURN: usize = 20;
/// After so many turns it is told how far the backfill has come: that takes a look at everything.
const TURNS_UNTOLD: usize = 50;
/// How much older than its deployment's finish a baseline's commit is taken to be until it is known.
const BASELINE_MARGIN: Span = 3 * DAY;

/// What history has cost.
#[derive(Debug, Default)]
pub(super) struct History {
    /// When the hour ends in which it was counted.
    until: Option<Time>,
    /// Points of that hour.
    points: u64,
    /// What the source had spent when it was looked at last.
    seen: u64,
}

impl History {
    /// Counts what was spent since the last look; gives what history has cost in the present hour.
    fn note(&mut self, spent: u64, until: Time) -> u64 {
        // The same end is told to the second, more or less.
        if self.until.is_none_or(|known| until.since(known) > MINUTE) {
            (self.until, self.points) = (Some(until), 0);
        }
        self.points += spent.saturating_sub(self.seen);
        self.seen = spent;
        self.points
    }
}

/// How one step of collecting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A page was committed; there is more.
    Advance,
    /// The list is read.
    Done,
    /// The list cannot be read now; its cursor stays, and the next sweep tries again.
    Hold,
}

impl Collect {
    /// Reads history of repositories that are not complete, until the next sweep is due.
    pub(super) async fn backfill_until(&mut self, deadline: Time) {
        self.history.seen = self.source.spent();
        loop {
            if let Err(error) = self.finish_the_empty().await {
                return self.backfill_failed(&error);
            }
            let waiting: Vec<RepoId> = self
                .tracked
                .iter()
                .filter(|(_, tracked)| tracked.is_collected() && !tracked.backfill_complete())
                .map(|(repo, _)| *repo)
                .collect();
            let mut advanced = false;
            for (turn, repo) in waiting.into_iter().enumerate() {
                match self.backfill_turn(repo, deadline).await {
                    Ok(moved) => advanced |= moved,
                    Err(error) => return self.backfill_failed(&error),
                }
                if self.is_over(deadline) || self.sweeps_need_the_rest() || self.hints_wait() {
                    return self.tell_progress();
                }
                if turn % TURNS_UNTOLD == 0 {
                    self.tell_progress();
                }
            }
            self.tell_progress();
            if !advanced {
                return;
            }
        }
    }

    /// Of repositories whose history has just been read, what is open now.
    pub(super) async fn read_open_pulls_before(&mut self, deadline: Time) {
        if self.is_over(deadline) {
            return;
        }
        if let Err(error) = self.read_open_pulls().await {
            self.backfill_failed(&error);
        }
    }

    fn backfill_failed(&mut self, error: &CollectError) {
        self.note_failure(Concern::Sweep, error);
        self.tell_up(false);
        self.tell_progress();
    }

    /// Whether a deadline has come, or was set by a clock that has been set back since.
    fn is_over(&self, deadline: Time) -> bool {
        let left = deadline.since(self.around.clock.now());
        left <= 0 || left > 2 * self.around.settings.sweep_interval
    }

    /// Whether what is left of the hour's points is for the sweeps of this hour: news come before
    /// history. Half of the points are history's in any case, or it might never be read.
    fn sweeps_need_the_rest(&mut self) -> bool {
        let Some(left) = self.source.left() else { return false };
        let of_history = self.history.note(self.source.spent(), left.until);
        left.points <= self.sweeps_reserve(&left) && of_history >= left.allowed / 2
    }

    /// What the sweeps of this hour will take.
    pub(super) fn sweeps_reserve(&self, left: &Left) -> u64 {
        let interval = self.around.settings.sweep_interval.max(1);
        let sweeps = (left.until.since(self.around.clock.now()) + interval - 1) / interval;
        self.sweep_cost.saturating_mul(sweeps.max(0).cast_unsigned())
    }

    /// One repository's turn; true where anything was read.
    async fn backfill_turn(&mut self, repo: RepoId, deadline: Time) -> Result<bool, CollectError> {
        let started = self.source.as_told(self.around.clock.now());
        let mut pages = 0;
        while pages < PAGES_A_TURN {
            let next = self.tracked.get(&repo).and_then(|tracked| {
                Collector::ALL.into_iter().find(|collector| !tracked.is_complete(*collector))
            });
            let Some(collector) = next else { break };
            // The newest entries were asked for in the sweep, before this page.
            if self.step(repo, collector, started).await? == Outcome::Hold {
                break;
            }
            pages += 1;
            if self.is_over(deadline) || self.sweeps_need_the_rest() || self.hints_wait() {
                break;
            }
        }
        Ok(pages > 0)
    }

    /// One page of one list. Errors that concern only this list are noted here.
    pub(super) async fn step(
        &mut self,
        repo: RepoId,
        collector: Collector,
        asked_at: Time,
    ) -> Result<Outcome, CollectError> {
        let now = self.around.clock.now();
        let held = self.tracked.get(&repo).and_then(|tracked| tracked.held_until.get(&collector));
        if held.is_some_and(|until| (1..=UNREADABLE_FOR).contains(&until.since(now))) {
            return self.do_without(repo, collector, asked_at).await;
        }
        let started = Instant::now();
        let result = self.read_page(repo, collector, asked_at).await;
        let seconds = started.elapsed().as_secs_f64();
        self.around.observer.collected(self.source.name(), collector, seconds);
        match result {
            Ok(outcome) => {
                self.note_success(Concern::Repository(repo, Some(collector)));
                Ok(outcome)
            }
            Err(error) if error.concerns_everything() => Err(error),
            Err(error) => {
                self.note_failure(Concern::Repository(repo, Some(collector)), &error);
                self.hold_or_do_without(repo, collector, asked_at, &error).await
            }
        }
    }

    /// A list that may not be read is left alone for a while; anything else the next sweep retries.
    async fn hold_or_do_without(
        &mut self,
        repo: RepoId,
        collector: Collector,
        asked_at: Time,
        error: &CollectError,
    ) -> Result<Outcome, CollectError> {
        let again = self.around.clock.now().plus(UNREADABLE_FOR);
        if let Some(tracked) = self.tracked.get_mut(&repo) {
            tracked.expect(collector);
            if matches!(error, CollectError::Source(SourceError::Forbidden { .. })) {
                tracked.held_until.insert(collector, again);
                return self.do_without(repo, collector, asked_at).await;
            }
        }
        Ok(Outcome::Hold)
    }

    /// Without permission to read issues the rest of a repository is still right: incidents are
    /// then none, and the failure is shown. Every other list is needed.
    async fn do_without(
        &mut self,
        repo: RepoId,
        collector: Collector,
        asked_at: Time,
    ) -> Result<Outcome, CollectError> {
        match collector {
            Collector::Incidents => self.finish(repo, collector, asked_at, Vec::new(), None).await,
            _ => Ok(Outcome::Hold),
        }
    }

    async fn read_page(
        &mut self,
        repo: RepoId,
        collector: Collector,
        asked_at: Time,
    ) -> Result<Outcome, CollectError> {
        let Some(tracked) = self.tracked.get(&repo) else { return Ok(Outcome::Done) };
        // Where the probe's answer is the evidence, it is known through the probe only.
        let probed_at = tracked.probed_at.unwrap_or(asked_at).min(asked_at);
        if self.has_nothing_to_read(tracked, collector) {
            return self.finish(repo, collector, probed_at, Vec::new(), None).await;
        }
        if collector == Collector::Commits {
            return self.read_commits(repo, probed_at).await;
        }
        let repository = tracked.repository.clone();
        let cursor = tracked.cursors.get(&collector).cloned();
        let reach = self.reach(tracked, collector);
        let source = Arc::clone(&self.source);
        let cursor = cursor.as_deref();
        let step = match collector {
            Collector::Deployments => {
                let first = self.first_pages.deployments(repo);
                source.deployments(&repository, Place { cursor, first }, &reach).await?
            }
            Collector::PullRequests => {
                let first = self.first_pages.pulls(repo);
                source.pull_requests(&repository, Place { cursor, first }, &reach).await?
            }
            Collector::WorkflowRuns => {
                let rule = self.around.ci.of(&repository.full_name);
                source.workflow_runs(&repository, &rule, cursor, &reach).await?
            }
            Collector::Incidents | Collector::Commits => {
                source.incidents(&repository, cursor, &reach).await?
            }
        };
        self.take(repo, collector, asked_at, step).await
    }

    /// Keeps a page; where it ends the list, the collector is known through the sweep's asking, or
    /// through the beginning of the reading where that was before.
    async fn take(
        &mut self,
        repo: RepoId,
        collector: Collector,
        asked_at: Time,
        step: Step,
    ) -> Result<Outcome, CollectError> {
        self.around.observer.items(self.source.name(), collector, step.facts.len() as u64);
        let cursor = Some((collector, step.cursor));
        if !step.done {
            self.keep(repo, step.facts, cursor).await?;
            return Ok(Outcome::Advance);
        }
        self.finish(repo, collector, step.begun.min(asked_at), step.facts, cursor).await
    }

    /// Commits and pull requests matter only where something is deployed to production, pull requests
    /// also where they may change infrastructure; incidents only where the configuration looks for
    /// them; and nothing where the newest entry is nothing.
    pub(super) fn has_nothing_to_read(&self, tracked: &Tracked, collector: Collector) -> bool {
        let never_any = || {
            let unread = !tracked.cursors.contains_key(&collector);
            unread && matches!(tracked.marks.get(&collector), Some(None))
        };
        match collector {
            Collector::Deployments => never_any(),
            Collector::Commits | Collector::WorkflowRuns => !tracked.has_component(),
            Collector::PullRequests => {
                !(tracked.has_component() || self.may_change_infrastructure(tracked)) || never_any()
            }
            Collector::Incidents => {
                !self.source.reads_incidents_of(&tracked.repository) || never_any()
            }
        }
    }

    /// Whether a repository's pull requests are read for when infrastructure was applied.
    pub(super) fn may_change_infrastructure(&self, tracked: &Tracked) -> bool {
        !self.around.platform.self_service.of(&tracked.repository.full_name).is_empty()
    }

    fn reach(&self, tracked: &Tracked, collector: Collector) -> Reach {
        let now = self.around.clock.now();
        let again_since = tracked.reconciling.then(|| now.plus(-RECONCILE_DEPTH));
        let since = match collector {
            Collector::PullRequests => self.horizon(tracked),
            _ => now.plus(-self.around.settings.lookback),
        };
        Reach { since, floor: now.plus(-2 * self.around.settings.lookback), again_since }
    }

    /// How far back commits and pull requests are read: the look-back, or the baseline where that
    /// is older, and at most twice the look-back.
    pub(super) fn horizon(&self, tracked: &Tracked) -> Time {
        let now = self.around.clock.now();
        let lookback = self.around.settings.lookback;
        let first_finish = tracked.finishes().next().map(|(at, _)| at.plus(-BASELINE_MARGIN));
        let baseline = tracked.baseline_committed_at.or(first_finish).unwrap_or(Time::MAX);
        baseline.min(now.plus(-lookback)).max(now.plus(-2 * lookback))
    }

    /// Ends a list: what it brought, its cursor and its progress are committed together.
    pub(super) async fn finish(
        &mut self,
        repo: RepoId,
        collector: Collector,
        through: Time,
        mut facts: Vec<Fact>,
        cursor: Option<(Collector, String)>,
    ) -> Result<Outcome, CollectError> {
        let through = Some(through.min(self.source.latest()));
        facts.push(Fact::Progress(Progress { repo, collector, complete: true, through }));
        self.keep(repo, facts, cursor).await?;
        // Only now: what could not be kept has to be read again.
        if let Some(tracked) = self.tracked.get_mut(&repo) {
            tracked.pending.retain(|pending| *pending != collector);
        }
        Ok(Outcome::Done)
    }

    /// Commits facts and cursor in one transaction, then takes note of them.
    pub(super) async fn keep(
        &mut self,
        repo: RepoId,
        mut facts: Vec<Fact>,
        cursor: Option<(Collector, String)>,
    ) -> Result<(), CollectError> {
        if let Some(tracked) = self.tracked.get(&repo)
            && !tracked.has_component()
            && facts.iter().any(|fact| tracked.makes_a_component(fact))
        {
            facts.extend(tracked.reopened_lists().map(Fact::Progress));
        }
        let update = cursor.clone().map(|(collector, cursor)| {
            let of = CursorOf::History(collector);
            CursorUpdate { repo, of, cursor }
        });
        if self.around.store.commit_news(&facts, update.as_slice()).await? {
            self.heeding.brought(repo);
        }
        for fact in &facts {
            self.absorb(fact);
        }
        if let (Some((collector, cursor)), Some(tracked)) = (cursor, self.tracked.get_mut(&repo)) {
            tracked.cursors.insert(collector, cursor);
        }
        Ok(())
    }
}
