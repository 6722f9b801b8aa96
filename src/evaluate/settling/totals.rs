//! Sums over settled rows: by component and team of settling, by team, by organisation.

use super::Counted;
use super::finishes::{UNMAPPED, pull_of};
use crate::exposition::{Histogram, SettledFigures};
use crate::store::{SettledRow, Total};
use delivery::domain::{ComponentId, PullNumber, TeamName, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A sum, and when the newest of what it counts happened.
#[derive(Debug)]
struct Sum {
    figures: Arc<SettledFigures>,
    newest: Time,
}

/// Sums by a label's value.
type ByName = BTreeMap<Arc<str>, Sum>;

/// All sums. What has no row is at 0 and is not here.
#[derive(Debug)]
pub struct Totals {
    components: HashMap<ComponentId, ByName>,
    teams: ByName,
    orgs: ByName,
    /// What belongs to no component.
    platform: SettledFigures,
    zero: Arc<SettledFigures>,
    /// Sums of former owners that count nothing newer are not shown any more.
    ended: Time,
    /// No component's sum that is not ended yet ends before this.
    next_end: Time,
}

impl Default for Totals {
    fn default() -> Totals {
        Totals {
            components: HashMap::new(),
            teams: ByName::new(),
            orgs: ByName::new(),
            platform: SettledFigures::default(),
            zero: Arc::default(),
            ended: Time(i64::MIN),
            next_end: Time::MAX,
        }
    }
}

impl Totals {
    /// Adds what a row counts.
    pub fn add(&mut self, row: &SettledRow, counted: Counted) {
        let pull = pull_of(&row.subject);
        let whose = (&row.component, &*row.team, &*row.org);
        self.add_to_all(whose, counted, row.at, |figures, of_component| {
            // The number alone names no pull request beyond its repository.
            counted.add_to(figures, pull.filter(|_| of_component));
        });
    }

    /// Adds what a store has summed; `counted` says what it counts.
    pub fn add_total(&mut self, total: &Total, counted: Counted) {
        let whose = (&total.component, &*total.team, &*total.org);
        self.add_to_all(whose, counted, total.newest, |figures, of_component| {
            let exemplar: Option<(PullNumber, i64)> = total.exemplar.filter(|_| of_component);
            counted.add_total(figures, (total.count, total.sum), exemplar);
        });
    }

    fn add_to_all(
        &mut self,
        (component, team, org): (&ComponentId, &str, &str),
        counted: Counted,
        at: Time,
        add_to: impl Fn(&mut SettledFigures, bool),
    ) {
        if matches!(counted, Counted::SelfService(_)) {
            return add_to(&mut self.platform, false);
        }
        if *component.name != *UNMAPPED {
            let teams = match self.components.get_mut(component) {
                Some(teams) => teams,
                None => self.components.entry(component.clone()).or_default(),
            };
            add(teams, team, at, |figures| add_to(figures, true));
            self.next_end = self.next_end.min(at);
        }
        // Of the original collector's families there is the component level only.
        if matches!(counted, Counted::LeadTimeHours(_)) {
            return;
        }
        for (level, name) in [(&mut self.teams, team), (&mut self.orgs, org)] {
            if !name.is_empty() {
                add(level, name, at, |figures| add_to(figures, false));
            }
        }
    }

    /// How long infrastructure took until it was applied.
    pub fn self_service(&self) -> Histogram {
        self.platform.all_self_service()
    }

    /// Ends what former owners show once all that it counts happened by `at`. Gives the components
    /// that may show less than before, or more where the clock was set back.
    pub fn end_before(&mut self, at: Time) -> BTreeSet<ComponentId> {
        let before = std::mem::replace(&mut self.ended, at);
        let mut changed = BTreeSet::new();
        if (before..self.next_end).contains(&at) {
            return changed;
        }
        let (since, until) = (before.min(at), before.max(at));
        self.next_end = Time::MAX;
        for (component, teams) in &self.components {
            if teams.values().any(|sum| sum.newest > since && sum.newest <= until) {
                changed.insert(component.clone());
            }
            let later = teams.values().map(|sum| sum.newest).filter(|newest| *newest > at);
            self.next_end = later.chain([self.next_end]).min().unwrap_or(Time::MAX);
        }
        changed
    }

    /// A component's sums by the team of settling; its present team's are there from its birth.
    pub fn of_component(
        &self,
        component: &ComponentId,
        present: &TeamName,
    ) -> Vec<(TeamName, Arc<SettledFigures>)> {
        self.with_present(self.components.get(component), [present])
    }

    /// The sums of teams: those of `present` teams, and those of former ones.
    pub fn of_teams<'a>(
        &'a self,
        present: impl IntoIterator<Item = &'a TeamName>,
    ) -> Vec<(TeamName, Arc<SettledFigures>)> {
        self.with_present(Some(&self.teams), present)
    }

    /// The sums of organisations: those of `present` ones, and those of former ones.
    pub fn of_orgs<'a>(
        &'a self,
        present: impl IntoIterator<Item = &'a Arc<str>>,
    ) -> Vec<(Arc<str>, Arc<SettledFigures>)> {
        self.with_present(Some(&self.orgs), present)
    }

    fn with_present<'a>(
        &'a self,
        settled: Option<&'a ByName>,
        present: impl IntoIterator<Item = &'a Arc<str>>,
    ) -> Vec<(Arc<str>, Arc<SettledFigures>)> {
        let present: BTreeSet<&Arc<str>> = present.into_iter().collect();
        let counted = settled.into_iter().flatten();
        let lasting =
            counted.filter(|(name, sum)| sum.newest > self.ended || present.contains(name));
        let lasting = lasting.map(|(name, sum)| (Arc::clone(name), Arc::clone(&sum.figures)));
        let is_settled =
            |name: &&&Arc<str>| settled.is_some_and(|settled| settled.contains_key(**name));
        let born = present.iter().filter(|name| !is_settled(name));
        let born = born.map(|name| (Arc::clone(name), Arc::clone(&self.zero)));
        lasting.chain(born).collect()
    }
}

fn add(level: &mut ByName, name: &str, at: Time, add_to: impl Fn(&mut SettledFigures)) {
    let sum = match level.get_mut(name) {
        Some(sum) => sum,
        None => level
            .entry(Arc::from(name))
            .or_insert_with(|| Sum { figures: Arc::default(), newest: at }),
    };
    sum.newest = sum.newest.max(at);
    add_to(Arc::make_mut(&mut sum.figures));
}
