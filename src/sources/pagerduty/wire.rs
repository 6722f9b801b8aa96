//! Incidents and log entries as PagerDuty writes them: what is needed of them and no more. Unknown
//! fields are passed over, and what is absent is absent.

use chrono::DateTime;
use delivery::domain::{IncidentEvent, IncidentTransition, Time};
use serde::Deserialize;
use serde_json::Value;

/// The kind of resolution that means: merged into another incident.
const MERGED: &str = "merge_resolve_reason";

/// An incident.
#[derive(Debug, Deserialize)]
pub(super) struct WireIncident {
    pub(super) id: String,
    #[serde(deserialize_with = "required_time")]
    pub(super) created_at: Time,
    pub(super) status: String,
    pub(super) urgency: Option<String>,
    pub(super) priority: Option<Named>,
    pub(super) service: Option<Reference>,
    html_url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    resolved_at: Option<Time>,
    #[serde(default, deserialize_with = "optional_time")]
    pub(super) last_status_change_at: Option<Time>,
    resolve_reason: Option<ResolveReason>,
}

/// A service.
#[derive(Debug, Deserialize)]
pub(super) struct WireService {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) summary: Option<String>,
}

impl WireService {
    /// Decodes one; the error says what is wrong with it.
    pub(super) fn of(value: &Value) -> Result<WireService, String> {
        let service = decoded::<WireService>("service", value)?;
        match is_id(&service.id) {
            true => Ok(service),
            false => Err("a service whose id is none".to_owned()),
        }
    }
}

/// Anything that is referred to by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) id: Option<String>,
}

/// A priority, whose name is its summary in references.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) summary: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ResolveReason {
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl WireIncident {
    /// Decodes one; the error says what is wrong with it.
    pub(super) fn of(value: &Value) -> Result<WireIncident, String> {
        let incident = decoded::<WireIncident>("incident", value)?;
        match is_id(&incident.id) {
            true => Ok(incident),
            false => Err("an incident whose id is none".to_owned()),
        }
    }

    /// What people called it.
    pub(super) fn title(&self) -> &str {
        self.title.as_deref().or(self.summary.as_deref()).unwrap_or_default()
    }

    /// Its page, where what is told can be an address of one.
    pub(super) fn page(&self) -> Option<&str> {
        self.html_url.as_deref().filter(|url| is_page(url))
    }

    /// How and when it ended, unless it is open.
    pub(super) fn end(&self) -> Option<IncidentEvent> {
        if self.status != "resolved" {
            return None;
        }
        let at = self.resolved_at.or(self.last_status_change_at).unwrap_or(self.created_at);
        Some(IncidentEvent { at, transition: self.ending() })
    }

    /// What its end is, or was: one that was merged into another is no incident.
    pub(super) fn ending(&self) -> IncidentTransition {
        let reason = self.resolve_reason.as_ref().and_then(|reason| reason.kind.as_deref());
        match reason {
            Some(MERGED) => IncidentTransition::Dismissed,
            _ => IncidentTransition::Resolved,
        }
    }
}

/// What happened to an incident once.
#[derive(Debug, Deserialize)]
pub(super) struct WireEntry {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "required_time")]
    pub(super) created_at: Time,
    incident: Option<Reference>,
    agent: Option<Reference>,
    channel: Option<Channel>,
}

#[derive(Debug, Deserialize)]
struct Channel {
    content: Option<String>,
    summary: Option<String>,
}

/// What a log entry means for whether an incident is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It was resolved.
    Resolved,
    /// It was opened again.
    Reopened,
    /// What can happen to open incidents only: after a resolution it is open again.
    WhileOpen,
    /// Somebody wrote a note.
    Noted,
    /// Its urgency or priority is another.
    Regraded,
    /// Nothing, such as a notification.
    Nothing,
}

impl WireEntry {
    /// Decodes one; the error says what is wrong with it.
    pub(super) fn of(value: &Value) -> Result<WireEntry, String> {
        decoded("log entry", value)
    }

    /// The id of the incident that it is of.
    pub(super) fn incident(&self) -> Option<&str> {
        self.incident.as_ref()?.id.as_deref().filter(|id| is_id(id))
    }

    /// What it means. References to log entries have the same names with `_reference` behind.
    pub(super) fn meaning(&self) -> Meaning {
        let kind = self.kind.strip_suffix("_reference").unwrap_or(&self.kind);
        match kind.strip_suffix("_log_entry").unwrap_or(kind) {
            "resolve" => Meaning::Resolved,
            "reopen" | "unresolve" => Meaning::Reopened,
            "trigger" | "acknowledge" | "unacknowledge" | "escalate" => Meaning::WhileOpen,
            "annotate" => Meaning::Noted,
            "urgency_change" | "priority_change" => Meaning::Regraded,
            _ => Meaning::Nothing,
        }
    }

    /// The id of whoever did it, a person or a service; compared, never kept.
    pub(super) fn agent(&self) -> Option<&str> {
        self.agent.as_ref()?.id.as_deref()
    }

    /// The words of a note.
    pub(super) fn words(&self) -> &str {
        let channel = self.channel.as_ref();
        let words = channel.and_then(|it| it.content.as_deref().or(it.summary.as_deref()));
        words.unwrap_or_default()
    }
}

/// Whether readers can be sent there: an address of the web without spaces.
fn is_page(url: &str) -> bool {
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= 512 && is_plain
}

/// Ids stand in addresses, so they are letters and digits.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Decodes an element. The error does not repeat what the element holds, which may be about people.
fn decoded<'a, T: Deserialize<'a>>(what: &str, value: &'a Value) -> Result<T, String> {
    let id = value.get("id").and_then(Value::as_str).filter(|id| is_id(id));
    T::deserialize(value).map_err(|error| {
        let error = error.to_string();
        let cause = error.split(['"', '`']).next().unwrap_or_default().trim_end();
        format!("{what} {}: {cause}", id.unwrap_or("without an id"))
    })
}

fn time(text: &str) -> Option<Time> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| Time(at.timestamp()))
}

fn required_time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    time(&text).ok_or_else(|| serde::de::Error::custom("its time is none with a zone"))
}

fn optional_time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.as_deref().and_then(time))
}
