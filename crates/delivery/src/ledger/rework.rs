//! Rework: which deployments repair something, whatever failure rules are on.

mod hotfix;
mod revert;
mod rollback;

pub(super) use hotfix::shipped_hotfixes;
pub(super) use revert::Reversal;
pub(super) use rollback::Rollback;

use super::record::Record;
use super::references::Lead;

/// The repairs of a component. Production deployments are told by their place in order.
#[derive(Debug)]
pub(super) struct Repairs {
    /// Each rollback of one environment.
    pub(super) rollbacks: Vec<Rollback>,
    /// Each shipped revert of something previously live.
    pub(super) reversals: Vec<Reversal>,
    /// Which deployments took an environment back.
    pub(super) is_rollback: Vec<bool>,
    /// Which deployments are a rollback, ship a revert or a hotfix, or are an incident's fix.
    pub(super) is_rework: Vec<bool>,
}

impl Repairs {
    /// Finds all repairs.
    pub(super) fn of(record: &Record<'_>) -> Repairs {
        let rollbacks = rollback::rollbacks(record);
        let reversals = revert::reversals(record);
        let mut is_rollback = vec![false; record.production.groups.len()];
        rollbacks.iter().for_each(|rollback| is_rollback[rollback.by] = true);
        let mut is_rework = is_rollback.clone();
        reversals.iter().for_each(|reversal| is_rework[reversal.shipped_by] = true);
        shipped_hotfixes(record).for_each(|(_, shipped_by)| is_rework[shipped_by] = true);
        for incident in record.witnesses().map(|standing| standing.incident) {
            for link in &incident.fixes {
                if let Some(Lead::Deployment(fix)) = record.follow(incident, *link) {
                    is_rework[fix] = true;
                }
            }
        }
        Repairs { rollbacks, reversals, is_rollback, is_rework }
    }

    /// Prepares to find the latest deployments that `is_candidate`.
    pub(super) fn latest(&self, is_candidate: impl Fn(usize) -> bool) -> Latest {
        let mut latest = None;
        let before = (0..self.is_rework.len()).map(|at| {
            latest = if is_candidate(at) { Some(at) } else { latest };
            latest
        });
        Latest { up_to: before.collect() }
    }
}

/// For each production deployment the latest candidate up to it.
#[derive(Debug)]
pub(super) struct Latest {
    up_to: Vec<Option<usize>>,
}

impl Latest {
    /// The latest candidate among the first `count` deployments.
    pub(super) fn before(&self, count: usize) -> Option<usize> {
        count.checked_sub(1).and_then(|at| self.up_to.get(at).copied().flatten())
    }
}

#[cfg(test)]
mod tests;
