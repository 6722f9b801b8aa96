//! Lists of facts as tables: what happened, with links to it, and the rule that judged it.

use super::calendar::Calendar;
use super::layout::{link, name};
use super::words::{count, length, omission, reason, start};
use crate::serve::api::{List, instant, lists::Entry};
use delivery::domain::Time;
use maud::{Markup, html};
use serde_json::Value;

/// How much of a commit's id is shown.
const SHORT: usize = 8;

/// How facts are told.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    /// By which clock.
    pub calendar: Calendar,
    /// Whether all are of one component, which then need not be named.
    pub is_one_component: bool,
}

/// A table of facts.
pub fn table(list: List, entries: &[Entry], telling: Telling, caption: &str) -> Markup {
    let columns: &[&str] = match list {
        List::Deployments => &["Finished", "Component", "Deployment", "Verdict"],
        List::Changes => &["Shipped", "Component", "Change", "Lead time", "Verdict"],
        List::Failures => &["Deployed", "Component", "Deployment", "Why it failed", "Recovery"],
        List::Incidents => &["Opened", "Component", "Incident", "Blamed", "Restored"],
    };
    html! {
        table.facts {
            caption { (caption) }
            thead { tr { @for column in columns { @if shows(column, telling) { th scope="col" { (column) } } } } }
            tbody {
                @for entry in entries {
                    tr id=[anchor(list, &entry.fact)] {
                        @for (column, cell) in columns.iter().zip(cells(list, &entry.fact, telling)) {
                            @if shows(column, telling) { td data-label=(column) { div { (cell) } } }
                        }
                    }
                }
            }
        }
    }
}

fn shows(column: &str, telling: Telling) -> bool {
    column != "Component" || !telling.is_one_component
}

/// Deployments can be led to, by those that name them.
fn anchor(list: List, fact: &Value) -> Option<String> {
    match list {
        List::Deployments => fact["id"].as_u64().map(|id| format!("d{id}")),
        _ => None,
    }
}

fn cells(list: List, fact: &Value, telling: Telling) -> Vec<Markup> {
    match list {
        List::Deployments => deployment(fact, telling),
        List::Changes => change(fact, telling),
        List::Failures => failure(fact, telling),
        List::Incidents => incident(fact, telling),
    }
}

fn deployment(fact: &Value, telling: Telling) -> Vec<Markup> {
    let at = ["finished_at", "aborted_at", "created_at"].iter().find_map(|field| at(fact, field));
    let verdict = html! {
        @if let Some(why) = text(fact, "left_out") {
            span.out { "left out: " (sentence_end(omission(why))) }
            @if let Some(other) = fact["counts_as"].as_u64() { " as " a href={ "#d" (other) } { "№ " (other) } }
        } @else if is(fact, "baseline") {
            span.quiet { "the first that is known: it ships nothing" }
        } @else {
            @if is(fact, "failed") {
                span.bad { "failed: " (sentence_end(reason(text(fact, "failure_reason").unwrap_or_default()))) }
                br;
            }
            @if is(fact, "rollback") { span.wait { "rollback" } " " }
            @if is(fact, "rework") && !is(fact, "rollback") { span.wait { "repairs" } " " }
            @if is(fact, "known_commit") {
                "ships " (count(fact["changes"].as_u64().unwrap_or(0), "change"))
            } @else {
                "its commit is not known"
            }
        }
    };
    let what = html! {
        (link(text(fact, "commit_url"), commit(fact)))
        " to "
        (link(text(fact, "url"), name(text(fact, "environment").unwrap_or_default())))
        " " span.quiet.id { "№ " (fact["id"].as_u64().unwrap_or(0)) }
    };
    vec![when(at, telling), component(fact), what, verdict]
}

fn change(fact: &Value, telling: Telling) -> Vec<Markup> {
    let shipped_at = at(fact, "shipped_at");
    let phases = ["coding", "pickup", "review", "deploy"].iter().filter_map(|phase| {
        let seconds = fact[format!("{phase}_seconds")].as_f64()?;
        Some(format!("{phase} {}", length(seconds)))
    });
    let phases: Vec<String> = phases.collect();
    let verdict = html! {
        @if let Some(why) = text(fact, "left_out") {
            @if why == "waiting" { span.wait { "waits since its merge" } }
            @else { span.out { "left out: " (sentence_end(omission(why))) } }
        } @else {
            @if !phases.is_empty() { (phases.join(", ")) } @else { "from " (start(text(fact, "started_by").unwrap_or_default())) }
            @if is(fact, "unknown_paths") { br; span.quiet { "its paths are not known: it counts for every component" } }
        }
    };
    let moment = html! {
        @match shipped_at {
            Some(at) => (when(Some(at), telling)),
            None => { span.quiet { "merged " } (when(at(fact, "merged_at"), telling)) },
        }
    };
    vec![moment, component(fact), change_link(fact), time(fact, "lead_time_seconds"), verdict]
}

fn failure(fact: &Value, telling: Telling) -> Vec<Markup> {
    let evidence = fact["evidence"].as_array().into_iter().flatten();
    let why = html! {
        strong { (reason(text(fact, "reason").unwrap_or_default())) }
        ul.evidence {
            @for one in evidence {
                li { (self::evidence(one)) ", " (when(at(one, "at"), telling)) }
            }
        }
    };
    let recovery = html! {
        @if is(fact, "open") {
            span.bad { "still open" }
        } @else if fact["recovery_seconds"].is_number() {
            (time(fact, "recovery_seconds"))
        } @else {
            span.quiet { "not known" }
        }
    };
    let what = html! {
        (link(text(fact, "url"), commit(fact)))
        " " span.quiet.id { "№ " (fact["deployment"].as_u64().unwrap_or(0)) }
    };
    vec![when(at(fact, "finished_at"), telling), component(fact), what, why, recovery]
}

/// What a rule saw.
fn evidence(one: &Value) -> Markup {
    let url = text(one, "url");
    let by = one["deployment"].as_u64();
    html! {
        @match text(one, "rule").unwrap_or_default() {
            "rollback" => { "production went back by deployment № " (by.unwrap_or(0)) },
            "revert" => { "reverted by " (link(url, change_name(one))) },
            "hotfix" => { "repaired by hotfix " (link(url, change_name(one))) },
            "linked" => { "named by " (link(url, incident_name(one))) },
            "incident" => { (link(url, incident_name(one))) " opened" },
            other => (other),
        }
    }
}

fn incident(fact: &Value, telling: Telling) -> Vec<Markup> {
    let blames: Vec<u64> =
        fact["blames"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let blamed = html! {
        @if let Some(why) = text(fact, "left_out") {
            span.out { "left out: " (sentence_end(omission(why))) }
        } @else if let Some(why) = text(fact, "unattributed") {
            span.quiet { "no deployment: " (sentence_end(omission(why))) }
        } @else if blames.is_empty() {
            "a deployment elsewhere"
        } @else {
            @for (at, id) in blames.iter().enumerate() { @if at > 0 { ", " } "deployment № " (id) }
        }
    };
    let restored = html! {
        @if is(fact, "open") { span.bad { "still open" } }
        @else { (time(fact, "restore_seconds")) }
    };
    let what = link(text(fact, "url"), html! { (name(text(fact, "id").unwrap_or_default())) });
    vec![when(at(fact, "opened_at"), telling), component(fact), what, blamed, restored]
}

fn component(fact: &Value) -> Markup {
    html! {
        @match text(fact, "component") {
            Some(component) => (name(component)),
            None => span.quiet { "not known" },
        }
    }
}

fn change_link(fact: &Value) -> Markup {
    link(text(fact, "url"), change_name(fact))
}

fn change_name(fact: &Value) -> Markup {
    html! {
        @match fact["pull_request"].as_u64() {
            Some(number) => { "#" (number) },
            None => code { (cut(text(fact, "commit").unwrap_or_default())) },
        }
    }
}

fn incident_name(one: &Value) -> Markup {
    html! { "incident " (name(text(one, "incident").unwrap_or_default())) }
}

fn commit(fact: &Value) -> Markup {
    html! { code { (cut(text(fact, "sha").unwrap_or_default())) } }
}

fn cut(sha: &str) -> String {
    sha.chars().take(SHORT).collect()
}

fn when(at: Option<Time>, telling: Telling) -> Markup {
    html! {
        @match at {
            Some(at) => time datetime=(telling.calendar.stamp(at)) { (telling.calendar.minute(at)) },
            None => "–",
        }
    }
}

fn time(fact: &Value, field: &str) -> Markup {
    html! { (fact[field].as_f64().map_or_else(|| "–".to_owned(), length)) }
}

/// A sentence as the end of another.
fn sentence_end(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn text<'a>(fact: &'a Value, field: &str) -> Option<&'a str> {
    fact[field].as_str()
}

fn is(fact: &Value, field: &str) -> bool {
    fact[field].as_bool().unwrap_or(false)
}

fn at(fact: &Value, field: &str) -> Option<Time> {
    text(fact, field).and_then(|text| instant::parse(text).ok())
}
