//! Tests of `releases`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn states(listed: &Listed) -> Vec<(Time, DeploymentState)> {
    listed.deployment.statuses.iter().map(|status| (status.at, status.state)).collect()
}

fn read_release(prereleases: bool, change: impl Fn(&mut Value)) -> Listed {
    let mut node = json!({
        "id": "RE_1", "databaseId": 33, "tagName": "v1", "isDraft": false, "isPrerelease": false,
        "createdAt": "2027-01-10T08:00:00Z", "publishedAt": "2027-01-15T08:00:00Z",
        "tagCommit": { "oid": SHA }
    });
    change(&mut node);
    release(&node, RepoId(7), (prereleases, &TagNames::default()), &Arc::from("told")).unwrap()
}

#[test]
fn a_release_is_live_when_it_is_published_and_a_draft_never() {
    let published = Time(1_800_000_000);
    let listed = read_release(false, |_| {});
    assert_eq!(states(&listed), [(published, DeploymentState::Success)]);
    assert_eq!(listed.deployment.created_at, published, "not when its commit was made");
    assert_eq!(listed.deployment.id, DeploymentId::of(DeploymentSource::Release, 33));
    assert!(listed.is_told);
    for left_out in [
        |node: &mut Value| node["isDraft"] = json!(true),
        |node: &mut Value| node["tagCommit"] = Value::Null,
        |node: &mut Value| node["publishedAt"] = Value::Null,
    ] {
        assert!(!read_release(true, left_out).is_told);
    }
}

#[test]
fn a_pre_release_is_live_only_if_asked_for_and_is_taken_back_if_it_becomes_one() {
    let pre = |node: &mut Value| node["isPrerelease"] = json!(true);
    assert_eq!(states(&read_release(true, pre))[0].1, DeploymentState::Success);
    let left_out = read_release(false, pre);
    assert_eq!(states(&left_out)[0].1, DeploymentState::Inactive);
    assert!(left_out.is_told && left_out.deployment.node_id.is_empty());
}

fn read_tag(node: &Value) -> Listed {
    tag(node, RepoId(7), &TagNames::default(), &Arc::from("told")).unwrap()
}

#[test]
fn a_tag_is_live_when_it_was_made_else_when_its_commit_was() {
    let commit = json!({ "oid": SHA, "committedDate": "2027-01-10T08:00:00Z" });
    let light = read_tag(&json!({ "name": "v1", "target": commit }));
    assert_eq!(states(&light), [(Time(1_799_568_000), DeploymentState::Success)]);
    let other = "89abcdef0123456789abcdef0123456789abcdef";
    let tagger = json!({ "date": "2027-01-15T10:00:00+02:00" });
    let target = json!({ "oid": other, "tagger": tagger, "target": commit });
    let annotated = read_tag(&json!({ "name": "v1", "target": target }));
    assert_eq!(states(&annotated), [(Time(1_800_000_000), DeploymentState::Success)]);
    assert_eq!(annotated.deployment.sha.to_string(), SHA, "not the tag's own id");
    assert_eq!(annotated.deployment.id, light.deployment.id, "the same name of the same commit");
    assert!(light.is_told && annotated.is_told);
    let file = read_tag(&json!({ "name": "v1", "target": { "oid": other } }));
    assert!(!file.is_told, "a tag of a file is no version");
    assert!(!read_tag(&json!({ "name": "v1", "target": null })).is_told);
}

#[test]
fn a_tag_that_moves_is_another_deployment_and_any_change_another_mark() {
    let target = |oid: &str| json!({ "oid": oid, "committedDate": "2027-01-10T08:00:00Z" });
    let node = |name: &str, oid: &str| json!({ "name": name, "target": target(oid) });
    let moved = "89abcdef0123456789abcdef0123456789abcdef";
    let nodes = [node("v1", SHA), node("v1", moved), node("v2", SHA)];
    let ids: Vec<DeploymentId> = nodes.iter().map(|one| read_tag(one).deployment.id).collect();
    assert!(ids[0] != ids[1] && ids[0] != ids[2]);
    let marks = nodes.iter().map(|one| mark([one].into_iter()).unwrap().id);
    let marks: std::collections::BTreeSet<String> = marks.collect();
    assert_eq!(marks.len(), 3);
    assert_eq!(mark([].into_iter()), None);
}
