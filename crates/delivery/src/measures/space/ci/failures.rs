//! Failures: the share of runs that said no, at first or in the end. One that passed when it was run
//! again had failed before, and whoever waited for it was told so.

use super::run::JudgedRun;

/// Runs that failed.
pub(super) fn failures(runs: &[JudgedRun]) -> u64 {
    runs.iter().filter(|run| run.has_failed).count() as u64
}

#[cfg(test)]
mod tests {
    use crate::measures::space::Share;
    use crate::measures::space::ci::CiOutcome::{Failed, Passed, PassedAgain};
    use crate::measures::space::ci::tests::{figures, run};

    #[test]
    fn a_run_that_passed_only_when_it_was_run_again_had_failed() {
        let runs = [
            run(4, 1, Passed, 60),
            run(5, 2, Failed, 60),
            run(6, 3, PassedAgain, 60),
            run(7, 4, Passed, 60),
            run(8, 5, Passed, 60),
        ];
        assert_eq!(figures(&runs, 10).failures, Share { part: 2, whole: 5 });
        assert_eq!(figures(&[], 10).failures.ratio(), None);
    }
}
