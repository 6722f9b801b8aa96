//! Collects facts on a schedule: what to ask a source, when, and in which order.
//!
//! Two movements. A **sweep** asks every repository for its newest entries and re-asks what is not
//! final; **fetching** reads lists, page by page, for those with news. Whatever time the sweep leaves
//! goes to the backfill of repositories whose history is not complete, so that freshness comes first.
//! Every page is committed with its cursor in one transaction. No measure is known here.

mod again;
mod ask;
mod catalog;
mod ci;
mod commits;
mod endings;
mod failing;
mod fetch;
mod graph;
mod health;
mod heed;
mod hints;
mod incidents;
mod moved;
mod news;
mod observer;
mod open_pulls;
mod owner_files;
mod ownership;
mod pace;
mod progress;
mod quiet;
mod recheck;
mod sweep;
mod swept;
mod tracked;

pub use catalog::{CATALOG, CollectCatalog};
pub use health::{Health, SourceHealth};
pub use hints::Deliveries;
pub use incidents::{CollectIncidents, UNKNOWN_SERVICE};
pub use moved::{IncidentEvents, Taken};
pub use observer::Observer;
pub use progress::roughly;

use crate::clock::SharedClock;
use crate::config::{
    ByRepository, CiRule, CollectionSettings, Components, EnvironmentRule, OwnershipSettings,
    PlatformSettings,
};
use crate::sources::SourceError;
use crate::sources::github::{FirstPages, GitHub};
use crate::store::{CursorOf, Store, StoreError};
use ci::Runs;
use delivery::domain::{ClaimSource, Collector, Fact, MINUTE, RepoId, Repository, Span, Time};
use failing::{Concern, Failing};
use fetch::History;
use heed::Heeding;
use hints::Hints;
use ownership::Asked;
use progress::Backfill;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use swept::Sweeps;
use tokio_util::sync::CancellationToken;
use tracked::Tracked;

/// What stops a step of collecting.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store failed; the cursor stays where it was, so nothing is lost.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CollectError {
    /// Whether going on with other repositories would fail alike.
    fn concerns_everything(&self) -> bool {
        match self {
            CollectError::Source(error) => error.concerns_the_whole_source(),
            CollectError::Store(_) => true,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            CollectError::Source(error) => error.reason(),
            CollectError::Store(_) => "store",
        }
    }
}

/// What collecting needs of the rest of the process.
#[derive(Clone)]
pub struct Surroundings {
    /// Where facts go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// `[collection]`
    pub settings: CollectionSettings,
    /// `[ownership]`
    pub ownership: OwnershipSettings,
    /// `[platform]`
    pub platform: PlatformSettings,
    /// The components, and what the catalog has.
    pub components: Components,
    /// Which environments are production.
    pub production: ByRepository<EnvironmentRule>,
    /// Which runs are continuous integration.
    pub ci: ByRepository<CiRule>,
    /// Hears how it goes.
    pub observer: Arc<dyn Observer>,
    /// Shows how it goes.
    pub health: Arc<Health>,
}

/// Collects from one configured GitHub.
pub struct Collect {
    source: Arc<GitHub>,
    around: Surroundings,
    tracked: BTreeMap<RepoId, Tracked>,
    discovered_at: Option<Time>,
    asked: Asked,
    failing: Failing,
    sweeps: Sweeps,
    /// What was asked for together and is not read yet.
    first_pages: FirstPages,
    /// Points that a sweep takes, about.
    sweep_cost: u64,
    history: History,
    backfill: Backfill,
    runs: ci::Spending,
    /// What webhooks said.
    hints: Arc<Hints>,
    heeding: Heeding,
    turns: u64,
}

impl Collect {
    /// Collects from `source`. `facts` are all that the store holds, `cursors` where collecting stopped.
    pub fn new(source: Arc<GitHub>, around: Surroundings) -> Collect {
        let hints = Arc::new(Hints::of(source.name(), around.store.clone()));
        Collect {
            source,
            around,
            hints,
            heeding: Heeding::default(),
            tracked: BTreeMap::new(),
            discovered_at: None,
            asked: Asked::default(),
            failing: Failing::default(),
            sweeps: Sweeps::default(),
            first_pages: FirstPages::default(),
            sweep_cost: 0,
            history: History::default(),
            backfill: Backfill::default(),
            runs: ci::Spending::default(),
            turns: 0,
        }
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Whether a stored repository is its to collect.
    pub fn is_home_of(&self, repository: &Repository) -> bool {
        self.source.is_home_of(repository)
    }

    /// The end that takes its webhooks' events.
    pub fn deliveries(&self) -> Deliveries {
        let (source, hints) = (Arc::clone(&self.source), Arc::clone(&self.hints));
        Deliveries { source, hints, ci: self.around.ci.clone() }
    }

    /// Takes note of a stored fact, at the start. Repositories must come before their other facts.
    pub fn absorb(&mut self, fact: &Fact) {
        if let Fact::Repository(repository) = fact
            && self.source.is_home_of(repository)
        {
            let production = self.around.production.of(&repository.full_name);
            match self.tracked.entry(repository.id) {
                Entry::Occupied(known) => known.into_mut().update(repository, production),
                Entry::Vacant(place) => {
                    place.insert(Tracked::new(repository.clone(), production));
                }
            }
        }
        let known = fact.repo().and_then(|repo| self.tracked.get_mut(&repo));
        if let Some(tracked) = known {
            tracked.absorb(fact);
        }
    }

    /// Takes note of a stored cursor, at the start.
    pub fn resume(&mut self, repo: RepoId, of: CursorOf, cursor: String) {
        let Some(tracked) = self.tracked.get_mut(&repo) else { return };
        match of {
            CursorOf::History(collector) => {
                tracked.cursors.insert(collector, cursor);
            }
            CursorOf::OwnerFiles => tracked.owner_files = Some(cursor),
            CursorOf::OpenPullRequests => tracked.open.cursor = Some(cursor),
        }
    }

    /// Collects until told to stop. A stop in the middle of a request loses only that request.
    pub async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.sweep_for_ever() => {}
        }
    }

    async fn sweep_for_ever(&mut self) {
        self.tell_collected();
        loop {
            // What cannot be read now is read with the next sweep, and what it tells of sooner.
            let _ = self.hints.load().await;
            let started = self.around.clock.now();
            let next = started.plus(self.interval_with_jitter());
            self.around.health.update(self.source.name(), |health| health.next_sweep = Some(next));
            let spent = self.source.spent();
            let swept = self.sweep(started).await;
            let cost = self.source.spent().saturating_sub(spent);
            // One expensive sweep says little of the next ones; a cheap one may be followed by news.
            self.sweep_cost = cost.max(self.sweep_cost * 3 / 4);
            self.conclude(swept, started);
            self.go_on_until(next).await;
        }
    }

    /// What is done between the sweeps: what hints tell of is read as soon as it may be, then
    /// history.
    async fn go_on_until(&mut self, next: Time) {
        let (clock, hints) = (Arc::clone(&self.around.clock), Arc::clone(&self.hints));
        let mut has_read = true;
        loop {
            has_read |= self.heed_hints().await;
            if has_read {
                // News come before history, and both before runs that nobody has seen yet.
                self.read_runs_until(next, Runs::KnownBefore).await;
                self.backfill_until(next).await;
                self.read_open_pulls_before(next).await;
                self.read_runs_until(next, Runs::NeverBefore).await;
                has_read = false;
            }
            let hints_due = self.hints_due();
            let now = clock.now();
            if hints_due.is_some_and(|due| due <= now) && now < next {
                continue;
            }
            // Where the clock was set back meanwhile, `next` would be far away.
            let next = next.min(now.plus(2 * self.around.settings.sweep_interval));
            let wake = hints_due.map_or(next, |due| due.min(next));
            tokio::select! {
                () = clock.sleep_until(wake) => if wake == next {
                    return;
                },
                () = hints.arrived() => {}
            }
        }
    }

    /// Tells whose webhooks' events matter.
    fn tell_collected(&self) {
        self.hints.collect(self.active().map(|tracked| tracked.repository.id));
    }

    fn interval_with_jitter(&mut self) -> i64 {
        self.turns = self.turns.wrapping_add(1);
        jittered(self.around.settings.sweep_interval, self.turns)
    }

    /// Tells the outcome of a sweep to metrics, landing page and log.
    fn conclude(&mut self, swept: Result<(), CollectError>, started: Time) {
        let source = Arc::clone(&self.source);
        let name = source.name();
        if let Err(error) = &swept {
            self.note_failure(Concern::Sweep, error);
        } else {
            self.note_success(Concern::Sweep);
            for collector in Collector::ALL {
                self.around.observer.succeeded(name, collector, started);
            }
            self.around.health.update(name, |health| health.last_success = Some(started));
        }
        self.tell_up(swept.is_ok());
        self.tell_more();
        self.tell_progress();
    }

    /// Counts a failure, and logs it when it is new: once, here, where it is handled. The store logs
    /// its own, which every source meets.
    fn note_failure(&mut self, concern: Concern, error: &CollectError) {
        self.count_failure(concern, error);
        let text = error.to_string();
        // A sweep ends on what was told when it came up, where nothing else is left to collect.
        let is_told = concern == Concern::Sweep && self.failing.is_told(concern, &text);
        if is_told || matches!(error, CollectError::Store(_)) {
            self.failing.note_told(concern, &text);
        } else if self.failing.note(concern, &text) && self.failing.is_one_of_few(concern) {
            self.tell_failure(concern, error);
        }
    }

    /// The same of all that fails at once of one concern.
    fn note_failures(&mut self, concern: Concern, errors: &[CollectError]) {
        let texts = errors.iter().map(ToString::to_string).collect();
        let turns = self.failing.note_all(concern, texts);
        for error in errors {
            self.count_failure(concern, error);
            if turns.new.contains(&error.to_string()) {
                self.tell_failure(concern, error);
            }
        }
        for failure in turns.over {
            tracing::info!(source = self.source.name(), failure, "works again");
        }
    }

    fn count_failure(&self, concern: Concern, error: &CollectError) {
        let (source, reason) = (self.source.name(), error.reason());
        match concern {
            Concern::Ownership(from) => self.around.observer.claims_failed(source, from, reason),
            _ => self.around.observer.failed(source, concern.collector(), reason),
        }
    }

    fn tell_failure(&self, concern: Concern, error: &CollectError) {
        let (source, reason) = (self.source.name(), error.reason());
        let (repo, collector) = self.names(concern);
        let from = concern.claims().map(ClaimSource::name);
        tracing::warn!(source, repo, collector, from, reason, "{error}");
    }

    fn note_success(&mut self, concern: Concern) {
        if self.failing.over(concern) {
            let (repo, collector) = self.names(concern);
            let from = concern.claims().map(ClaimSource::name);
            let what = match concern {
                Concern::Clock => "this machine's clock is right again",
                _ => "works again",
            };
            tracing::info!(source = self.source.name(), repo, collector, from, "{what}");
        }
    }

    /// Tells of a clock that differs from the source's: once when it does, once when it agrees.
    fn note_clock(&mut self) {
        let ahead = self.source.clock_ahead();
        if ahead == 0 {
            self.note_success(Concern::Clock);
            return;
        }
        let (minutes, way) =
            ((ahead.abs() + MINUTE / 2) / MINUTE, if ahead > 0 { "ahead of" } else { "behind" });
        let text = format!(
            "this machine's clock is {minutes} minutes {way} GitHub's; set it (by NTP, for example): \
             until then figures may be of an earlier instant, and nothing is lost"
        );
        if !self.failing.holds(Concern::Clock) {
            tracing::warn!(source = self.source.name(), "{text}");
        }
        self.failing.note(Concern::Clock, &text);
    }

    fn names(&self, concern: Concern) -> (Option<&str>, Option<&'static str>) {
        let repo = concern.repo().and_then(|repo| self.tracked.get(&repo));
        let repo = repo.map(|tracked| &*tracked.repository.full_name);
        (repo, concern.collector().map(Collector::name))
    }
}

/// The interval before a sweep, up to 5 % shorter, so that several daemons do not ask in step and
/// nothing is seen later than the interval promises.
fn jittered(interval: Span, sweeps: u64) -> Span {
    let seed = sweeps.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(std::process::id());
    let spread = (interval / 20).max(1);
    let offset = (seed >> 33) as i64 % spread;
    (interval - offset).max(1)
}

/// The repositories to hand to a source that asks about all of them.
fn repositories(tracked: &BTreeMap<RepoId, Tracked>) -> Vec<Repository> {
    tracked.values().map(|tracked| tracked.repository.clone()).collect()
}
