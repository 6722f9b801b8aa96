//! What each production deployment was the first to bring live, by ancestry.

use super::changes::Tips;
use super::graph::Ancestry;
use super::production::Production;
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

#[cfg(test)]
mod tests;
