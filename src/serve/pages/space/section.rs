//! How a team works together, on its page.

use super::super::layout::name;
use super::super::review::Review;
use super::super::words::{length, percent};
use super::measured::{Figured, Stretch, TeamSpace};
use super::rolling::trend;
use super::rows::ROWS;
use super::surveyed::{self, Surveyed};
use maud::{Markup, html};

/// What none of it is for.
pub const NOT_FOR: &str = "For talking about the work with those who do it. Not for judging a person, \
                           not for ranking teams, and no targets: more is not better, and what alone \
                           is counted gets done instead of what is needed.";

/// The section; nothing on the page of a component.
pub fn section(review: &Review) -> Markup {
    let Some(space) = &review.space else { return html! {} };
    let [this, last] = &space.quarters;
    let told: Vec<&Stretch> =
        space.quarters.iter().filter(|one| one.figures.told().is_some()).collect();
    html! {
        section aria-labelledby="together" {
            h2 id="together" { "How the team works together" }
            p.quiet { (this.period.name) ", compared with " (last.period.name) ": SPACE, from merged pull requests and their reviews." }
            p.limits { (NOT_FOR) }
            @for stretch in &space.quarters {
                @if let Some(why) = silence(stretch, space) { p.quiet { (why) } }
            }
            @if !told.is_empty() { (quarters(&told)) }
            (trend(space, review))
            @if !space.surveys.is_empty() { (surveys(space, review)) }
        }
    }
}

/// Why nothing is told of a quarter.
pub fn silence(stretch: &Stretch, space: &TeamSpace) -> Option<String> {
    let name = &stretch.period.name;
    match stretch.figures {
        Figured::Told(_) => None,
        Figured::NotRead => Some(format!("Not all of {name} was read, so nothing is told of it.")),
        Figured::Withheld => {
            let did = if stretch.is_past { "wrote" } else { "wrote or reviewed" };
            let least = space.least;
            Some(format!(
                "Of {name} nothing is told: fewer than {least} people {did} what was merged."
            ))
        }
    }
}

fn quarters(told: &[&Stretch]) -> Markup {
    html! {
        table.numbers {
            caption { @for (at, one) in told.iter().enumerate() { @if at > 0 { " and " } (one.period.name) } }
            thead { tr {
                th scope="col" { "Figure" }
                th scope="col" { "Dimension" }
                @for one in told { th scope="col" { (one.period.name) } }
            } }
            tbody { @for row in &ROWS { tr {
                th scope="row" { a href={ "#rule-" (row.name) } { (row.title) } }
                td data-label="Dimension" { div.quiet { (row.dimension) } }
                @for one in told {
                    @let (value, more) = one.figures.told().map(row.words).unwrap_or_default();
                    td data-label=(one.period.name) { div {
                        (value) @if let Some(more) = more { " " span.quiet { (more) } }
                    } }
                }
            } } }
        }
    }
}

fn surveys(space: &TeamSpace, review: &Review) -> Markup {
    let (shown, hidden): (Vec<&Surveyed>, Vec<&Surveyed>) =
        space.surveys.iter().partition(|survey| survey.figures.is_some());
    let told: Vec<Surveyed> = shown.into_iter().cloned().collect();
    let of = |survey: &Surveyed| survey.figures.clone().unwrap_or_default();
    html! {
        h3 id="surveys" { "What the team says" }
        p.quiet { "Scores of surveys, from 0 % (the worst) to 100 % (the best)." }
        @for survey in hidden { p.quiet { (too_few(&survey.name)) } }
        @if !told.is_empty() {
            table.numbers {
                caption { "Surveys" }
                thead { tr {
                    th scope="col" { "Question" }
                    th scope="col" { "Dimension" }
                    @for survey in &told { th scope="col" { (name(&survey.name)) } }
                } }
                tbody {
                    @for row in surveyed::rows(&told) { tr {
                        th scope="row" { (name(&row.question)) }
                        td data-label="Dimension" { div.quiet { (row.dimension) } }
                        @for (survey, score) in told.iter().zip(&row.scores) {
                            td data-label=(survey.name) { div { (score.map_or_else(|| "–".to_owned(), percent)) } }
                        }
                    } }
                    @if told.iter().any(|survey| of(survey).unrelated_work.is_some()) { tr {
                        th scope="row" { "Work not directly related to building the product" }
                        td data-label="Dimension" { div.quiet { "efficiency" } }
                        @for survey in &told { td data-label=(survey.name) { div { (unrelated(survey)) } } }
                    } }
                    tr {
                        th scope="row" { "Answered by" }
                        td data-label="Dimension" { div {} }
                        @for survey in &told { td data-label=(survey.name) { div {
                            (answered(survey)) " " span.quiet { "closed " (review.calendar.day(survey.closed)) }
                        } } }
                    }
                }
            }
        }
    }
}

/// Why nothing is told of a survey.
pub fn too_few(survey: &str) -> String {
    format!("Of {survey} nothing is told of this team: too few answered, or it was not asked.")
}

/// Hours a week, on average.
pub fn unrelated(survey: &Surveyed) -> String {
    let hours = survey.figures.as_ref().and_then(|figures| figures.unrelated_work);
    hours.map_or_else(|| "–".to_owned(), |hours| format!("{} a week (mean)", length(hours.mean)))
}

/// How many answered.
pub fn answered(survey: &Surveyed) -> String {
    let Some(figures) = &survey.figures else { return "–".to_owned() };
    match figures.invited {
        Some(invited) => format!("{} of {invited} people", figures.responses),
        // Never one alone.
        None => format!("{} people", figures.responses),
    }
}

/// The rules of the figures, each with the id that the table leads to.
pub fn rules() -> Markup {
    html! {
        @for row in &ROWS {
            dt id={ "rule-" (row.name) } { (row.title) }
            dd { (row.rule()) }
        }
    }
}
