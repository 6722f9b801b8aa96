//! `incident`: an incident opened soon after a deployment.

use super::super::rework::Repairs;
use super::super::{Evidence, Reason, Witness, record::Record};
use super::{Matches, linked};
use crate::domain::Incident;

/// What is known of who is to blame for an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Verdict {
    /// The deployment at this place.
    Blames(usize),
    /// Its text names a known cause, which rule `linked` listens to: nobody has to guess.
    NamesItsCause,
    /// It has none of the severities that count.
    Severity,
    /// Nothing that is no rollback was deployed before it opened.
    NoDeployment,
    /// The latest such deployment finished longer ago than the configured window.
    OutOfWindow,
}

/// Blames the latest deployment that finished at or before an incident opened, passing over
/// rollbacks, within the configured window. An incident that names a known cause is not guessed
/// about where rule `linked` listens to it, nor is one of a severity that does not count.
pub(super) fn find(record: &Record<'_>, repairs: &Repairs, matches: &mut Matches) {
    for (incident, verdict) in verdicts(record, repairs) {
        if let Verdict::Blames(blamed) = verdict {
            let witness = Witness::Incident(incident.id.clone());
            let at = incident.opened_at;
            matches.add(blamed, Evidence { reason: Reason::Incident, at, witness });
        }
    }
}

/// The verdict on each incident that counts, whether the rule is on or not.
pub(in super::super) fn verdicts<'r, 'a>(
    record: &'r Record<'a>,
    repairs: &Repairs,
) -> impl Iterator<Item = (&'a Incident, Verdict)> + use<'r, 'a> {
    let linked = record.rules.failure_rules.contains(&Reason::Linked);
    let candidates = repairs.latest(|deployment| !repairs.is_rollback[deployment]);
    record.incidents.iter().map(move |standing| {
        let incident = standing.incident;
        if linked && linked::names_its_cause(record, incident) {
            return (incident, Verdict::NamesItsCause);
        }
        let severities = &record.rules.severities;
        if !severities.is_empty() && incident.severities.iter().all(|it| !severities.contains(it)) {
            return (incident, Verdict::Severity);
        }
        let finished = record.production.finished_by(incident.opened_at);
        let verdict = match candidates.before(finished) {
            None => Verdict::NoDeployment,
            Some(latest) => {
                let age = incident.opened_at.since(record.production.finished_at(latest));
                if age <= record.rules.incident_window {
                    Verdict::Blames(latest)
                } else {
                    Verdict::OutOfWindow
                }
            }
        };
        (incident, verdict)
    })
}

#[cfg(test)]
mod tests;
