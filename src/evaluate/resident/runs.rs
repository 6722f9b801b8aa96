//! Runs of continuous integration, packed into a few words each.

use delivery::domain::{RunVerdict, Time, WorkflowRun};
use delivery::measures::{CiOutcome, CiRun};
use std::collections::BTreeMap;

// FNV-1a's, of 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// The runs of one repository.
#[derive(Debug, Default)]
pub struct Runs {
    by_id: BTreeMap<u64, Packed>,
}

/// A run: 24 bytes beside its id.
#[derive(Clone, Copy, Debug)]
struct Packed {
    /// The workflow and the commit, mixed: what is compared is whether they are the same.
    check: u64,
    /// Seconds since 1970, good until 2106.
    ended_at: u32,
    seconds: u32,
    selection: u32,
    attempt: u16,
    verdict: RunVerdict,
}

impl Runs {
    /// Takes over what is told of a run, unless what is known of it holds.
    pub fn insert(&mut self, run: &WorkflowRun) {
        let packed = Packed::of(run);
        let known = self.by_id.entry(run.id).or_insert(packed);
        if packed.replaces(known) {
            *known = packed;
        }
    }

    /// Removes runs.
    pub fn forget(&mut self, gone: &[u64]) {
        gone.iter().for_each(|id| {
            self.by_id.remove(id);
        });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Those that this selection takes for continuous integration and that passed or failed.
    pub fn selected(&self, selection: u32) -> Vec<CiRun> {
        let all = self.by_id.values().filter(|run| run.selection == selection);
        all.filter_map(|run| {
            let outcome = match run.verdict {
                RunVerdict::Passed if run.attempt > 1 => CiOutcome::PassedAgain,
                RunVerdict::Passed => CiOutcome::Passed,
                RunVerdict::Failed => CiOutcome::Failed,
                RunVerdict::Nothing => return None,
            };
            let Packed { check, seconds, .. } = *run;
            Some(CiRun { check, ended_at: Time(run.ended_at.into()), seconds, outcome })
        })
        .collect()
    }

    /// Those that ended by an instant.
    pub fn ended_by(&self, at: Time) -> Vec<u64> {
        let old = self.by_id.iter().filter(|(_, run)| i64::from(run.ended_at) <= at.0);
        old.map(|(id, _)| *id).collect()
    }
}

impl Packed {
    fn of(run: &WorkflowRun) -> Packed {
        let bits = |seconds: i64| seconds.clamp(0, u32::MAX.into()) as u32;
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        Packed {
            check: run.sha.0.into_iter().chain(run.workflow.to_be_bytes()).fold(OFFSET, mix),
            ended_at: bits(run.ended_at.0),
            seconds: bits(run.ended_at.since(run.started_at)),
            selection: run.selection,
            attempt: run.attempt.min(u16::MAX.into()) as u16,
            verdict: run.verdict,
        }
    }

    /// As [`WorkflowRun::replaces`] says.
    fn replaces(&self, known: &Packed) -> bool {
        self.selection != known.selection
            || self.attempt > known.attempt
            || (self.attempt == known.attempt && self.ended_at < known.ended_at)
    }
}
