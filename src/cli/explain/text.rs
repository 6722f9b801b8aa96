//! An explanation for people: each figure with what it is made of, and the facts in tables from which
//! it can be counted again.

use super::table::{Table, plain};
use crate::serve::api::{Explanation, Facts, Figure, List};
use serde_json::Value;
use std::fmt::Write;

/// How much of a commit's id is shown.
const SHORT: usize = 8;

/// The whole text. Without a measure all figures are listed, and no facts: they would be thousands.
pub fn text(explanation: &Explanation, measure: Option<&str>) -> String {
    let mut text = String::new();
    heading(explanation, &mut text);
    match measure {
        None => overview(explanation, &mut text),
        Some(_) => {
            explanation.team.figures.iter().for_each(|figure| of_figure(figure, &mut text));
            facts(explanation, &mut text);
        }
    }
    text
}

// Writing to a string cannot fail, so what `writeln!` says is passed over here.

fn heading(explanation: &Explanation, text: &mut String) {
    let team = &explanation.team;
    let subject = match &team.component {
        Some(component) => format!("Component {component} of team {}", team.team),
        None => format!("Team {}", team.team),
    };
    let _ = writeln!(text, "{} at {}", plain(&subject), instant(&team.at));
    for component in &team.components {
        let through = component.data_through.as_ref().map(instant).unwrap_or_default();
        let name = plain(&format!("{}/{}", component.repo, component.component));
        let _ = writeln!(text, "  {name}  data through {through}, owner by {}", component.owned_by);
    }
}

fn overview(explanation: &Explanation, text: &mut String) {
    text.push('\n');
    let mut table = Table::new(&["measure", "window", "value", "made of"]);
    for figure in &explanation.team.figures {
        let name = match figure.phase {
            Some(phase) => format!("{} {phase}", figure.measure),
            None => figure.measure.to_owned(),
        };
        let window = figure.window.clone().unwrap_or_default();
        table.row(vec![name, window, value(figure), made_of(figure)]);
    }
    table.write(text);
    text.push_str("\nWith --measure NAME each fact is listed; --json has all of them.\n");
}

fn of_figure(figure: &Figure, text: &mut String) {
    let phase = figure.phase.map(|phase| format!(" {phase}")).unwrap_or_default();
    let window = figure.window.as_ref().map(|window| format!(", {window}")).unwrap_or_default();
    let _ = writeln!(text, "\n{}{phase}{window}: {}", figure.measure, value(figure));
    let made_of = made_of(figure);
    if !made_of.is_empty() {
        let _ = writeln!(text, "  {made_of}");
    }
    let _ = writeln!(text, "  {}", figure.rule);
    if let (Some(from), Some(to)) = (&figure.from, &figure.to) {
        let _ = writeln!(text, "  After {} and until {}.", instant(from), instant(to));
    }
    for facts in &figure.facts {
        let _ = writeln!(text, "  {}", rule_of(facts));
    }
}

/// The value as its unit asks.
fn value(figure: &Figure) -> String {
    let quantiles = [("p50", figure.p50), ("p85", figure.p85), ("p95", figure.p95)];
    let quantiles: Vec<String> = quantiles
        .into_iter()
        .chain([("mean", figure.mean)])
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)))
        .collect();
    match figure.value {
        Some(value) => value.to_string(),
        None if figure.withheld => "withheld: too few people contributed".to_owned(),
        None if quantiles.is_empty() => "no data".to_owned(),
        None => format!("{} {}", quantiles.join(", "), figure.unit),
    }
}

fn made_of(figure: &Figure) -> String {
    let mut parts = Vec::new();
    if let (Some(numerator), Some(denominator)) = (figure.numerator, figure.denominator) {
        parts.push(format!("{numerator} of {denominator}"));
    }
    if let (Some(lower), Some(upper)) = (figure.lower_bound, figure.upper_bound) {
        parts.push(format!("95 %: {lower:.4} to {upper:.4}"));
    }
    parts.extend(figure.count.map(|count| match count {
        1 => "1 value".to_owned(),
        _ => format!("{count} values"),
    }));
    parts.extend(figure.oldest_at.as_ref().map(|at| format!("oldest {}", instant(at))));
    parts.join(", ")
}

/// Which rows of the tables count.
fn rule_of(facts: &Facts) -> String {
    let conditions = facts.condition.iter().map(|(field, is)| match is {
        Value::Bool(true) => (*field).to_owned(),
        Value::Bool(false) => format!("not {field}"),
        Value::String(text) => format!("{field} {text}"),
        other => format!("{field} {other}"),
    });
    let conditions: Vec<String> = conditions.collect();
    let by = facts.by.map(|by| format!(" with {by} in the window")).unwrap_or_default();
    let value = facts.value.map(|value| format!(", of which {value}")).unwrap_or_default();
    format!("{}: {} that are {}{by}{value}.", facts.part, facts.list, conditions.join(" and "))
}

fn facts(explanation: &Explanation, text: &mut String) {
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
        let _ = writeln!(text, "\n{}: {}", list.name(), facts.len());
        if facts.is_empty() {
            continue;
        }
        let mut table = Table::new(heads(list));
        for fact in facts {
            table.row(match list {
                List::Deployments => deployment(fact),
                List::Changes => change(fact),
                List::Failures => failure(fact),
                List::Incidents => incident(fact),
            });
        }
        table.write(text);
    }
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
    let open = if is(fact, "open") { "open".to_owned() } else { String::new() };
    let restored = [field(fact, "restored_at"), open].concat();
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
    let open = if is(fact, "open") { "open".to_owned() } else { String::new() };
    vec![
        field(fact, "opened_at"),
        component(fact),
        field(fact, "id"),
        [field(fact, "resolved_at"), open].concat(),
        field(fact, "restore_seconds"),
        or_counted(blames.into_iter().chain(why).chain(left_out(fact)).collect()),
        field(fact, "url"),
    ]
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

fn instant(at: &impl serde::Serialize) -> String {
    match serde_json::to_value(at) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}
