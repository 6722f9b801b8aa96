//! What a repository adds to the figures of its teams, over all windows.

use super::run::{CiRun, judged};
use super::tally::CiTally;
use crate::domain::{Time, Window};
use crate::measures::edge::next_sorted_edge;
use crate::measures::values::Sorted;

/// A plain value: what was put into a pool can be taken out again exactly.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CiContribution {
    tallies: Box<[CiTally<Sorted>]>,
}

impl CiContribution {
    /// What a repository's runs add to these windows as of `t`, with the next instant at which that
    /// changes by time alone.
    pub fn of(runs: &[CiRun], windows: &[Window], t: Time) -> (CiContribution, Option<Time>) {
        let known = judged(runs, t);
        let tallies = windows.iter().map(|window| CiTally::of(&known, *window, t)).collect();
        let to_come = runs.iter().map(|run| run.ended_at).filter(|at| *at > t).min();
        let edge = next_sorted_edge(&known, |run| run.ended_at, windows, t);
        (CiContribution { tallies }, edge.into_iter().chain(to_come).min())
    }

    /// What it adds to a window.
    pub(super) fn tally(&self, window: Window) -> Option<&CiTally<Sorted>> {
        self.tallies.iter().find(|tally| tally.window == window)
    }
}
