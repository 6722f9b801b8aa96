#![allow(clippy::unwrap_used)]

use crate::domain::{
    ChangeReference, DeploymentId, IncidentId, IncidentLink, IncidentTransition::Resolved, RepoId,
    RepositoryName,
};
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

fn pull_of(repository: &str, number: u32) -> IncidentLink {
    IncidentLink::ChangeOf(RepositoryName::of(repository), ChangeReference::Pull(number))
}

#[test]
fn an_incident_of_a_central_repository_names_the_components_changes_by_the_repositorys_name() {
    for (cause, expected) in [
        (pull_of("acme/shop", 1), vec![(1, Linked)]),
        (pull_of("Acme/Shop", 1), vec![(1, Linked)]),
        (pull_of("acme/other", 1), vec![(2, Reason::Incident)]),
        // Number 1 of the central repository is another thing.
        (pull(1), vec![(2, Reason::Incident)]),
        (IncidentLink::Change(by_sha("c1")), vec![(1, Linked)]),
    ] {
        let mut scenario = scenario();
        let incident = scenario.incident("i", 21);
        incident.repo = Some(RepoId(7));
        incident.causes = vec![cause];
        assert_eq!(failed(&scenario.judge(30)), expected, "{cause:?}");
    }
}

#[test]
fn an_incident_that_counts_elsewhere_blames_and_ends_failures_here() {
    let mut scenario = scenario();
    let mut incident = scenario.incident("i", 21).clone();
    scenario.incidents.clear();
    incident.repo = Some(RepoId(7));
    incident.causes = vec![pull_of("acme/shop", 1)];
    incident.fixes = vec![pull_of("acme/shop", 2)];
    incident.events = vec![event(h(25), Resolved)];
    scenario.naming.push(incident);
    let history = scenario.judge(30);
    assert_eq!(failed(&history), [(1, Linked)]);
    assert_eq!(rework(&history), [2]);
    assert!(history.incidents.is_empty());
    let failure = deployment(&history, 1).failure.as_ref().unwrap();
    assert_eq!((failure.has_incident, failure.restored_at), (true, Some(h(25))));
}

#[test]
fn an_incident_whose_cause_is_known_elsewhere_is_attributed_and_not_guessed_about() {
    let guessed = vec![(2, Reason::Incident)];
    for (linked, known, expected) in
        [(true, 30, vec![]), (true, 31, guessed.clone()), (false, 30, guessed)]
    {
        let mut scenario = scenario();
        scenario.incident("i", 21).causes = vec![pull_of("acme/other", 9)];
        scenario.caused_elsewhere.insert(IncidentId("i".into()), h(known));
        if !linked {
            scenario.rules.failure_rules.remove(&Linked);
        }
        let history = scenario.judge(30);
        assert_eq!(failed(&history), expected);
        assert!(history.incidents[0].attributed);
    }
}
