//! The windows that are told of a team, measured over the judged history by the rules of the metrics.

use super::super::calendar::{Calendar, Quarter};
use super::super::period::Period;
use super::super::review::{WEEKS, end_for};
use super::surveyed::{Surveyed, surveyed};
use crate::evaluate::{ExaminedTeam, UNOWNED};
use delivery::domain::{DAY, Span, Time, Window};
use delivery::measures::{Member, SpaceFigures, Whose, space_figures};

/// The window of the trend, or the nearest to it that is configured: what the metrics show is told.
const TREND: Span = 30 * DAY;

/// What is told of a window.
#[derive(Clone, Debug, PartialEq)]
pub enum Figured {
    /// Not everything that happened in it is known.
    NotRead,
    /// Too few people contributed.
    Withheld,
    /// Its figures.
    Told(Box<SpaceFigures>),
}

impl Figured {
    /// The figures, where they are told.
    pub fn told(&self) -> Option<&SpaceFigures> {
        match self {
            Figured::Told(figures) => Some(figures),
            Figured::NotRead | Figured::Withheld => None,
        }
    }
}

/// A quarter with what is told of it.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The quarter.
    pub period: Period,
    /// Its figures.
    pub figures: Figured,
    /// Whether it is over.
    pub is_past: bool,
}

/// How a team works together.
#[derive(Clone, Debug)]
pub struct TeamSpace {
    /// The quarter that is asked for, or else the one that runs, and the one before it.
    pub quarters: [Stretch; 2],
    /// The days of the windows of the trend.
    pub days: i64,
    /// Windows that end with each of the weeks of the review, the last one now.
    pub trend: Vec<(Time, Figured)>,
    /// The last surveys until the end of the quarter, the latest first.
    pub surveys: Vec<Surveyed>,
    /// Below so many contributors nothing is told.
    pub least: usize,
}

impl TeamSpace {
    /// Measures a team; a component has nothing to measure.
    pub fn of(team: &ExaminedTeam, calendar: Calendar, period: &Period) -> Option<TeamSpace> {
        if team.is_one_component {
            return None;
        }
        let quarter = Quarter::parse(&period.key).unwrap_or_else(|| calendar.quarter(team.at));
        let stretch = |quarter| {
            let period = Period::quarter(quarter, team.at, calendar)?;
            let window = Window { length: period.to.since(period.from) };
            let figures = figured(team, window, period.to, |_| period.to);
            Some(Stretch { figures, is_past: period.to < team.at, period })
        };
        let window = standard_window(team);
        let ends = calendar.weeks(team.at, WEEKS).into_iter().skip(1);
        let trend = ends.map(|end| end.min(team.at)).map(|end| {
            // The last one is what the metrics show now.
            let rolling = Period {
                key: String::new(),
                name: String::new(),
                from: end.plus(-window.length),
                to: end,
                is_rolling: end == team.at,
            };
            (end, figured(team, window, end, |component| end_for(team, component, &rolling)))
        });
        Some(TeamSpace {
            quarters: [stretch(quarter)?, stretch(quarter.before())?],
            days: window.length / DAY,
            trend: trend.collect(),
            surveys: surveyed(team, calendar, quarter),
            least: team.min_contributors,
        })
    }
}

/// The window of the metrics that is the nearest to [`TREND`].
fn standard_window(team: &ExaminedTeam) -> Window {
    let windows = team.figures.figures.windows.iter().map(|(_, figures)| figures.window);
    let nearest = windows.min_by_key(|window| (window.length - TREND).abs());
    nearest.unwrap_or(Window { length: TREND })
}

/// A window that ends for all at `to`, or for each component where `end` says.
fn figured(team: &ExaminedTeam, window: Window, to: Time, end: impl Fn(Time) -> Time) -> Figured {
    if team.known_since.is_none_or(|since| to.plus(-window.length) < since) {
        return Figured::NotRead;
    }
    let members = team
        .components
        .iter()
        .map(|component| Member::component(&component.examination.history, end(component.at)));
    let name = &team.figures.team;
    let whose = Whose {
        team: Some(name).filter(|name| &***name != UNOWNED),
        homes: &team.homes,
        least: team.min_contributors,
        is_past: to < team.at,
    };
    let figures = space_figures(members, window, whose);
    figures.map_or(Figured::Withheld, |figures| Figured::Told(Box::new(figures)))
}
