//! The simulation's clockwork: a queue of what comes next, and the log of what happened.
//!
//! Every story is a chain of actions. An action reads the state at its instant, appends to the log
//! and schedules what follows from it, so that the log is in order of time and always consistent.

use super::calendar::{DAY, HOUR, MINUTE};
use super::deploys::Rollout;
use super::estate::PLANS;
use super::incidents::{IncidentStep, Ticket};
use super::profile::{PROFILES, Profile};
use super::pulls::{Step, Work};
use super::repository::Repository;
use github_sim::Event;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The demo's organisation as GitHub spells it.
pub const OWNER: &str = "acme";

/// How much time things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tempo {
    /// Working hours pass.
    Office,
    /// Time passes, whatever the hour.
    Urgent,
    /// A few seconds stand for what takes hours: news for whoever watches.
    Live,
}

/// What may come next, in the repository of that place in the list.
#[derive(Debug)]
pub(super) enum Action {
    /// Something that depends on nothing any more.
    Emit(Event),
    Create(usize),
    Day(usize),
    Begin(usize),
    Work(usize, Box<Work>, Step),
    Release(usize, Tempo),
    Deploy(usize, Box<Rollout>),
    Finish(usize, Box<Rollout>),
    Fail(usize, Box<Rollout>),
    Incident(Box<Ticket>, IncidentStep),
    Neglect(usize),
    Rename(usize),
    Archive(usize),
}

/// The organisation at an instant, and all that is going on in it.
#[derive(Debug)]
pub(super) struct World {
    /// The instant of the action that is being done.
    pub(super) at: i64,
    pub(super) repositories: Vec<Repository>,
    start: i64,
    span: i64,
    log: Vec<(i64, Event)>,
    queue: BinaryHeap<Reverse<Entry>>,
    arrivals: u64,
    deployments: u64,
    runs: u64,
    /// The next live deployment fails: whoever watches the demo sees a failure and its repair.
    pub(super) failure_is_due: bool,
}

impl World {
    /// An organisation that comes to be at `start` and whose history lasts `span` seconds.
    pub(super) fn new(seed: u64, start: i64, span: i64) -> World {
        let repositories =
            PLANS.iter().zip(0..).map(|(plan, place)| Repository::new(plan, place, seed));
        let mut world = World {
            at: start,
            repositories: repositories.collect(),
            start,
            span,
            log: Vec::new(),
            queue: BinaryHeap::new(),
            arrivals: 0,
            deployments: 7_000_000,
            runs: 30_000_000,
            failure_is_due: false,
        };
        world.found();
        world
    }

    /// Does everything that is due until `now`, and hands out what happened.
    pub(super) fn run_until(&mut self, now: i64) -> Vec<(i64, Event)> {
        while self.queue.peek().is_some_and(|Reverse(next)| next.at <= now) {
            let Some(Reverse(next)) = self.queue.pop() else { break };
            self.at = next.at;
            self.act(next.action);
        }
        self.at = self.at.max(now);
        std::mem::take(&mut self.log)
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Emit(event) => self.emit(event),
            Action::Create(r) => self.create(r),
            Action::Day(r) => self.day(r),
            Action::Begin(r) => self.begin_something(r),
            Action::Work(r, work, step) => self.work(r, work, step),
            Action::Release(r, tempo) => self.release(r, tempo),
            Action::Deploy(r, rollout) => self.deploy(r, rollout),
            Action::Finish(r, rollout) => self.finish(r, rollout),
            Action::Fail(r, rollout) => self.fail(r, *rollout),
            Action::Incident(ticket, step) => self.incident(ticket, step),
            Action::Neglect(r) => self.neglected_incident(r),
            Action::Rename(r) => self.rename(r),
            Action::Archive(r) => self.archive(r),
        }
    }

    /// Something happens now.
    pub(super) fn emit(&mut self, event: Event) {
        self.log.push((self.at, event));
    }

    /// Something will happen at `at`.
    pub(super) fn schedule(&mut self, at: i64, action: Action) {
        self.arrivals += 1;
        self.queue.push(Reverse(Entry { at: at.max(self.at), arrival: self.arrivals, action }));
    }

    /// The instant at which `seconds` of work at this tempo are done.
    pub(super) fn after(&self, r: usize, tempo: Tempo, seconds: i64) -> i64 {
        match tempo {
            Tempo::Office => self.profile(r).calendar.work_after(self.at, seconds),
            Tempo::Urgent => self.at + seconds.max(MINUTE / 2),
            Tempo::Live => self.at + (seconds / HOUR).clamp(1, 4),
        }
    }

    /// A working duration around a median of hours, in seconds, under the team's present strain.
    pub(super) fn hours(&mut self, r: usize, median: f64) -> i64 {
        let strain = self.strain(r);
        (self.repositories[r].random.around(median * strain, 0.75) * HOUR as f64) as i64
    }

    /// The habits of the team that works on a repository.
    pub(super) fn profile(&self, r: usize) -> &'static Profile {
        &PROFILES[self.repositories[r].plan.team]
    }

    /// What the team's durations and failures are multiplied with at present.
    pub(super) fn strain(&self, r: usize) -> f64 {
        let (first, last) = self.profile(r).strain;
        first + (last - first) * self.progress().clamp(0.0, 1.0)
    }

    /// The share of the history that has passed.
    pub(super) fn progress(&self) -> f64 {
        (self.at - self.start) as f64 / self.span.max(1) as f64
    }

    /// The instant at which a share of the history has passed.
    pub(super) fn instant(&self, progress: f64) -> i64 {
        self.start + (self.span as f64 * progress) as i64
    }

    /// A new deployment's id.
    pub(super) fn next_deployment(&mut self) -> u64 {
        self.deployments += 1;
        self.deployments
    }

    /// A new workflow run's id.
    pub(super) fn next_run(&mut self) -> u64 {
        self.runs += 1;
        self.runs
    }

    /// The midnight after now, in UTC.
    pub(super) fn tomorrow(&self) -> i64 {
        (self.at.div_euclid(DAY) + 1) * DAY
    }
}

/// An action in the queue; what was scheduled first goes first.
#[derive(Debug)]
struct Entry {
    at: i64,
    arrival: u64,
    action: Action,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (self.at, self.arrival).cmp(&(other.at, other.arrival))
    }
}
