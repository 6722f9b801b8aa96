//! A component's facts as they stood at an instant: what happened later does not exist yet, and
//! what was said twice exists once. Nothing is judged here.

use super::ComponentFacts;
use crate::domain::{Deployment, Incident, PullRequest, Time};
use std::cmp::Ordering;

/// Finds the next instant at which the same facts may be judged differently.
#[derive(Debug)]
pub(super) struct NextEdge {
    t: Time,
    at: Option<Time>,
}

impl NextEdge {
    /// Looks for instants later than `t`.
    pub(super) fn after(t: Time) -> NextEdge {
        NextEdge { t, at: None }
    }

    /// Notes that something happens at an instant; what is not later than `t` has already happened.
    pub(super) fn note(&mut self, at: Time) {
        if at > self.t {
            self.at = Some(self.at.map_or(at, |next| next.min(at)));
        }
    }

    /// The earliest instant that was noted.
    pub(super) fn get(&self) -> Option<Time> {
        self.at
    }
}

/// The facts that exist at an instant, each once, in an order that does not depend on the input's.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    /// The instant.
    pub(super) t: Time,
    /// Deployments created by then, in order of id. Their statuses may still be later.
    pub(super) deployments: Vec<&'a Deployment>,
    /// Pull requests merged by then, in order of number.
    pub(super) pulls: Vec<&'a PullRequest>,
    /// Incidents opened by then, in order of id. Their events may still be later.
    pub(super) incidents: Vec<&'a Incident>,
    /// The same of incidents that count elsewhere.
    pub(super) naming: Vec<&'a Incident>,
}

impl<'a> Standing<'a> {
    /// Keeps what exists at `t`, and notes when the rest will.
    pub(super) fn at(facts: &ComponentFacts<'a>, t: Time, edge: &mut NextEdge) -> Standing<'a> {
        for deployment in facts.deployments {
            edge.note(deployment.created_at);
            deployment.statuses.iter().for_each(|status| edge.note(status.at));
        }
        facts.pulls.iter().for_each(|pull| edge.note(pull.merged_at));
        for incident in facts.incidents.iter().chain(facts.naming) {
            edge.note(incident.opened_at);
            incident.events.iter().for_each(|event| edge.note(event.at));
        }
        let mut standing = Standing {
            t,
            deployments: once(facts.deployments, |a, b| a.id.cmp(&b.id)),
            pulls: once(facts.pulls, |a, b| a.number.cmp(&b.number)),
            incidents: once(facts.incidents, |a, b| a.id.cmp(&b.id)),
            naming: once(facts.naming, |a, b| a.id.cmp(&b.id)),
        };
        standing.deployments.retain(|deployment| deployment.created_at <= t);
        standing.pulls.retain(|pull| pull.merged_at <= t);
        standing.incidents.retain(|incident| incident.opened_at <= t);
        standing.naming.retain(|incident| incident.opened_at <= t);
        standing
    }
}

/// Keeps one fact for each identity, the greatest (the fuller of two that differ only in what was
/// added), so that neither order nor repetition decides.
fn once<'a, F: Ord>(facts: &[&'a F], identity: impl Fn(&F, &F) -> Ordering) -> Vec<&'a F> {
    let mut kept = facts.to_vec();
    kept.sort_unstable_by(|a, b| identity(a, b).then_with(|| b.cmp(a)));
    kept.dedup_by(|a, b| identity(a, b).is_eq());
    kept
}
