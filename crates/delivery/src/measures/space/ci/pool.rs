//! The runs of a team's repositories, pooled, and kept current by difference as a
//! [`Pool`](crate::measures::Pool) is.

use super::contribution::CiContribution;
use super::tally::CiTally;
use crate::domain::Window;
use crate::measures::Distribution;
use crate::measures::multiset::Multiset;
use crate::measures::space::Share;
use crate::measures::values::Values;

/// What continuous integration was like in a window: nothing is told where nothing ran.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CiFigures {
    /// Runs that passed or failed.
    pub runs: u64,
    /// Seconds from asking for a run to its end.
    pub duration: Option<Distribution>,
    /// Runs that failed, at first or in the end ÷ runs.
    pub failures: Share,
    /// Failed runs whose workflow passed later for the same commit ÷ failed runs.
    pub rerun_successes: Share,
}

/// The sums over any number of a team's repositories.
#[derive(Clone, Debug)]
pub struct CiPool {
    tallies: Vec<CiTally<Multiset>>,
}

impl CiPool {
    /// An empty pool with these windows, which all contributions must have.
    pub fn new(windows: &[Window]) -> CiPool {
        CiPool { tallies: windows.iter().copied().map(CiTally::empty).collect() }
    }

    /// Puts in what repositories add now, in place of what was put in of them before.
    pub fn replace<'a>(
        &mut self,
        pairs: &[(Option<&'a CiContribution>, Option<&'a CiContribution>)],
    ) {
        for tally in &mut self.tallies {
            let window = tally.window;
            let of = |one: Option<&'a CiContribution>| one.and_then(|one| one.tally(window));
            tally.replace(pairs.iter().map(|(old, new)| (of(*old), of(*new))));
        }
    }

    /// The figures over a window; nothing where it is none of the pool's.
    pub fn figures(&self, window: Window) -> CiFigures {
        let Some(tally) = self.tallies.iter().find(|tally| tally.window == window) else {
            return CiFigures::default();
        };
        let runs = tally.durations.len() as u64;
        CiFigures {
            runs,
            duration: Distribution::of(&tally.durations),
            failures: Share { part: tally.failures, whole: runs },
            rerun_successes: Share { part: tally.rerun_successes, whole: tally.failures },
        }
    }
}
