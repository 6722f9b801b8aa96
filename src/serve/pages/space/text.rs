//! How a team works together, as Markdown.

use super::super::markdown::plain;
use super::super::review::Review;
use super::super::words::percent;
use super::rolling::{DRAWN, cells};
use super::rows::ROWS;
use super::section::{NOT_FOR, answered, silence, too_few, unrelated};
use super::surveyed::{Surveyed, rows};
use super::{TeamSpace, measured::Stretch};
use std::fmt::Write;

// Writing to a string cannot fail, so what `writeln!` says is passed over here.

/// The sections; nothing for a component.
pub fn markdown(review: &Review, text: &mut String) {
    let Some(space) = &review.space else { return };
    let _ = writeln!(text, "\n## How the team works together\n\n{NOT_FOR}");
    for stretch in &space.quarters {
        if let Some(why) = silence(stretch, space) {
            let _ = writeln!(text, "\n{why}");
        }
    }
    let told: Vec<&Stretch> =
        space.quarters.iter().filter(|one| one.figures.told().is_some()).collect();
    if !told.is_empty() {
        let names: Vec<&str> = told.iter().map(|one| one.period.name.as_str()).collect();
        let _ = writeln!(
            text,
            "\n| Figure | Dimension | {} |\n|---|---{}|",
            names.join(" | "),
            "|---".repeat(told.len())
        );
        for row in &ROWS {
            let cell = |one: &&Stretch| match one.figures.told().map(row.words) {
                Some((value, Some(more))) => format!("{value} ({more})"),
                Some((value, None)) => value,
                None => String::new(),
            };
            let cells: Vec<String> = told.iter().map(cell).collect();
            let _ = writeln!(text, "| {} | {} | {} |", row.title, row.dimension, cells.join(" | "));
        }
    }
    trend(space, review, text);
    surveys(space, text);
}

fn trend(space: &TeamSpace, review: &Review, text: &mut String) {
    let days = space.days;
    let known: Vec<_> = space.trend.iter().filter(|(_, it)| it.told().is_some()).collect();
    if known.is_empty() {
        return;
    }
    let titles = DRAWN.map(|drawn| drawn.title).join(" | ");
    let _ = writeln!(
        text,
        "\nOver {days} days, week by week, where at least {} people contributed:\n\n\
         | Until | {titles} |\n|---{}|",
        space.least,
        "|---".repeat(DRAWN.len())
    );
    for (end, figured) in known.into_iter().rev() {
        let cells = cells(figured).map(|(_, text)| text).join(" | ");
        let _ = writeln!(text, "| {} | {cells} |", review.calendar.day(end.plus(-1)));
    }
}

fn surveys(space: &TeamSpace, text: &mut String) {
    if space.surveys.is_empty() {
        return;
    }
    text.push_str("\n## What the team says\n\nScores from 0 % (the worst) to 100 % (the best).\n");
    let (shown, hidden): (Vec<&Surveyed>, Vec<&Surveyed>) =
        space.surveys.iter().partition(|survey| survey.figures.is_some());
    for survey in hidden {
        let _ = writeln!(text, "\n{}", too_few(&plain(&survey.name)));
    }
    if shown.is_empty() {
        return;
    }
    let told: Vec<Surveyed> = shown.into_iter().cloned().collect();
    let names: Vec<String> = told.iter().map(|survey| plain(&survey.name)).collect();
    let columns = "|---".repeat(told.len());
    let _ =
        writeln!(text, "\n| Question | Dimension | {} |\n|---|---{columns}|", names.join(" | "));
    let mut row = |title: &str, dimension: &str, cells: Vec<String>| {
        let _ = writeln!(text, "| {title} | {dimension} | {} |", cells.join(" | "));
    };
    for one in rows(&told) {
        let score = |score: &Option<f64>| score.map_or_else(|| "–".to_owned(), percent);
        row(&plain(&one.question), one.dimension, one.scores.iter().map(score).collect());
    }
    let work = "Work not directly related to building the product";
    row(work, "efficiency", told.iter().map(unrelated).collect());
    row("Answered by", "", told.iter().map(answered).collect());
}
