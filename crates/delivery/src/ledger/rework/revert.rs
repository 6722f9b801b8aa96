//! Reverts: a shipped change takes back another that went live before.

use super::super::changes::{Change, Origin};
use super::super::record::Record;
use super::super::references::Target;
use crate::domain::Reversion;

/// A shipped change that reverts something that an earlier deployment had made live.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Reversal {
    /// The place of the reverting change.
    pub(in super::super) change: usize,
    /// The deployment that shipped it.
    pub(in super::super) shipped_by: usize,
    /// The deployment by which the original first went live, the baseline included.
    pub(in super::super) original_live: usize,
}

/// Finds all reversals. Bringing something back (`Reapply`, a revert of a revert) is none, and
/// neither is a revert that ships together with its original.
pub(super) fn reversals(record: &Record<'_>) -> Vec<Reversal> {
    let mut reversals = Vec::new();
    let mut reverts = vec![false; record.changes.list.len()];
    // In order of merge, so that it is known of a change whether it reverts before something
    // reverts it in turn.
    for (at, change) in record.changes.list.iter().enumerate() {
        for reversion in reversions(record, change).filter(|reversion| !reversion.reapplies) {
            let target = record.target(reversion.of);
            let original = target.and_then(|target| target.change);
            let undoes_itself = original == Some(at);
            if undoes_itself || original.is_some_and(|original| reverts[original]) {
                continue;
            }
            reverts[at] = true;
            reversals.extend(target.and_then(|target| reversal(record, at, target)));
        }
    }
    reversals
}

fn reversal(record: &Record<'_>, change: usize, target: Target) -> Option<Reversal> {
    let shipped_by = record.shipping.shipped_by(record.changes.list[change].tips)?;
    let original_live = record.shipping.first_live(target.tips)?;
    (original_live < shipped_by).then_some(Reversal { change, shipped_by, original_live })
}

/// What a change says that it reverts: its pull request's texts, and the messages of those of its
/// commits that the graph holds.
fn reversions<'r>(
    record: &'r Record<'_>,
    change: &'r Change<'_>,
) -> impl Iterator<Item = Reversion> + 'r {
    let graph = record.ancestry.graph;
    let (said, commits) = match change.origin {
        Origin::Pull(pull) => {
            let ids = pull.commits.iter().map(|commit| commit.oid).chain(pull.merge_commit);
            let held = ids.filter_map(|oid| graph.find(&oid));
            // Commits of another pull request say what that one reverts.
            let own = held.filter(|at| {
                let owner = record.belonging.pull_of(graph.commit(*at));
                owner.is_some_and(|owner| record.standing.pulls[owner].number == pull.number)
            });
            (pull.reverts.as_slice(), own.collect::<Vec<_>>())
        }
        Origin::Commit(at) => ([].as_slice(), vec![at]),
    };
    let written = commits.into_iter().flat_map(|at| graph.commit(at).reverts.iter());
    said.iter().chain(written).copied()
}
