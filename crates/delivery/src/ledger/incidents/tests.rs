use crate::domain::IncidentEvent;
use crate::domain::IncidentTransition::*;
use crate::ledger::scenario::*;

/// Events, the judged hour, and the hour of resolution of the incident, if it is one.
type Case<'a> = (&'a [IncidentEvent], i64, Option<Option<i64>>);

#[test]
fn an_incident_stands_as_its_last_event_by_then_says() {
    let cases: [Case<'_>; 10] = [
        (&[], 9, Some(None)),
        (&[], 0, None),
        (&[event(h(3), Resolved)], 9, Some(Some(3))),
        (&[event(h(3), Resolved)], 2, Some(None)),
        (&[event(h(3), Resolved), event(h(4), Reopened)], 9, Some(None)),
        (&[event(h(3), Resolved), event(h(4), Reopened)], 3, Some(Some(3))),
        // The latest resolve or close while it is not open again.
        (&[event(h(3), Resolved), event(h(5), Resolved)], 9, Some(Some(5))),
        (&[event(h(3), Dismissed)], 9, None),
        (&[event(h(3), Dismissed), event(h(4), Reopened)], 9, Some(None)),
        (&[event(h(3), Dismissed), event(h(4), Resolved)], 9, Some(Some(4))),
    ];
    for (events, hour, expected) in cases {
        let mut scenario = Scenario::new();
        scenario.incident("i", 1).events = events.to_vec();
        let history = scenario.judge(hour);
        let states: Vec<_> =
            history.incidents.iter().map(|incident| incident.resolved_at).collect();
        let expected: Vec<_> = expected.map(|resolved| resolved.map(h)).into_iter().collect();
        assert_eq!(states, expected, "{events:?} at {hour}");
    }
}

#[test]
fn what_its_source_does_not_count_is_no_incident() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.incident("i", 1).counts = false;
    let history = scenario.judge(9);
    assert!(history.incidents.is_empty() && failed(&history).is_empty());
}

#[test]
fn incidents_are_ordered_by_opening_then_id() {
    let mut scenario = Scenario::new();
    for (id, opened) in [("c", 2), ("b", 2), ("a", 3)] {
        scenario.incident(id, opened);
    }
    let history = scenario.judge(9);
    let ids: Vec<&str> = history.incidents.iter().map(|incident| &*incident.id.0).collect();
    assert_eq!(ids, ["b", "c", "a"]);
}
