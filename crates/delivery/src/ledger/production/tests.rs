use crate::domain::{DAY, DeploymentState::*, IncidentTransition, MINUTE, Time};
use crate::ledger::ProductionDeployment;
use crate::ledger::scenario::*;
use std::sync::Arc;

/// Ids of production deployments with the ids of those that count as one with them.
fn groups(scenario: &Scenario, hour: i64) -> Vec<(u64, Vec<u64>)> {
    let history = scenario.judge(hour);
    let ids = |group: &ProductionDeployment| {
        let others = group.others.iter().map(|id| id.0);
        std::iter::once(group.id.0).chain(others).collect()
    };
    history.deployments.iter().map(|group| (group.id.0, ids(group))).collect()
}

#[test]
fn a_deployment_counts_from_its_first_success_whatever_came_later() {
    let mut scenario = Scenario::new();
    scenario.deploy(1, "a", 1).statuses =
        vec![status(h(3), Inactive), status(h(2), Success), status(h(1), Success)];
    let history = scenario.judge(4);
    assert_eq!(history.deployments[0].finished_at, h(1));
    assert_eq!(history.deployments.len(), 1);
}

#[test]
fn only_production_environments_count_and_a_statuss_own_environment_goes_before_the_deployments() {
    let cases = [
        ("production", None, true),
        ("staging", None, false),
        ("staging", Some("production"), true),
        ("production", Some("staging"), false),
        ("production", Some(""), true),
    ];
    for (environment, own, expected) in cases {
        let mut scenario = Scenario::new();
        let deployment = scenario.deploy(1, "a", 1);
        deployment.environment = Arc::from(environment);
        deployment.statuses[0].environment = own.map(Arc::from);
        assert_eq!(scenario.judge(2).deployments.len() == 1, expected, "{environment} {own:?}");
    }
}

#[test]
fn the_environment_of_a_finish_is_that_of_its_first_production_success() {
    let mut scenario = Scenario::new();
    let deployment = scenario.deploy(1, "a", 1);
    deployment.statuses[0].environment = Some(Arc::from("staging"));
    let mut second = status(h(2), Success);
    second.environment = Some(Arc::from("production-eu"));
    deployment.statuses.push(second);
    let history = scenario.judge(3);
    assert_eq!(&*history.deployments[0].environment, "production-eu");
    assert_eq!(history.deployments[0].finished_at, h(2));
}

#[test]
fn what_never_succeeded_and_what_succeeds_later_is_no_production_deployment() {
    let mut scenario = Scenario::new();
    scenario.deploy(1, "a", 1).statuses = vec![status(h(1), Failure), status(h(2), Pending)];
    scenario.deploy(2, "a", 9);
    scenario.deploy(3, "a", 1).created_at = h(9);
    assert!(scenario.judge(3).deployments.is_empty());
}

#[test]
fn deployments_are_ordered_by_finish_then_request_then_id() {
    let mut scenario = Scenario::new();
    scenario.deploy(3, "a", 2).created_at = h(0);
    scenario.deploy(2, "b", 2).created_at = h(0);
    scenario.deploy(1, "c", 2).created_at = h(1);
    scenario.deploy(4, "d", 1);
    let ids: Vec<u64> = scenario.judge(3).deployments.iter().map(|d| d.id.0).collect();
    assert_eq!(ids, [4, 2, 3, 1]);
}

#[test]
fn regions_of_one_commit_within_the_window_of_the_first_finish_count_as_one() {
    let mut scenario = Scenario::new();
    for (id, minutes) in [(1, 0), (2, 6), (3, 10), (4, 11)] {
        let deployment = scenario.deploy(id, "a", 1);
        deployment.environment = Arc::from(format!("production-{id}"));
        deployment.statuses[0].at = h(1).plus(minutes * MINUTE);
    }
    // The window is inclusive and counts from the first finish, not from the one before.
    assert_eq!(groups(&scenario, 2), [(1, vec![1, 2, 3]), (4, vec![4])]);
    scenario.rules.same_deployment_window = 0;
    assert_eq!(groups(&scenario, 2).len(), 4);
}

#[test]
fn a_window_of_zero_separates_even_finishes_of_one_second() {
    let mut scenario = Scenario::new();
    scenario.deploy(1, "a", 1);
    scenario.deploy(2, "a", 1);
    assert_eq!(groups(&scenario, 2).len(), 1);
    scenario.rules.same_deployment_window = 0;
    assert_eq!(groups(&scenario, 2).len(), 2);
}

#[test]
fn another_commit_between_in_the_same_environment_separates_deployments_of_one_commit() {
    let deploys = |between: &str| {
        let mut scenario = Scenario::new();
        for (id, sha, minute) in [(1, "a", 0), (2, "b", 1), (3, "a", 2), (4, "a", 3)] {
            let deployment = scenario.deploy(id, sha, 1);
            deployment.statuses[0].at = h(1).plus(minute * MINUTE);
            if sha == "b" {
                deployment.environment = Arc::from(between);
            }
        }
        groups(&scenario, 2)
    };
    assert_eq!(deploys("production"), [(1, vec![1]), (2, vec![2]), (3, vec![3, 4])]);
    assert_eq!(deploys("production-eu"), [(1, vec![1, 3, 4]), (2, vec![2])]);
}

#[test]
fn a_failed_deployment_is_aborted_seven_days_after_its_last_status() {
    let mut scenario = Scenario::new();
    scenario.deploy(1, "a", 1).statuses = vec![status(h(1), Error), status(h(2), Inactive)];
    let at = h(2).plus(7 * DAY);
    let early = scenario.judge_at(at.plus(-1));
    assert!(early.aborted.is_empty());
    assert_eq!(early.next_edge, Some(at));
    let judged = scenario.judge_at(at);
    assert_eq!((judged.aborted[0].id.0, judged.aborted[0].at), (1, at));
    assert_eq!(judged.next_edge, None);
    assert!(judged.deployments.is_empty());
}

#[test]
fn only_production_failures_without_a_success_are_aborted() {
    let mut scenario = Scenario::new();
    scenario.deploy(1, "a", 1).statuses = vec![status(h(1), Failure), status(h(2), Success)];
    scenario.deploy(2, "a", 1).statuses = vec![status(h(1), Pending)];
    scenario.deploy(3, "a", 1).statuses = vec![status(h(1), Inactive)];
    let staging = scenario.deploy(4, "a", 1);
    staging.environment = Arc::from("staging");
    staging.statuses = vec![status(h(1), Failure)];
    assert!(scenario.judge(1_000).aborted.is_empty());
}

#[test]
fn the_next_edge_is_the_earliest_thing_that_has_not_happened_yet() {
    let mut scenario = Scenario::with_pulls(1);
    assert_eq!(scenario.judge(5).next_edge, None);
    scenario.incident("i", 9);
    assert_eq!(scenario.judge(5).next_edge, Some(h(9)));
    scenario.deploy(2, "c1", 8).created_at = h(2);
    assert_eq!(scenario.judge(5).next_edge, Some(h(8)));
    scenario.pull(7, "x", 7);
    assert_eq!(scenario.judge(5).next_edge, Some(h(7)));
    scenario.main("c2", &["c1"], 6);
    assert_eq!(scenario.judge(5).next_edge, Some(h(6)));
    assert_eq!(scenario.judge_at(Time(h(6).0 - 1)).next_edge, Some(h(6)));
    assert_eq!(scenario.judge(6).next_edge, Some(h(7)));
}

#[test]
fn a_fact_that_is_repeated_exists_once_and_the_fuller_one_is_believed() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deploy(1, "c1", 2);
    scenario.incident("i", 3);
    scenario.incidents[0].events = vec![event(h(4), IncidentTransition::Resolved)];
    let before = scenario.judge(5);
    assert_eq!((before.changes.len(), before.incidents[0].resolved_at), (1, Some(h(4))));
    scenario.deploy(1, "c1", 2).statuses.clear();
    scenario.pull(1, "c1", 1).commits.clear();
    scenario.incident("i", 3);
    assert_eq!(scenario.judge(5), before);
    scenario.deployments.reverse();
    scenario.pulls.reverse();
    scenario.incidents.reverse();
    assert_eq!(scenario.judge(5), before);
}
