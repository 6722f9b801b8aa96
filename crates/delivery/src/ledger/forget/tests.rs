#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{DAY, DeploymentState, IncidentEvent};
use crate::ledger::Scope;
use crate::ledger::scenario::*;

/// `c1` to `c8`, each the merge of a pull request and live within the hour.
fn shipping() -> Scenario {
    let mut scenario = Scenario::with_pulls(8);
    for n in 1..=8 {
        scenario.deploy(n, &format!("c{n}"), n as i64);
    }
    scenario
}

fn forget(scenario: &Scenario, since: i64) -> Forgettable {
    scenario.with_facts(Scope::Repository, |facts| {
        forgettable(std::slice::from_ref(facts), &[], &scenario.rules, h(1_000), h(since))
    })
}

fn oids(names: &[&str]) -> BTreeSet<Oid> {
    names.iter().map(|name| oid(name)).collect()
}

fn ids(ids: &[u64]) -> Vec<DeploymentId> {
    ids.iter().copied().map(DeploymentId).collect()
}

#[test]
fn what_went_live_before_the_last_three_versions_goes_and_the_baseline_stays() {
    let expected = Forgettable {
        deployments: ids(&[1, 2, 3]),
        pulls: vec![1, 2, 3],
        commits: oids(&["c1", "c2", "c3"]),
        incidents: vec![],
        frontier: oids(&["c0", "c3"]),
    };
    assert_eq!(forget(&shipping(), 6), expected);
}

#[test]
fn nothing_goes_while_there_are_no_more_than_three_versions() {
    let nothing = Forgettable::default();
    assert_eq!(forget(&shipping(), 2), nothing);
    assert_eq!(forget(&Scenario::with_pulls(4), 500), nothing);
    assert_eq!(forget(&Scenario::new(), 500), nothing);
}

#[test]
fn an_old_version_that_is_deployed_again_keeps_all_that_followed_it() {
    let mut scenario = shipping();
    scenario.deploy(9, "c2", 20);
    let kept = forget(&scenario, 10);
    assert_eq!((kept.pulls, kept.commits), (vec![1], oids(&["c1"])));
    // The first time tells that it was there before, the last of all what it replaced.
    assert_eq!(kept.deployments, ids(&[1]));
}

#[test]
fn what_waits_or_never_ships_stays_whatever_its_age() {
    let mut scenario = shipping();
    scenario.main("w", &["c8"], 9);
    scenario.pull(20, "w", 9);
    scenario.commit("off", &["c1"], 9);
    scenario.pull(21, "off", 9);
    scenario.pull(22, "unknown", 1);
    let kept = forget(&scenario, 900);
    assert_eq!(kept.pulls, [1, 2, 3, 4, 5]);
    assert!(kept.frontier.contains(&oid("c1")), "the branch that never shipped ends there");
    assert!(!kept.commits.contains(&oid("off")));
}

#[test]
fn what_something_that_stays_names_stays_on_the_frontier() {
    let mut scenario = shipping();
    scenario.pull_mut(8).reverts = vec![reverts_pull(2)];
    let incident = scenario.incident("open", 900);
    incident.causes =
        vec![IncidentLink::Change(by_sha("c1")), IncidentLink::Deployment(ids(&[3])[0])];
    let kept = forget(&scenario, 6);
    // The incident blames the first, which shipped c1; the revert came after and blames the second.
    assert_eq!((kept.pulls, kept.deployments), (vec![3], vec![]));
    assert_eq!(kept.commits, BTreeSet::new(), "c3 is what the named deployment deployed");
    assert_eq!(kept.frontier, oids(&["c0", "c1", "c2", "c3"]));
}

/// The scenario without what may be forgotten.
fn left(mut scenario: Scenario, since: i64) -> Scenario {
    let gone = forget(&scenario, since);
    scenario.deployments.retain(|one| !gone.deployments.contains(&one.id));
    scenario.pulls.retain(|one| !gone.pulls.contains(&one.number));
    scenario.graph.forget(&gone.commits, gone.frontier);
    scenario
}

#[test]
fn what_stays_on_the_frontier_was_live_and_never_ships_or_waits() {
    let mut scenario = shipping();
    scenario.pull_mut(8).reverts = vec![reverts_pull(2)];
    let mut scenario = left(scenario, 8);
    assert!(scenario.graph.find(&oid("c2")).is_some() && scenario.graph.find(&oid("c3")).is_none());
    assert!(rework(&scenario.judge(9)).contains(&8), "what it reverts was live");
    // A branch that was begun long ago leads to it.
    scenario.commit("stale", &["c2"], 900);
    scenario.main("merge", &["c8", "stale"], 901);
    assert_eq!(scenario.judge(902).waiting.len(), 1);
    scenario.deploy(40, "merge", 903);
    let history = scenario.judge(904);
    let lately: Vec<_> = shipped(&history).into_iter().filter(|(_, by)| *by == 40).collect();
    assert_eq!(lately, [(crate::ledger::ChangeId::Commit(oid("merge")), 40)]);
}

#[test]
fn a_branch_that_was_merged_by_hand_onto_what_is_forgotten_keeps_its_start() {
    let mut scenario = shipping();
    scenario.commit("b", &["c1"], 2);
    scenario.main("m", &["c8", "b"], 9);
    scenario.main("x", &["m"], 10);
    scenario.main("y", &["x"], 11);
    for (id, sha) in [(50, "m"), (51, "x"), (52, "y")] {
        scenario.deploy(id, sha, id as i64);
    }
    let started = |scenario: &Scenario| {
        let history = scenario.judge(100);
        let id = crate::ledger::ChangeId::Commit(oid("m"));
        history.changes.iter().find(|change| change.id == id).unwrap().started_at
    };
    let before = started(&scenario);
    assert_eq!(before, h(2));
    let scenario = left(scenario, 90);
    assert!(scenario.graph.find(&oid("c8")).is_none());
    assert_eq!(started(&scenario), before);
}

#[test]
fn a_component_that_lags_keeps_what_it_has_not_shipped() {
    let scenario = shipping();
    let mut behind = shipping();
    behind.deployments.truncate(5);
    let both = |since: i64| {
        scenario.with_facts(Scope::Repository, |one| {
            behind.with_facts(Scope::Paths("other"), |other| {
                forgettable(&[*one, *other], &[], &scenario.rules, h(1_000), h(since))
            })
        })
    };
    // `other` has c2, c3 and c4 as its last versions.
    assert_eq!(both(900).pulls, [1]);
    behind.deployments.clear();
    let both = scenario.with_facts(Scope::Repository, |one| {
        behind.with_facts(Scope::Paths("other"), |other| {
            forgettable(&[*one, *other], &[], &scenario.rules, h(1_000), h(900))
        })
    });
    assert_eq!(both.pulls, [1, 2, 3, 4, 5], "one that was never deployed needs nothing");
}

#[test]
fn deployments_that_reached_nothing_go_once_they_are_judged_aborted() {
    let mut scenario = shipping();
    scenario.deploy(30, "c8", 9).statuses = vec![status(h(9), DeploymentState::Failure)];
    scenario.deploy(31, "c8", 9).environment = "staging".into();
    scenario.deploy(32, "c8", 9).statuses.clear();
    let week = ABORTED_AFTER / 3_600;
    // What is pending may yet make c8 a version of later.
    assert_eq!(forget(&scenario, 8 + week).deployments, ids(&[1, 2, 3, 4]));
    assert_eq!(forget(&scenario, 9 + week).deployments, ids(&[1, 2, 3, 4, 5, 30, 31, 32]));
}

#[test]
fn a_repository_without_a_component_keeps_the_success_that_may_make_it_one() {
    let mut scenario = Scenario::new();
    for (id, state) in [
        (1, DeploymentState::Success),
        (2, DeploymentState::Success),
        (3, DeploymentState::Failure),
    ] {
        scenario.deploy(id, "c", id as i64).statuses = vec![status(h(id as i64), state)];
    }
    let all: Vec<&Deployment> = scenario.deployments.iter().collect();
    let gone = forgettable(&[], &all, &scenario.rules, h(1_000), h(900));
    assert_eq!(gone.deployments, ids(&[1, 3]));
}

#[test]
fn an_incident_that_blames_or_names_a_deployment_that_stays_stays_with_it() {
    let mut scenario = shipping();
    let closed =
        |at: i64| vec![IncidentEvent { at: h(at), transition: IncidentTransition::Resolved }];
    scenario.incident("blames-3", 3).events = closed(4);
    scenario.incident("blames-8", 9).events = closed(10);
    scenario.incident("blames-none", 200).events = closed(201);
    let names = scenario.incident("names-7", 300);
    names.events = closed(301);
    names.fixes = vec![IncidentLink::Deployment(DeploymentId(7))];
    let over: Vec<_> = forget(&scenario, 900).incidents.iter().map(|id| id.0.to_string()).collect();
    assert_eq!(over, ["blames-3", "blames-none"]);
}

#[test]
fn an_incident_is_over_once_it_rests() {
    let mut scenario = Scenario::new();
    let mut incident = scenario.incident("one", 10).clone();
    assert!(!is_over(&incident, h(900)), "it burns");
    incident.counts = false;
    assert!(is_over(&incident, h(10)) && !is_over(&incident, h(9)));
    incident.counts = true;
    for (transition, over) in [
        (IncidentTransition::Resolved, true),
        (IncidentTransition::Reopened, false),
        (IncidentTransition::Dismissed, true),
    ] {
        incident.events.push(IncidentEvent { at: h(20).plus(DAY), transition });
        assert!(!is_over(&incident, h(20)));
        assert_eq!(is_over(&incident, h(900)), over, "{transition:?}");
    }
}
