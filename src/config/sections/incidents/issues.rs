//! `[[incidents]]` with `source = "github_issues"`.

use super::{Beside, SECTION};
use crate::config::patterns::{RepositoryPattern, title_expression};
use crate::config::reader::{Reader, describe};
use crate::config::settings::{IncidentMapping, IncidentSettings, IssuePattern};
use ::config::{Map, Value, ValueKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a mapping looks like, in messages.
const EXAMPLE: &str = "{ label = \"service:pay\", component = \"acme/pay\" }";

pub(super) fn read(reader: &Reader<'_>, at: usize, beside: &Beside<'_>) -> IncidentSettings {
    if reader.is_empty_list("labels") {
        reader.problem("labels", "is empty; write for example [\"incident\"]");
    }
    let severities: BTreeSet<Arc<str>> = super::severities(reader, "severities");
    IncidentSettings {
        labels: reader.list("labels").into_iter().map(|item| item.text).collect(),
        repositories: reader.parsed_list("repositories", RepositoryPattern::parse),
        told: beside.severities.union(&severities).cloned().collect(),
        severities,
        mappings: mappings(reader, at, beside),
    }
}

fn mappings(reader: &Reader<'_>, at: usize, beside: &Beside<'_>) -> Vec<IncidentMapping> {
    let Some(written) = reader.table("mappings") else { return Vec::new() };
    let ValueKind::Array(entries) = written.kind else {
        let found = describe(&written.kind);
        reader.problem("mappings", format!("is {found}; write a list: mappings = [{EXAMPLE}]"));
        return Vec::new();
    };
    let mut mappings = Vec::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let path = format!("{}[{at}].mappings[{place}]", SECTION.path);
        match entry.kind {
            ValueKind::Table(table) => mappings.extend(mapping(table, &path, beside)),
            other => {
                let message = format!("is {}; write {EXAMPLE}", describe(&other));
                beside.report.add(&path, None, message);
            }
        }
    }
    mappings
}

fn mapping(
    mut table: Map<String, Value>,
    path: &str,
    beside: &Beside<'_>,
) -> Option<IncidentMapping> {
    let problem =
        |key: &str, message: String| beside.report.add(&format!("{path}{key}"), None, message);
    let mut text = |key: &str| match table.remove(key)?.kind {
        ValueKind::String(text) if !text.trim().is_empty() => Some(text),
        other => {
            let found = describe(&other);
            problem(&format!(".{key}"), format!("is {found}; write a text that is not empty"));
            Some(String::new())
        }
    };
    let (label, title, component) = (text("label"), text("title"), text("component"));
    // The map has no order of its own; problems shall come in the same order each time.
    let unknown: BTreeSet<&String> = table.keys().collect();
    for key in unknown {
        let message = "no such key; there are label, title and component".to_owned();
        problem(&format!(".{key}"), message);
    }
    let pattern = match (label, title) {
        (Some(label), None) => Some(IssuePattern::Label(label)),
        (None, Some(title)) => match title_expression(&title) {
            Ok(expression) => Some(IssuePattern::Title(expression)),
            Err(message) => {
                problem(".title", message);
                None
            }
        },
        _ => {
            problem("", format!("needs either label or title; write for example {EXAMPLE}"));
            None
        }
    };
    let Some(component) = component else {
        problem("", format!("names no component; write for example {EXAMPLE}"));
        return None;
    };
    match super::component(&component, beside) {
        _ if component.is_empty() => None,
        Ok(component) => Some(IncidentMapping { pattern: pattern?, component }),
        Err(message) => {
            problem(".component", message);
            None
        }
    }
}
