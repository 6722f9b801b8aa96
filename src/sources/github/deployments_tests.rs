//! Tests of `deployments`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::production;
use super::super::told::concerns_production;
use super::super::verdict::GraphAnswer;
use super::*;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn node() -> Value {
    json!({
        "id": "DE_1", "databaseId": 1, "commitOid": SHA, "environment": "production",
        "originalEnvironment": "production", "createdAt": "2027-01-15T08:00:00Z",
        "commit": { "oid": SHA },
        "statuses": { "pageInfo": { "hasNextPage": false }, "nodes": [
            { "state": "INACTIVE", "createdAt": "2027-01-15T09:00:00Z", "environment": "production" },
            null,
            { "state": "SUCCESS", "createdAt": "2027-01-15T08:05:00Z", "environment": null },
            { "state": "BREWING", "createdAt": "2027-01-15T08:01:00Z", "environment": "staging" }
        ] }
    })
}

fn read(change: impl Fn(&mut Value)) -> Result<Listed, String> {
    let mut node = node();
    change(&mut node);
    listed(&node, RepoId(7), &BTreeSet::new())
}

#[test]
fn a_deployment_is_decoded_with_its_statuses_in_order() {
    let listed = read(|_| {}).unwrap();
    let deployment = listed.deployment;
    assert_eq!(deployment.created_at, Time(1_800_000_000));
    assert_eq!(deployment.sha.to_string(), SHA);
    let states: Vec<_> = deployment.statuses.iter().map(|status| status.state).collect();
    let (other, success) = (DeploymentState::Other, DeploymentState::Success);
    assert_eq!(states, [other, success, DeploymentState::Inactive], "unknown states are kept");
    let environments: Vec<_> =
        deployment.statuses.iter().map(|status| status.environment.as_deref()).collect();
    assert_eq!(environments, [Some("staging"), None, None], "only where they differ");
    assert!(listed.resolves);
}

#[test]
fn only_the_marks_that_selectors_name_are_kept_however_often_a_payload_is_encoded() {
    let mark = |field: &str, value: &str| DeploymentMark::Payload(field.into(), value.into());
    let task = DeploymentMark::Task("deploy:api".into());
    let named = [task.clone(), mark("service", "api"), mark("canary", "false"), mark("n", "3")];
    let payload = r#"{"service":"api","canary":false,"n":4,"actor":"mona"}"#;
    let twice = serde_json::to_string(payload).unwrap();
    for (payload, expected) in [
        (json!(payload), vec![task.clone(), mark("canary", "false"), mark("service", "api")]),
        (json!(twice), vec![task.clone(), mark("canary", "false"), mark("service", "api")]),
        (json!("\"\""), vec![task.clone()]),
        (json!("{"), vec![task.clone()]),
        (Value::Null, vec![task.clone()]),
    ] {
        let mut node = node();
        node["task"] = json!("deploy:api");
        node["payload"] = payload.clone();
        let read = listed(&node, RepoId(7), &named.iter().collect()).unwrap();
        assert_eq!(read.deployment.marks, expected, "{payload}");
        assert!(listed(&node, RepoId(7), &BTreeSet::new()).unwrap().deployment.marks.is_empty());
    }
}

#[test]
fn what_github_may_leave_out_may_be_missing() {
    let gone = read(|node| node["commit"] = Value::Null).unwrap();
    assert!(!gone.resolves);
    assert!(read(|node| node["statuses"] = Value::Null).unwrap().deployment.statuses.is_empty());
    let renamed = read(|node| node["originalEnvironment"] = Value::Null).unwrap();
    assert_eq!(&*renamed.deployment.environment, "production");
    assert!(read(|node| node["databaseId"] = Value::Null).is_ok());
}

#[test]
fn a_broken_deployment_is_refused_with_the_field() {
    for (field, value) in
        [("id", Value::Null), ("commitOid", json!("main")), ("createdAt", json!("yesterday"))]
    {
        let why = read(|node| node[field] = value.clone()).unwrap_err();
        assert!(!why.is_empty(), "{field}");
    }
}

#[test]
fn a_deployment_that_moved_to_production_concerns_production() {
    for (environment, moved, expected) in [
        ("production", None, true),
        ("staging", Some("production"), true),
        ("staging", Some("qa"), false),
        ("production-canary", None, false),
    ] {
        let listed = read(|node| {
            node["originalEnvironment"] = json!(environment);
            node["statuses"]["nodes"] = json!([
                { "state": "SUCCESS", "createdAt": "2027-01-15T09:00:00Z", "environment": moved }
            ]);
        });
        let deployment = listed.unwrap().deployment;
        assert_eq!(concerns_production(&deployment, &production()), expected, "{environment}");
    }
}

#[test]
fn a_baseline_succeeded_in_production_before_the_look_back_and_still_resolves() {
    let success = Time(1_800_000_300);
    let listed = read(|_| {}).unwrap();
    assert!(listed.is_baseline(&production(), success.plus(1)));
    assert!(!listed.is_baseline(&production(), success));
    let gone = read(|node| node["commit"] = Value::Null).unwrap();
    assert!(!gone.is_baseline(&production(), success.plus(1)));
}

#[test]
fn previews_are_left_out_only_where_all_environments_are_known() {
    let narrowed = |names: &[&str], more: bool| {
        let nodes: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        let page = json!({ "hasNextPage": more, "endCursor": "c" });
        let data = json!({ "node": { "environments": { "pageInfo": page, "nodes": nodes } } });
        let answer = GraphAnswer { data, errors: Vec::new() };
        let seen = [read(|node| node["statuses"] = Value::Null).unwrap()];
        production_only(&answer, &seen, &production())
    };
    assert_eq!(narrowed(&["pr-1", "production"], false), Some(vec!["production".to_owned()]));
    assert_eq!(narrowed(&["pr-1", "production"], true), None, "there are more");
    assert_eq!(narrowed(&["pr-1", "live"], false), None, "production was seen but is not listed");
    assert_eq!(narrowed(&["production"], false), None, "nothing to leave out");
    assert_eq!(narrowed(&[], false), None, "nothing is known");
}
