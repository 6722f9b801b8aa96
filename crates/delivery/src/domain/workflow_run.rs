//! Runs of continuous integration, each as its last attempt.

use super::{Oid, RepoId, Time};

/// What a run's last attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunVerdict {
    /// It succeeded.
    Passed,
    /// It failed, timed out or could not start.
    Failed,
    /// It was cancelled or skipped: nothing is known of the commit. It says that an earlier
    /// attempt's verdict holds no more.
    Nothing,
}

/// A run of a workflow that checks a commit. Hosts list its last attempt only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkflowRun {
    /// The run's numeric id, unique at its host.
    pub id: u64,
    /// The repository.
    pub repo: RepoId,
    /// The workflow's numeric id.
    pub workflow: u64,
    /// The commit that it ran for.
    pub sha: Oid,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When this attempt was asked for, before any wait for a machine.
    pub started_at: Time,
    /// When this attempt ended.
    pub ended_at: Time,
    /// What it came to.
    pub verdict: RunVerdict,
    /// By which configuration it is continuous integration: a hash of what selects runs.
    pub selection: u32,
}

impl WorkflowRun {
    /// Whether this replaces what was told of the same run, in whatever order both are told: the
    /// later attempt does, and of one attempt what was told of its end first, since hosts touch
    /// runs later, too. Another selection was asked for later.
    pub fn replaces(&self, told: &WorkflowRun) -> bool {
        self.selection != told.selection
            || self.attempt > told.attempt
            || (self.attempt == told.attempt && self.ended_at < told.ended_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_attempt_holds_and_of_one_attempt_its_earliest_end() {
        let run = |attempt, ended_at, selection| WorkflowRun {
            id: 1,
            repo: RepoId(1),
            workflow: 2,
            sha: Oid([1; 20]),
            attempt,
            started_at: Time(0),
            ended_at: Time(ended_at),
            verdict: RunVerdict::Passed,
            selection,
        };
        for (new, old, expected) in [
            (run(2, 9, 0), run(1, 5, 0), true),
            (run(1, 5, 0), run(2, 9, 0), false),
            (run(1, 5, 0), run(1, 9, 0), true),
            (run(1, 9, 0), run(1, 5, 0), false),
            (run(1, 9, 0), run(1, 9, 0), false),
            (run(1, 9, 1), run(2, 5, 0), true),
        ] {
            assert_eq!(new.replaces(&old), expected, "{new:?} for {old:?}");
        }
    }
}
