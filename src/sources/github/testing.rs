//! What the tests of this source share: rules, logins, a clock that leaps, an observer that counts.

#![allow(clippy::unwrap_used)]

use super::answers::Parsing;
use crate::clock::Clock;
use crate::config::{
    ByRepository, Components, DeploymentTeller, EnvironmentRule, HashLogins, HotfixRule,
    IncidentSettings, OwnershipSettings, PlatformSettings, RepositoryPattern,
};
use crate::sources::{Observer, Throttle};
use delivery::domain::{Person, RepoId, Repository, RepositoryState, Time};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

/// Hashes a login into the sum of its bytes.
pub(super) struct Sums;

impl HashLogins for Sums {
    fn person(&self, login: &str) -> Person {
        person(login)
    }
}

pub(super) fn person(login: &str) -> Person {
    Person(login.to_ascii_lowercase().bytes().map(u64::from).sum())
}

pub(super) fn production() -> EnvironmentRule {
    EnvironmentRule::new(&[] as &[&str], &["*canary*"]).unwrap()
}

pub(super) fn hotfix() -> HotfixRule {
    HotfixRule::new(&["hotfix"], &["hotfix/*"], &[r"^hotfix\b"]).unwrap()
}

pub(super) fn incidents() -> Vec<IncidentSettings> {
    let labels = vec!["incident".to_owned(), "Outage".to_owned()];
    vec![IncidentSettings { labels, ..IncidentSettings::default() }]
}

pub(super) fn parsing() -> Parsing {
    Parsing {
        hotfix: ByRepository::everywhere(hotfix()),
        incidents: incidents(),
        production: ByRepository::everywhere(production()),
        deployments: ByRepository::everywhere(DeploymentTeller::default()),
        components: Components::default(),
        ownership: OwnershipSettings::default(),
        platform: PlatformSettings::default(),
        logins: Arc::new(Sums),
    }
}

pub(super) fn pattern(text: &str) -> RepositoryPattern {
    RepositoryPattern::parse(text).unwrap()
}

pub(super) fn repository(id: u64, full_name: &str) -> Repository {
    Repository {
        id: RepoId(id),
        node_id: Arc::from(format!("R_{id}")),
        full_name: Arc::from(full_name),
        former_names: Vec::new(),
        host: Arc::from("github"),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    }
}

/// A clock that leaps to whatever is waited for, and remembers it.
#[derive(Default)]
pub(super) struct LeapingClock {
    state: Mutex<(i64, Vec<i64>)>,
}

impl LeapingClock {
    pub(super) fn at(now: i64) -> Arc<LeapingClock> {
        Arc::new(LeapingClock { state: Mutex::new((now, Vec::new())) })
    }

    pub(super) fn set(&self, now: i64) {
        self.state.lock().unwrap().0 = now;
    }

    /// The lengths of all waits so far.
    pub(super) fn waits(&self) -> Vec<i64> {
        self.state.lock().unwrap().1.clone()
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> Time {
        Time(self.state.lock().unwrap().0)
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut state = self.state.lock().unwrap();
        let wait = until.0 - state.0;
        state.1.push(wait);
        state.0 = state.0.max(until.0);
        Box::pin(std::future::ready(()))
    }
}

/// Counts what it hears.
#[derive(Default)]
pub(super) struct Ear {
    pub(super) requests: Mutex<Vec<String>>,
    pub(super) points: Mutex<u64>,
    pub(super) throttled: Mutex<Vec<(Throttle, u64)>>,
    pub(super) limits: Mutex<Vec<(u64, u64)>>,
}

impl Observer for Ear {
    fn request(&self, _: &str, _: &'static str, code: &str) {
        self.requests.lock().unwrap().push(code.to_owned());
    }

    fn points(&self, _: &str, _: &'static str, points: u64) {
        *self.points.lock().unwrap() += points;
    }

    fn limits(&self, _: &str, _: &'static str, limit: u64, remaining: u64, _: Time) {
        self.limits.lock().unwrap().push((limit, remaining));
    }

    fn throttled(&self, _: &str, reason: Throttle, seconds: u64) {
        self.throttled.lock().unwrap().push((reason, seconds));
    }
}
