//! What must hold of every judged history, whatever happened in the repository.

#![allow(clippy::unwrap_used)]

mod world;

use delivery::domain::*;
use delivery::ledger::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use world::{World, worlds};

/// The facts in another order, with some of them told twice.
fn retold(world: &World, seed: u64) -> World {
    /// Sorts by a hash of place and seed, and repeats every third fact.
    fn shuffle<F: Clone>(facts: &mut Vec<F>, repeats: bool, seed: u64) {
        let hash = |at: usize| (at as u64 + 1).wrapping_mul(seed | 1).rotate_left(17) ^ seed;
        let mut told: Vec<(u64, F)> = Vec::new();
        for (at, fact) in facts.drain(..).enumerate() {
            if repeats && hash(at) % 3 == 0 {
                told.push((hash(at + 1_000), fact.clone()));
            }
            told.push((hash(at), fact));
        }
        told.sort_by_key(|(order, _)| *order);
        *facts = told.into_iter().map(|(_, fact)| fact).collect();
    }
    let mut retold = world.clone();
    for deployment in &mut retold.deployments {
        shuffle(&mut deployment.statuses, false, seed ^ 5);
    }
    for pull in &mut retold.pulls {
        shuffle(&mut pull.commits, false, seed ^ 6);
    }
    shuffle(&mut retold.commits, true, seed);
    shuffle(&mut retold.pulls, true, seed ^ 1);
    shuffle(&mut retold.deployments, true, seed ^ 2);
    shuffle(&mut retold.incidents, true, seed ^ 3);
    retold
}

/// For each commit all that it contains, by the plainest possible means.
fn contained(world: &World) -> BTreeMap<Oid, BTreeSet<Oid>> {
    let mut contained: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
    for commit in &world.commits {
        let mut all = BTreeSet::from([commit.oid]);
        commit.parents.iter().for_each(|parent| all.extend(&contained[parent]));
        contained.insert(commit.oid, all);
    }
    contained
}

/// The commits by which a change ships.
fn tips(world: &World, change: ChangeId) -> Vec<Oid> {
    match change {
        ChangeId::Commit(oid) => vec![oid],
        ChangeId::Pull(number) => {
            let pull = world.pulls.iter().find(|pull| pull.number == number).unwrap();
            pull.merge_commit.into_iter().chain(pull.head).collect()
        }
    }
}

proptest! {
    #[test]
    fn the_same_facts_in_any_order_and_told_again_give_the_same_history(
        (world, t) in worlds(40, 4 * DAY), seed in any::<u64>(),
    ) {
        prop_assert_eq!(retold(&world, seed).judge(t), world.judge(t));
    }

    #[test]
    fn what_happened_later_changes_nothing_and_the_next_edge_tells_when_it_will(
        (world, t) in worlds(40, 4 * DAY), within in any::<prop::sample::Index>(),
    ) {
        let judged = world.judge(t);
        let past = world.as_of(t).judge(t);
        prop_assert_eq!(&History { next_edge: None, ..past }, &History { next_edge: None, ..judged.clone() });
        let edge = judged.next_edge.unwrap_or(t.plus(90 * DAY));
        prop_assert!(edge > t);
        let before_the_edge = t.plus(within.index(edge.since(t) as usize) as i64);
        prop_assert_eq!(world.judge(before_the_edge), judged);
    }

    #[test]
    fn a_change_ships_once_with_the_first_deployment_that_contains_it((world, t) in worlds(40, 4 * DAY)) {
        let history = world.judge(t);
        let contained = contained(&world);
        let mut ids = BTreeSet::new();
        for change in &history.changes {
            prop_assert!(ids.insert(change.id), "{:?} twice", change.id);
            let tips = tips(&world, change.id);
            let first = history.deployments.iter().position(|deployment| {
                let live = contained.get(&deployment.sha);
                live.is_some_and(|live| tips.iter().any(|tip| live.contains(tip)))
            });
            prop_assert_eq!(first, Some(change.deployment as usize));
            prop_assert!(!history.deployments[change.deployment as usize].is_baseline);
        }
        for change in &history.waiting {
            prop_assert!(ids.insert(change.id), "{:?} waits and is shipped", change.id);
            let live = history.deployments.iter().filter_map(|d| contained.get(&d.sha));
            let tips = tips(&world, change.id);
            prop_assert!(live.flatten().all(|commit| !tips.contains(commit)));
        }
        let counted: u32 = history.deployments.iter().map(|deployment| deployment.changes).sum();
        prop_assert_eq!(counted as usize, history.changes.len());
        prop_assert!(history.deployments.iter().filter(|d| d.is_baseline).count() <= 1);
    }

    #[test]
    fn phases_sum_to_the_lead_time((world, t) in worlds(40, 4 * DAY)) {
        for change in world.judge(t).changes {
            let Phases { coding, pickup, review, deploy } = change.phases;
            let all = [coding, pickup, review, deploy].map(|phase| phase.map(i64::from));
            if all.iter().all(Option::is_some) {
                prop_assert_eq!(all.iter().flatten().sum::<i64>(), change.lead_time());
            }
        }
    }

    #[test]
    fn what_still_happens_is_not_forgotten((world, t) in worlds(40, 4 * DAY), part in 0..5_usize) {
        let whole = world.judge(t);
        let place = whole.deployments.len() * part / 5;
        let at = whole.deployments.get(place).map_or(t, |deployment| deployment.finished_at);
        let mut rest = whole.clone();
        rest.forget_until(at);
        let deployment = |history: &History, change: &ShippedChange| {
            history.deployments[change.deployment as usize].clone()
        };
        let late = whole.changes.iter().filter(|change| change.counts_at() > at);
        let late: Vec<_> = late.map(|change| (change.id, deployment(&whole, change))).collect();
        let kept = rest.changes.iter().map(|change| (change.id, deployment(&rest, change)));
        prop_assert_eq!(kept.collect::<Vec<_>>(), late);
        for deployment in whole.deployments {
            let failure = deployment.failure.iter();
            let turns = failure.flat_map(|failure| {
                failure.evidence.iter().map(|evidence| evidence.at).chain(failure.restored_at)
            });
            let turns = turns.chain([deployment.finished_at]).any(|turn| turn > at);
            prop_assert!(!turns || rest.deployments.contains(&deployment), "{deployment:?}");
        }
        for incident in whole.incidents {
            let happens = incident.opened_at > at || incident.resolved_at.is_none_or(|it| it > at);
            prop_assert_eq!(rest.incidents.contains(&incident), happens);
        }
        prop_assert!(rest.aborted.iter().all(|aborted| aborted.at > at));
        let later = whole.named_since.iter().filter(|since| **since > at);
        prop_assert!(rest.named_since.iter().eq(later));
    }

    #[test]
    fn failures_agree_with_their_evidence((world, t) in worlds(40, 4 * DAY)) {
        let history = world.judge(t);
        let order = |d: &ProductionDeployment| (d.finished_at, d.created_at, d.id);
        prop_assert!(history.deployments.is_sorted_by_key(order));
        let failed = history.deployments.iter().filter(|d| d.failure.is_some()).count();
        prop_assert!(failed <= history.deployments.len());
        let mut attributed = BTreeSet::new();
        for deployment in &history.deployments {
            prop_assert!(!deployment.is_rollback || deployment.is_rework);
            let Some(failure) = &deployment.failure else { continue };
            prop_assert!(failure.evidence.is_sorted() && !failure.evidence.is_empty());
            prop_assert_eq!(failure.reason, failure.evidence[0].reason);
            prop_assert!(failure.restored_at.is_none_or(|at| at > deployment.finished_at && at <= t));
            prop_assert!(!failure.open || failure.restored_at.is_none() && failure.has_incident);
            for evidence in &failure.evidence {
                prop_assert!(evidence.at >= deployment.finished_at && evidence.at <= t);
                match &evidence.witness {
                    Witness::Incident(id) => drop(attributed.insert(id.clone())),
                    Witness::Rollback(by) | Witness::Repair { shipped_by: by, .. } => {
                        let by = history.deployments.iter().find(|d| d.id == *by).unwrap();
                        prop_assert!(by.is_rework && by.id != deployment.id);
                    }
                }
            }
        }
        for incident in &history.incidents {
            prop_assert_eq!(incident.attributed, attributed.contains(&incident.id));
        }
    }
}
