//! All teams side by side: their figures as they are shown, and how each went week by week.

use super::past::known_since;
use super::{Evaluator, component::Evaluated};
use crate::exposition::FigureSet;
use delivery::domain::{Span, TeamName, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All teams at one instant.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The instant of the figures.
    pub at: Time,
    /// The figures, as they are shown.
    pub shown: FigureSet,
    /// How the teams went, by name.
    pub teams: BTreeMap<TeamName, TeamWeeks>,
}

/// A team's weeks.
#[derive(Clone, Debug, Default)]
pub struct TeamWeeks {
    /// How many components it has.
    pub components: usize,
    /// Since when everything that happened is known.
    pub known_since: Option<Time>,
    /// One for each that was asked for.
    pub weeks: Vec<Week>,
}

/// What a team did in a week, as far as small pictures tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// Production deployments that finished.
    pub deployments: u32,
    /// Those of them that failed.
    pub failed: u32,
    /// The median of the lead times of the changes that they shipped.
    pub lead_time: Option<u32>,
}

impl Evaluator {
    /// All teams, with the weeks between each two of `bounds`; absent before the first evaluation.
    pub fn overview(&mut self, bounds: &[Time]) -> Option<Overview> {
        let (at, shown) = self.shown_figures()?;
        let mut members: BTreeMap<TeamName, (Vec<&Evaluated>, Vec<Time>)> = BTreeMap::new();
        for (id, evaluated) in &self.components {
            let Some(place) = self.places.get(id) else { continue };
            let (found, births) = members.entry(Arc::clone(&place.team)).or_default();
            found.push(evaluated);
            births.extend(self.settled.born_at(id));
        }
        let teams = members.into_iter().map(|(team, (members, births))| {
            let weeks = bounds.windows(2).map(|week| sum(&members, week[0], week[1]));
            let weeks = TeamWeeks {
                components: members.len(),
                known_since: self.known_since(births.into_iter(), at),
                weeks: weeks.collect(),
            };
            (team, weeks)
        });
        Some(Overview { at, teams: teams.collect(), shown })
    }

    /// Since when all is known of components that were first shown at these instants.
    pub(super) fn known_since(&self, births: impl Iterator<Item = Time>, at: Time) -> Option<Time> {
        let forgotten: Span = -self.rules.retention;
        let read = known_since(births.min()?, self.rules.lookback);
        Some(read.max(at.plus(forgotten)))
    }
}

fn sum(members: &[&Evaluated], from: Time, to: Time) -> Week {
    let mut week = Week::default();
    let mut lead_times: Vec<u32> = Vec::new();
    for member in members {
        let (deployments, failed) = member.recent.deployments(from, to);
        week.deployments += deployments;
        week.failed += failed;
        lead_times.extend(member.recent.lead_times(from, to));
    }
    // The nearest rank, as the measures have it.
    let rank = lead_times.len().div_ceil(2).checked_sub(1);
    week.lead_time = rank.map(|rank| *lead_times.select_nth_unstable(rank).1);
    week
}
