#![allow(clippy::unwrap_used)]

use crate::domain::{ChangeReference, HOUR, Reversion};
use crate::ledger::Reason::Revert;
use crate::ledger::scenario::*;
use crate::ledger::{ChangeId, REVERT_LIMIT, Witness};

/// Three pull requests, each deployed a day after the other by the deployment of its number; the
/// second reverts the first.
fn reverted() -> Scenario {
    let mut scenario = Scenario::with_pulls(3);
    for number in 1..=3 {
        scenario.deploy(number, &format!("c{number}"), 24 * number as i64);
    }
    scenario.pull_mut(2).reverts = vec![reverts_pull(1)];
    scenario
}

#[test]
fn the_deployment_that_first_shipped_the_original_is_blamed() {
    let history = reverted().judge(100);
    assert_eq!(failed(&history), [(1, Revert)]);
    assert_eq!(rework(&history), [2]);
    let failure = deployment(&history, 1).failure.as_ref().unwrap();
    let shipped_by = crate::domain::DeploymentId(2);
    assert_eq!(
        failure.evidence[0].witness,
        Witness::Repair { change: ChangeId::Pull(2), shipped_by }
    );
    assert_eq!((failure.evidence[0].at, failure.restored_at), (h(48), Some(h(48))));
    assert!(!failure.has_incident && !failure.open);
}

#[test]
fn commits_are_found_by_every_way_in_which_they_belong_to_a_change() {
    for name in ["c1", "p1"] {
        let mut scenario = reverted();
        let reversion = Reversion { of: by_sha(name), reapplies: false };
        scenario.pull_mut(2).reverts = vec![reversion];
        assert_eq!(failed(&scenario.judge(100)), [(1, Revert)], "{name}");
    }
}

#[test]
fn commits_messages_count_for_the_pull_request_that_they_belong_to() {
    for name in ["c2", "p2"] {
        let mut scenario = reverted();
        scenario.pull_mut(2).reverts.clear();
        let parent = if name == "c2" { "c1" } else { "c0" };
        scenario.commit_with(name, &[parent], 2, |commit| commit.reverts = vec![reverts_pull(1)]);
        assert_eq!(failed(&scenario.judge(100)), [(1, Revert)], "{name}");
    }
}

#[test]
fn direct_commits_revert_and_are_reverted() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("bad", &["c0"], 1);
    scenario.commit_with("good", &["bad"], 3, |commit| {
        commit.reverts = vec![Reversion { of: by_sha("bad"), reapplies: false }];
    });
    scenario.head = Some(oid("good"));
    scenario.deploy(1, "bad", 2);
    scenario.deploy(2, "good", 4);
    let history = scenario.judge(9);
    assert_eq!((failed(&history), rework(&history)), (vec![(1, Revert)], vec![2]));
}

#[test]
fn a_revert_that_ships_together_with_its_original_blames_nothing() {
    let mut scenario = reverted();
    scenario.deployments.retain(|deployment| deployment.id.0 != 1);
    let history = scenario.judge(100);
    assert!(failed(&history).is_empty() && rework(&history).is_empty());
}

#[test]
fn only_thirty_days_are_looked_back_but_rework_is_rework_at_any_age() {
    for (late, expected) in [(0, 1), (1, 0)] {
        let mut scenario = reverted();
        scenario.deployments.retain(|deployment| deployment.id.0 != 3);
        let second = scenario.deployments.last_mut().unwrap();
        second.statuses[0].at = h(24).plus(REVERT_LIMIT + late);
        let history = scenario.judge(24 + REVERT_LIMIT / HOUR + 1);
        assert_eq!((failed(&history).len(), rework(&history)), (expected, vec![2]));
    }
}

#[test]
fn a_reapply_and_a_revert_of_a_revert_blame_and_repair_nothing() {
    let mut scenario = reverted();
    scenario.pull_mut(3).reverts = vec![reverts_pull(2)];
    let history = scenario.judge(100);
    assert_eq!((failed(&history), rework(&history)), (vec![(1, Revert)], vec![2]));
    scenario.pull_mut(2).reverts.clear();
    scenario.pull_mut(3).reverts = vec![Reversion { reapplies: true, ..reverts_pull(1) }];
    let history = scenario.judge(100);
    assert!(failed(&history).is_empty() && rework(&history).is_empty());
}

#[test]
fn a_revert_of_what_was_brought_back_blames_the_deployment_that_brought_it_back() {
    let mut scenario = reverted();
    scenario.pull_mut(3).reverts = vec![reverts_pull(2)];
    scenario.main("c4", &["c3"], 4);
    scenario.pull(4, "c4", 4).reverts = vec![reverts_pull(3)];
    scenario.deploy(4, "c4", 96);
    let history = scenario.judge(100);
    assert_eq!((failed(&history), rework(&history)), (vec![(1, Revert), (3, Revert)], vec![2, 4]));
}

#[test]
fn a_change_that_undoes_its_own_commit_is_no_revert() {
    let mut scenario = reverted();
    scenario.pull_mut(1).reverts = vec![Reversion { of: by_sha("p1"), reapplies: false }];
    // Nor is it taken for one when something reverts it in turn.
    assert_eq!(failed(&scenario.judge(100)), [(1, Revert)]);
    assert_eq!(rework(&scenario.judge(100)), [2]);
}

#[test]
fn a_revert_of_what_the_baseline_contained_is_rework_and_blames_nobody() {
    let mut scenario = reverted();
    scenario.deployments.retain(|deployment| deployment.id.0 != 100);
    let history = scenario.judge(100);
    assert!(deployment(&history, 1).is_baseline);
    assert_eq!((failed(&history), rework(&history)), (vec![], vec![2]));
}

#[test]
fn references_that_lead_nowhere_blame_nobody() {
    let mut scenario = reverted();
    let unknown = ChangeReference::Pull(99);
    scenario.pull_mut(2).reverts = vec![Reversion { of: unknown, reapplies: false }];
    let history = scenario.judge(100);
    assert!(failed(&history).is_empty() && rework(&history).is_empty());
}

#[test]
fn two_reverts_of_one_change_fail_its_deployment_once() {
    let mut scenario = reverted();
    scenario.pull_mut(3).reverts = vec![reverts_pull(1)];
    let history = scenario.judge(100);
    assert_eq!(failed(&history), [(1, Revert)]);
    let failure = deployment(&history, 1).failure.as_ref().unwrap();
    assert_eq!((failure.evidence.len(), failure.restored_at), (2, Some(h(48))));
}

#[test]
fn switched_off_it_blames_nobody_but_rework_stays() {
    let mut scenario = reverted();
    scenario.rules.failure_rules.remove(&Revert);
    let history = scenario.judge(100);
    assert_eq!((failed(&history), rework(&history)), (vec![], vec![2]));
}

#[test]
fn a_revert_counts_for_the_pull_request_that_brought_it_first_and_not_for_one_on_top() {
    let mut scenario = reverted();
    scenario.pull_mut(2).reverts.clear();
    scenario.pull_mut(2).commits = vec![pull_commit("undo", 1)];
    scenario.pull_mut(3).commits.push(pull_commit("undo", 1));
    scenario.commit_with("undo", &["c0"], 1, |commit| commit.reverts = vec![reverts_pull(1)]);
    let history = scenario.judge(100);
    assert_eq!((failed(&history), rework(&history)), (vec![(1, Revert)], vec![2]));
}
