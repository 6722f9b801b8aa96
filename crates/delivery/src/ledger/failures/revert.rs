//! `revert`: a shipped change reverts another that went live before.

use super::super::rework::Reversal;
use super::super::{Evidence, REVERT_LIMIT, Reason, Witness, record::Record};
use super::Matches;

/// Blames the deployments that first shipped what was reverted within the limit.
pub(super) fn find(record: &Record<'_>, reversals: &[Reversal], matches: &mut Matches) {
    for reversal in reversals {
        let at = record.production.finished_at(reversal.shipped_by);
        let age = at.since(record.production.finished_at(reversal.original_live));
        if Some(reversal.original_live) != record.shipping.baseline && age <= REVERT_LIMIT {
            let change = record.changes.list[reversal.change].id;
            let shipped_by = record.production.id(reversal.shipped_by);
            let witness = Witness::Repair { change, shipped_by };
            matches.add(reversal.original_live, Evidence { reason: Reason::Revert, at, witness });
        }
    }
}

#[cfg(test)]
mod tests;
