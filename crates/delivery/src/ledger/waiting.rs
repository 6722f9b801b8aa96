//! Which changes are merged and not live yet.

use super::WaitingChange;
use super::changes::Tips;
use super::record::Record;

/// The waiting changes, in order of merge, then of id: on the default branch and not live.
pub(super) fn waiting(record: &Record<'_>) -> Vec<WaitingChange> {
    let (Some(_), Some(&head)) = (record.shipping.baseline, record.branch.first()) else {
        return Vec::new();
    };
    let mut on_its_way = vec![false; record.ancestry.graph.len()];
    record.ancestry.walk(head, |commit| {
        let on_its_way = &mut on_its_way[commit as usize];
        record.shipping.live(commit).is_none() && !std::mem::replace(on_its_way, true)
    });
    let waits = |tips: Tips| {
        record.shipping.first_live(tips).is_none()
            && tips.into_iter().flatten().any(|tip| on_its_way[tip as usize])
    };
    let changes = record.changes.list.iter().filter(|change| waits(change.tips));
    changes.map(|change| WaitingChange { id: change.id, merged_at: change.merged_at }).collect()
}
