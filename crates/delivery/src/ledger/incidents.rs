//! Incidents as they stand at an instant: open, resolved, or none at all.

use super::JudgedIncident;
use crate::domain::{Incident, IncidentTransition, Time};

/// An incident that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct StandingIncident<'a> {
    /// The facts.
    pub(super) incident: &'a Incident,
    /// When it was last resolved; absent while it is open.
    pub(super) resolved_at: Option<Time>,
}

/// Judges an incident that belongs to no component, so that no deployment can be blamed; absent
/// where it is none at `t`.
pub fn judge_incident(incident: &Incident, t: Time) -> Option<JudgedIncident> {
    let resolved_at = match state(incident, t) {
        _ if !incident.counts || incident.opened_at > t => return None,
        State::Open => None,
        State::Resolved(at) => Some(at),
        State::Dismissed => return None,
    };
    let (id, opened_at) = (incident.id.clone(), incident.opened_at);
    Some(JudgedIncident { id, opened_at, resolved_at, attributed: false })
}

/// The incidents that count, in order of opening, then of id.
pub(super) fn standing<'a>(opened: &[&'a Incident], t: Time) -> Vec<StandingIncident<'a>> {
    let counted = opened.iter().filter(|incident| incident.counts);
    let mut incidents: Vec<_> = counted
        .filter_map(|incident| match state(incident, t) {
            State::Open => Some(StandingIncident { incident, resolved_at: None }),
            State::Resolved(at) => Some(StandingIncident { incident, resolved_at: Some(at) }),
            State::Dismissed => None,
        })
        .collect();
    incidents.sort_by(|a, b| {
        let order = |i: &StandingIncident<'a>| (i.incident.opened_at, &i.incident.id);
        order(a).cmp(&order(b))
    });
    incidents
}

enum State {
    Open,
    /// Since the latest resolve or close while it was not open again.
    Resolved(Time),
    /// Closed as duplicate or not planned, or merged into another.
    Dismissed,
}

fn state(incident: &Incident, t: Time) -> State {
    // The last event decides; of events in one second the last as the source tells them.
    let last = incident.events.iter().filter(|event| event.at <= t).max_by_key(|event| event.at);
    match last.map(|event| (event.transition, event.at)) {
        None | Some((IncidentTransition::Reopened, _)) => State::Open,
        Some((IncidentTransition::Resolved, at)) => State::Resolved(at),
        Some((IncidentTransition::Dismissed, _)) => State::Dismissed,
    }
}

#[cfg(test)]
mod tests;
