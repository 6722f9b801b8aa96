#![allow(clippy::unwrap_used)]

use crate::domain::{ChangeReference, DeploymentId, IncidentLink, IncidentTransition::Resolved};
use crate::ledger::Reason::{self, Linked};
use crate::ledger::scenario::*;

fn pull(number: u32) -> IncidentLink {
    IncidentLink::Change(ChangeReference::Pull(number))
}

fn scenario() -> Scenario {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deploy(1, "c1", 10);
    scenario.deploy(2, "c2", 20);
    scenario
}

#[test]
fn the_named_cause_is_blamed_and_not_the_latest_deployment() {
    let mut scenario = scenario();
    scenario.incident("i", 21).causes = vec![pull(1), pull(1), pull(99)];
    let history = scenario.judge(30);
    assert_eq!(failed(&history), [(1, Linked)]);
    let failure = deployment(&history, 1).failure.as_ref().unwrap();
    assert_eq!(failure.evidence.len(), 1);
    assert_eq!(failure.evidence[0].at, h(21));
    assert!(history.incidents[0].attributed && failure.has_incident && failure.open);
}

#[test]
fn several_causes_blame_several_deployments() {
    let mut scenario = scenario();
    scenario.incident("i", 21).causes = vec![pull(1), pull(2)];
    assert_eq!(failed(&scenario.judge(30)), [(1, Linked), (2, Linked)]);
}

#[test]
fn a_cause_that_finished_after_the_incident_ended_is_not_blamed_and_nobody_else_is_guessed() {
    for (resolved, expected) in
        [(Some(19), vec![]), (Some(20), vec![(2, Linked)]), (None, vec![(2, Linked)])]
    {
        let mut scenario = scenario();
        let incident = scenario.incident("i", 15);
        incident.causes = vec![IncidentLink::Deployment(DeploymentId(2))];
        incident.events = resolved.map(|at| event(h(at), Resolved)).into_iter().collect();
        let history = scenario.judge(30);
        assert_eq!(failed(&history), expected);
        assert_eq!(history.incidents[0].attributed, !expected.is_empty());
        // The match is not true before the blamed deployment finished.
        for failure in history.deployments.iter().filter_map(|d| d.failure.as_ref()) {
            assert_eq!(failure.matched_at(), h(20));
        }
    }
}

#[test]
fn a_cause_within_the_baseline_blames_nobody() {
    let mut scenario = scenario();
    let in_baseline = IncidentLink::Change(by_sha("c0"));
    scenario.incident("i", 21).causes = vec![in_baseline];
    let history = scenario.judge(30);
    assert!(failed(&history).is_empty() && !history.incidents[0].attributed);
}

#[test]
fn a_cause_that_leads_nowhere_leaves_the_incident_to_the_rule_incident() {
    let mut scenario = scenario();
    scenario.incident("i", 21).causes = vec![pull(99)];
    assert_eq!(failed(&scenario.judge(30)), [(2, Reason::Incident)]);
}

#[test]
fn switched_off_it_leaves_all_incidents_to_the_rule_incident() {
    let mut scenario = scenario();
    scenario.incident("i", 21).causes = vec![pull(1)];
    scenario.rules.failure_rules.remove(&Linked);
    assert_eq!(failed(&scenario.judge(30)), [(2, Reason::Incident)]);
}
