//! Tests of `incidents`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::{incidents, pattern, repository};
use super::*;
use IncidentTransition::{Dismissed, Reopened, Resolved};
use delivery::domain::{ChangeReference, IncidentLink};

fn node() -> Value {
    json!({
        "id": "I_1", "databaseId": 5, "fullDatabaseId": "5000000000", "title": "Checkout is down",
        "body": "It is down.", "state": "CLOSED", "stateReason": "COMPLETED",
        "createdAt": "2027-01-15T08:00:00Z", "closedAt": "2027-01-15T09:00:00Z",
        "updatedAt": "2027-01-15T09:10:00Z",
        "labels": { "nodes": [ { "name": "Incident" }, { "name": "component/cart" } ] },
        "timelineItems": { "nodes": [
            { "__typename": "ClosedEvent", "createdAt": "2027-01-15T09:00:00Z", "stateReason": "COMPLETED", "actor": { "login": "mona" } }
        ] },
        "comments": { "nodes": [] }
    })
}

fn read(change: impl Fn(&mut Value)) -> Incident {
    let mut node = node();
    change(&mut node);
    let labels = labels_of(&incidents(), "acme/shop");
    listed(&node, &repository(7, "acme/shop"), &labels).unwrap().incident
}

fn transitions(change: impl Fn(&mut Value)) -> Vec<(i64, IncidentTransition)> {
    let incident = read(change);
    let after = |event: &IncidentEvent| event.at.since(incident.opened_at) / 60;
    incident.events.iter().map(|event| (after(event), event.transition)).collect()
}

#[test]
fn an_issue_with_the_label_is_an_incident() {
    let incident = read(|_| {});
    assert_eq!(&*incident.id.0, "github:5000000000");
    assert_eq!(incident.opened_at, Time(1_800_000_000));
    assert_eq!(incident.component.as_deref(), Some("cart"));
    assert!(incident.counts, "labels are compared without regard to case");
    assert_eq!((incident.causes.len(), incident.fixes.len()), (0, 0));
    assert!(!read(|node| node["labels"]["nodes"] = json!([])).counts);
    assert_eq!(&*read(|node| node["fullDatabaseId"] = Value::Null).id.0, "github:5");
}

#[test]
fn closing_and_reopening_are_told_in_order_of_time() {
    assert_eq!(transitions(|_| {}), [(60, Resolved)]);
    let reopened = |node: &mut Value| {
        node["timelineItems"]["nodes"] = json!([
            { "__typename": "ReopenedEvent", "createdAt": "2027-01-15T09:30:00Z" },
            { "__typename": "ClosedEvent", "createdAt": "2027-01-15T10:00:00Z", "stateReason": null, "actor": null },
            { "__typename": "ClosedEvent", "createdAt": "2027-01-15T09:00:00Z", "stateReason": "COMPLETED", "actor": null },
            { "__typename": "SomethingNew", "createdAt": "2027-01-15T09:01:00Z" },
        ]);
    };
    assert_eq!(transitions(reopened), [(60, Resolved), (90, Reopened), (120, Resolved)]);
}

#[test]
fn duplicates_and_what_is_not_planned_are_dismissed() {
    for reason in ["NOT_PLANNED", "DUPLICATE"] {
        let dismissed = |node: &mut Value| node["stateReason"] = json!(reason);
        assert_eq!(transitions(dismissed), [(60, Dismissed)], "the issue's reason is the newest");
    }
    assert_eq!(transitions(|node| node["stateReason"] = json!("NEW_REASON")), [(60, Resolved)]);
}

#[test]
fn the_issue_itself_tells_what_the_timeline_lacks() {
    let silent = |node: &mut Value| node["timelineItems"]["nodes"] = json!([]);
    assert_eq!(transitions(silent), [(60, Resolved)]);
    let open = |node: &mut Value| {
        node["timelineItems"]["nodes"] = json!([]);
        node["state"] = json!("OPEN");
        node["closedAt"] = Value::Null;
    };
    assert_eq!(transitions(open), []);
    let open_again = |node: &mut Value| {
        node["state"] = json!("OPEN");
        node["closedAt"] = Value::Null;
    };
    assert_eq!(transitions(open_again), [(60, Resolved), (70, Reopened)]);
}

#[test]
fn only_the_resolvers_comments_and_the_text_name_causes() {
    let pull = |number| IncidentLink::Change(ChangeReference::Pull(number));
    let incident = read(|node| {
        node["body"] = json!("Caused by #1");
        node["comments"]["nodes"] = json!([
            { "author": { "login": "mona" }, "body": "fixed by #2" },
            { "author": { "login": "hub" }, "body": "caused by #3" },
            { "author": null, "body": "caused by #4" },
        ]);
    });
    assert_eq!((incident.causes, incident.fixes), (vec![pull(1)], vec![pull(2)]));
    let nobody = read(|node| {
        node["timelineItems"]["nodes"][0]["actor"] = Value::Null;
        node["comments"]["nodes"] = json!([{ "author": null, "body": "caused by #4" }]);
    });
    assert!(nobody.causes.is_empty(), "a deleted account has resolved nothing");
}

#[test]
fn labels_are_those_of_the_entries_that_cover_the_repository() {
    let entry = |labels: &[&str], repositories: &[&str]| IncidentSettings {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        repositories: repositories.iter().map(|text| pattern(text)).collect(),
    };
    let settings = [entry(&["Incident"], &[]), entry(&["sev1", "incident"], &["acme/ops"])];
    assert_eq!(labels_of(&settings, "acme/ops"), ["Incident", "sev1"]);
    assert_eq!(labels_of(&settings, "acme/shop"), ["Incident"]);
    assert!(labels_of(&settings[1..], "acme/shop").is_empty());
}
