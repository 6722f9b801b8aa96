//! Duration: how long a run takes to say whether a commit is good, passed or failed. It begins when
//! the run was asked for: who waits for a machine waits for an answer.

use super::run::JudgedRun;

/// The seconds of each run.
pub(super) fn durations(runs: &[JudgedRun]) -> Vec<u32> {
    runs.iter().map(|run| run.seconds).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::measures::space::ci::CiOutcome::{Failed, Passed, PassedAgain};
    use crate::measures::space::ci::tests::{figures, run};

    #[test]
    fn every_verdict_counts_with_its_last_attempt_and_windows_take_runs_by_their_end() {
        // The week begins after day 3 and ends with day 10.
        let runs = [
            run(3, 1, Passed, 9_000),
            run(4, 2, Passed, 100),
            run(5, 3, Failed, 200),
            run(9, 4, PassedAgain, 300),
            run(10, 5, Passed, 400),
            run(11, 6, Passed, 9_000),
        ];
        let found = figures(&runs, 10).duration.unwrap();
        assert_eq!((found.p50, found.p85, found.p95, found.mean), (200, 400, 400, 250.0));
    }

    #[test]
    fn without_runs_there_is_no_duration() {
        assert_eq!(figures(&[run(3, 1, Passed, 60)], 10).duration, None);
    }
}
