#![allow(clippy::unwrap_used)]

use crate::domain::{DeploymentId, MINUTE};
use crate::ledger::Reason::Rollback;
use crate::ledger::scenario::*;
use crate::ledger::{History, Witness};
use std::sync::Arc;

fn rollbacks(history: &History) -> Vec<u64> {
    let rollbacks = history.deployments.iter().filter(|deployment| deployment.is_rollback);
    rollbacks.map(|deployment| deployment.id.0).collect()
}

/// Deployments of the given commits, ten hours apart, with ids from 1, over a baseline `c0`.
fn deployed(commits: &[&str]) -> Scenario {
    let mut scenario = Scenario::with_pulls(4);
    for (at, sha) in commits.iter().enumerate() {
        scenario.deploy(at as u64 + 1, sha, 10 * (at as i64 + 1));
    }
    scenario
}

#[test]
fn going_back_to_an_ancestor_blames_what_was_live() {
    let history = deployed(&["c1", "c2", "c1"]).judge(99);
    assert_eq!((rollbacks(&history), rework(&history)), (vec![3], vec![3]));
    assert_eq!(failed(&history), [(2, Rollback)]);
    let failure = deployment(&history, 2).failure.as_ref().unwrap();
    assert_eq!(failure.evidence[0].witness, Witness::Rollback(DeploymentId(3)));
    assert_eq!((failure.evidence[0].at, failure.restored_at), (h(30), Some(h(30))));
}

#[test]
fn an_ancestor_that_was_never_in_production_is_a_rollback_too() {
    let history = deployed(&["c3", "c2"]).judge(99);
    assert_eq!((rollbacks(&history), failed(&history)), (vec![2], vec![(1, Rollback)]));
}

#[test]
fn the_same_commit_again_and_rolling_forward_again_are_no_rollbacks() {
    let history = deployed(&["c1", "c2", "c2", "c1", "c2", "c3"]).judge(99);
    assert_eq!(rollbacks(&history), [4]);
    // The last deployment of what was live that is no rollback itself is blamed.
    assert_eq!(failed(&history), [(3, Rollback)]);
}

#[test]
fn rolling_back_from_a_rollback_blames_the_deployment_before_it() {
    let history = deployed(&["c1", "c2", "c1", "c0"]).judge(99);
    assert_eq!(rollbacks(&history), [3, 4]);
    assert_eq!(failed(&history), [(1, Rollback), (2, Rollback)]);
}

#[test]
fn a_rollback_of_what_only_rollbacks_deployed_blames_nobody_and_is_one_still() {
    // `c2` was only ever reached by going back from `c3`.
    let history = deployed(&["c3", "c2", "c1"]).judge(99);
    assert_eq!(rollbacks(&history), [2, 3]);
    assert_eq!(failed(&history), [(1, Rollback)]);
}

#[test]
fn a_commit_that_was_in_production_before_takes_a_diverged_one_back() {
    let mut scenario = deployed(&["c1"]);
    scenario.commit("branch", &["c0"], 12);
    scenario.pull(9, "branch", 12);
    scenario.deploy(2, "branch", 20);
    // A commit of another line that was never there is a new state and not an old one.
    assert!(rollbacks(&scenario.judge(25)).is_empty());
    scenario.deploy(3, "c1", 30);
    assert_eq!(rollbacks(&scenario.judge(99)), [3]);
    assert_eq!(failed(&scenario.judge(99)), [(2, Rollback)]);
}

#[test]
fn without_a_change_taken_away_nothing_is_rolled_back() {
    let mut scenario = deployed(&["c1"]);
    scenario.rules.direct_commits = false;
    scenario.main("chore", &["c1"], 11);
    scenario.deploy(2, "chore", 20);
    scenario.deploy(3, "c1", 30);
    assert!(rollbacks(&scenario.judge(99)).is_empty());
    scenario.rules.direct_commits = true;
    assert_eq!(rollbacks(&scenario.judge(99)), [3]);
}

#[test]
fn a_branchs_head_after_its_merge_lacks_no_change() {
    let mut scenario = deployed(&[]);
    scenario.commit("p9", &["c0"], 1);
    scenario.head = None;
    scenario.pulls.clear();
    scenario.main("merge", &["c0", "p9"], 2);
    scenario.pull(9, "merge", 2);
    for (id, sha) in [(1, "p9"), (2, "merge"), (3, "p9")] {
        scenario.deploy(id, sha, 10 * id as i64);
    }
    assert!(rollbacks(&scenario.judge(99)).is_empty());
}

#[test]
fn a_deployment_that_was_queued_while_a_newer_one_finished_is_no_rollback() {
    let mut scenario = deployed(&["c1", "c3"]);
    scenario.deploy(3, "c2", 25).created_at = h(15);
    assert!(rollbacks(&scenario.judge(99)).is_empty());
    scenario.deployments.last_mut().unwrap().created_at = h(20);
    assert_eq!(rollbacks(&scenario.judge(99)), [3]);
}

#[test]
fn deployments_of_one_second_do_not_roll_each_other_back() {
    let mut scenario = deployed(&[]);
    scenario.deploy(1, "c1", 10).created_at = h(10);
    scenario.deploy(2, "c2", 10).created_at = h(10);
    assert!(rollbacks(&scenario.judge(99)).is_empty());
}

#[test]
fn environments_are_judged_apart() {
    let mut scenario = deployed(&["c1", "c2"]);
    scenario.deploy(3, "c1", 30).environment = Arc::from("production-eu");
    assert!(rollbacks(&scenario.judge(99)).is_empty());
}

#[test]
fn regions_that_roll_back_together_blame_once_the_deployment_of_all_regions() {
    let mut scenario = Scenario::with_pulls(2);
    for (id, sha, hour) in [(1, "c1", 10), (3, "c2", 20), (5, "c1", 30)] {
        for (region, minutes) in [(0, 0), (1, 5)] {
            let deployment = scenario.deploy(id + region, sha, hour);
            deployment.environment = Arc::from(format!("production-{region}"));
            deployment.statuses[0].at = h(hour).plus(minutes * MINUTE);
        }
    }
    let history = scenario.judge(99);
    assert_eq!((rollbacks(&history), failed(&history)), (vec![5], vec![(3, Rollback)]));
    let evidence = &deployment(&history, 3).failure.as_ref().unwrap().evidence;
    assert_eq!((evidence.len(), evidence[0].at), (1, h(30)));
}

#[test]
fn what_the_graph_does_not_hold_cannot_be_compared() {
    let history = deployed(&["c1", "lost", "c1", "lost"]).judge(99);
    assert!(rollbacks(&history).is_empty());
}

#[test]
fn the_baseline_can_be_rolled_back() {
    let mut scenario = deployed(&["c2", "c1"]);
    scenario.deployments.remove(0);
    let history = scenario.judge(99);
    assert!(deployment(&history, 1).is_baseline);
    assert_eq!((rollbacks(&history), failed(&history)), (vec![2], vec![(1, Rollback)]));
}

#[test]
fn switched_off_it_blames_nobody_but_rollbacks_stay_rework() {
    let mut scenario = deployed(&["c1", "c2", "c1"]);
    scenario.rules.failure_rules.remove(&Rollback);
    let history = scenario.judge(99);
    assert!(failed(&history).is_empty());
    assert_eq!((rollbacks(&history), rework(&history)), (vec![3], vec![3]));
}

#[test]
fn a_commit_that_only_arrived_while_the_deployment_was_queued_was_not_there_before() {
    let mut scenario = deployed(&["c2"]);
    scenario.commit("branch", &["c0"], 12);
    scenario.pull(9, "branch", 12);
    scenario.deploy(2, "branch", 20);
    scenario.deploy(3, "branch", 30).created_at = h(15);
    assert!(rollbacks(&scenario.judge(99)).is_empty());
}
