//! Which production deployments failed, and by which evidence: one rule a file.
//!
//! A deployment fails at most once. Every match of an enabled rule is kept; the first rule in the
//! order of [`Reason`] names the reason.

mod hotfix;
mod incident;
mod linked;
mod revert;
mod rollback;

pub(super) use incident::{Verdict, verdicts};

use super::record::Record;
use super::rework::Repairs;
use super::{Evidence, Reason, Witness};
use crate::domain::IncidentId;
use std::collections::BTreeSet;

/// The evidence against each production deployment, by its place in order.
#[derive(Debug)]
pub(super) struct Matches {
    /// Ordered by reason, then time; empty for a deployment that did not fail.
    pub(super) evidence: Vec<BTreeSet<Evidence>>,
}

impl Matches {
    fn add(&mut self, deployment: usize, evidence: Evidence) {
        self.evidence[deployment].insert(evidence);
    }

    /// The incidents that a deployment is blamed for.
    pub(super) fn attributed(&self) -> BTreeSet<&IncidentId> {
        let all = self.evidence.iter().flatten();
        let incidents = all.filter_map(|evidence| match &evidence.witness {
            Witness::Incident(id) => Some(id),
            _ => None,
        });
        incidents.collect()
    }
}

/// Runs the enabled rules.
pub(super) fn matches(record: &Record<'_>, repairs: &Repairs) -> Matches {
    let evidence = vec![BTreeSet::new(); record.production.groups.len()];
    let mut matches = Matches { evidence };
    for reason in &record.rules.failure_rules {
        match reason {
            Reason::Linked => linked::find(record, &mut matches),
            Reason::Rollback => rollback::find(record, &repairs.rollbacks, &mut matches),
            Reason::Revert => revert::find(record, &repairs.reversals, &mut matches),
            Reason::Hotfix => hotfix::find(record, repairs, &mut matches),
            Reason::Incident => incident::find(record, repairs, &mut matches),
        }
    }
    matches
}
