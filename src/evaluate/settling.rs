//! Settling: what feeds counters and histograms is written down once, as judged then.
//!
//! A component is born when its series are first shown; from then on every finish settles in order,
//! once everything through it and `settle_after` more has been collected. A row is never withdrawn
//! and never written twice, so a crash between writing and showing changes nothing.

use crate::exposition::{Histogram, LEAD_TIME_HOURS as BOUNDS};
use crate::store::{Birth, SettledRow};
use delivery::domain::{ComponentId, DAY, HOUR, PullNumber, Span, TeamName, Time};
use delivery::ledger::{ChangeId, History, ShippedChange};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The histogram of the seed surface.
pub const LEAD_TIME_HOURS: &str = "dora_lead_time_hours";
/// How much history enters the seed surface once, when it is primed.
const PRIMED_HISTORY: Span = 30 * DAY;

/// What is settled, and how far.
#[derive(Debug, Default)]
pub struct Settled {
    births: HashMap<ComponentId, Birth>,
    subjects: HashSet<(String, String)>,
    /// By component and the team of settling: a former team's series stay.
    pub lead_time_hours: BTreeMap<ComponentId, BTreeMap<TeamName, Histogram>>,
}

/// The rules of settling.
#[derive(Clone, Copy, Debug)]
pub struct SettlingRules {
    /// `measures.settle_after`
    pub settle_after: Span,
    /// `measures.seed_prime_after`
    pub seed_prime_after: Span,
}

/// What has to be written before the snapshot that shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settlement {
    /// New rows.
    pub rows: Vec<SettledRow>,
    /// New and advanced births.
    pub births: Vec<Birth>,
}

impl Settled {
    /// What the store holds.
    pub fn load(rows: Vec<SettledRow>, births: Vec<Birth>) -> Settled {
        let mut settled = Settled::default();
        for birth in births {
            settled.births.insert(birth.component.clone(), birth);
        }
        rows.iter().for_each(|row| settled.count(row));
        settled
    }

    /// What is to be settled of one visible component at `now`, whose source is collected through
    /// `through`.
    pub fn due(
        &self,
        component: &ComponentId,
        team: &TeamName,
        history: &History,
        (now, through): (Time, Time),
        rules: SettlingRules,
    ) -> Settlement {
        let mut due = Settlement::default();
        let Some(birth) = self.births.get(component) else {
            let component = component.clone();
            due.births.push(Birth {
                component,
                born_at: now,
                settled_through: now,
                primed_at: None,
            });
            return due;
        };
        let mut next = birth.clone();
        if birth.primed_at.is_none() && now >= birth.born_at.plus(rules.seed_prime_after) {
            let since = birth.born_at.plus(-PRIMED_HISTORY);
            due.rows.extend(self.rows(component, team, history, since, birth.born_at));
            next.primed_at = Some(now);
        }
        let frontier = through.plus(-rules.settle_after);
        if frontier > birth.settled_through {
            due.rows.extend(self.rows(component, team, history, birth.settled_through, frontier));
            next.settled_through = frontier;
        }
        // The frontier is written even where nothing settles: a fact that turns up behind it later
        // must find it there after a crash, too.
        if next != *birth {
            due.births.push(next);
        }
        due
    }

    /// Whether a component's series were ever shown.
    pub fn is_born(&self, component: &ComponentId) -> bool {
        self.births.contains_key(component)
    }

    /// Takes over what has been written.
    pub fn apply(&mut self, settlement: Settlement) {
        settlement.rows.iter().for_each(|row| self.count(row));
        for birth in settlement.births {
            self.births.insert(birth.component.clone(), birth);
        }
    }

    /// Gives a component that is born its series at 0, under its present team.
    pub fn show(&mut self, component: &ComponentId, team: &TeamName) {
        if self.births.contains_key(component) {
            self.histogram(component, team);
        }
    }

    /// When a component's counters and histograms were first shown.
    pub fn born_at(&self, component: &ComponentId) -> Option<Time> {
        self.births.get(component).map(|birth| birth.born_at)
    }

    fn histogram(&mut self, component: &ComponentId, team: &TeamName) -> &mut Histogram {
        let teams = self.lead_time_hours.entry(component.clone()).or_default();
        teams.entry(Arc::clone(team)).or_insert_with(|| Histogram::new(BOUNDS))
    }

    fn count(&mut self, row: &SettledRow) {
        if row.family != LEAD_TIME_HOURS
            || !self.subjects.insert((row.family.clone(), row.subject.clone()))
        {
            return;
        }
        let team = TeamName::from(row.team.as_str());
        let hours = row.value / HOUR as f64;
        let histogram = self.histogram(&row.component, &team);
        match pull_of(&row.subject) {
            Some(pull) => histogram.observe_pull(hours, pull),
            None => histogram.observe(hours),
        }
    }

    /// The changes that count in `(after, until]`, in order, that are not settled yet.
    fn rows(
        &self,
        component: &ComponentId,
        team: &TeamName,
        history: &History,
        after: Time,
        until: Time,
    ) -> Vec<SettledRow> {
        let mut changes: Vec<&ShippedChange> = history
            .changes
            .iter()
            .filter(|change| change.counts_at() > after && change.counts_at() <= until)
            .collect();
        changes.sort_by_key(|change| (change.counts_at(), change.id));
        changes
            .into_iter()
            .map(|change| SettledRow {
                family: LEAD_TIME_HOURS.to_owned(),
                subject: subject(component, change.id),
                component: component.clone(),
                team: team.to_string(),
                reason: None,
                value: change.lead_time() as f64,
                at: change.counts_at(),
            })
            .filter(|row| !self.subjects.contains(&(row.family.clone(), row.subject.clone())))
            .collect()
    }
}

/// A shipped change's key: the change ships once per component.
fn subject(component: &ComponentId, change: ChangeId) -> String {
    let repo = component.repo.0;
    let name = &component.name;
    match change {
        ChangeId::Pull(number) => format!("pull:{repo}:{number}:{name}"),
        ChangeId::Commit(oid) => format!("commit:{repo}:{oid}:{name}"),
    }
}

/// The pull request that a key of [`subject`] names.
fn pull_of(subject: &str) -> Option<PullNumber> {
    let (_repo, rest) = subject.strip_prefix("pull:")?.split_once(':')?;
    rest.split(':').next()?.parse().ok()
}

#[cfg(test)]
#[path = "settling_tests.rs"]
mod tests;
