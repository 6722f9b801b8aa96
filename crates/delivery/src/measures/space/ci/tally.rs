//! All that a window's figures are made of. A repository's never changes, a team's does.

use super::duration::durations;
use super::failures::failures;
use super::rerun_success::rerun_successes;
use super::run::JudgedRun;
use crate::domain::{Time, Window};
use crate::measures::member::within;
use crate::measures::multiset::{Multiset, difference};
use crate::measures::values::Sorted;

/// What a window holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CiTally<V> {
    pub(super) window: Window,
    pub(super) failures: u64,
    pub(super) rerun_successes: u64,
    /// The seconds of each run.
    pub(super) durations: V,
}

/// A repository's before and after.
pub(super) type Pair<'a> = (Option<&'a CiTally<Sorted>>, Option<&'a CiTally<Sorted>>);

impl CiTally<Sorted> {
    /// What a window of runs holds, which are in order of their ends.
    pub(super) fn of(runs: &[JudgedRun], window: Window, t: Time) -> CiTally<Sorted> {
        let inside = within(runs, |run| run.ended_at, window, t);
        CiTally {
            window,
            failures: failures(inside),
            rerun_successes: rerun_successes(inside),
            durations: durations(inside).into(),
        }
    }
}

impl CiTally<Multiset> {
    /// Nothing yet.
    pub(super) fn empty(window: Window) -> CiTally<Multiset> {
        CiTally { window, failures: 0, rerun_successes: 0, durations: Multiset::default() }
    }

    /// Takes what repositories had out, and puts in what they have now.
    pub(super) fn replace<'a>(&mut self, pairs: impl Iterator<Item = Pair<'a>>) {
        let (mut out, mut into) = (Vec::new(), Vec::new());
        for (old, new) in pairs {
            let count =
                |read: fn(&CiTally<Sorted>) -> u64| (old.map_or(0, read), new.map_or(0, read));
            let (gone, come) = count(|tally| tally.failures);
            self.failures = self.failures + come - gone;
            let (gone, come) = count(|tally| tally.rerun_successes);
            self.rerun_successes = self.rerun_successes + come - gone;
            let numbers = |tally: Option<&'a CiTally<Sorted>>| {
                tally.map_or(&[][..], |it| it.durations.numbers())
            };
            difference(numbers(old), numbers(new), &mut out, &mut into);
        }
        if !out.is_empty() || !into.is_empty() {
            self.durations.change(out, into);
        }
    }
}
