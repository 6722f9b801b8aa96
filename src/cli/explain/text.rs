//! An explanation for people: each figure with what it is made of, and the facts in tables from which
//! it can be counted again.

use super::facts;
use crate::cli::table::{Table, plain};
use crate::serve::api::{Explanation, Facts, Figure, OrganizationsExplanation};
use serde_json::Value;
use std::fmt::Write;

/// The whole text. Without a measure all figures are listed, and no facts: they would be thousands.
pub fn text(explanation: &Explanation, measure: Option<&str>) -> String {
    let mut text = String::new();
    heading(explanation, &mut text);
    match measure {
        None => overview(explanation, &mut text),
        Some(_) => {
            explanation.team.figures.iter().for_each(|figure| of_figure(figure, &mut text));
            facts::of_team(explanation, &mut text);
        }
    }
    facts::environments(&explanation.environments, &mut text);
    text
}

/// The same of organisations, with what no component has.
pub fn organizations(explanation: &OrganizationsExplanation, measure: Option<&str>) -> String {
    let mut text = String::new();
    for one in &explanation.organizations.organizations {
        let at = instant(&explanation.organizations.at);
        let _ = writeln!(text, "Organisation {} at {at}", plain(&one.org));
        match measure {
            None => table(&one.figures, &mut text),
            Some(_) => one.figures.iter().for_each(|figure| of_figure(figure, &mut text)),
        }
        text.push('\n');
    }
    facts::unmapped(&explanation.incidents, &mut text);
    facts::environments(&explanation.environments, &mut text);
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
    table(&explanation.team.figures, text);
    text.push_str("\nWith --measure NAME each fact is listed; --json has all of them.\n");
}

fn table(figures: &[Figure], text: &mut String) {
    text.push('\n');
    let mut table = Table::new(&["measure", "window", "value", "made of"]);
    for figure in figures {
        let name = match figure.phase {
            Some(phase) => format!("{} {phase}", figure.measure),
            None => figure.measure.to_owned(),
        };
        let window = figure.window.clone().unwrap_or_default();
        table.row(vec![name, window, value(figure), made_of(figure)]);
    }
    table.write(text);
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

fn instant(at: &impl serde::Serialize) -> String {
    match serde_json::to_value(at) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}
