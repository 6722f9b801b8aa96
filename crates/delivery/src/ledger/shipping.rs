//! What each production deployment was the first to bring live, by ancestry.

use super::changes::Tips;
use super::graph::Ancestry;
use super::production::Production;
use super::record::Record;
use super::{ShippedChange, WaitingChange, lead_time, phases};
use crate::domain::CommitIndex;

/// Where each commit first went live. Production deployments are told by their place in order.
#[derive(Debug)]
pub(super) struct Shipping {
    /// The earliest production deployment whose commit resolves: all it contains ships nowhere.
    pub(super) baseline: Option<usize>,
    first_live: Vec<Option<u32>>,
}

impl Shipping {
    /// Walks the deployments in order with one set of live commits, so that each ships once.
    pub(super) fn of(production: &Production<'_>, ancestry: &Ancestry<'_>) -> Shipping {
        let mut first_live = vec![None; ancestry.graph.len()];
        let mut baseline = None;
        for group in 0..production.groups.len() {
            let Some(sha) = ancestry.graph.find(&production.first(group).sha()) else { continue };
            if baseline.is_none() {
                baseline = Some(group);
                // What lies on the ground was live before anything that is still there.
                let ground = (0..).zip(&mut first_live).filter(|(at, _)| ancestry.is_ground(*at));
                ground.for_each(|(_, live)| *live = Some(group as u32));
            }
            ancestry.walk(sha, |commit| {
                let live = &mut first_live[commit as usize];
                let is_new = live.is_none();
                live.get_or_insert(group as u32);
                is_new
            });
        }
        Shipping { baseline, first_live }
    }

    /// The deployment by which one of these commits first went live, the baseline included.
    pub(super) fn first_live(&self, tips: Tips) -> Option<usize> {
        tips.into_iter().flatten().filter_map(|tip| self.live(tip)).min()
    }

    /// The deployment that shipped what has these tips; the baseline ships nothing.
    pub(super) fn shipped_by(&self, tips: Tips) -> Option<usize> {
        self.first_live(tips).filter(|at| Some(*at) != self.baseline)
    }

    /// The deployment by which a commit first went live.
    pub(super) fn live(&self, commit: CommitIndex) -> Option<usize> {
        self.first_live[commit as usize].map(|at| at as usize)
    }
}

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

#[cfg(test)]
mod tests;
