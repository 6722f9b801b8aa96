use crate::domain::{ChangeReference, DeploymentId, IncidentLink, IncidentTransition::*};
use crate::ledger::scenario::*;

#[test]
fn the_fix_that_an_incident_names_is_rework() {
    let cases = [
        (IncidentLink::Deployment(DeploymentId(2)), vec![2]),
        (IncidentLink::Change(ChangeReference::Pull(1)), vec![1]),
        (IncidentLink::Change(by_sha("c2")), vec![2]),
        (IncidentLink::Change(by_sha("c0")), vec![]),
        (IncidentLink::Change(ChangeReference::Pull(99)), vec![]),
    ];
    for (fix, expected) in cases {
        let mut scenario = Scenario::with_pulls(2);
        scenario.deploy(1, "c1", 10);
        scenario.deploy(2, "c2", 20);
        scenario.rules.failure_rules.clear();
        scenario.incident("i", 5).fixes = vec![fix];
        assert_eq!(rework(&scenario.judge(30)), expected, "{fix:?}");
        // What is no incident has no fix.
        scenario.incidents[0].events = vec![event(h(6), Dismissed)];
        assert!(rework(&scenario.judge(30)).is_empty());
    }
}

#[test]
fn an_ordinary_deployment_is_no_rework() {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deploy(1, "c2", 10);
    scenario.incident("i", 12);
    assert!(rework(&scenario.judge(30)).is_empty());
}
