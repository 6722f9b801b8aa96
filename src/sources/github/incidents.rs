//! Incidents that are issues with a label.

use super::answers::{Mark, Parsing, Reach};
use super::client::Client;
use super::cursor::{Seen, Walking};
use super::page::{decode, nodes, optional_time, required_time};
use super::people::login;
use super::queries::{INCIDENT_REST, INCIDENTS};
use super::repositories::names_of;
use super::walk::{Elements, List, lost};
use crate::config::{IncidentSettings, IssuePattern};
use crate::sources::incident_links::{LinkedChanges, incident_links};
use crate::sources::markdown::prose;
use crate::sources::{SourceError, Step};
use delivery::domain::{
    Fact, Incident, IncidentEvent, IncidentId, IncidentTransition, Repository, Time,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The permission that the list needs.
pub(super) const REMEDY: &str = "Issues: read (classic token: repo)";

/// The nested lists of an issue.
pub(super) const NESTED: [&str; 3] = ["labels", "timelineItems", "comments"];

/// The start of the label that names a component.
const COMPONENT_LABEL: &str = "component/";

/// Where the list is in an answer.
const PATH: [&str; 2] = ["node", "issues"];

/// What `[[incidents]]` say of a repository's issues.
pub(super) struct IssueRule<'a>(Vec<&'a IncidentSettings>);

impl<'a> IssueRule<'a> {
    /// The entries that match the repository; none where its issues are not read.
    pub(super) fn of(settings: &'a [IncidentSettings], full_name: &str) -> IssueRule<'a> {
        let entries = settings.iter().filter(|entry| {
            entry.repositories.is_empty()
                || entry.repositories.iter().any(|pattern| pattern.matches(full_name))
        });
        IssueRule(entries.collect())
    }

    /// The labels by which issues are incidents, as they are written.
    pub(super) fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for label in self.0.iter().flat_map(|entry| &entry.labels) {
            if !is_among(label, labels.iter().map(String::as_str)) {
                labels.push(label.clone());
            }
        }
        labels
    }

    /// Whether an issue with these labels counts.
    fn counts(&self, own: &[&str]) -> bool {
        self.0.iter().any(|entry| {
            let any = |wanted: &str| is_among(wanted, own.iter().copied());
            entry.labels.iter().any(|label| any(label))
                && (entry.severities.is_empty() || entry.severities.iter().any(|one| any(one)))
        })
    }

    /// Those of the labels that the configuration speaks of as severities.
    fn severities(&self, own: &[&str]) -> Vec<Arc<str>> {
        let told: BTreeSet<&Arc<str>> = self.0.iter().flat_map(|entry| &entry.told).collect();
        told.into_iter().filter(|one| is_among(one, own.iter().copied())).cloned().collect()
    }

    /// The component that the first matching rule gives.
    fn component(&self, own: &[&str], title: &str) -> Option<Arc<str>> {
        let mut mappings = self.0.iter().flat_map(|entry| &entry.mappings);
        let found = mappings.find(|mapping| match &mapping.pattern {
            IssuePattern::Label(label) => is_among(label, own.iter().copied()),
            IssuePattern::Title(expression) => expression.is_match(title),
        });
        found.map(|mapping| Arc::clone(&mapping.component))
    }
}

/// All labels by which issues of some repository are incidents.
pub(super) fn labels(settings: &[IncidentSettings]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in settings.iter().flat_map(|entry| &entry.labels) {
        if !is_among(label, labels.iter().map(String::as_str)) {
            labels.push(label.clone());
        }
    }
    labels
}

/// Reads a page.
pub(super) async fn step(
    client: &Client,
    parsing: &Parsing,
    repo: &Repository,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("incidents of {}", repo.full_name);
    let rule = IssueRule::of(&parsing.incidents, &repo.full_name);
    let labels = rule.labels();
    let now = client.now();
    if labels.is_empty() {
        return Ok(Step { facts: Vec::new(), cursor: String::new(), done: true, begun: now });
    }
    // Beyond the look-back only what is still open matters: it has burnt longest.
    let fingerprint = fingerprint(&parsing.incidents);
    let mut walking = Walking::open(cursor, &fingerprint, reach, Some(reach.floor), now);
    let list = List { query: &INCIDENTS, path: &PATH, remedy: REMEDY };
    let variables = |size: usize, after: Option<&str>| {
        json!({
            "id": &*repo.node_id,
            "first": size,
            "after": after,
            "labels": labels,
        })
    };
    let page = list.page(client, &mut walking, &what, variables).await?;
    let mut elements = Elements::of(page);
    elements.complete(client, &INCIDENT_REST, &what, &NESTED).await?;
    let read = elements.decode(client, repo, &what, |node| listed(node, repo, &rule));
    let (until, begun) = (walking.until(), walking.begun());
    let open_since = if walking.is_first() { reach.floor } else { until };
    let (cursor, done) = walking.note(Seen {
        newest: read.good.first().map(|listed| listed.mark.clone()),
        oldest: read.good.last().map(|listed| listed.mark.at),
        lost: lost(&read, |listed| listed.mark.at),
        found: false,
        next: read.next.clone(),
    });
    // What a page holds beyond would make facts depend on the size of pages.
    let asked_for = read.good.into_iter().filter(|listed| {
        listed.mark.at >= until || (listed.mark.at >= open_since && listed.is_open())
    });
    let facts = asked_for.map(|listed| Fact::Incident(listed.incident)).collect();
    Ok(Step { facts, cursor, done, begun })
}

/// Labels decide which issues are incidents and rules decide whose, so others mean other facts.
pub(super) fn fingerprint(settings: &[IncidentSettings]) -> String {
    let mut parts = vec!["incidents"];
    for entry in settings {
        parts.push("labels");
        parts.extend(entry.labels.iter().map(String::as_str));
        parts.push("repositories");
        parts.extend(entry.repositories.iter().map(|pattern| pattern.text()));
        for (kind, severities) in [("severities", &entry.severities), ("told", &entry.told)] {
            parts.extend((!severities.is_empty()).then_some(kind));
            parts.extend(severities.iter().map(|severity| &**severity));
        }
        for mapping in &entry.mappings {
            parts.extend(match &mapping.pattern {
                IssuePattern::Label(label) => ["label", label, &*mapping.component],
                IssuePattern::Title(title) => ["title", title.as_str(), &*mapping.component],
            });
        }
    }
    super::walk::digest(&parts)
}

/// An incident of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) incident: Incident,
    mark: Mark,
}

impl Listed {
    fn is_open(&self) -> bool {
        let last = self.incident.events.last();
        last.is_none_or(|event| event.transition == IncidentTransition::Reopened)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    database_id: Option<u64>,
    full_database_id: Option<Value>,
    url: Option<String>,
    #[serde(default)]
    title: String,
    body: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    #[serde(default, deserialize_with = "optional_time")]
    closed_at: Option<Time>,
    #[serde(deserialize_with = "required_time")]
    updated_at: Time,
}

impl Wire {
    /// The wide id is a number in a string; the narrow one may be missing for new issues.
    fn database_id(&self) -> Result<u64, String> {
        let wide = self.full_database_id.as_ref().and_then(|id| match id {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        });
        wide.or(self.database_id).ok_or_else(|| "it has no database id".to_owned())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    created_at: Option<Time>,
    state_reason: Option<String>,
}

/// GitHub compares labels without regard to case.
pub(super) fn is_among<'a>(label: &str, mut labels: impl Iterator<Item = &'a str>) -> bool {
    labels.any(|other| other.to_lowercase() == label.to_lowercase())
}

/// Whether an address is one that a browser opens as a page.
fn is_page(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Decodes an issue of a repository for which `rule` holds.
pub(super) fn listed(
    node: &Value,
    repo: &Repository,
    rule: &IssueRule<'_>,
) -> Result<Listed, String> {
    let wire: Wire = decode(node)?;
    let own: Vec<&str> =
        nodes(node, "labels").filter_map(|node| node.get("name")?.as_str()).collect();
    let component = own.iter().find_map(|label| {
        let start = label.get(..COMPONENT_LABEL.len())?;
        let name = label.get(COMPONENT_LABEL.len()..)?.trim();
        (start.eq_ignore_ascii_case(COMPONENT_LABEL) && !name.is_empty()).then(|| Arc::from(name))
    });
    let (events, resolver) = events(node, &wire)?;
    let names = names_of(repo);
    let mut links = LinkedChanges::default();
    incident_links(&wire.title, &names, &mut links);
    incident_links(&prose(wire.body.as_deref().unwrap_or_default()), &names, &mut links);
    for comment in nodes(node, "comments") {
        // Anyone may comment; only who resolved the incident is taken at their word.
        if resolver.is_some() && login(comment.get("author")) == resolver {
            let body = comment.get("body").and_then(Value::as_str).unwrap_or_default();
            incident_links(&prose(body), &names, &mut links);
        }
    }
    let mark = Mark { id: wire.id.clone(), at: wire.updated_at };
    let incident = Incident {
        id: IncidentId(Arc::from(format!("github:{}", wire.database_id()?))),
        node_id: Arc::from(wire.id),
        url: wire.url.as_deref().filter(|url| is_page(url)).map(Arc::from),
        repo: Some(repo.id),
        component,
        ruled: rule.component(&own, &wire.title),
        severities: rule.severities(&own),
        counts: rule.counts(&own),
        opened_at: wire.created_at,
        events,
        causes: links.causes,
        fixes: links.fixes,
    };
    Ok(Listed { incident, mark })
}

/// What happened to an issue, in order, and the login of who closed it last.
fn events<'a>(
    node: &'a Value,
    wire: &Wire,
) -> Result<(Vec<IncidentEvent>, Option<&'a str>), String> {
    let mut events: Vec<(IncidentEvent, Option<&str>)> = Vec::new();
    for item in nodes(node, "timelineItems") {
        let event: WireEvent = decode(item)?;
        let transition = match event.kind.as_deref() {
            Some("ClosedEvent") => closing(event.state_reason.as_deref()),
            Some("ReopenedEvent") => IncidentTransition::Reopened,
            _ => continue,
        };
        let Some(at) = event.created_at else { continue };
        events.push((IncidentEvent { at, transition }, login(item.get("actor"))));
    }
    events.sort_by_key(|(event, _)| event.at);
    let is_closed = |event: Option<&(IncidentEvent, Option<&str>)>| {
        event.is_some_and(|(event, _)| event.transition != IncidentTransition::Reopened)
    };
    let closed_now = wire.closed_at.filter(|_| wire.state.as_deref() != Some("OPEN"));
    match closed_now {
        // The issue's own reason is newer: it can be changed after the closing.
        Some(_) if is_closed(events.last()) && wire.state_reason.is_some() => {
            if let Some((last, _)) = events.last_mut() {
                last.transition = closing(wire.state_reason.as_deref());
            }
        }
        // The timeline does not tell everything about old or transferred issues.
        Some(at) if !is_closed(events.last()) => {
            let transition = closing(wire.state_reason.as_deref());
            events.push((IncidentEvent { at, transition }, None));
        }
        None if is_closed(events.last()) && wire.state.as_deref() == Some("OPEN") => {
            let transition = IncidentTransition::Reopened;
            events.push((IncidentEvent { at: wire.updated_at, transition }, None));
        }
        _ => {}
    }
    let resolver = events.iter().rev().find_map(|(event, actor)| {
        (event.transition != IncidentTransition::Reopened).then_some(*actor)
    });
    Ok((events.into_iter().map(|(event, _)| event).collect(), resolver.flatten()))
}

fn closing(reason: Option<&str>) -> IncidentTransition {
    match reason {
        Some("NOT_PLANNED" | "DUPLICATE") => IncidentTransition::Dismissed,
        _ => IncidentTransition::Resolved,
    }
}

#[cfg(test)]
#[path = "incidents_tests.rs"]
mod tests;
