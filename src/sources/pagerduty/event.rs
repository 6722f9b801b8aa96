//! Webhook events, version 3: of which incident something became known. What that is, is asked,
//! so that an event that is late, repeated or out of order says nothing wrong.

use super::wire::is_id;
use serde::Deserialize;
use std::sync::Arc;

/// What an incident's state and history do not depend on is not asked about.
const MOVING: [&str; 6] = [
    "incident.triggered",
    "incident.resolved",
    "incident.reopened",
    "incident.annotated",
    "incident.priority_updated",
    "incident.service_updated",
];

#[derive(Deserialize)]
struct Envelope {
    event: Event,
}

#[derive(Deserialize)]
struct Event {
    event_type: String,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    /// A note's incident.
    incident: Option<Referred>,
}

#[derive(Deserialize)]
struct Referred {
    id: Option<String>,
}

/// The incident to ask about, if there is one; the error says what is wrong with the event, and
/// repeats nothing of it.
pub(super) fn moved(body: &[u8]) -> Result<Option<Arc<str>>, String> {
    let Envelope { event: Event { event_type, data } } = serde_json::from_slice(body)
        .map_err(|_| "no event of PagerDuty's webhooks, version 3".to_owned())?;
    if !MOVING.contains(&event_type.as_str()) {
        return Ok(None);
    }
    let id = match data.kind.as_deref() {
        Some("incident") => data.id,
        _ => data.incident.and_then(|incident| incident.id),
    };
    match id.filter(|id| is_id(id)) {
        Some(id) => Ok(Some(Arc::from(id))),
        None => Err("an event that names no incident".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_say_which_incident_to_ask_about() {
        let event = |kind: &str, data: &str| {
            format!(
                r#"{{"event": {{"id": "01E", "event_type": "{kind}", "resource_type": "incident",
                "occurred_at": "2026-11-01T10:00:00.123Z", "agent": {{"summary": "Ada"}}, "data": {data}}}}}"#
            )
        };
        let incident =
            r#"{"id": "QA1", "type": "incident", "title": "Down", "status": "triggered"}"#;
        let note =
            r#"{"id": "NOTE", "type": "incident_note", "incident": {"id": "QA2"}, "content": "x"}"#;
        for (kind, data, expected) in [
            ("incident.triggered", incident, Ok(Some("QA1"))),
            ("incident.resolved", incident, Ok(Some("QA1"))),
            ("incident.reopened", incident, Ok(Some("QA1"))),
            ("incident.annotated", note, Ok(Some("QA2"))),
            ("incident.acknowledged", incident, Ok(None)),
            ("incident.some_day_new", incident, Ok(None)),
            ("service.updated", r#"{"id": "PS", "type": "service"}"#, Ok(None)),
            (
                "pagey.ping",
                r#"{"message": "Hello from your friend Pagey!", "type": "ping"}"#,
                Ok(None),
            ),
            ("incident.resolved", r#"{"id": "../x", "type": "incident"}"#, Err(())),
            ("incident.resolved", r#"{"type": "incident"}"#, Err(())),
            ("incident.annotated", r#"{"id": "NOTE", "type": "incident_note"}"#, Err(())),
        ] {
            let found = moved(event(kind, data).as_bytes());
            let expected = expected.map(|id| id.map(Arc::from));
            assert_eq!(found.map_err(|_| ()), expected, "{kind} {data}");
        }
        for body in ["", "[]", "{}", r#"{"messages": []}"#, "\u{1}", r#"{"event": {"data": {}}}"#] {
            assert!(moved(body.as_bytes()).is_err(), "{body}");
        }
    }
}
