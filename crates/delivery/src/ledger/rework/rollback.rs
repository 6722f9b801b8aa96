//! Rollbacks: production was taken back to what lacks a change that was live.
//!
//! Judged per environment on single deployments, before regions count as one: a region that
//! follows another is no rollback of it.

use super::super::graph::Ancestry;
use super::super::production::Finish;
use super::super::record::Record;
use crate::domain::{CommitIndex, Oid, Time};
use std::collections::{BTreeMap, HashMap};

/// A deployment that took an environment back.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Rollback {
    /// The production deployment that it counts as.
    pub(in super::super) by: usize,
    /// When it finished in its own environment.
    pub(in super::super) finished_at: Time,
    /// The production deployment that it took back, if one is to blame.
    pub(in super::super) blames: Option<usize>,
}

/// Finds all rollbacks.
pub(super) fn rollbacks(record: &Record<'_>) -> Vec<Rollback> {
    let mut environments: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, finish) in record.production.finishes.iter().enumerate() {
        environments.entry(finish.environment).or_default().push(at);
    }
    environments.values().flat_map(|finishes| in_environment(record, finishes)).collect()
}

/// Judges the finishes of one environment, given in order.
fn in_environment(record: &Record<'_>, finishes: &[usize]) -> Vec<Rollback> {
    let finish = |at: usize| &record.production.finishes[finishes[at]];
    let mut found = Vec::new();
    let mut is_rollback = vec![false; finishes.len()];
    let mut places: HashMap<Oid, Vec<usize>> = HashMap::new();
    for at in 0..finishes.len() {
        let new = finish(at);
        let requested_at = new.deployment.created_at;
        // What finished while this one was queued is not what it was meant to replace.
        let before = finishes[..at].partition_point(|&earlier| {
            record.production.finishes[earlier].finished_at <= requested_at
        });
        if let Some(live) = before.checked_sub(1) {
            let was_there = places.get(&new.sha()).is_some_and(|places| places[0] < before);
            is_rollback[at] = takes_back(record, new, finish(live), was_there);
            if is_rollback[at] {
                let of_live = places.get(&finish(live).sha()).into_iter().flatten();
                let blamed = of_live.rev().find(|&&place| place <= live && !is_rollback[place]);
                found.push(Rollback {
                    by: record.production.group_of[finishes[at]],
                    finished_at: new.finished_at,
                    blames: blamed.map(|&place| record.production.group_of[finishes[place]]),
                });
            }
        }
        places.entry(new.sha()).or_default().push(at);
    }
    found
}

/// Whether deploying `new` over `live` goes back and takes a change away from users. What is not
/// in the graph cannot be compared.
fn takes_back(record: &Record<'_>, new: &Finish<'_>, live: &Finish<'_>, was_there: bool) -> bool {
    let ancestry = &record.ancestry;
    let find = |finish: &Finish<'_>| ancestry.graph.find(&finish.sha());
    let (Some(new), Some(live)) = (find(new), find(live)) else { return false };
    // What was there before and descends from `live` lacks nothing of it.
    let goes_back = new != live && (was_there || ancestry.contains(live, new));
    goes_back && lacks_a_change(record, ancestry, new, live)
}

/// Whether `live` contains a change that `new` does not: by none of the change's tips.
fn lacks_a_change(
    record: &Record<'_>,
    ancestry: &Ancestry<'_>,
    new: CommitIndex,
    live: CommitIndex,
) -> bool {
    ancestry.difference(live, new).any(|taken| {
        record
            .changes
            .with_tip(taken)
            .any(|change| change.tips.into_iter().flatten().all(|tip| !ancestry.contains(new, tip)))
    })
}
