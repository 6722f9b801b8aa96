//! The lists of facts of an examined team: what the ledger judged, put into words.

mod changes;
mod deployments;
mod environments;
mod failures;
mod incidents;

use super::links::Links;
use crate::evaluate::{ExaminedComponent, ExaminedTeam, WebAddresses};
use delivery::domain::Time;
use serde::Serialize;
use serde_json::Value;

pub use environments::environments;
pub use incidents::unmapped_incidents;

#[cfg(test)]
pub(super) use {
    changes::Change, deployments::Deployment, environments::Environment, failures::Evidence,
    failures::Failure, incidents::Incident,
};

/// A list of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Deployments.
    Deployments,
    /// Merged changes.
    Changes,
    /// Failed production deployments.
    Failures,
    /// Incidents.
    Incidents,
}

impl List {
    /// All of them.
    pub const ALL: [List; 4] = [List::Deployments, List::Changes, List::Failures, List::Incidents];

    /// Its name in paths and documents.
    pub fn name(self) -> &'static str {
        match self {
            List::Deployments => "deployments",
            List::Changes => "changes",
            List::Failures => "failures",
            List::Incidents => "incidents",
        }
    }
}

/// A fact with what it is found by.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it happened; lists are in this order.
    pub at: Time,
    /// When it was over: the same instant, but for what lasts.
    pub over_at: Time,
    /// What tells it from others of the same instant.
    pub key: String,
    /// Where the windows of its component end.
    pub windows_end: Time,
    /// The fact.
    pub fact: Value,
}

/// A list's facts, newest first.
pub fn entries(team: &ExaminedTeam, web: &WebAddresses, list: List) -> Vec<Entry> {
    let mut entries = Vec::new();
    for component in &team.components {
        let told = Told { team, component, web, links: Links::to(&component.repository, web) };
        match list {
            List::Deployments => told.deployments(&mut entries),
            List::Changes => told.changes(&mut entries),
            List::Failures => told.failures(&mut entries),
            List::Incidents => told.incidents(&mut entries),
        }
    }
    if list == List::Incidents {
        entries
            .extend(team.unmapped.iter().map(|incident| incidents::unmapped(team, web, incident)));
    }
    sort(&mut entries);
    entries
}

/// Puts entries into the order of all lists: newest first.
fn sort(entries: &mut [Entry]) {
    entries.sort_unstable_by(|a, b| (b.at, &b.key).cmp(&(a.at, &a.key)));
}

/// An examined component with what its facts are told by.
struct Told<'a> {
    team: &'a ExaminedTeam,
    component: &'a ExaminedComponent,
    web: &'a WebAddresses,
    links: Links,
}

impl Told<'_> {
    fn entry(&self, (at, over_at): (Time, Time), key: &str, fact: &impl Serialize) -> Entry {
        let labels = &self.component.figures.labels;
        Entry {
            at,
            over_at,
            key: format!("{}/{}/{key}", labels.repo, labels.component),
            windows_end: self.component.at,
            fact: value(fact),
        }
    }

    fn repo(&self) -> String {
        self.component.figures.labels.repo.to_string()
    }

    fn name(&self) -> String {
        self.component.figures.labels.component.to_string()
    }
}

/// A fact as JSON. Facts hold texts and numbers only, of which none can fail.
fn value(fact: &impl Serialize) -> Value {
    serde_json::to_value(fact).unwrap_or_default()
}
