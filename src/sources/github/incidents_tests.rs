//! Tests of `incidents`, beside it.

#![allow(clippy::unwrap_used)]

use super::super::testing::{incidents, pattern, repository};
use super::*;
use crate::config::IncidentMapping;
use IncidentTransition::{Dismissed, Reopened, Resolved};
use delivery::domain::{ChangeReference, IncidentLink};

fn node() -> Value {
    json!({
        "id": "I_1", "url": "https://github.com/acme/shop/issues/7", "databaseId": 5, "fullDatabaseId": "5000000000", "title": "Checkout is down",
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
    by(&incidents(), &node)
}

fn by(settings: &[IncidentSettings], node: &Value) -> Incident {
    let rule = IssueRule::of(settings, "acme/shop");
    listed(node, &repository(7, "acme/shop"), &rule).unwrap().incident
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
    assert_eq!(incident.url.as_deref(), Some("https://github.com/acme/shop/issues/7"));
    assert_eq!(read(|node| node["url"] = json!("javascript:alert(1)")).url, None);
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

fn entry(labels: &[&str], repositories: &[&str]) -> IncidentSettings {
    IncidentSettings {
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        repositories: repositories.iter().map(|text| pattern(text)).collect(),
        ..IncidentSettings::default()
    }
}

#[test]
fn labels_are_those_of_the_entries_that_cover_the_repository() {
    let settings = [entry(&["Incident"], &[]), entry(&["sev1", "incident"], &["acme/ops"])];
    assert_eq!(IssueRule::of(&settings, "acme/ops").labels(), ["Incident", "sev1"]);
    assert_eq!(IssueRule::of(&settings, "acme/shop").labels(), ["Incident"]);
    assert!(IssueRule::of(&settings[1..], "acme/shop").labels().is_empty());
}

#[test]
fn an_issue_counts_by_one_entrys_labels_and_severities_and_keeps_only_severities_spoken_of() {
    let severities = |names: &[&str]| names.iter().map(|name| Arc::from(*name)).collect();
    let narrow = IncidentSettings {
        severities: severities(&["sev1"]),
        told: severities(&["sev1", "sev2"]),
        ..entry(&["incident"], &[])
    };
    let other = entry(&["outage"], &[]);
    for (own, counts, kept) in [
        (&["incident"][..], false, &[][..]),
        (&["incident", "SEV1"], true, &["sev1"]),
        (&["incident", "sev2"], false, &["sev2"]),
        (&["sev1"], false, &["sev1"]),
        (&["outage", "incident", "sev2"], true, &["sev2"]),
        (&["incident", "sev1", "sev2", "sev3"], true, &["sev1", "sev2"]),
    ] {
        let mut node = node();
        node["labels"]["nodes"] = own.iter().map(|name| json!({ "name": name })).collect();
        let incident = by(&[narrow.clone(), other.clone()], &node);
        assert_eq!(incident.counts, counts, "{own:?}");
        assert_eq!(incident.severities.iter().map(|one| &**one).collect::<Vec<_>>(), kept);
    }
}

#[test]
fn the_first_rule_that_matches_a_label_or_the_title_gives_the_component() {
    let rule = |pattern, component: &str| IncidentMapping { pattern, component: component.into() };
    let label = |name: &str| IssuePattern::Label(name.to_owned());
    let title = |text| {
        IssuePattern::Title(regex::RegexBuilder::new(text).case_insensitive(true).build().unwrap())
    };
    let mappings = vec![
        rule(label("service:Pay"), "acme/pay"),
        rule(title(r"^checkout\b"), "acme/shop/web"),
        rule(label("incident"), "acme/other"),
    ];
    let settings = [IncidentSettings { mappings, ..entry(&["incident"], &[]) }];
    for (labels, subject, expected) in [
        (&["incident", "SERVICE:pay"][..], "Checkout is down", "acme/pay"),
        (&["incident"], "Checkout is down", "acme/shop/web"),
        (&["incident"], "The checkout is down", "acme/other"),
        (&[], "The checkout is down", ""),
    ] {
        let mut node = node();
        node["labels"]["nodes"] = labels.iter().map(|name| json!({ "name": name })).collect();
        node["title"] = json!(subject);
        let incident = by(&settings, &node);
        assert_eq!(incident.ruled.as_deref().unwrap_or_default(), expected, "{labels:?} {subject}");
    }
}

#[test]
fn other_severities_or_rules_mean_other_facts() {
    let plain = entry(&["incident"], &[]);
    let one: BTreeSet<Arc<str>> = [Arc::from("sev1")].into();
    let pattern = IssuePattern::Label("a".to_owned());
    let mapped = vec![IncidentMapping { pattern, component: "acme/pay".into() }];
    let mut seen = BTreeSet::new();
    for settings in [
        plain.clone(),
        IncidentSettings { severities: one.clone(), ..plain.clone() },
        IncidentSettings { told: one, ..plain.clone() },
        IncidentSettings { mappings: mapped, ..plain },
    ] {
        assert!(seen.insert(fingerprint(&[settings])));
    }
}
