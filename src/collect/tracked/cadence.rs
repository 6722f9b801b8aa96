//! How often a repository is asked for what.

use super::Tracked;
use delivery::domain::{Collector, DAY, MINUTE, Span, Time};

/// A repository that has not moved for so long is seldom deployed…
const IDLE_AFTER: Span = 7 * DAY;
/// …and is asked for deployments so often.
const IDLE_ASKED_EVERY: Span = 30 * MINUTE;
/// After so long it is hardly ever deployed…
const ASLEEP_AFTER: Span = 90 * DAY;
/// …and is asked so often.
const ASLEEP_ASKED_EVERY: Span = DAY;
/// How far back the reconcile reads lists again although nothing seems new.
pub const RECONCILE_DEPTH: Span = 7 * DAY;
/// A list that may not be read is asked for again after this long: somebody has to grant it first.
pub const UNREADABLE_FOR: Span = 30 * MINUTE;

impl Tracked {
    /// Notes a move.
    pub fn moved_by(&mut self, at: Time) {
        self.moved_at = self.moved_at.max(Some(at));
    }

    /// Notes a move that may have started runs.
    pub fn stirred_by(&mut self, at: Time) {
        self.moved_by(at);
        self.stirred_at = self.stirred_at.max(Some(at));
    }

    /// Whether this sweep asks for its deployments: seldom where nothing has moved for long.
    pub fn asks_for_deployments(&self, now: Time) -> bool {
        let idle = self.moved_at.map_or(Span::MAX, |at| now.since(at));
        let every = match idle {
            ..IDLE_AFTER => return true,
            IDLE_AFTER..ASLEEP_AFTER => IDLE_ASKED_EVERY,
            _ => ASLEEP_ASKED_EVERY,
        };
        // A clock that was set back must not put it off.
        !self.looked_at.is_some_and(|at| (0..every).contains(&now.since(at)))
    }

    /// Whether it was asked for everything within the reconcile interval.
    pub fn is_checked(&self, now: Time, interval: Span) -> bool {
        self.checked_at.is_some_and(|at| (0..interval).contains(&now.since(at)))
    }

    /// The instant from which a reconcile interval that begins now is counted for the first time:
    /// another one for each repository, so that thousands are not due at once.
    pub fn spread(&self, now: Time, interval: Span) -> Time {
        let hash = self.repository.id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        now.plus(-(hash as i64 % interval.max(1)))
    }

    /// Whether anything of a list moved at this instant or later, as far as it is known.
    pub fn has_moved_since(&self, collector: Collector, since: Time) -> bool {
        match self.marks.get(&collector) {
            Some(mark) => mark.as_ref().is_some_and(|mark| mark.at >= since),
            None => true,
        }
    }
}
