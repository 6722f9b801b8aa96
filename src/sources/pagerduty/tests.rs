//! What is kept of an incident.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::wire::{Meaning, WireEntry};
use super::*;
use crate::clock::SystemClock;
use delivery::domain::{
    ChangeReference, DeploymentId, IncidentEvent, IncidentLink, IncidentTransition,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn settings() -> PagerDutySettings {
    PagerDutySettings {
        name: "pagerduty".to_owned(),
        api_url: "https://api.pagerduty.com".to_owned(),
        token: "key".to_owned().into(),
        token_origin: "a test".to_owned(),
        services: BTreeMap::from([("P1".to_owned(), Arc::from("acme/pay"))]),
        urgencies: BTreeSet::from([Urgency::High]),
        priorities: Vec::new(),
        webhook_secrets: Vec::new(),
    }
}

fn source(settings: PagerDutySettings) -> PagerDuty {
    PagerDuty::connect(settings, Arc::new(SystemClock)).unwrap()
}

/// An incident as the API documents it.
fn documented() -> Value {
    json!({
        "id": "PT4KHLK", "type": "incident", "summary": "[#1234] The server is on fire.",
        "self": "https://api.pagerduty.com/incidents/PT4KHLK",
        "html_url": "https://subdomain.pagerduty.com/incidents/PT4KHLK",
        "incident_number": 1234, "title": "The server is on fire.",
        "created_at": "2026-06-01T21:30:42Z", "updated_at": "2026-06-01T21:40:23Z",
        "status": "resolved", "incident_key": "baf7cf21b1da41b4b0221008339ff357",
        "service": {"id": "P1", "type": "service_reference", "summary": "My Mail Service"},
        "assignments": [{
            "at": "2026-06-01T21:30:42Z",
            "assignee": {"id": "PXPGF42", "type": "user_reference", "summary": "Earline Greenholt"},
        }],
        "assigned_via": "escalation_policy",
        "last_status_change_at": "2026-06-01T21:38:23Z", "resolved_at": "2026-06-01T21:38:23.5Z",
        "last_status_change_by": {"id": "PXPGF42", "summary": "Earline Greenholt"},
        "priority": {"id": "P53ZZH5", "type": "priority_reference", "summary": "P2"},
        "resolve_reason": null, "urgency": "high", "teams": [], "acknowledgements": [],
    })
}

fn kept(source: &PagerDuty, value: &Value) -> Incident {
    let wire = WireIncident::of(value).unwrap();
    let events = wire.end().into_iter().collect();
    source.incident(&wire, IncidentHistory { events, notes: Vec::new() })
}

#[test]
fn the_address_of_a_page_is_kept_where_readers_can_be_sent_there() {
    let page = |url: Value| {
        let mut told = documented();
        told["html_url"] = url;
        kept(&source(settings()), &told).url
    };
    let own = "https://subdomain.pagerduty.com/incidents/PT4KHLK";
    assert_eq!(page(json!(own)).as_deref(), Some(own));
    let long = format!("https://pagerduty.com/{}", "x".repeat(600));
    for other in [json!(null), json!("javascript:alert(1)"), json!("https://a b"), json!(long)] {
        assert_eq!(page(other.clone()), None, "{other}");
    }
}

#[test]
fn ids_times_and_the_component_are_kept_and_no_text_and_no_person() {
    let incident = kept(&source(settings()), &documented());
    let ended = IncidentEvent { at: Time(1_780_349_903), transition: IncidentTransition::Resolved };
    assert_eq!(&*incident.id.0, "pagerduty:PT4KHLK");
    assert_eq!(incident.component.as_deref(), Some("acme/pay"));
    assert_eq!((incident.repo, incident.counts), (None, true));
    assert_eq!((incident.opened_at, incident.events.clone()), (Time(1_780_349_442), vec![ended]));
    let shown = format!("{incident:?}");
    for private in ["fire", "Earline", "PXPGF42", "Mail"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

#[test]
fn titles_and_notes_name_causes_and_fixes() {
    let mut value = documented();
    value["title"] = json!("Payments fail, caused by acme/pay#7");
    let wire = WireIncident::of(&value).unwrap();
    let notes = vec!["fixed by deployment 12".to_owned(), "see deployment 13".to_owned()];
    let incident =
        source(settings()).incident(&wire, IncidentHistory { events: Vec::new(), notes });
    let pay = RepositoryName::of("acme/pay");
    assert_eq!(incident.causes, [IncidentLink::ChangeOf(pay, ChangeReference::Pull(7))]);
    assert_eq!(incident.fixes, [IncidentLink::Deployment(DeploymentId(12))]);
}

#[test]
fn urgencies_and_priorities_decide_what_counts() {
    let both = BTreeSet::from([Urgency::High, Urgency::Low]);
    let high = BTreeSet::from([Urgency::High]);
    let p2 = json!({"id": "P53ZZH5", "summary": "p2"});
    for (urgencies, priorities, urgency, priority, counts) in [
        (&high, vec![], json!("high"), json!(null), true),
        (&high, vec![], json!("low"), json!(null), false),
        (&both, vec![], json!("low"), json!(null), true),
        (&high, vec![], json!(null), json!(null), true),
        (&high, vec!["P1", "P2"], json!("high"), p2.clone(), true),
        (&high, vec!["P1"], json!("high"), p2.clone(), false),
        (&high, vec!["P1"], json!("high"), json!(null), false),
        (&high, vec!["P2"], json!("low"), p2, false),
    ] {
        let priorities = priorities.into_iter().map(str::to_owned).collect();
        let source =
            source(PagerDutySettings { urgencies: urgencies.clone(), priorities, ..settings() });
        let mut value = documented();
        value["urgency"] = urgency;
        value["priority"] = priority;
        assert_eq!(kept(&source, &value).counts, counts, "{value}");
    }
}

#[test]
fn a_service_without_a_component_keeps_its_id_and_is_told() {
    let source = source(settings());
    let mut value = documented();
    value["service"]["id"] = json!("PX");
    assert_eq!(kept(&source, &value).component.as_deref(), Some("pagerduty:PX"));
    assert_eq!(source.unmapped(&WireIncident::of(&value).unwrap()).as_deref(), Some("PX"));
    value["urgency"] = json!("low");
    assert_eq!(source.unmapped(&WireIncident::of(&value).unwrap()), None);
    value["service"] = json!(null);
    assert_eq!(kept(&source, &value).component, None);
}

#[test]
fn what_is_no_incident_is_refused_without_repeating_what_it_holds() {
    for (key, bad, part) in [
        ("created_at", json!("2026-06-01T21:30:42"), "incident PT4KHLK: its time is none"),
        ("created_at", json!(null), "incident PT4KHLK: invalid type: null"),
        ("status", json!({}), "invalid type: map"),
        ("service", json!("Earline Greenholt"), "invalid type: string"),
        ("id", json!("../users"), "an incident whose id is none"),
        ("id", json!(7), "incident without an id"),
    ] {
        let mut value = documented();
        value[key] = bad;
        let problem = WireIncident::of(&value).unwrap_err();
        assert!(problem.contains(part) && !problem.contains("Earline"), "{problem}");
    }
}

#[test]
fn log_entries_are_told_apart_by_their_type() {
    for (kind, meaning) in [
        ("resolve_log_entry", Meaning::Resolved),
        ("resolve_log_entry_reference", Meaning::Resolved),
        ("reopen_log_entry", Meaning::Reopened),
        ("acknowledge_log_entry", Meaning::WhileOpen),
        ("annotate_log_entry", Meaning::Noted),
        ("priority_change_log_entry", Meaning::Regraded),
        ("notify_log_entry", Meaning::Nothing),
        ("whatever_comes_next", Meaning::Nothing),
    ] {
        let entry = json!({"id": "R1", "type": kind, "created_at": "2026-06-01T21:30:42Z"});
        assert_eq!(WireEntry::of(&entry).unwrap().meaning(), meaning, "{kind}");
    }
}

#[test]
fn another_mapping_or_filter_is_another_reading() {
    let services = BTreeMap::from([("P2".to_owned(), Arc::from("acme/pay"))]);
    let known = fingerprint(&settings());
    assert_eq!(known, fingerprint(&settings()));
    for other in [
        PagerDutySettings { services, ..settings() },
        PagerDutySettings { urgencies: BTreeSet::from([Urgency::Low]), ..settings() },
        PagerDutySettings { priorities: vec!["P1".to_owned()], ..settings() },
    ] {
        assert_ne!(fingerprint(&other), known);
    }
}
