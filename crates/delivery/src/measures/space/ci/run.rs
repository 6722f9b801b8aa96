//! A run as it is measured, and what its commit's other runs say of it.

use crate::domain::Time;
use std::collections::HashMap;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiOutcome {
    /// It passed at once.
    Passed,
    /// It was run again and passed, so it had not passed before.
    PassedAgain,
    /// It failed.
    Failed,
}

/// A run that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiRun {
    /// What was checked: the same for runs of one workflow for one commit.
    pub check: u64,
    /// When its last attempt ended.
    pub ended_at: Time,
    /// How long its last attempt took, in seconds, the wait for a machine included.
    pub seconds: u32,
    /// What it came to.
    pub outcome: CiOutcome,
}

/// A run with what was known of its commit at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct JudgedRun {
    pub(super) ended_at: Time,
    pub(super) seconds: u32,
    /// Whether it failed, at first or in the end.
    pub(super) has_failed: bool,
    /// Whether the same check of the same commit passed afterwards.
    pub(super) passed_later: bool,
}

/// The runs that ended by `t`, in order of their ends.
pub(super) fn judged(runs: &[CiRun], t: Time) -> Vec<JudgedRun> {
    let known = || runs.iter().filter(|run| run.ended_at <= t);
    let mut last_passed: HashMap<u64, Time> = HashMap::new();
    for run in known().filter(|run| run.outcome != CiOutcome::Failed) {
        let last = last_passed.entry(run.check).or_insert(run.ended_at);
        *last = run.ended_at.max(*last);
    }
    let judge = |run: &CiRun| JudgedRun {
        ended_at: run.ended_at,
        seconds: run.seconds,
        has_failed: run.outcome != CiOutcome::Passed,
        passed_later: match run.outcome {
            CiOutcome::Passed => false,
            CiOutcome::PassedAgain => true,
            CiOutcome::Failed => {
                last_passed.get(&run.check).is_some_and(|passed| *passed > run.ended_at)
            }
        },
    };
    let mut judged: Vec<JudgedRun> = known().map(judge).collect();
    judged.sort_by_key(|run| run.ended_at);
    judged
}
