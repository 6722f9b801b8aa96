//! What a review tells: the figures of a period and of the one before, of quarters and of weeks, all
//! of the same judged history. Which rule counts what is known in the measures alone.

use super::calendar::Calendar;
use super::elsewhere::Elsewhere;
use super::period::Period;
use super::space::TeamSpace;
use crate::evaluate::{ExaminedTeam, WebAddresses};
use delivery::domain::{HOUR, Span, Time, Window};
use delivery::ledger::History;
use delivery::measures::{Contribution, Member, Pool, Replacement, WindowFigures};

/// How many weeks are told, with the one that runs.
pub const WEEKS: usize = 26;

/// Bounds of the bars of the distribution of lead times, in seconds; what is longer has a bar of its own.
pub const BOUNDS: [Span; 9] =
    [HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 48 * HOUR, 72 * HOUR, 168 * HOUR, 336 * HOUR, 720 * HOUR];

/// A period with its figures.
#[derive(Clone, Debug)]
pub struct Told {
    /// The period.
    pub period: Period,
    /// Its figures; absent where not everything that happened in it is known.
    pub figures: Option<WindowFigures>,
}

/// A team's review, or a component's.
#[derive(Clone, Debug)]
pub struct Review {
    /// What was examined, with the facts.
    pub team: ExaminedTeam,
    /// Where the repositories are found.
    pub web: WebAddresses,
    /// By which clock it is told.
    pub calendar: Calendar,
    /// The period that was asked for.
    pub now: Told,
    /// What it is compared with.
    pub before: Told,
    /// The quarter that runs, and the last.
    pub quarters: [Option<Told>; 2],
    /// Weeks, of which the last one runs.
    pub weeks: Vec<Told>,
    /// How the team works together; of components there is nothing to tell.
    pub space: Option<TeamSpace>,
    /// Environments other than production that were deployed to in the period, unless the store failed.
    pub elsewhere: Option<Vec<Elsewhere>>,
    /// How many changes of the period took how long: up to each of [`BOUNDS`], and longer.
    pub lead_times: [usize; BOUNDS.len() + 1],
}

impl Review {
    /// Reviews what was examined.
    pub fn of(
        team: ExaminedTeam,
        web: WebAddresses,
        calendar: Calendar,
        period: Period,
        elsewhere: Option<Vec<Elsewhere>>,
    ) -> Review {
        let bounds = calendar.weeks(team.at, WEEKS);
        let told = |period: Period| Told { figures: figures(&team, &period), period };
        let running = calendar.quarter(team.at);
        let quarters = [running, running.before()]
            .map(|quarter| Period::quarter(quarter, team.at, calendar).map(told));
        let weeks = bounds.windows(2).map(|week| {
            told(Period {
                key: String::new(),
                name: format!("week of {}", calendar.short_day(week[0])),
                from: week[0],
                to: week[1].min(team.at),
                is_rolling: false,
            })
        });
        let weeks = weeks.collect();
        let before = told(period.before(calendar));
        let lead_times = lead_times(&team, &period);
        let space = TeamSpace::of(&team, calendar, &period);
        let now = told(period);
        Review { now, before, quarters, weeks, space, elsewhere, lead_times, team, web, calendar }
    }

    /// What was examined without its figures, for lists of facts.
    pub fn of_facts(
        team: ExaminedTeam,
        web: WebAddresses,
        calendar: Calendar,
        period: Period,
    ) -> Review {
        let told = |period| Told { period, figures: None };
        let before = told(period.before(calendar));
        let now = told(period);
        let (quarters, weeks, lead_times) = ([None, None], Vec::new(), Default::default());
        let (space, elsewhere) = (None, None);
        Review { now, before, quarters, weeks, space, elsewhere, lead_times, team, web, calendar }
    }

    /// The component, as `owner/repo/name`, where the review is of one.
    pub fn component(&self) -> Option<String> {
        let only = self.team.components.first().filter(|_| self.team.is_one_component)?;
        Some(path_of(&only.figures.labels))
    }

    /// The component's name, or else the team's.
    pub fn title(&self) -> &str {
        match self.team.components.first().filter(|_| self.team.is_one_component) {
            Some(only) => &only.figures.labels.component,
            None => &self.team.figures.team,
        }
    }
}

/// `owner/repo/name`, by which a component is asked for.
pub fn path_of(labels: &crate::exposition::ComponentLabels) -> String {
    format!("{}/{}", labels.repo, labels.component)
}

/// Where a period ends for a component: rolling ones end where its data does.
pub fn end_for(team: &ExaminedTeam, component_at: Time, period: &Period) -> Time {
    let lag = if period.is_rolling { team.at.since(component_at) } else { 0 };
    period.to.plus(-lag)
}

/// The figures of a period, pooled over what was examined; absent where not everything is known.
fn figures(team: &ExaminedTeam, period: &Period) -> Option<WindowFigures> {
    let window = Window { length: period.to.since(period.from) };
    if window.length <= 0 || team.known_since.is_none_or(|since| period.from < since) {
        return None;
    }
    let windows = [window];
    let of_components = team.components.iter().map(|component| {
        let t = end_for(team, component.at, period);
        Contribution::of(&Member::component(&component.examination.history, t), &windows)
    });
    let nothing = History::default();
    let own = Member { history: &nothing, unmapped: &team.unmapped, t: period.to };
    let contributions: Vec<Contribution> =
        of_components.chain([Contribution::of(&own, &windows)]).collect();
    let mut pool = Pool::new(&windows);
    let put = |new| Replacement { old: None, new: Some(new) };
    pool.replace(&contributions.iter().map(put).collect::<Vec<_>>());
    pool.window_figures(window, period.to)
}

fn lead_times(team: &ExaminedTeam, period: &Period) -> [usize; BOUNDS.len() + 1] {
    let mut counts = [0; BOUNDS.len() + 1];
    let length = period.to.since(period.from);
    for component in &team.components {
        let t = end_for(team, component.at, period);
        let window = Window { length };
        let changes = component.examination.history.changes.iter();
        for change in changes.filter(|change| window.contains(t, change.finished_at)) {
            counts[BOUNDS.partition_point(|bound| *bound < change.lead_time())] += 1;
        }
    }
    counts
}
