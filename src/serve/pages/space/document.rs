//! How a team works together, as JSON: figures as the API tells them.

use super::super::review::Review;
use super::measured::Figured;
use crate::serve::api::Figure;
use crate::serve::api::figures::of_space;
use crate::serve::api::instant::Instant;
use crate::serve::api::surveys::{Survey, survey};
use delivery::domain::{DAY, Time, Window};
use serde::Serialize;

/// What is told of a team.
#[derive(Debug, Serialize)]
pub struct SpaceDocument {
    quarter: Stretch,
    before: Stretch,
    trend: Vec<Point>,
    surveys: Vec<Survey>,
}

/// A quarter.
#[derive(Debug, Serialize)]
struct Stretch {
    name: String,
    known: bool,
    withheld: bool,
    figures: Vec<Figure>,
}

/// A window of the trend, with the figures that need no counts to be read.
#[derive(Debug, Serialize)]
struct Point {
    from: Instant,
    to: Instant,
    known: bool,
    withheld: bool,
    figures: Vec<Figure>,
}

/// The document; none for a component.
pub fn document(review: &Review) -> Option<SpaceDocument> {
    let space = review.space.as_ref()?;
    let [quarter, before] = space.quarters.each_ref().map(|one| {
        let window = Window { length: one.period.to.since(one.period.from) };
        Stretch {
            name: one.period.name.clone(),
            known: one.figures != Figured::NotRead,
            withheld: one.figures == Figured::Withheld,
            figures: figures(&one.figures, window, one.period.to),
        }
    });
    let window = Window { length: space.days * DAY };
    let trend = space.trend.iter().map(|(end, figured)| Point {
        from: Instant(window.start(*end)),
        to: Instant(*end),
        known: *figured != Figured::NotRead,
        withheld: *figured == Figured::Withheld,
        figures: figures(figured, window, *end).into_iter().filter_map(uncounted).collect(),
    });
    let told = review
        .team
        .surveys
        .iter()
        .filter(|one| space.surveys.iter().any(|told| told.name == one.name));
    let name = &review.team.figures.team;
    let surveys = told.filter_map(|one| {
        let (_, figures) = one.teams.iter().find(|(team, _)| team == name)?;
        Some(survey(one, figures))
    });
    Some(SpaceDocument { quarter, before, trend: trend.collect(), surveys: surveys.collect() })
}

fn figures(figured: &Figured, window: Window, to: Time) -> Vec<Figure> {
    figured.told().map(|told| of_space(told, window, to)).unwrap_or_default()
}

/// A figure without how much it is made of; none where that is the figure. Windows that overlap tell
/// less of each other so.
fn uncounted(figure: Figure) -> Option<Figure> {
    let is_count = figure.unit == "count";
    (!is_count).then_some(Figure { numerator: None, denominator: None, count: None, ..figure })
}
