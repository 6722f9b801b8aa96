//! The figures as they were: the same facts and today's rules, for one instant of the past after the
//! other. Nothing is stored: what counters count is counted anew, from the first instant on.

use super::Evaluator;
use crate::exposition::{FigureSet, Figures};
use delivery::domain::{DAY, Span, Time, Window};
use delivery::measures::{HOME_WINDOW, LEVEL_WINDOW, Share};
use std::sync::Arc;

/// The longest window of the figures that are shown whatever is configured, and a component's own.
const SEED_WINDOW: Span = 30 * DAY;

/// What happened in the first days of the look-back is not known from its first commit on.
const FIRST_COMMITS: Span = 30 * DAY;

/// Since when everything is known of what was first shown at `born_at`, and read by that look-back.
pub fn known_since(born_at: Time, lookback: Span) -> Time {
    born_at.plus(FIRST_COMMITS - lookback)
}

/// Instants of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The first is not before.
    pub from: Time,
    /// The last.
    pub to: Time,
    /// How far one is from the next.
    pub step: Span,
    /// Since when everything that happened is known: a window that begins earlier would be judged
    /// by half of its facts, and is left out.
    pub known_since: Time,
}

impl Past {
    /// The first instant at which all figures but those of longer windows can be told.
    pub fn earliest(known_since: Time) -> Time {
        known_since.plus(SEED_WINDOW)
    }

    /// The instants: multiples of the step in UTC, so that a day's are its midnights, and the last.
    pub fn instants(self) -> impl Iterator<Item = Time> {
        let first = -(-self.from.0).div_euclid(self.step) * self.step;
        let regular = (first..self.to.0).step_by(usize::try_from(self.step).unwrap_or(usize::MAX));
        regular.chain([self.to.0]).map(Time)
    }
}

impl Evaluator {
    /// The figures at an instant of the past, which must be later than all before. For an evaluator
    /// of its own, since what it counts must not be stored.
    pub fn figures_at(&mut self, t: Time, past: &Past) -> FigureSet {
        let settlement = self.evaluate(t);
        self.settle(settlement);
        let mut set = self.figures();
        for component in &mut set.components {
            let figures = &mut Arc::make_mut(component).figures;
            let lengths = figures.windows.iter().map(|(_, it)| it.window.length);
            let standard = lengths.min_by_key(|length| (length - SEED_WINDOW).abs());
            as_of(figures, t, past);
            // The one window that a component may be shown by must not change with time.
            if standard.is_some_and(|length| t.plus(-length) < past.known_since) {
                figures.windows.clear();
            }
        }
        for team in &mut set.teams {
            let team = Arc::make_mut(team);
            // How pull requests stood then is not known.
            team.figures.open_changes = None;
            as_of(&mut team.figures, t, past);
            if t.plus(-LEVEL_WINDOW.length) < past.known_since {
                team.levels.iter_mut().for_each(|(_, level)| *level = None);
            }
        }
        for org in &mut set.orgs {
            as_of(&mut Arc::make_mut(org).figures, t, past);
        }
        // What files said then is not known.
        set.platform.golden_path.clear();
        set.platform.workflows.clear();
        set
    }
}

/// What was collected later was not there then, and half a window says nothing.
fn as_of(figures: &mut Figures, t: Time, past: &Past) {
    figures.data_through = figures.data_through.map(|through| through.min(t));
    let is_known = |window: Window| t.plus(-window.length) >= past.known_since;
    figures.windows.retain(|(_, it)| is_known(it.window));
    figures.space.retain(|(_, it)| is_known(it.window));
    if !is_known(HOME_WINDOW) {
        // Where people are at home is told by what they wrote in all of it.
        figures.space.iter_mut().for_each(|(_, it)| it.cross_team_reviews = Share::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_lie_at_multiples_of_the_step_and_at_the_end() {
        for (from, to, step, expected) in [
            (0, 3 * DAY, DAY, &[0, DAY, 2 * DAY, 3 * DAY][..]),
            (1, 2 * DAY + 5, DAY, &[DAY, 2 * DAY, 2 * DAY + 5]),
            (DAY - 1, DAY + 1, DAY, &[DAY, DAY + 1]),
            (5, 9, DAY, &[9]),
        ] {
            let past = Past { from: Time(from), to: Time(to), step, known_since: Time(-100 * DAY) };
            let found: Vec<i64> = past.instants().map(|at| at.0).collect();
            assert_eq!(found, expected, "{from} to {to} by {step}");
        }
    }
}
