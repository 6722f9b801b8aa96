//! What an incident's log tells: when it was resolved and opened again, and what its resolver wrote.

use super::wire::{Meaning, WireEntry, WireIncident};
use delivery::domain::{IncidentEvent, IncidentTransition};

/// An incident's history.
#[derive(Debug, Default)]
pub(super) struct IncidentHistory {
    /// What happened, in order.
    pub(super) events: Vec<IncidentEvent>,
    /// The notes of whoever resolved it last, oldest first. Anyone may write one; only the resolver
    /// is taken at their word.
    pub(super) notes: Vec<String>,
}

/// Reads a log, whose entries may come in any order. How the incident stands now is newer than its
/// log, and so has the last word.
pub(super) fn history(incident: &WireIncident, mut log: Vec<WireEntry>) -> IncidentHistory {
    log.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    log.dedup_by(|one, other| one.id == other.id);
    let mut events: Vec<IncidentEvent> = Vec::new();
    let mut resolver: Option<&str> = None;
    for entry in &log {
        let at = entry.created_at;
        let ended_at = ended(&events).map(|end| end.at);
        let mut push = |transition| events.push(IncidentEvent { at, transition });
        match (entry.meaning(), ended_at) {
            (Meaning::Resolved, None) => {
                push(IncidentTransition::Resolved);
                resolver = entry.agent();
            }
            (Meaning::Reopened, Some(_)) => push(IncidentTransition::Reopened),
            (Meaning::WhileOpen, Some(ended_at)) if at > ended_at => {
                push(IncidentTransition::Reopened);
            }
            _ => {}
        }
    }
    match (incident.end(), ended(&events)) {
        (Some(end), Some(_)) => {
            events.pop();
            events.push(end);
        }
        (Some(end), None) => {
            events.push(end);
            resolver = None;
        }
        (None, Some(last)) => {
            let at = incident.last_status_change_at.unwrap_or(last.at).max(last.at);
            events.push(IncidentEvent { at, transition: IncidentTransition::Reopened });
        }
        (None, None) => {}
    }
    let by_resolver = |entry: &&WireEntry| {
        entry.meaning() == Meaning::Noted && resolver.is_some() && entry.agent() == resolver
    };
    let notes = log.iter().filter(by_resolver).map(|entry| entry.words().to_owned()).collect();
    IncidentHistory { events, notes }
}

/// The last event, where it ended the incident.
pub(super) fn ended(events: &[IncidentEvent]) -> Option<IncidentEvent> {
    events.last().copied().filter(|event| event.transition != IncidentTransition::Reopened)
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
