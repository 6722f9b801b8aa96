//! Folding settled rows into totals once the facts that they were made of are forgotten.
//!
//! While a fact stays, it may be judged to have finished again, so its rows stay too: they are the
//! memory that it was counted. What is folded can finish no more, since nothing is left to judge.

use super::finishes::pull_of;
use super::{Counted, Settled, remembered};
use crate::store::{SettledPage, SettledRow, Store, StoreError, Total};
use delivery::domain::{ComponentId, Span, Time};
use std::collections::BTreeMap;

/// How many rows are looked at, and at most folded in one transaction.
const ROWS_A_PAGE: usize = 5_000;

/// Rows to replace, and what replaces them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    /// The places of the rows.
    pub places: Vec<u64>,
    /// What they add up to.
    pub totals: Vec<Total>,
    /// What counts each of them, with the subject, as far as it is remembered.
    subjects: Vec<(String, String)>,
}

/// All that tells one total from another.
type Key = (&'static str, ComponentId, String, String, &'static str, Option<Span>);

/// Folds the rows of a page that happened by `through` and that are `gone`.
pub fn fold(page: &SettledPage, through: Time, gone: impl Fn(&SettledRow) -> bool) -> Folding {
    let mut folding = Folding::default();
    let mut totals: BTreeMap<Key, Total> = BTreeMap::new();
    for (row, place) in page.rows.iter().zip(&page.places) {
        let Some(counted) = Counted::of(row).filter(|_| row.at <= through && gone(row)) else {
            continue;
        };
        folding.places.push(*place);
        if remembered(counted) {
            folding.subjects.push((row.family.clone(), row.subject.clone()));
        }
        let (component, team, org) = (row.component.clone(), row.team.clone(), row.org.clone());
        let label = counted.label().unwrap_or_default();
        let key = (counted.family(), component, team, org, label, counted.upto());
        let total = totals.entry(key).or_insert_with(|| Total {
            family: row.family.clone(),
            component: row.component.clone(),
            team: row.team.clone(),
            org: row.org.clone(),
            label: label.to_owned(),
            upto: counted.upto(),
            count: 0,
            sum: 0,
            newest: row.at,
            exemplar: None,
        });
        total.count += 1;
        total.sum = total.sum.saturating_add(counted.value());
        total.newest = total.newest.max(row.at);
        let exemplar = pull_of(&row.subject).map(|pull| (pull, counted.value()));
        total.exemplar = exemplar.or(total.exemplar);
    }
    folding.totals = totals.into_values().collect();
    folding
}

impl Settled {
    /// Folds of a store's rows a page after the place `after`: those that happened by `until` and
    /// that are `gone`. Gives how many these were, and where to go on; nothing lies there where all
    /// rows of the page were younger, since rows are nearly in order of time.
    pub async fn fold_page(
        &mut self,
        store: &Store,
        after: u64,
        until: Time,
        gone: impl Fn(&SettledRow) -> bool,
    ) -> Result<(usize, Option<u64>), StoreError> {
        let page = store.settled(after, ROWS_A_PAGE).await?;
        let folding = fold(&page, until, gone);
        if !folding.places.is_empty() {
            store.fold(folding.places.clone(), folding.totals.clone()).await?;
            self.folded(&folding);
        }
        let more = page.rows.iter().any(|row| row.at <= until);
        Ok((folding.places.len(), Some(page.last).filter(|_| more)))
    }

    /// Takes note of what was folded. What is shown stays.
    pub fn folded(&mut self, folding: &Folding) {
        for (family, subject) in &folding.subjects {
            self.subjects.remove(self.subjects.key(family, subject));
        }
    }
}

#[cfg(test)]
#[path = "folding_tests.rs"]
mod tests;
