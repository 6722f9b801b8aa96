#![allow(clippy::unwrap_used)]

use crate::domain::{DAY, HOUR};
use crate::ledger::Reason::{Hotfix, Rollback};
use crate::ledger::scenario::*;
use crate::ledger::{ChangeId, Witness};

/// Deployments of `c1` at hour 10 and `c2` at hour 20; then pull request 3, a hotfix, opened at
/// `opened` and shipped by deployment 3 at hour 500.
fn hotfix_opened(opened: i64) -> Scenario {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c1", 10);
    scenario.deploy(2, "c2", 20);
    scenario.deploy(3, "c3", 500);
    let hotfix = scenario.pull_mut(3);
    hotfix.hotfix = true;
    hotfix.opened_at = h(opened);
    hotfix.merged_at = h(499);
    scenario
}

#[test]
fn the_latest_deployment_finished_when_the_hotfix_was_opened_is_blamed() {
    for (opened, expected) in [(19, 1), (20, 2), (188, 2)] {
        let history = hotfix_opened(opened).judge(600);
        assert_eq!(failed(&history), [(expected, Hotfix)], "opened {opened}");
        assert_eq!(rework(&history), [3]);
    }
    let history = hotfix_opened(30).judge(600);
    let evidence = &deployment(&history, 2).failure.as_ref().unwrap().evidence[0];
    assert_eq!(evidence.at, h(500));
    let shipped_by = crate::domain::DeploymentId(3);
    assert_eq!(evidence.witness, Witness::Repair { change: ChangeId::Pull(3), shipped_by });
}

#[test]
fn only_a_deployment_of_the_last_seven_days_is_blamed() {
    let mut scenario = hotfix_opened(20 + 7 * DAY / HOUR);
    assert_eq!(failed(&scenario.judge(600)), [(2, Hotfix)]);
    let hotfix = scenario.pull_mut(3);
    hotfix.opened_at = hotfix.opened_at.plus(1);
    let history = scenario.judge(600);
    assert!(failed(&history).is_empty());
    assert_eq!(rework(&history), [3]);
}

#[test]
fn a_hotfix_that_was_not_shipped_blames_nobody() {
    let mut scenario = hotfix_opened(30);
    scenario.deployments.pop();
    let history = scenario.judge(600);
    assert!(failed(&history).is_empty() && rework(&history).is_empty());
}

#[test]
fn rollbacks_and_rework_are_passed_over_and_the_one_found_must_be_recent() {
    let mut scenario = hotfix_opened(60);
    // Deployment 4 rolls 2 back.
    scenario.deploy(4, "c1", 30);
    assert_eq!(failed(&scenario.judge(600)), [(2, Rollback)]);
    let evidence = |scenario: &Scenario| {
        let history = scenario.judge(600);
        let failure = deployment(&history, 2).failure.as_ref().unwrap();
        failure.evidence.iter().map(|evidence| evidence.reason).collect::<Vec<_>>()
    };
    assert_eq!(evidence(&scenario), [Rollback, Hotfix]);
    // With deployment 2 a hotfix of 1, it is rework: 1 is blamed twice.
    scenario.deployments.retain(|deployment| deployment.id.0 != 4);
    let second = scenario.pull_mut(2);
    second.hotfix = true;
    second.opened_at = h(11);
    let history = scenario.judge(600);
    assert_eq!(failed(&history), [(1, Hotfix)]);
    assert_eq!(deployment(&history, 1).failure.as_ref().unwrap().evidence.len(), 2);
    // Passing over goes back as far as needed, but the one found is too old then.
    scenario.pull_mut(3).opened_at = h(10 + 7 * 24 + 1);
    let history = scenario.judge(600);
    assert_eq!(deployment(&history, 1).failure.as_ref().unwrap().evidence.len(), 1);
}

#[test]
fn a_hotfix_that_was_live_before_it_was_opened_blames_a_deployment_before_its_own() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deploy(1, "c1", 10);
    scenario.commit("p9", &["c1"], 11);
    scenario.deploy(2, "p9", 12);
    scenario.main("later", &["c1"], 13);
    scenario.deploy(3, "later", 14);
    scenario.main("squash", &["later"], 20);
    let hotfix = scenario.pull(9, "squash", 20);
    hotfix.hotfix = true;
    hotfix.opened_at = h(19);
    let history = scenario.judge(30);
    assert_eq!(failed(&history), [(1, Hotfix)]);
    assert_eq!(deployment(&history, 1).failure.as_ref().unwrap().restored_at, Some(h(12)));
}

#[test]
fn a_direct_hotfix_counts_from_when_it_was_authored() {
    for (authored, expected) in [(15, 1), (25, 2)] {
        let mut scenario = Scenario::with_pulls(2);
        scenario.deploy(1, "c1", 10);
        scenario.deploy(2, "c2", 20);
        scenario.commit_with("fix", &["c2"], 30, |commit| {
            commit.authored_at = h(authored);
            commit.hotfix = true;
        });
        scenario.head = Some(oid("fix"));
        scenario.deploy(3, "fix", 31);
        assert_eq!(failed(&scenario.judge(40)), [(expected, Hotfix)]);
    }
}

#[test]
fn a_direct_hotfix_by_a_clock_that_is_ahead_counts_from_when_it_was_committed() {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deploy(1, "c1", 10);
    scenario.commit_with("fix", &["c2"], 15, |commit| {
        commit.authored_at = h(25);
        commit.hotfix = true;
    });
    scenario.head = Some(oid("fix"));
    scenario.deploy(2, "c2", 20);
    scenario.deploy(3, "fix", 31);
    assert_eq!(failed(&scenario.judge(40)), [(1, Hotfix)]);
}

#[test]
fn switched_off_it_blames_nobody_but_rework_stays() {
    let mut scenario = hotfix_opened(30);
    scenario.rules.failure_rules.remove(&Hotfix);
    let history = scenario.judge(600);
    assert!(failed(&history).is_empty());
    assert_eq!(rework(&history), [3]);
}
