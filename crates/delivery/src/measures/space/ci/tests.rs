//! Builders that the tables of all rules share, and what holds of all figures.

use super::*;
use crate::domain::{DAY, Time, Window};
use proptest::prelude::*;

/// A run that ended at the end of a day, of the check of that number.
pub(super) fn run(day: i64, check: u64, outcome: CiOutcome, seconds: u32) -> CiRun {
    CiRun { check, ended_at: Time(day * DAY), seconds, outcome }
}

/// The figures over 7 days as of a day.
pub(super) fn figures(runs: &[CiRun], day: i64) -> CiFigures {
    let (contribution, _) = CiContribution::of(runs, &WINDOWS, Time(day * DAY));
    let mut pool = CiPool::new(&WINDOWS);
    pool.replace(&[(None, Some(&contribution))]);
    pool.figures(WINDOWS[0])
}

const WINDOWS: [Window; 2] = [Window { length: 7 * DAY }, Window { length: 30 * DAY }];

fn any_runs() -> impl Strategy<Value = Vec<CiRun>> {
    let outcome =
        prop_oneof![Just(CiOutcome::Passed), Just(CiOutcome::PassedAgain), Just(CiOutcome::Failed)];
    let run =
        (0..50 * DAY, 0..6_u64, outcome, 0..1_000_u32).prop_map(|(at, check, outcome, seconds)| {
            CiRun { check, ended_at: Time(at), seconds, outcome }
        });
    prop::collection::vec(run, 0..30)
}

proptest! {
    #[test]
    fn what_is_put_in_and_taken_out_leaves_what_was_never_in(
        kept in prop::collection::vec(any_runs(), 0..4),
        gone in prop::collection::vec(any_runs(), 0..4),
    ) {
        let of = |runs: &Vec<CiRun>| CiContribution::of(runs, &WINDOWS, Time(40 * DAY)).0;
        let (kept, gone): (Vec<_>, Vec<_>) =
            (kept.iter().map(of).collect(), gone.iter().map(of).collect());
        let (mut pool, mut afresh) = (CiPool::new(&WINDOWS), CiPool::new(&WINDOWS));
        gone.iter().for_each(|one| pool.replace(&[(None, Some(one))]));
        let put_in: Vec<_> = kept.iter().map(|one| (None, Some(one))).collect();
        let take_out = gone.iter().map(|one| (Some(one), None));
        afresh.replace(&put_in);
        pool.replace(&put_in.iter().copied().chain(take_out).collect::<Vec<_>>());
        for window in WINDOWS {
            prop_assert_eq!(pool.figures(window), afresh.figures(window));
        }
    }

    #[test]
    fn nothing_changes_before_the_next_edge_and_shares_keep_their_bounds(
        runs in any_runs(),
        t in 0..60 * DAY,
    ) {
        let (now, edge) = CiContribution::of(&runs, &WINDOWS, Time(t));
        let until = edge.unwrap_or(Time(t).plus(500 * DAY));
        prop_assert!(until > Time(t));
        prop_assert_eq!(&CiContribution::of(&runs, &WINDOWS, until.plus(-1)).0, &now);
        let mut pool = CiPool::new(&WINDOWS);
        pool.replace(&[(None, Some(&now))]);
        for window in WINDOWS {
            let figures = pool.figures(window);
            prop_assert!(figures.failures.part <= figures.runs);
            prop_assert!(figures.rerun_successes.part <= figures.failures.part);
            prop_assert_eq!(figures.duration.is_some(), figures.runs > 0);
        }
    }
}
