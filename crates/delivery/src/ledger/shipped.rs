//! Which changes the production deployments shipped, with their lead times and phases.

use super::record::Record;
use super::{ShippedChange, lead_time, phases};

/// The shipped changes, in order of the shipping finish, then of id.
pub(super) fn shipped(record: &Record<'_>) -> Vec<ShippedChange> {
    let mut shipped: Vec<ShippedChange> = record
        .changes
        .list
        .iter()
        .filter_map(|change| {
            let deployment = record.shipping.shipped_by(change.tips)?;
            let finished_at = record.production.finished_at(deployment);
            Some(ShippedChange {
                id: change.id,
                deployment: deployment as u32,
                started_at: lead_time::started_at(record, change),
                merged_at: change.merged_at,
                finished_at,
                phases: phases::phases(record, change, finished_at),
                unknown_paths: change.unknown_paths,
            })
        })
        .collect();
    // It is kept until the component is judged again.
    shipped.shrink_to_fit();
    shipped.sort_unstable_by_key(|change| (change.deployment, change.id));
    shipped
}
