//! `incident`: an incident opened soon after a deployment.

use super::super::rework::Repairs;
use super::super::{Evidence, Reason, Witness, record::Record};
use super::{Matches, linked};

/// Blames the latest deployment that finished at or before an incident opened, passing over
/// rollbacks, within the configured window. An incident that names a known cause is not guessed
/// about where rule `linked` listens to it, nor is one of a severity that does not count.
pub(super) fn find(record: &Record<'_>, repairs: &Repairs, matches: &mut Matches) {
    let linked = record.rules.failure_rules.contains(&Reason::Linked);
    let candidates = repairs.latest(|deployment| !repairs.is_rollback[deployment]);
    for standing in &record.incidents {
        let incident = standing.incident;
        if linked && linked::names_its_cause(record, incident) {
            continue;
        }
        let severities = &record.rules.severities;
        if !severities.is_empty() && incident.severities.iter().all(|it| !severities.contains(it)) {
            continue;
        }
        let finished = record.production.finished_by(incident.opened_at);
        let Some(blamed) = candidates.before(finished) else { continue };
        let age = incident.opened_at.since(record.production.finished_at(blamed));
        if age <= record.rules.incident_window {
            let witness = Witness::Incident(incident.id.clone());
            let at = incident.opened_at;
            matches.add(blamed, Evidence { reason: Reason::Incident, at, witness });
        }
    }
}

#[cfg(test)]
mod tests;
