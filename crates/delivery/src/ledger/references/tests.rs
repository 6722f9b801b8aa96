#![allow(clippy::unwrap_used)]

use crate::domain::{ChangeReference, DeploymentId, IncidentLink, OidPrefix};
use crate::ledger::Reason;
use crate::ledger::scenario::*;

/// Which deployment an incident that names this cause is linked to.
fn blamed(scenario: &mut Scenario, link: IncidentLink) -> Option<u64> {
    scenario.rules.failure_rules = [Reason::Linked].into();
    scenario.incidents.clear();
    scenario.incident("i", 50).causes = vec![link];
    failed(&scenario.judge(60)).first().map(|(id, _)| *id)
}

fn change(reference: ChangeReference) -> IncidentLink {
    IncidentLink::Change(reference)
}

fn abbreviated(name: &str, digits: usize) -> ChangeReference {
    let text = oid(name).to_string();
    ChangeReference::Commit(text[..digits].parse::<OidPrefix>().unwrap())
}

fn two_deployments() -> Scenario {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deploy(1, "c1", 10);
    scenario.deploy(2, "c2", 20);
    scenario
}

#[test]
fn a_deployment_a_pull_request_and_a_commit_lead_to_the_deployment_that_is_meant() {
    let mut scenario = two_deployments();
    let cases = [
        (IncidentLink::Deployment(DeploymentId(2)), Some(2)),
        (IncidentLink::Deployment(DeploymentId(77)), None),
        (change(ChangeReference::Pull(2)), Some(2)),
        (change(ChangeReference::Pull(77)), None),
        (change(by_sha("c1")), Some(1)),
        // A commit of the pull request that the squash merge left behind.
        (change(by_sha("p1")), Some(1)),
        (change(by_sha("unknown")), None),
        // The baseline contains it: no deployment shipped it.
        (change(by_sha("c0")), None),
        (IncidentLink::Deployment(DeploymentId(100)), Some(100)),
    ];
    for (link, expected) in cases {
        assert_eq!(blamed(&mut scenario, link), expected, "{link:?}");
    }
}

#[test]
fn a_member_of_a_group_leads_to_the_group() {
    let mut scenario = two_deployments();
    scenario.deploy(3, "c2", 20).environment = "production-eu".into();
    assert_eq!(blamed(&mut scenario, IncidentLink::Deployment(DeploymentId(3))), Some(2));
}

#[test]
fn an_abbreviated_id_leads_somewhere_only_if_it_fits_one_commit() {
    let mut scenario = two_deployments();
    scenario.main("commit-a", &["c2"], 25);
    scenario.main("commit-b", &["commit-a"], 26);
    scenario.deploy(3, "commit-a", 30);
    scenario.deploy(4, "commit-b", 31);
    assert_eq!(blamed(&mut scenario, change(abbreviated("commit-a", 16))), Some(3));
    assert_eq!(blamed(&mut scenario, change(abbreviated("commit-b", 16))), Some(4));
    assert_eq!(blamed(&mut scenario, change(abbreviated("commit-a", 14))), None);
}

#[test]
fn a_commit_of_a_branch_deployment_leads_to_where_it_first_went_live() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("b1", &["c0"], 1);
    scenario.commit("p9", &["b1"], 2);
    scenario.main("squash", &["c0"], 3);
    scenario.pull(9, "squash", 3).commits = vec![pull_commit("b1", 1), pull_commit("p9", 2)];
    scenario.deploy(1, "b1", 5);
    scenario.deploy(2, "squash", 6);
    assert_eq!(blamed(&mut scenario, change(by_sha("b1"))), Some(1));
    assert_eq!(blamed(&mut scenario, change(by_sha("p9"))), Some(2));
}
