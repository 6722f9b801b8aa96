//! When a failed deployment's service was restored.

use super::incidents::StandingIncident;
use super::{Evidence, Failure, Witness};
use crate::domain::{IncidentId, Time};
use std::collections::{BTreeSet, HashMap};

/// When each incident that counts was resolved; absent while it is open.
pub(super) type Resolutions<'a> = HashMap<&'a IncidentId, Option<Time>>;

/// Indexes the resolutions of incidents.
pub(super) fn resolutions<'r, 'a: 'r>(
    incidents: impl Iterator<Item = &'r StandingIncident<'a>>,
) -> Resolutions<'a> {
    incidents.map(|standing| (&standing.incident.id, standing.resolved_at)).collect()
}

/// The failure of a deployment by the evidence against it; none without evidence.
///
/// With incidents, service was restored by the last one's resolution; without, by the first
/// deployment that repaired it. An end that is not after the finish tells nothing.
pub(super) fn failure(
    finished_at: Time,
    evidence: BTreeSet<Evidence>,
    resolutions: &Resolutions<'_>,
) -> Option<Failure> {
    let reason = evidence.first()?.reason;
    let incidents: Vec<Option<Time>> = evidence
        .iter()
        .filter_map(|evidence| match &evidence.witness {
            Witness::Incident(id) => resolutions.get(id).copied(),
            Witness::Rollback(_) | Witness::Repair { .. } => None,
        })
        .collect();
    let has_incident = !incidents.is_empty();
    let open = incidents.iter().any(Option::is_none);
    let end = match (has_incident, open) {
        (true, true) => None,
        (true, false) => incidents.into_iter().flatten().max(),
        (false, _) => evidence.iter().map(|evidence| evidence.at).min(),
    };
    let restored_at = end.filter(|end| *end > finished_at);
    let evidence = evidence.into_iter().collect();
    Some(Failure { reason, evidence, restored_at, open, has_incident })
}

#[cfg(test)]
mod tests;
