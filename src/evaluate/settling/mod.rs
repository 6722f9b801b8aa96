//! Settling: what feeds counters and histograms is written down once, as judged then.
//!
//! A component is born when its series are first shown, at 0; from then on everything that finishes
//! settles in order, once everything through it and `settle_after` more has been collected. A row is
//! never withdrawn and never written twice, so a crash between writing and showing changes nothing:
//! the store refuses a row that it has, and adds a new one to its total in the same transaction. What
//! turns up behind the frontier later changes gauges only.

mod counted;
mod finishes;
pub(super) mod folding;
mod subjects;
mod totals;

pub use counted::Counted;
pub use finishes::{Finish, Finishes, Judged, SubjectFact, UNMAPPED, UnmappedIncidents, fact_of};

use crate::exposition::SettledFigures;
use crate::store::{Birth, Observation, SettledRow, Store, StoreError};
use delivery::domain::{ComponentId, DAY, Span, Time};
use std::collections::{HashMap, HashSet};
use subjects::Subjects;
use totals::Totals;

/// How much history enters the seed surface once, when it is primed.
const PRIMED_HISTORY: Span = 30 * DAY;
/// What is settled, and how far.
#[derive(Debug, Default)]
pub struct Settled {
    births: HashMap<ComponentId, Birth>,
    memory: Memory,
    /// What counters and histograms show.
    pub totals: Totals,
}

/// Who finds that something settles again.
#[derive(Debug)]
enum Memory {
    /// These subjects, where nothing is stored.
    Own(Subjects),
    /// The store, as it writes: it has millions of rows, and nearly nothing settles again.
    Store,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::Own(Subjects::default())
    }
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

/// Whose finishes settle, and for whom they count.
#[derive(Clone, Copy, Debug)]
pub struct Beneficiaries<'a> {
    /// The component, or a repository's unmapped incidents.
    pub component: &'a ComponentId,
    /// Its team; empty for none.
    pub team: &'a str,
    /// Its organisation; empty for none.
    pub org: &'a str,
}

impl Settlement {
    /// The rows as the store takes them. What this version does not know, it does not settle.
    pub fn observations(&self) -> Vec<Observation> {
        observations(&self.rows)
    }

    /// Without the rows at these places, which the store has found to be settled before.
    pub fn without(self, repeated: &[usize]) -> Settlement {
        let rows = self.rows.into_iter().enumerate();
        let fresh = rows.filter(|(place, _)| repeated.binary_search(place).is_err());
        Settlement { rows: fresh.map(|(_, row)| row).collect(), ..self }
    }
}

/// Rows with where each adds up.
pub fn observations(rows: &[SettledRow]) -> Vec<Observation> {
    let mut figures = SettledFigures::default();
    let observation = |row: &SettledRow| {
        let counted = Counted::of(row);
        Observation {
            row: row.clone(),
            upto: counted.and_then(|counted| counted.upto(&mut figures)),
            pull: finishes::pull_of(&row.subject),
            follows: counted.is_some_and(|counted| !remembered(counted)),
        }
    };
    rows.iter().map(observation).collect()
}

impl Settled {
    /// Settled before with these births, and no row.
    pub fn born(births: Vec<Birth>) -> Settled {
        let births = births.into_iter().map(|birth| (birth.component.clone(), birth));
        Settled { births: births.collect(), ..Settled::default() }
    }

    /// The same where the store finds what settles again.
    pub fn stored(births: Vec<Birth>) -> Settled {
        Settled { memory: Memory::Store, ..Settled::born(births) }
    }

    /// What a store holds, which finds from now on what settles again.
    pub async fn read(store: &Store) -> Result<Settled, StoreError> {
        let mut settled = Settled::stored(store.births().await?);
        let mut totals = store.totals().await?;
        // A component that moved between organisations has two totals of a bucket: the later one's
        // pull request is the bucket's exemplar.
        totals.sort_by_key(|total| total.newest);
        for total in totals {
            if let Some(counted) = Counted::of_total(&total) {
                settled.totals.add_total(&total, counted);
            }
        }
        Ok(settled)
    }

    /// When a component's counters and histograms were first shown.
    pub fn born_at(&self, component: &ComponentId) -> Option<Time> {
        self.births.get(component).map(|birth| birth.born_at)
    }

    /// Through when everything of a component that was ever shown is settled.
    pub fn settled_through(&self, component: &ComponentId) -> Option<Time> {
        self.births.get(component).map(|birth| birth.settled_through)
    }

    /// Since when finishes may still settle, of a component that is evaluated at `now`: until its
    /// frontier has moved, what shipped before its birth may enter the original histogram.
    pub fn unsettled_since(&self, component: &ComponentId, now: Time) -> Time {
        match self.births.get(component) {
            Some(birth) if birth.primed_at.is_some() && birth.settled_through > birth.born_at => {
                birth.settled_through
            }
            Some(birth) => birth.settled_through.min(birth.born_at.plus(-PRIMED_HISTORY)),
            None => now.plus(-PRIMED_HISTORY),
        }
    }

    /// Adds up rows that are written, and were not settled before.
    pub fn add(&mut self, rows: &[SettledRow]) {
        for row in rows {
            let Some(counted) = Counted::of(row) else { continue };
            let repeated = match &mut self.memory {
                // A phase settles with its lead time, which is remembered.
                Memory::Own(subjects) if remembered(counted) => {
                    !subjects.insert(subjects.key(&row.family, &row.subject))
                }
                _ => false,
            };
            if !repeated {
                self.totals.add(row, counted);
            }
        }
    }

    /// Takes over what has been written.
    pub fn apply(&mut self, settlement: Settlement) {
        self.add(&settlement.rows);
        for birth in settlement.births {
            self.births.insert(birth.component.clone(), birth);
        }
    }

    /// Whether nothing can be due of what is born and primed: nothing more has been collected.
    pub fn rests(
        &self,
        component: &ComponentId,
        through: Option<Time>,
        rules: SettlingRules,
    ) -> bool {
        self.births.get(component).is_some_and(|birth| {
            birth.primed_at.is_some() && frontier(birth, through, rules) <= birth.settled_through
        })
    }

    /// What is to be settled at `now` of a visible component, whose sources are collected through
    /// `through`.
    pub fn due(
        &self,
        whose: Beneficiaries<'_>,
        finishes: &dyn Finishes,
        (now, through): (Time, Option<Time>),
        rules: SettlingRules,
    ) -> Settlement {
        let Some(birth) = self.births.get(whose.component) else {
            let component = whose.component.clone();
            let birth = Birth { component, born_at: now, settled_through: now, primed_at: None };
            return Settlement { rows: Vec::new(), births: vec![birth] };
        };
        let mut next = birth.clone();
        let mut found = Vec::new();
        let history = || finishes.primed(birth.born_at.plus(-PRIMED_HISTORY), birth.born_at);
        if birth.primed_at.is_none() && now >= birth.born_at.plus(rules.seed_prime_after) {
            found = in_order(history());
            next.primed_at = Some(now);
        }
        let frontier = frontier(birth, through, rules);
        if frontier > birth.settled_through {
            if birth.settled_through == birth.born_at && next.primed_at.is_some() {
                // What shipped just before the birth may have been collected after the priming;
                // from now on such a fact is late.
                found.extend(in_order(history()));
            }
            found.extend(in_order(finishes.between(birth.settled_through, frontier)));
            next.settled_through = frontier;
        }
        // The frontier is written even where nothing settles: a fact that turns up behind it later
        // must find it there after a crash, too.
        let births = if next == *birth { Vec::new() } else { vec![next] };
        Settlement { rows: self.rows(whose, found), births }
    }

    /// The rows of what is not settled yet, as far as that is known here.
    fn rows(&self, whose: Beneficiaries<'_>, finishes: Vec<Finish>) -> Vec<SettledRow> {
        let mut rows = Vec::new();
        let mut fresh = HashSet::new();
        for finish in finishes {
            let mut repeated = false;
            for counted in finish.counted {
                if let Memory::Own(subjects) = &self.memory
                    && remembered(counted)
                {
                    let key = subjects.key(counted.family(), &finish.subject);
                    repeated = subjects.contains(key) || !fresh.insert(key);
                }
                if !repeated {
                    rows.push(row(whose, &finish.subject, finish.at, counted));
                }
            }
        }
        rows
    }
}

/// Through when finishes may settle.
fn frontier(birth: &Birth, through: Option<Time>, rules: SettlingRules) -> Time {
    through.map_or(birth.settled_through, |at| at.plus(-rules.settle_after))
}

/// Whether a subject settles on its own; a phase settles with the lead time before it.
fn remembered(counted: Counted) -> bool {
    !matches!(counted, Counted::ChangePhase(..))
}

fn in_order(mut finishes: Vec<Finish>) -> Vec<Finish> {
    let family = |finish: &Finish| finish.counted.first().map(|counted| counted.family());
    finishes.sort_by(|a, b| (a.at, family(a), &a.subject).cmp(&(b.at, family(b), &b.subject)));
    finishes
}

fn row(whose: Beneficiaries<'_>, subject: &str, at: Time, counted: Counted) -> SettledRow {
    let subject = match counted {
        Counted::ChangePhase(phase, _) => format!("{}:{subject}", phase.name()),
        _ => subject.to_owned(),
    };
    SettledRow {
        family: counted.family().to_owned(),
        subject,
        component: whose.component.clone(),
        team: whose.team.to_owned(),
        org: whose.org.to_owned(),
        reason: counted.label().map(str::to_owned),
        value: counted.value() as f64,
        at,
    }
}

#[cfg(test)]
mod tests;
