//! Tests of `history`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;
use delivery::domain::Time;
use serde_json::{Value, json};

/// 2026-06-01T00:00:00Z.
const DAY: i64 = 1_780_272_000;

fn instant(hour: i64) -> String {
    format!("2026-06-01T{hour:02}:00:00Z")
}

fn incident(change: Value) -> WireIncident {
    let mut incident = json!({
        "id": "Q1", "created_at": instant(1), "status": "resolved", "resolved_at": instant(9),
        "last_status_change_at": instant(9), "urgency": "high", "service": {"id": "P1"},
    });
    let object = incident.as_object_mut().unwrap();
    object.extend(change.as_object().unwrap().clone());
    WireIncident::of(&incident).unwrap()
}

fn entry(id: &str, kind: &str, hour: i64, agent: &str) -> Value {
    json!({
        "id": id, "type": format!("{kind}_log_entry"), "created_at": instant(hour),
        "agent": {"id": agent, "type": "user_reference", "summary": "Ada Lovelace"},
        "incident": {"id": "Q1"},
    })
}

fn note(id: &str, hour: i64, agent: &str, words: &str) -> Value {
    let mut note = entry(id, "annotate", hour, agent);
    note["channel"] = json!({"type": "note", "content": words});
    note
}

fn read(incident: &WireIncident, log: &[Value]) -> IncidentHistory {
    history(incident, log.iter().map(|entry| WireEntry::of(entry).unwrap()).collect())
}

/// Events as hours of the day with the first letter of what happened.
fn events(history: &IncidentHistory) -> Vec<(i64, char)> {
    let letter = |transition| match transition {
        IncidentTransition::Resolved => 'r',
        IncidentTransition::Dismissed => 'd',
        IncidentTransition::Reopened => 'o',
    };
    let at = |at: Time| (at.0 - DAY) / 3_600;
    history.events.iter().map(|event| (at(event.at), letter(event.transition))).collect()
}

#[test]
fn resolving_and_opening_again_are_told_in_order_and_acknowledging_is_not() {
    let open = json!({"status": "acknowledged", "resolved_at": null});
    let merged =
        json!({"resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": "Q2"}}});
    let trigger = entry("A", "trigger", 1, "P1");
    let acknowledge = entry("B", "acknowledge", 2, "U1");
    let resolve = entry("C", "resolve", 5, "U1");
    let reopen = entry("D", "reopen", 6, "U1");
    let again = entry("E", "resolve", 9, "U1");
    for (change, log, expected) in [
        (json!({}), vec![&trigger, &acknowledge, &again], vec![(9, 'r')]),
        (open.clone(), vec![&trigger, &acknowledge], vec![]),
        (json!({}), vec![&trigger, &resolve, &reopen, &again], vec![(5, 'r'), (6, 'o'), (9, 'r')]),
        // In any order, and twice.
        (json!({}), vec![&again, &reopen, &resolve, &again], vec![(5, 'r'), (6, 'o'), (9, 'r')]),
        (open.clone(), vec![&resolve, &reopen], vec![(5, 'r'), (6, 'o')]),
        // How it stands has the last word where the log does not tell of it.
        (open.clone(), vec![&resolve], vec![(5, 'r'), (9, 'o')]),
        (json!({}), vec![], vec![(9, 'r')]),
        (merged.clone(), vec![&trigger, &again], vec![(9, 'd')]),
        (merged, vec![&resolve, &reopen], vec![(5, 'r'), (6, 'o'), (9, 'd')]),
        // Whatever the reopening is called: only what is open can be acknowledged or escalated.
        (
            json!({}),
            vec![&resolve, &entry("F", "escalate", 7, "U1"), &again],
            vec![(5, 'r'), (7, 'o'), (9, 'r')],
        ),
        // What happens after the end without opening it again is nothing.
        (json!({}), vec![&again, &entry("G", "annotate", 10, "U1")], vec![(9, 'r')]),
        (json!({}), vec![&resolve, &entry("H", "resolve", 9, "U2")], vec![(9, 'r')]),
    ] {
        let log: Vec<Value> = log.into_iter().cloned().collect();
        assert_eq!(events(&read(&incident(change), &log)), expected, "{log:?}");
    }
}

#[test]
fn only_who_resolved_it_last_is_taken_at_their_word() {
    let log = [
        note("A", 2, "U1", "caused by deployment 1"),
        entry("B", "resolve", 3, "U1"),
        entry("C", "reopen", 4, "U3"),
        note("D", 5, "U2", "caused by deployment 2"),
        note("E", 6, "U3", "caused by deployment 3"),
        entry("F", "resolve", 9, "U2"),
        note("G", 10, "U2", "fixed by deployment 4"),
    ];
    let resolved = read(&incident(json!({})), &log);
    assert_eq!(resolved.notes, ["caused by deployment 2", "fixed by deployment 4"]);
    // While it is open, the one who resolved it before still is who knows best.
    let open = incident(json!({"status": "triggered", "resolved_at": null}));
    assert_eq!(read(&open, &log[..4]).notes, ["caused by deployment 1"]);
    // Nobody's word counts where nobody resolved it.
    assert!(read(&open, &log[..1]).notes.is_empty());
    assert!(read(&incident(json!({})), &log[..1]).notes.is_empty());
}

#[test]
fn a_note_without_its_channel_has_its_summary() {
    let mut short = note("A", 2, "U1", "");
    short["channel"] = json!({"type": "note", "summary": "caused by #7"});
    let log = [short, entry("B", "resolve", 9, "U1")];
    assert_eq!(read(&incident(json!({})), &log).notes, ["caused by #7"]);
}
