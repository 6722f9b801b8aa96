//! `hotfix`: a shipped change bears a hotfix mark.

use super::super::changes::{Change, Origin};
use super::super::rework::{Repairs, shipped_hotfixes};
use super::super::{Evidence, HOTFIX_LIMIT, Reason, Witness, record::Record};
use super::Matches;
use crate::domain::Time;

/// Blames the latest deployment that finished at or before the hotfix was opened and before the
/// deployment that shipped it, passing over rework (rollbacks are rework, too), if it is recent
/// enough.
pub(super) fn find(record: &Record<'_>, repairs: &Repairs, matches: &mut Matches) {
    let candidates = repairs.latest(|deployment| !repairs.is_rework[deployment]);
    for (change, shipped_by) in shipped_hotfixes(record) {
        let begun_at = begun_at(record, change);
        let finished = record.production.finished_by(begun_at).min(shipped_by);
        let Some(blamed) = candidates.before(finished) else { continue };
        if begun_at.since(record.production.finished_at(blamed)) <= HOTFIX_LIMIT {
            let at = record.production.finished_at(shipped_by);
            let shipped_by = record.production.id(shipped_by);
            let witness = Witness::Repair { change: change.id, shipped_by };
            matches.add(blamed, Evidence { reason: Reason::Hotfix, at, witness });
        }
    }
}

/// When somebody began to repair: the pull request was opened, the direct commit written. A clock
/// that was ahead does not let a repair begin after it was committed.
fn begun_at(record: &Record<'_>, change: &Change<'_>) -> Time {
    match change.origin {
        Origin::Pull(pull) => pull.opened_at,
        Origin::Commit(at) => {
            let commit = record.ancestry.graph.commit(at);
            commit.authored_at.min(commit.committed_at)
        }
    }
}

#[cfg(test)]
mod tests;
