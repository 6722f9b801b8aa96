//! How this machine's clock differs from the server's, by the dates of its answers.
//!
//! Facts bear the server's times. Where this machine's clock runs ahead, "read up to now" would
//! claim what has not happened yet, and what happens then would be taken for known.

use delivery::domain::{MINUTE, Span, Time};
use std::sync::{Mutex, PoisonError};

/// Clocks that differ by less agree: overlaps and settling allow for it, and answers take a while.
const TOLERATED: Span = MINUTE;

/// What the last answer told.
#[derive(Debug, Default)]
pub(super) struct Skew {
    heard: Mutex<Option<Heard>>,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    date: Time,
    /// By how much this machine's clock was ahead of it.
    ahead: Span,
}

impl Skew {
    /// Takes note of an answer's date; `now` is when it came.
    pub(super) fn note(&self, now: Time, date: Option<Time>) {
        if let Some(date) = date {
            let heard = Heard { date, ahead: now.since(date) };
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
        }
    }

    fn heard(&self) -> Option<Heard> {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By how much this machine's clock is ahead, or behind where negative; 0 where they agree.
    pub(super) fn ahead(&self) -> Span {
        let ahead = self.heard().map_or(0, |heard| heard.ahead);
        if (-TOLERATED..=TOLERATED).contains(&ahead) { 0 } else { ahead }
    }

    /// An instant that this machine's clock shows, by the server's clock.
    pub(super) fn at_server(&self, at: Time) -> Time {
        self.heard().map_or(at, |heard| at.plus(-heard.ahead))
    }

    /// An instant that this machine's clock shows, by the server's clock where that is behind.
    pub(super) fn as_told(&self, at: Time) -> Time {
        match self.heard() {
            Some(heard) if heard.ahead > TOLERATED => at.plus(-heard.ahead).min(self.latest()),
            _ => at.min(self.latest()),
        }
    }

    /// Nothing later can be known, whatever this machine's clock shows.
    pub(super) fn latest(&self) -> Time {
        self.heard().map_or(Time::MAX, |heard| heard.date.plus(TOLERATED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::HOUR;

    const NOW: Time = Time(1_000_000);

    fn heard(ahead: Span) -> Skew {
        let skew = Skew::default();
        skew.note(NOW.plus(ahead), Some(NOW));
        skew
    }

    #[test]
    fn a_clock_that_is_ahead_is_corrected_and_no_other() {
        for (ahead, shown, told) in [
            (0, NOW, NOW),
            (59, NOW.plus(59), NOW.plus(59)),
            (HOUR, NOW.plus(HOUR), NOW),
            (HOUR, NOW.plus(HOUR - 30), NOW.plus(-30)),
            (-HOUR, NOW.plus(-HOUR), NOW.plus(-HOUR)),
        ] {
            assert_eq!(heard(ahead).as_told(shown), told, "{ahead} s ahead");
        }
    }

    #[test]
    fn what_was_shown_before_the_clock_came_back_is_bounded_by_the_last_date() {
        assert_eq!(heard(0).as_told(NOW.plus(HOUR)), NOW.plus(TOLERATED));
    }

    #[test]
    fn without_a_date_nothing_is_known_of_the_server() {
        assert_eq!(Skew::default().as_told(NOW), NOW);
        assert_eq!(Skew::default().ahead(), 0);
    }
}
