#![allow(clippy::unwrap_used)]

use crate::domain::{DeploymentId, HOUR, IncidentLink, IncidentTransition::*};
use crate::ledger::Reason::{Incident, Linked, Rollback};
use crate::ledger::scenario::*;

fn scenario() -> Scenario {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deploy(1, "c1", 10);
    scenario.deploy(2, "c2", 20);
    scenario
}

#[test]
fn the_latest_deployment_before_the_opening_is_blamed_within_the_window() {
    for (opened, expected) in [
        (9, vec![(100, Incident)]),
        (10, vec![(1, Incident)]),
        (19, vec![(1, Incident)]),
        (20, vec![(2, Incident)]),
        (44, vec![(2, Incident)]),
        (45, vec![]),
    ] {
        let mut scenario = scenario();
        scenario.incident("i", opened);
        let history = scenario.judge(99);
        assert_eq!(failed(&history), expected, "opened {opened}");
        assert_eq!(history.incidents[0].attributed, !expected.is_empty());
    }
}

#[test]
fn the_window_is_inclusive_to_the_second_and_configurable() {
    let mut scenario = scenario();
    scenario.rules.incident_window = 2 * HOUR;
    scenario.incident("i", 22);
    assert_eq!(failed(&scenario.judge(99)), [(2, Incident)]);
    scenario.incidents[0].opened_at = h(22).plus(1);
    assert!(failed(&scenario.judge(99)).is_empty());
}

#[test]
fn rollbacks_are_passed_over() {
    let mut scenario = scenario();
    scenario.deploy(3, "c1", 21);
    scenario.incident("i", 22);
    let history = scenario.judge(99);
    assert_eq!(failed(&history), [(2, Rollback)]);
    let evidence = &deployment(&history, 2).failure.as_ref().unwrap().evidence;
    assert_eq!(evidence.iter().map(|e| e.reason).collect::<Vec<_>>(), [Rollback, Incident]);
}

#[test]
fn a_deployment_fails_once_however_many_incidents_it_caused() {
    let mut scenario = scenario();
    scenario.incident("i", 21);
    scenario.incident("j", 22);
    let history = scenario.judge(99);
    assert_eq!(failed(&history), [(2, Incident)]);
    assert_eq!(deployment(&history, 2).failure.as_ref().unwrap().evidence.len(), 2);
}

#[test]
fn dismissed_incidents_and_a_rule_that_is_off_blame_nobody() {
    let mut scenario = scenario();
    scenario.incident("i", 21).events = vec![event(h(23), Dismissed)];
    assert_eq!(failed(&scenario.judge(22)), [(2, Incident)]);
    assert!(failed(&scenario.judge(23)).is_empty());
    scenario.incidents[0].events.clear();
    scenario.rules.failure_rules.remove(&Incident);
    let history = scenario.judge(99);
    assert!(failed(&history).is_empty() && !history.incidents[0].attributed);
}

#[test]
fn incidents_of_other_severities_count_and_blame_nothing_unless_they_name_their_cause() {
    for (counting, borne, expected) in [
        (&[][..], &[][..], vec![(2, Incident)]),
        (&[], &["sev3"], vec![(2, Incident)]),
        (&["sev1", "sev2"], &["sev2"], vec![(2, Incident)]),
        (&["sev1"], &["p1", "sev1"], vec![(2, Incident)]),
        (&["sev1"], &["sev2"], vec![]),
        (&["sev1"], &[], vec![]),
    ] {
        let mut scenario = scenario();
        scenario.rules.severities = counting.iter().map(|it| (*it).into()).collect();
        scenario.incident("i", 21).severities = borne.iter().map(|it| (*it).into()).collect();
        let history = scenario.judge(99);
        assert_eq!(failed(&history), expected, "{counting:?} {borne:?}");
        assert_eq!(history.incidents[0].attributed, !expected.is_empty());
        scenario.incidents[0].causes = vec![IncidentLink::Deployment(DeploymentId(1))];
        assert_eq!(failed(&scenario.judge(99)), [(1, Linked)], "{counting:?} {borne:?}");
    }
}
