//! The facts of an explanation in tables, from which figures can be counted again.

use crate::cli::table::Table;
use crate::evaluate::DecidedBy;
use crate::serve::api::{Explanation, List};
use serde_json::Value;
use std::fmt::Write;

/// How much of a commit's id is shown.
const SHORT: usize = 8;
/// How many environments are shown: every pull request may have one of its own.
const ENVIRONMENTS: usize = 20;

/// The lists of which the figures are made.
pub fn of_team(explanation: &Explanation, text: &mut String) {
    let named = |list: List| {
        let mut facts = explanation.team.figures.iter().flat_map(|figure| &figure.facts);
        facts.any(|facts| facts.list == list.name())
    };
    let lists = [
        (List::Deployments, &explanation.deployments),
        (List::Changes, &explanation.changes),
        (List::Failures, &explanation.failures),
        (List::Incidents, &explanation.incidents),
    ];
    for (list, facts) in lists.into_iter().filter(|(list, _)| named(*list)) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{}: {}", list.name(), facts.len());
        let row = match list {
            List::Deployments => deployment,
            List::Changes => change,
            List::Failures => failure,
            List::Incidents => incident,
        };
        table(heads(list), facts.iter().map(row), text);
    }
}

/// The incidents that no component has.
pub fn unmapped(incidents: &[Value], text: &mut String) {
    let _ = writeln!(text, "incidents of no component: {}", incidents.len());
    let heads = ["opened_at", "team", "id", "called", "resolved_at", "verdict", "link"];
    let rows = incidents.iter().map(|fact| {
        vec![
            field(fact, "opened_at"),
            field(fact, "team"),
            field(fact, "id"),
            field(fact, "called"),
            [field(fact, "resolved_at"), open(fact)].concat(),
            or_counted(left_out(fact).into_iter().collect()),
            field(fact, "url"),
        ]
    });
    table(&heads, rows, text);
}

/// The environments of deployments that are left out, those with the most first.
pub fn environments(environments: &[Value], text: &mut String) {
    let is_unselected = |one: &Value| field(one, "left_out") == DecidedBy::Components.omission();
    let (unselected, others) = environments.iter().cloned().partition(is_unselected);
    let (why, keys) = (
        "their environment is not production",
        "production.environments adds patterns, production.exclude takes names out.",
    );
    of_environments(others, why, keys, text);
    let (why, keys) = (
        "no component of their repository selects them",
        "`deployments` of a component selects, production.exclude takes an environment out.",
    );
    of_environments(unselected, why, keys, text);
}

fn of_environments(environments: Vec<Value>, why: &str, keys: &str, text: &mut String) {
    if environments.is_empty() {
        return;
    }
    let deployments = |fact: &Value| fact.get("deployments").and_then(Value::as_u64).unwrap_or(0);
    let mut all: Vec<&Value> = environments.iter().collect();
    all.sort_by_key(|fact| std::cmp::Reverse(deployments(fact)));
    let total: u64 = all.iter().map(|fact| deployments(fact)).sum();
    let _ = writeln!(
        text,
        "\nleft out, since {why}: {total} deployments to {} environments\n  {keys}",
        all.len()
    );
    let heads = ["environment", "repo", "deployments", "newest_at", "decided_by", "link"];
    let row = |fact: &&Value| {
        ["environment", "repo", "deployments", "newest_at", "decided_by", "url"]
            .map(|name| field(fact, name))
            .to_vec()
    };
    table(&heads, all.iter().take(ENVIRONMENTS).map(row), text);
    if all.len() > ENVIRONMENTS {
        let _ = writeln!(text, "  and {} more; --json has all of them.", all.len() - ENVIRONMENTS);
    }
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>, text: &mut String) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let mut table = Table::new(heads);
    rows.for_each(|row| table.row(row));
    table.write(text);
}

fn heads(list: List) -> &'static [&'static str] {
    match list {
        List::Deployments => &[
            "finished_at",
            "component",
            "id",
            "commit",
            "environment",
            "changes",
            "verdict",
            "link",
        ],
        List::Changes => &[
            "shipped_at",
            "component",
            "change",
            "merged_at",
            "started_at",
            "by",
            "lead_time_seconds",
            "verdict",
            "link",
        ],
        List::Failures => &[
            "finished_at",
            "component",
            "deployment",
            "reason",
            "evidence",
            "restored_at",
            "recovery_seconds",
            "link",
        ],
        List::Incidents => {
            &["opened_at", "component", "id", "resolved_at", "restore_seconds", "verdict", "link"]
        }
    }
}

fn deployment(fact: &Value) -> Vec<String> {
    let marks = ["baseline", "rollback", "rework"];
    let mut verdict: Vec<String> = match field(fact, "failure_reason") {
        reason if reason.is_empty() => Vec::new(),
        reason => vec![format!("failed: {reason}")],
    };
    verdict.extend(marks.iter().filter(|mark| is(fact, mark)).map(|mark| (*mark).to_owned()));
    if !is(fact, "known_commit") {
        verdict.push("commit not known".to_owned());
    }
    verdict.extend(left_out(fact));
    let at = first_of(fact, &["finished_at", "aborted_at", "created_at"]);
    let short: String = field(fact, "sha").chars().take(SHORT).collect();
    vec![
        at,
        component(fact),
        field(fact, "id"),
        short,
        field(fact, "environment"),
        field(fact, "changes"),
        or_counted(verdict),
        field(fact, "commit_url"),
    ]
}

fn change(fact: &Value) -> Vec<String> {
    let name = match field(fact, "pull_request") {
        number if number.is_empty() => field(fact, "commit").chars().take(SHORT).collect(),
        number => format!("#{number}"),
    };
    let unknown = is(fact, "unknown_paths").then(|| "paths not known".to_owned());
    let lead_time = match field(fact, "lead_time_seconds") {
        time if time.is_empty() => time,
        time => {
            let phases = ["coding", "pickup", "review", "deploy"].map(|phase| {
                let seconds = field(fact, &format!("{phase}_seconds"));
                if seconds.is_empty() { "–".to_owned() } else { seconds }
            });
            format!("{time} ({})", phases.join(" + "))
        }
    };
    vec![
        field(fact, "shipped_at"),
        component(fact),
        name,
        field(fact, "merged_at"),
        field(fact, "started_at"),
        field(fact, "started_by"),
        lead_time,
        or_counted(unknown.into_iter().chain(left_out(fact)).collect()),
        field(fact, "url"),
    ]
}

fn failure(fact: &Value) -> Vec<String> {
    let evidence = fact.get("evidence").and_then(Value::as_array).into_iter().flatten();
    let evidence: Vec<String> = evidence
        .map(|one| {
            let pull = field(one, "pull_request");
            let pull = if pull.is_empty() { pull } else { format!("#{pull}") };
            let commit: String = field(one, "commit").chars().take(SHORT).collect();
            let by = field(one, "deployment");
            let by = if by.is_empty() { by } else { format!("by deployment {by}") };
            let witness = [field(one, "incident"), pull, commit, by];
            let witness: Vec<String> = witness.into_iter().filter(|it| !it.is_empty()).collect();
            format!("{} {}", field(one, "rule"), witness.join(" "))
        })
        .collect();
    let restored = [field(fact, "restored_at"), open(fact)].concat();
    vec![
        field(fact, "finished_at"),
        component(fact),
        field(fact, "deployment"),
        field(fact, "reason"),
        evidence.join("; "),
        restored,
        field(fact, "recovery_seconds"),
        field(fact, "url"),
    ]
}

fn incident(fact: &Value) -> Vec<String> {
    let blames = fact.get("blames").and_then(Value::as_array).into_iter().flatten();
    let blames: Vec<String> = blames.map(Value::to_string).collect();
    let blames = (!blames.is_empty()).then(|| format!("blames {}", blames.join(", ")));
    let why = match field(fact, "unattributed") {
        why if why.is_empty() => None,
        why => Some(format!("unattributed: {why}")),
    };
    vec![
        field(fact, "opened_at"),
        component(fact),
        field(fact, "id"),
        [field(fact, "resolved_at"), open(fact)].concat(),
        field(fact, "restore_seconds"),
        or_counted(blames.into_iter().chain(why).chain(left_out(fact)).collect()),
        field(fact, "url"),
    ]
}

fn open(fact: &Value) -> String {
    if is(fact, "open") { "open".to_owned() } else { String::new() }
}

fn or_counted(verdict: Vec<String>) -> String {
    if verdict.is_empty() { "counted".to_owned() } else { verdict.join(", ") }
}

fn left_out(fact: &Value) -> Option<String> {
    let why = field(fact, "left_out");
    let other = field(fact, "counts_as");
    let other = if other.is_empty() { other } else { format!(" as {other}") };
    (!why.is_empty()).then(|| format!("left out: {why}{other}"))
}

fn component(fact: &Value) -> String {
    field(fact, "component")
}

fn first_of(fact: &Value, fields: &[&str]) -> String {
    fields.iter().map(|name| field(fact, name)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// A field as it is shown; empty where it is absent.
fn field(fact: &Value, name: &str) -> String {
    match fact.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn is(fact: &Value, name: &str) -> bool {
    fact.get(name).and_then(Value::as_bool).unwrap_or(false)
}
