//! Which groups of a survey may be shown: k-anonymity with complementary suppression.
//!
//! A *cell* is a team with its answers to one question; cells are disjoint. Shown are single cells of
//! at least k, and the whole: the cells of all batches whose hidden cells together are none or at
//! least k. So whatever is shown is a union of *atoms*, which are the shown cells and, for each
//! batch, the sum of its hidden ones. Atoms are disjoint and hold at least k each, and adding and
//! subtracting unions of atoms gives nothing but multiples of atoms. So no arithmetic on what is
//! shown tells of fewer than k. A sum and a count are shown of the same groups, so this holds for
//! both.
//!
//! A *batch* is what was shown together for the first time. It is judged alone, because the whole
//! before and after it can be subtracted, too.

use std::collections::{BTreeMap, BTreeSet};

/// A team with its answers to one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How many answered.
    pub size: u64,
    /// When it was first shown.
    pub batch: u32,
    /// Whether it may be shown at all: a question is not, where its team is not.
    pub is_eligible: bool,
    /// Whether it was corrected after it was shown, or hidden beside one that was. What was shown
    /// before cannot be taken back, so it is never shown again, and the whole goes without its batch.
    pub is_withheld: bool,
}

/// What may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// For each cell, whether it may be shown.
    pub cells: Vec<bool>,
    /// The batches that the whole consists of; without any, there is no whole.
    pub batches: BTreeSet<u32>,
}

/// Finds out what may be shown of `cells`.
pub fn shown(cells: &[Cell], k: u64) -> Shown {
    let mut shown = Shown { cells: vec![false; cells.len()], batches: BTreeSet::new() };
    let mut batches: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, cell) in cells.iter().enumerate() {
        shown.cells[at] = cell.is_eligible && !cell.is_withheld && cell.size >= k;
        batches.entry(cell.batch).or_default().push(at);
    }
    for (batch, members) in batches {
        if members.iter().any(|at| cells[*at].is_withheld) {
            continue;
        }
        let hidden = |shown: &Shown| -> u64 {
            members.iter().filter(|at| !shown.cells[**at]).map(|at| cells[*at].size).sum()
        };
        if (1..k).contains(&hidden(&shown)) {
            let candidates = members.iter().filter(|at| shown.cells[**at]);
            if let Some(smallest) = candidates.min_by_key(|at| cells[**at].size) {
                shown.cells[*smallest] = false;
            }
        }
        let total: u64 = members.iter().map(|at| cells[*at].size).sum();
        if total > 0 && !(1..k).contains(&hidden(&shown)) {
            shown.batches.insert(batch);
        }
    }
    shown
}
