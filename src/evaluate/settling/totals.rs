//! Sums over settled rows: by component and team of settling, by team, by organisation.

use super::Counted;
use super::finishes::{UNMAPPED, pull_of};
use crate::exposition::SettledFigures;
use crate::store::SettledRow;
use delivery::domain::{ComponentId, PullNumber, TeamName};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Sums by a label's value.
type ByName = BTreeMap<Arc<str>, Arc<SettledFigures>>;

/// All sums. What has no row is at 0 and is not here.
#[derive(Debug, Default)]
pub struct Totals {
    components: HashMap<ComponentId, ByName>,
    /// By team.
    pub teams: ByName,
    /// By organisation.
    pub orgs: ByName,
    zero: Arc<SettledFigures>,
}

impl Totals {
    /// Adds what a row counts.
    pub fn add(&mut self, row: &SettledRow, counted: Counted) {
        if *row.component.name != *UNMAPPED {
            let teams = match self.components.get_mut(&row.component) {
                Some(teams) => teams,
                None => self.components.entry(row.component.clone()).or_default(),
            };
            add(teams, &row.team, counted, pull_of(&row.subject));
        }
        // Of the original collector's families there is the component level only.
        if matches!(counted, Counted::LeadTimeHours(_)) {
            return;
        }
        for (level, name) in [(&mut self.teams, &row.team), (&mut self.orgs, &row.org)] {
            if !name.is_empty() {
                // The number alone names no pull request beyond its repository.
                add(level, name, counted, None);
            }
        }
    }

    /// A component's sums by the team of settling; its present team's are there from its birth.
    pub fn of_component(
        &self,
        component: &ComponentId,
        present: &TeamName,
    ) -> Vec<(TeamName, Arc<SettledFigures>)> {
        let settled = self.components.get(component);
        with_present(settled, [present], &self.zero)
    }

    /// The sums of teams: those of `present` teams, and those of former ones.
    pub fn of_teams<'a>(
        &'a self,
        present: impl IntoIterator<Item = &'a TeamName>,
    ) -> Vec<(TeamName, Arc<SettledFigures>)> {
        with_present(Some(&self.teams), present, &self.zero)
    }

    /// The sums of organisations: those of `present` ones, and those of former ones.
    pub fn of_orgs<'a>(
        &'a self,
        present: impl IntoIterator<Item = &'a Arc<str>>,
    ) -> Vec<(Arc<str>, Arc<SettledFigures>)> {
        with_present(Some(&self.orgs), present, &self.zero)
    }
}

fn add(level: &mut ByName, name: &str, counted: Counted, pull: Option<PullNumber>) {
    let figures = match level.get_mut(name) {
        Some(figures) => figures,
        None => level.entry(Arc::from(name)).or_default(),
    };
    counted.add_to(Arc::make_mut(figures), pull);
}

fn with_present<'a>(
    settled: Option<&ByName>,
    present: impl IntoIterator<Item = &'a Arc<str>>,
    zero: &Arc<SettledFigures>,
) -> Vec<(Arc<str>, Arc<SettledFigures>)> {
    let is_settled = |name: &Arc<str>| settled.is_some_and(|settled| settled.contains_key(name));
    let born = present.into_iter().filter(|name| !is_settled(name));
    let born = born.map(|name| (Arc::clone(name), Arc::clone(zero)));
    let counted = settled.into_iter().flatten();
    counted.map(|(name, figures)| (Arc::clone(name), Arc::clone(figures))).chain(born).collect()
}
