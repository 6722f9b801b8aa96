//! Tests of `run`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;
use DeploymentState::{Failure, Inactive, Other, Pending, Success};
use serde_json::json;

fn node() -> Value {
    json!({
        "id": 17_000_000_001_u64, "name": "Deploy", "path": ".github/workflows/deploy.yml",
        "head_sha": "0123456789abcdef0123456789abcdef01234567", "head_branch": "main",
        "head_commit": { "id": "0123456789abcdef0123456789abcdef01234567" },
        "status": "completed", "conclusion": "success", "run_attempt": 1,
        "created_at": "2027-01-15T08:00:00Z", "run_started_at": "2027-01-15T08:00:00Z",
        "updated_at": "2027-01-15T08:10:00Z",
        "repository": { "id": 7, "full_name": "acme/shop" }, "head_repository": { "id": 7 }
    })
}

fn read(is_first: bool, change: impl Fn(&mut Value)) -> Listed {
    let mut node = node();
    change(&mut node);
    listed(&node, RepoId(7), &Arc::from("told"), is_first).unwrap()
}

#[test]
fn a_run_finishes_as_its_last_attempt_concludes() {
    for (status, conclusion, expected) in [
        ("completed", json!("success"), Success),
        ("completed", json!("failure"), Failure),
        ("completed", json!("timed_out"), Failure),
        ("completed", json!("startup_failure"), Failure),
        ("completed", json!("cancelled"), Inactive),
        ("completed", json!("skipped"), Inactive),
        ("completed", json!("neutral"), Inactive),
        ("completed", json!("action_required"), Pending),
        ("completed", json!("something new"), Other),
        ("completed", Value::Null, Other),
        ("queued", Value::Null, Pending),
        ("waiting", Value::Null, Pending),
    ] {
        let listed = read(false, |node| {
            node["status"] = json!(status);
            node["conclusion"] = conclusion.clone();
        });
        let told = &listed.deployment.statuses;
        assert_eq!(told.iter().map(|one| one.state).collect::<Vec<_>>(), [expected]);
        assert_eq!(told[0].at.since(listed.deployment.created_at), 600, "{conclusion}");
        assert_eq!(listed.deployment.node_id.is_empty(), expected == Inactive, "{conclusion}");
        assert!(listed.is_told, "{conclusion}");
    }
    let deployment = read(false, |_| {}).deployment;
    assert_eq!(deployment.id, DeploymentId::of(DeploymentSource::WorkflowRun, 17_000_000_001));
    assert_eq!(&*deployment.node_id, "/repositories/7/actions/runs/17000000001");
    assert_eq!(&*deployment.environment, "told");
}

#[test]
fn a_run_that_runs_again_keeps_its_last_conclusion_until_the_next() {
    let again = |node: &mut Value| {
        node["run_attempt"] = json!(2);
        node["run_started_at"] = json!("2027-01-16T08:00:00Z");
        node["updated_at"] = json!("2027-01-16T08:10:00Z");
    };
    let running = |node: &mut Value| {
        again(node);
        node["status"] = json!("in_progress");
        node["conclusion"] = Value::Null;
    };
    assert!(!read(false, running).is_told);
    assert!(read(true, running).is_told, "a first walk knows of no conclusion");
    let concluded = read(false, again);
    assert!(concluded.is_told);
    let deployment = &concluded.deployment;
    assert_eq!(deployment.statuses[0].at.since(deployment.created_at), 600, "of the attempt");
    assert_eq!(deployment.created_at.since(concluded.mark.at), 86_400, "listed by its creation");
}

#[test]
fn what_runs_for_a_fork_and_what_has_lost_its_commit_is_seen() {
    assert!(!read(false, |node| node["head_repository"]["id"] = json!(8)).is_told);
    assert!(read(false, |node| node["head_repository"] = Value::Null).is_told);
    assert!(read(false, |_| {}).resolves);
    assert!(!read(false, |node| node["head_commit"] = Value::Null).resolves);
    let mut broken = node();
    broken["head_sha"] = json!("main");
    let why = listed(&broken, RepoId(7), &Arc::from(""), false).unwrap_err();
    assert!(why.contains("head_sha"), "{why}");
}
