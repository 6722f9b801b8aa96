//! What happens when a deployment fails its users: rolled back, reverted, or fixed in haste.

use super::calendar::{DAY, HOUR, MINUTE};
use super::deploys::{Rollout, urgent};
use super::incidents::Cause;
use super::pulls::{Pace, Step, Work};
use super::repository::Change;
use super::world::{Action, Tempo, World};

/// The share of failures that someone writes an incident about.
const REPORTED: f64 = 0.6;

impl World {
    /// A deployment turns out to hurt users.
    pub(super) fn fail(&mut self, r: usize, failed: Rollout) {
        let repository = &self.repositories[r];
        if repository.held || repository.archived {
            return;
        }
        let newest = repository.live.last() == Some(&failed.sha);
        let before = repository.live.iter().rev().find(|sha| **sha != failed.sha).cloned();
        self.repositories[r].held = true;
        let tempo = urgent(failed.tempo);
        let recovery = self.recovery(r);
        let random = &mut self.repositories[r].random;
        let reported = random.chance(REPORTED);
        let lot = random.unit();
        let named = named(&failed, random.below(4));
        let ticket = reported.then(|| self.open_incident(r, named));
        match before {
            Some(sha) if newest && lot < 0.4 => {
                self.repositories[r].mending.extend(ticket);
                self.roll_back(r, sha, tempo, recovery, &failed.changes);
            }
            _ => {
                let work = match revertible(&failed.changes) {
                    Some(change) if lot < 0.68 => self.revert(r, change, ticket),
                    // Without an incident only the mark tells that it repairs.
                    _ => self.repair(r, !reported || lot < 0.88, ticket),
                };
                self.hurry(r, work, tempo, recovery);
            }
        }
    }

    /// Brings back an older version, and then has the cause removed in peace.
    fn roll_back(&mut self, r: usize, sha: String, tempo: Tempo, recovery: i64, blamed: &[Change]) {
        let mut rollout = self.first_rollout(r);
        rollout.sha = sha;
        rollout.tempo = tempo;
        rollout.back = true;
        let restored = self.after(r, tempo, recovery);
        self.schedule(restored, Action::Deploy(r, rollout));
        let reverts = self.repositories[r].random.chance(0.3);
        let mut work = match revertible(blamed) {
            Some(change) if reverts => self.revert(r, change, None),
            _ => self.repair(r, false, None),
        };
        work.tempo = if tempo == Tempo::Live { Tempo::Live } else { Tempo::Office };
        work.pace.coding = work.pace.coding.min(DAY) / 3;
        work.pace.pickup = work.pace.pickup.min(4 * HOUR) / 3;
        work.pace.review = work.pace.review.min(4 * HOUR) / 3;
        let begun = restored + if tempo == Tempo::Live { 12 } else { 30 * MINUTE };
        self.schedule(begun, Action::Work(r, Box::new(work), Step::Code));
    }

    /// Has a repair live within the recovery time.
    fn hurry(&mut self, r: usize, mut work: Work, tempo: Tempo, recovery: i64) {
        let rest = (recovery - 12 * MINUTE).max(5 * MINUTE);
        work.tempo = tempo;
        work.pace = Pace { coding: rest / 3, pickup: rest / 6, review: rest / 6 };
        let begun = self.after(r, tempo, rest / 3);
        self.schedule(begun, Action::Work(r, Box::new(work), Step::Code));
    }

    /// How long it takes the team to repair.
    fn recovery(&mut self, r: usize) -> i64 {
        let minutes = self.profile(r).recovery_minutes * self.strain(r);
        (self.repositories[r].random.around(minutes, 0.7) * MINUTE as f64) as i64
    }

    /// How long it takes to notice a failure: part of the recovery, and some hours at most.
    pub(super) fn detection(&mut self, r: usize) -> i64 {
        (self.recovery(r) / 5).clamp(2 * MINUTE, 5 * HOUR)
    }
}

/// The newest pull request that is no revert itself.
fn revertible(changes: &[Change]) -> Option<&Change> {
    let newest = |change: &&Change| change.number.is_some() && !change.title.starts_with("Re");
    changes.iter().rev().find(newest)
}

/// What an incident's text will name as its cause, if anything.
fn named(failed: &Rollout, lot: usize) -> Option<Cause> {
    match lot {
        0 => failed.changes.iter().rev().find_map(|change| change.number).map(Cause::Pull),
        1 => Some(Cause::Commit(failed.sha.clone())),
        _ => None,
    }
}
