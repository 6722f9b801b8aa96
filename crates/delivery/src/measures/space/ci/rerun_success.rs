//! Rerun success, or flakiness: of the runs that failed, the share whose workflow passed afterwards
//! for the same commit, run again or started anew. Nothing had changed, so the failure said nothing
//! of the commit.

use super::run::JudgedRun;

/// Failed runs that passed later.
pub(super) fn rerun_successes(runs: &[JudgedRun]) -> u64 {
    runs.iter().filter(|run| run.has_failed && run.passed_later).count() as u64
}

#[cfg(test)]
mod tests {
    use crate::measures::space::Share;
    use crate::measures::space::ci::CiOutcome::{Failed, Passed, PassedAgain};
    use crate::measures::space::ci::tests::{figures, run};

    #[test]
    fn a_failure_was_flaky_if_the_same_check_of_the_same_commit_passed_after_it() {
        for (runs, expected) in [
            // Another run of the workflow for the commit passed.
            (vec![run(5, 1, Failed, 60), run(6, 1, Passed, 60)], (1, 1)),
            // For another commit, or of another workflow.
            (vec![run(5, 1, Failed, 60), run(6, 2, Passed, 60)], (0, 1)),
            // It had passed before it failed.
            (vec![run(5, 1, Passed, 60), run(6, 1, Failed, 60)], (0, 1)),
            // The run itself was run again.
            (vec![run(6, 1, PassedAgain, 60)], (1, 1)),
            // Twice failed, then passed: both said nothing.
            (
                vec![run(5, 1, Failed, 60), run(6, 1, Failed, 60), run(7, 1, PassedAgain, 60)],
                (3, 3),
            ),
            // What passed is not known yet.
            (vec![run(9, 1, Failed, 60), run(11, 1, Passed, 60)], (0, 1)),
            // It failed before the window.
            (vec![run(3, 1, Failed, 60), run(5, 1, Passed, 60)], (0, 0)),
        ] {
            let (part, whole) = expected;
            assert_eq!(figures(&runs, 10).rerun_successes, Share { part, whole }, "{runs:?}");
            let reversed: Vec<_> = runs.iter().rev().copied().collect();
            assert_eq!(figures(&reversed, 10), figures(&runs, 10), "in any order");
        }
    }

    #[test]
    fn where_nothing_failed_nothing_is_told() {
        assert_eq!(figures(&[run(5, 1, Passed, 60)], 10).rerun_successes.ratio(), None);
    }
}
