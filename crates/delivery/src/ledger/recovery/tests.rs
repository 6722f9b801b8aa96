#![allow(clippy::unwrap_used)]

use crate::domain::{IncidentEvent, IncidentTransition::*};
use crate::ledger::Failure;
use crate::ledger::scenario::*;

fn failure(scenario: &Scenario, id: u64) -> Failure {
    deployment(&scenario.judge(99), id).failure.as_deref().cloned().unwrap()
}

/// Deployment 1 with incidents opened at hour 11, each with its events.
fn with_incidents(incidents: &[&[IncidentEvent]]) -> Scenario {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c1", 10);
    for (at, events) in incidents.iter().enumerate() {
        scenario.incident(&at.to_string(), 11).events = events.to_vec();
    }
    scenario
}

#[test]
fn service_is_restored_when_the_last_of_the_incidents_is_resolved() {
    let resolved = [event(h(15), Resolved)];
    let later = [event(h(13), Resolved), event(h(14), Reopened), event(h(18), Resolved)];
    let judged = failure(&with_incidents(&[&resolved, &later]), 1);
    assert_eq!((judged.restored_at, judged.open, judged.has_incident), (Some(h(18)), false, true));
    let judged = failure(&with_incidents(&[&resolved, &[]]), 1);
    assert_eq!((judged.restored_at, judged.open), (None, true));
    let reopened = [event(h(13), Resolved), event(h(14), Reopened)];
    assert!(failure(&with_incidents(&[&reopened]), 1).open);
}

#[test]
fn with_an_incident_the_repairing_deployment_does_not_end_the_failure() {
    let mut scenario = with_incidents(&[&[]]);
    scenario.deploy(2, "c0", 12);
    let judged = failure(&scenario, 1);
    assert_eq!((judged.restored_at, judged.open, judged.evidence.len()), (None, true, 2));
    scenario.incidents[0].events = vec![event(h(20), Resolved)];
    assert_eq!(failure(&scenario, 1).restored_at, Some(h(20)));
}

#[test]
fn without_an_incident_the_first_repairing_deployment_ends_it() {
    let mut scenario = with_incidents(&[]);
    scenario.deploy(2, "c0", 12);
    scenario.deploy(3, "c3", 14);
    scenario.pull_mut(2).reverts = vec![reverts_pull(1)];
    let judged = failure(&scenario, 1);
    assert_eq!((judged.restored_at, judged.open, judged.has_incident), (Some(h(12)), false, false));
    assert_eq!(judged.evidence.len(), 2);
}

#[test]
fn an_end_that_is_not_after_the_finish_is_no_recovery() {
    // The incident names a deployment that finished in the second in which it was resolved.
    let mut scenario = with_incidents(&[&[event(h(10), Resolved)]]);
    scenario.incidents[0].opened_at = h(9);
    scenario.incidents[0].causes =
        vec![crate::domain::IncidentLink::Deployment(crate::domain::DeploymentId(1))];
    let judged = failure(&scenario, 1);
    assert_eq!((judged.restored_at, judged.open), (None, false));
}
