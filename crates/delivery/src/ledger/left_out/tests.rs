use super::super::scenario::{Scenario, event, h, oid, person, pull_commit, status};
use super::super::{Examination, Scope, examine};
use super::*;
use crate::domain::{DeploymentState, IncidentTransition};

fn examined(scenario: &Scenario, scope: Scope<'_>, hour: i64) -> Examination {
    let found = scenario.with_facts(scope, |facts| examine(facts, &scenario.rules, h(hour)));
    assert_eq!(found.history, scenario.judge_component(scope, h(hour)), "one judgement only");
    found
}

fn whole(scenario: &Scenario, hour: i64) -> Examination {
    examined(scenario, Scope::Repository, hour)
}

fn omitted(found: &Examination) -> Vec<(ChangeId, ChangeOmission)> {
    found.changes.iter().map(|one| (one.id, one.why)).collect()
}

fn pull(number: u32) -> ChangeId {
    ChangeId::Pull(number)
}

#[test]
fn every_deployment_is_counted_or_left_out_for_a_reason() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c1", 10);
    scenario.deploy(2, "c1", 10).environment = Arc::from("production-eu");
    scenario.deploy(3, "c2", 11).environment = Arc::from("staging");
    scenario.deploy(4, "c2", 12).statuses = vec![status(h(12), DeploymentState::Failure)];
    scenario.deploy(5, "c3", 13).statuses = vec![status(h(13), DeploymentState::Pending)];
    let staged = scenario.deploy(6, "c3", 14);
    staged.environment = Arc::from("staging");
    staged.statuses = vec![status(h(14), DeploymentState::Pending)];
    staged.statuses[0].environment = Some(Arc::from("production"));
    let why = |hour: i64| -> Vec<(u64, DeploymentOmission)> {
        whole(&scenario, hour).deployments.iter().map(|one| (one.id.0, one.why)).collect()
    };
    assert_eq!(
        why(24),
        [
            (2, DeploymentOmission::SameDeployment(DeploymentId(1))),
            (3, DeploymentOmission::NotProduction),
            (4, DeploymentOmission::Unfinished),
            (5, DeploymentOmission::Unfinished),
            (6, DeploymentOmission::Unfinished),
        ]
    );
    let later = why(12 + 7 * 24);
    assert_eq!(later.last(), Some(&(4, DeploymentOmission::Aborted)));
}

#[test]
fn every_merged_change_is_shipped_or_left_out_for_a_reason() {
    let mut scenario = Scenario::with_pulls(4);
    scenario.deploy(1, "c2", 10);
    // In the baseline, by a pull request whose merge it already contains.
    scenario.pull(90, "c0", 0);
    // Merged into a branch that nobody deploys.
    scenario.commit("side", &["c1"], 5);
    scenario.pull(91, "side", 5);
    // Its commits were merged by others before.
    scenario.pull(92, "c3", 6).commits = vec![pull_commit("p1", -1), pull_commit("p2", 0)];
    scenario.pull(93, "gone", 7);
    scenario.pull_mut(4).author = person(7);
    scenario.rules.exclude_authors.extend(person(7).person);
    assert_eq!(
        omitted(&whole(&scenario, 20)),
        [
            (pull(90), ChangeOmission::Baseline),
            (pull(3), ChangeOmission::Waiting),
            (pull(4), ChangeOmission::ExcludedAuthor),
            (pull(91), ChangeOmission::OffBranch),
            (pull(92), ChangeOmission::Promotion),
            (pull(93), ChangeOmission::UnknownCommit),
        ]
    );
}

#[test]
fn without_a_production_deployment_nothing_can_ship() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deployments.clear();
    scenario.pull(90, "c0", 0);
    let found = omitted(&whole(&scenario, 20));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(_, why)| *why == ChangeOmission::NoBaseline), "{found:?}");
}

#[test]
fn direct_commits_are_named_where_they_do_not_count() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.main("pushed", &["c1"], 5);
    scenario.deploy(1, "pushed", 6);
    assert!(
        !omitted(&whole(&scenario, 9))
            .contains(&(ChangeId::Commit(oid("pushed")), ChangeOmission::DirectCommit))
    );
    scenario.rules.direct_commits = false;
    let found = omitted(&whole(&scenario, 9));
    assert!(found.contains(&(ChangeId::Commit(oid("pushed")), ChangeOmission::DirectCommit)));
}

#[test]
fn a_change_of_another_component_is_counted_there_and_one_of_none_is_named() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.rules.direct_commits = false;
    scenario.deploy(1, "c3", 10);
    scenario.pull_mut(1).components = Some(vec![Arc::from("web")]);
    scenario.pull_mut(2).components = Some(vec![Arc::from("api")]);
    scenario.pull_mut(3).components = Some(Vec::new());
    let found = examined(&scenario, Scope::Paths("web"), 20);
    let pulls: Vec<_> =
        omitted(&found).into_iter().filter(|(id, _)| matches!(id, ChangeId::Pull(_))).collect();
    assert_eq!(pulls, [(pull(3), ChangeOmission::NoComponent)]);
}

#[test]
fn a_lead_time_tells_by_what_its_start_is_known() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c3", 10);
    scenario.pull_mut(2).commits.clear();
    scenario.pull_mut(3).commits = vec![pull_commit("p3", 99)];
    let found = whole(&scenario, 20);
    let shipped: Vec<ChangeId> = found.history.changes.iter().map(|one| one.id).collect();
    assert_eq!(shipped, [pull(1), pull(2), pull(3)]);
    assert_eq!(found.starts, [Start::FirstCommit, Start::NoCommitList, Start::ClockSkew]);
}

#[test]
fn an_incident_without_a_deployment_to_blame_says_why() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deploy(1, "c1", 10);
    scenario.incident("before", -1);
    scenario.incident("soon", 11);
    scenario.incident("late", 50);
    scenario.incident("told", 12).causes =
        vec![crate::domain::IncidentLink::Change(super::super::scenario::by_sha("c0"))];
    let dismissed = scenario.incident("none", 13);
    dismissed.events = vec![event(h(14), IncidentTransition::Dismissed)];
    scenario.incident("unmarked", 15).counts = false;
    scenario.rules.severities = [Arc::from("sev1")].into();
    for incident in &mut scenario.incidents {
        incident.severities = vec![Arc::from("sev1")];
    }
    scenario.incident("slight", 16).severities = vec![Arc::from("sev3")];
    let found = whole(&scenario, 60);
    let why = |id: &str| found.unattributed.get(&IncidentId(Arc::from(id))).copied();
    assert_eq!(why("before"), Some(Unattributed::NoDeployment));
    assert_eq!(why("soon"), None);
    assert_eq!(why("late"), Some(Unattributed::OutOfWindow));
    assert_eq!(why("told"), Some(Unattributed::NamedCause));
    assert_eq!(why("slight"), Some(Unattributed::Severity));
    let left_out: Vec<(&str, IncidentOmission)> =
        found.incidents.iter().map(|one| (&*one.id.0, one.why)).collect();
    assert_eq!(
        left_out,
        [("none", IncidentOmission::Dismissed), ("unmarked", IncidentOmission::Unmarked)]
    );
    scenario.rules.failure_rules.remove(&Reason::Incident);
    let found = whole(&scenario, 60);
    let soon = found.unattributed.get(&IncidentId(Arc::from("soon")));
    assert_eq!(soon, Some(&Unattributed::RuleOff));
}
