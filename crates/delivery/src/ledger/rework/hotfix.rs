//! Hotfixes: a shipped change bears a hotfix mark.

use super::super::changes::{Change, Origin};
use super::super::record::Record;

/// The hotfixes that reached production, with the deployments that shipped them.
pub(in super::super) fn shipped_hotfixes<'r, 'a>(
    record: &'r Record<'a>,
) -> impl Iterator<Item = (&'r Change<'a>, usize)> {
    let hotfixes = record.changes.list.iter().filter(|change| match change.origin {
        Origin::Pull(pull) => pull.hotfix,
        Origin::Commit(at) => record.ancestry.graph.commit(at).hotfix,
    });
    hotfixes.filter_map(|change| Some((change, record.shipping.shipped_by(change.tips)?)))
}
