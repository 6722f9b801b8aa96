//! Removing settled rows once the facts that they were made of are forgotten: totals have them.
//!
//! While a fact stays, it may be judged to have finished again, so its rows stay too: they are the
//! memory that it was counted. What is removed can finish no more, since nothing is left to judge.

use super::{Counted, Settled};
use crate::store::{SettledPage, SettledRow, Store, StoreError};
use delivery::domain::Time;

/// How many rows are looked at, and at most removed in one transaction.
const ROWS_A_PAGE: usize = 5_000;

/// The places of the rows of a page that happened by `through` and that are `gone`.
pub fn removable(
    page: &SettledPage,
    through: Time,
    gone: impl Fn(&SettledRow) -> bool,
) -> Vec<u64> {
    let rows = page.rows.iter().zip(&page.places);
    let known = rows.filter(|(row, _)| Counted::of(row).is_some());
    known.filter(|(row, _)| row.at <= through && gone(row)).map(|(_, place)| *place).collect()
}

impl Settled {
    /// Removes of a store's rows a page after the place `after`: those that happened by `until` and
    /// that are `gone`. Gives how many these were, and where to go on; nothing lies there where all
    /// rows of the page were younger, since rows are nearly in order of time. No figure moves.
    pub async fn fold_page(
        store: &Store,
        after: u64,
        until: Time,
        gone: impl Fn(&SettledRow) -> bool,
    ) -> Result<(usize, Option<u64>), StoreError> {
        let page = store.settled(after, ROWS_A_PAGE).await?;
        let places = removable(&page, until, gone);
        let removed = places.len();
        if removed > 0 {
            store.remove_settled(places).await?;
        }
        let more = page.rows.iter().any(|row| row.at <= until);
        Ok((removed, Some(page.last).filter(|_| more)))
    }
}

#[cfg(test)]
#[path = "folding_tests.rs"]
mod tests;
