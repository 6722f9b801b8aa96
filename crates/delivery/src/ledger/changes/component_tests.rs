//! Changes of one of several components of a repository.

use crate::domain::{ChangeReference, IncidentLink};
use crate::ledger::ChangeId::{self, Commit, Pull};
use crate::ledger::Reason::{Linked, Revert, Rollback};
use crate::ledger::scenario::*;
use crate::ledger::{History, Scope};

/// Pull requests 1 to 4: of the component `api`, of `web`, of both, and of unknown paths; then a
/// direct commit. Each of the given commits is deployed in turn, ten hours apart.
fn monorepo(deployed: &[&str]) -> Scenario {
    let mut scenario = Scenario::with_pulls(4);
    let of = |names: &[&str]| Some(names.iter().map(|name| (*name).into()).collect());
    scenario.pull_mut(1).components = of(&["api"]);
    scenario.pull_mut(2).components = of(&["web"]);
    scenario.pull_mut(3).components = of(&["api", "web"]);
    scenario.main("direct", &["c4"], 5);
    for (at, sha) in deployed.iter().enumerate() {
        scenario.deploy(at as u64 + 1, sha, 10 * (at as i64 + 1));
    }
    scenario
}

fn judged(scenario: &Scenario, component: &str) -> History {
    scenario.judge_component(Scope::Paths(component), h(99))
}

fn ids(history: &History) -> Vec<ChangeId> {
    history.changes.iter().map(|change| change.id).collect()
}

#[test]
fn a_change_of_two_components_ships_with_each_and_unknown_paths_with_all() {
    let scenario = monorepo(&["direct"]);
    let direct = Commit(oid("direct"));
    assert_eq!(ids(&judged(&scenario, "api")), [Pull(1), Pull(3), Pull(4), direct]);
    assert_eq!(ids(&judged(&scenario, "web")), [Pull(2), Pull(3), Pull(4), direct]);
    assert_eq!(ids(&judged(&scenario, "docs")), [Pull(4), direct]);
    let changes = judged(&scenario, "api").changes;
    let unknown: Vec<bool> = changes.iter().map(|change| change.unknown_paths).collect();
    assert_eq!(unknown, [false, false, true, true]);
}

#[test]
fn a_component_without_globs_has_all_changes_and_none_of_unknown_paths() {
    let history = monorepo(&["direct"]).judge(99);
    assert_eq!(history.changes.len(), 5);
    assert!(history.changes.iter().all(|change| !change.unknown_paths));
}

#[test]
fn only_the_components_changes_wait() {
    let waiting = judged(&monorepo(&["c1"]), "web").waiting;
    let ids: Vec<ChangeId> = waiting.iter().map(|change| change.id).collect();
    assert_eq!(ids, [Pull(2), Pull(3), Pull(4), Commit(oid("direct"))]);
}

#[test]
fn going_back_over_changes_of_other_components_is_no_rollback() {
    let scenario = monorepo(&["c1", "c2", "c1"]);
    assert!(failed(&judged(&scenario, "api")).is_empty());
    assert_eq!(failed(&judged(&scenario, "web")), [(2, Rollback)]);
}

#[test]
fn a_promotion_is_known_by_the_pull_requests_of_other_components_too() {
    let mut scenario = monorepo(&[]);
    scenario.main("release", &["direct", "c2"], 6);
    scenario.pull(9, "release", 6).commits = vec![pull_commit("c2", 2)];
    scenario.pull_mut(9).components = Some(vec!["api".into()]);
    scenario.deploy(1, "release", 10);
    assert!(!ids(&judged(&scenario, "api")).contains(&Pull(9)));
}

#[test]
fn a_commit_of_another_components_pull_request_is_no_direct_commit() {
    let mut scenario = monorepo(&["direct"]);
    scenario.pull_mut(2).components = Some(vec!["web".into()]);
    let commits = ids(&judged(&scenario, "api"));
    assert!(!commits.contains(&Commit(oid("c2"))));
}

#[test]
fn another_components_hotfix_repairs_nothing_here() {
    let mut scenario = monorepo(&["c1", "c2"]);
    scenario.pull_mut(2).hotfix = true;
    assert!(rework(&judged(&scenario, "api")).is_empty());
    assert_eq!(rework(&judged(&scenario, "web")), [2]);
}

#[test]
fn what_texts_name_of_another_component_blames_nothing_here() {
    let mut scenario = monorepo(&["c1", "direct"]);
    let incident = scenario.incident("i", 21);
    incident.causes = vec![IncidentLink::Change(ChangeReference::Pull(2))];
    scenario.rules.failure_rules = [Linked, Revert].into();
    assert!(failed(&judged(&scenario, "api")).is_empty());
    assert_eq!(failed(&judged(&scenario, "web")), [(2, Linked)]);
    scenario.incidents.clear();
    // A revert of unknown paths counts for every component, but what it reverts does not.
    scenario.main("undo", &["direct"], 22);
    scenario.pull(9, "undo", 22).reverts = vec![reverts_pull(2)];
    scenario.deploy(3, "undo", 30);
    assert!(failed(&judged(&scenario, "api")).is_empty());
    assert_eq!(failed(&judged(&scenario, "web")), [(2, Revert)]);
}
