//! `linked`: an incident's text names its cause.

use super::super::references::Lead;
use super::super::{Evidence, Reason, Witness, record::Record};
use super::Matches;
use crate::domain::Incident;

/// Blames the deployments that incidents name, if they finished before the incident ended.
pub(super) fn find(record: &Record<'_>, matches: &mut Matches) {
    for standing in record.witnesses() {
        let end = standing.resolved_at.unwrap_or(record.standing.t);
        for lead in causes(record, standing.incident) {
            let Lead::Deployment(blamed) = lead else { continue };
            let finished_at = record.production.finished_at(blamed);
            if finished_at <= end {
                let at = standing.incident.opened_at.max(finished_at);
                let witness = Witness::Incident(standing.incident.id.clone());
                matches.add(blamed, Evidence { reason: Reason::Linked, at, witness });
            }
        }
    }
}

/// Whether any of an incident's causes is known, here or elsewhere: then nobody has to guess.
pub(super) fn names_its_cause(record: &Record<'_>, incident: &Incident) -> bool {
    record.is_caused_elsewhere(incident) || causes(record, incident).next().is_some()
}

fn causes<'r>(record: &'r Record<'_>, incident: &'r Incident) -> impl Iterator<Item = Lead> + 'r {
    incident.causes.iter().filter_map(|link| record.follow(incident, *link))
}

#[cfg(test)]
mod tests;
