//! A review as Markdown: tables and lists, with what comes from outside kept from meaning anything.

use super::elsewhere::{decided_by, listed};
use super::facts;
use super::measures::{SHOWN, Trend};
use super::period::capitalized;
use super::review::{Review, Told};
use super::space;
use super::words::{clean, count, length, omission, reason};
use crate::serve::api::measures::all as measures;
use crate::serve::api::{List, instant};
use delivery::measures::PHASES;
use serde_json::Value;
use std::fmt::Write;

// Writing to a string cannot fail, so what `writeln!` says is passed over here.

/// The whole text.
pub fn markdown(review: &Review) -> String {
    let mut text = String::new();
    heading(review, &mut text);
    figures(review, &mut text);
    phases(review, &mut text);
    weeks(review, &mut text);
    space::markdown(review, &mut text);
    failures(review, &mut text);
    slowest(review, &mut text);
    left_out(review, &mut text);
    rules(&mut text);
    text
}

fn heading(review: &Review, text: &mut String) {
    let kind = if review.team.is_one_component { "Component" } else { "Team" };
    let (calendar, period) = (review.calendar, &review.now.period);
    let _ = writeln!(text, "# {kind} {}: {}\n", plain(review.title()), period.name);
    let at = calendar.minute(review.team.at);
    let _ = writeln!(text, "Figures of {at} ({}), by what was known then.", calendar.zone());
    if review.now.figures.is_none()
        && let Some(since) = review.team.known_since
    {
        let day = calendar.day(since);
        let _ =
            writeln!(text, "\nNot all of {} is known: history is read from {day} on.", period.name);
    }
}

fn figures(review: &Review, text: &mut String) {
    let (now, before) = (&review.now, &review.before);
    let _ = writeln!(
        text,
        "\n## Where it stands\n\n| Measure | {} | {} | Change |\n|---|---|---|---|",
        capitalized(&now.period.name),
        capitalized(&before.period.name)
    );
    for shown in &SHOWN {
        let cell = |told: &Told| match &told.figures {
            Some(figures) => format!("{} ({})", shown.value(Some(figures)), shown.told_of(figures)),
            None => "not read".to_owned(),
        };
        let both = now.figures.as_ref().zip(before.figures.as_ref());
        let trend = both.and_then(|(now, before)| shown.trend(now, before));
        let trend = trend.map_or_else(|| "–".to_owned(), |trend| sentence(&trend));
        let _ = writeln!(text, "| {} | {} | {} | {trend} |", shown.title, cell(now), cell(before));
    }
}

fn sentence(trend: &Trend) -> String {
    let meaning = trend.meaning().map(|meaning| format!(": {meaning}")).unwrap_or_default();
    format!("{} {}{meaning}", trend.arrow(), trend.words)
}

fn phases(review: &Review, text: &mut String) {
    let Some(figures) = &review.now.figures else { return };
    text.push_str("\n## Where the time goes\n\n| Phase | Median | 85 % within |\n|---|---|---|\n");
    for phase in PHASES {
        let of = |seconds: Option<i64>| {
            seconds.map_or_else(|| "–".to_owned(), |seconds| length(seconds as f64))
        };
        let times = figures.change_phases.get(phase);
        let (p50, p85) = (of(times.map(|it| it.p50)), of(times.map(|it| it.p85)));
        let _ = writeln!(text, "| {} | {p50} | {p85} |", capitalized(phase.name()));
    }
}

fn weeks(review: &Review, text: &mut String) {
    let titles = SHOWN.map(|shown| shown.title).join(" | ");
    let _ = writeln!(
        text,
        "\n## Week by week\n\n| Week of | {titles} |\n|---{}|",
        "|---".repeat(SHOWN.len())
    );
    for week in review.weeks.iter().rev() {
        let cell = |shown: &super::measures::Shown| match &week.figures {
            Some(figures) => shown.value(Some(figures)),
            None => "not read".to_owned(),
        };
        let cells = SHOWN.each_ref().map(cell).join(" | ");
        let _ = writeln!(text, "| {} | {cells} |", review.calendar.day(week.period.from));
    }
}

fn failures(review: &Review, text: &mut String) {
    let found = facts::open_first(facts::of_period(review, List::Failures, &review.now.period));
    text.push_str("\n## Failed deployments\n\n");
    if found.is_empty() {
        text.push_str("None.\n");
        return;
    }
    text.push_str(
        "| Deployed | Component | Deployment | Why | Recovery |\n|---|---|---|---|---|\n",
    );
    for entry in found {
        let fact = &entry.fact;
        let recovery = match (&fact["open"], fact["recovery_seconds"].as_f64()) {
            (Value::Bool(true), _) => "still open".to_owned(),
            (_, Some(seconds)) => length(seconds),
            (_, None) => "not known".to_owned(),
        };
        let deployment = linked(&word(fact, "sha", 8), fact["url"].as_str());
        let why = reason(fact["reason"].as_str().unwrap_or_default());
        let (at, component) = (minute(review, &fact["finished_at"]), word(fact, "component", 200));
        let _ = writeln!(text, "| {at} | {component} | {deployment} | {why} | {recovery} |");
    }
}

fn slowest(review: &Review, text: &mut String) {
    const MOST: usize = 10;
    let found = facts::of_period(review, List::Changes, &review.now.period);
    let mut found: Vec<_> = found.into_iter().filter(facts::counts).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.fact["lead_time_seconds"].as_i64()));
    text.push_str("\n## Slowest changes\n\n");
    for entry in found.iter().take(MOST) {
        let fact = &entry.fact;
        let name = match fact["pull_request"].as_u64() {
            Some(number) => format!("#{number}"),
            None => word(fact, "commit", 8),
        };
        let took = length(fact["lead_time_seconds"].as_f64().unwrap_or(0.0));
        let (name, component) = (linked(&name, fact["url"].as_str()), word(fact, "component", 200));
        let _ = writeln!(text, "- {name} of {component}: {took}");
    }
    if found.is_empty() {
        text.push_str("None was shipped.\n");
    }
}

fn left_out(review: &Review, text: &mut String) {
    text.push_str("\n## What was left out, and why\n\n");
    let found = facts::left_out(review);
    for (list, why, number) in &found {
        let one = count(*number, list.name().trim_end_matches('s'));
        let _ = writeln!(text, "- {one}: {}", omission(why));
    }
    let (elsewhere, more) = listed(review.elsewhere.as_deref().unwrap_or_default());
    for one in elsewhere {
        let (one, why) = ((plain(&one.environment), one.deployments), decided_by(one));
        let _ = writeln!(text, "- {} to {}: {why}", count(one.1, "deployment"), one.0);
    }
    if let Some(more) = more {
        let _ = writeln!(text, "- {more}");
    }
    if found.is_empty() && elsewhere.is_empty() {
        text.push_str("Nothing.\n");
    }
}

fn rules(text: &mut String) {
    text.push_str("\n## How it is counted\n\n");
    for shown in &SHOWN {
        for measure in measures().filter(|measure| measure.name == shown.name) {
            let _ = writeln!(text, "- **{}**: {}", shown.title, measure.rule);
        }
    }
}

fn minute(review: &Review, at: &Value) -> String {
    let at = at.as_str().and_then(|text| instant::parse(text).ok());
    at.map(|at| review.calendar.minute(at)).unwrap_or_default()
}

/// A field's text, cut where it is too long.
fn word(fact: &Value, field: &str, most: usize) -> String {
    plain(&fact[field].as_str().unwrap_or_default().chars().take(most).collect::<String>())
}

fn linked(text: &str, address: Option<&str>) -> String {
    address.map_or_else(|| text.to_owned(), |address| format!("[{text}]({address})"))
}

/// Text that means nothing to Markdown and stays in its line, whichever way it is written.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in clean(text).chars() {
        match letter {
            '\n' | '\r' => plain.push(' '),
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            letter if letter.is_ascii_punctuation() && !"-./,:".contains(letter) => {
                plain.extend(['\\', letter]);
            }
            letter => plain.push(letter),
        }
    }
    if plain.is_ascii() { plain } else { format!("\u{2068}{plain}\u{2069}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_nothing_to_markdown() {
        assert_eq!(plain("a|b\n<i>*[x](y)"), "a\\|b &lt;i\\>\\*\\[x\\]\\(y\\)");
        assert_eq!(plain("acme/shop-1.2"), "acme/shop-1.2");
        assert_eq!(plain("\u{202e}abc"), "\u{2068}\u{202e}abc\u{2069}");
    }
}
