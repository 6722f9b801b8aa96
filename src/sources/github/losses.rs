//! Parts of answers that could not be read: they are asked for at every sweep, and told once.

use delivery::domain::{DAY, Span, Time};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What was not met for so long was read meanwhile, and is news when it is met again.
const FORGOTTEN_AFTER: Span = 2 * DAY;
/// More losses at a time than that are told again: what memory they may take is bounded.
const MOST: usize = 1_000;

/// The losses that were told, with when each was met last.
#[derive(Debug, Default)]
pub(super) struct Losses {
    met: Mutex<HashMap<Vec<String>, Time>>,
}

impl Losses {
    /// Whether a loss, described by where, what and why, has yet to be told.
    pub(super) fn is_news(&self, loss: &[&str], now: Time) -> bool {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.retain(|_, last| now.since(*last) < FORGOTTEN_AFTER);
        if met.len() >= MOST {
            met.clear();
        }
        met.insert(loss.iter().map(|part| (*part).to_owned()).collect(), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_told_once_until_it_changes_or_was_away_for_long() {
        let losses = Losses::default();
        let at = |days| Time(days * DAY);
        assert!(losses.is_news(&["acme/api", "deployments", "it is null"], at(0)));
        assert!(!losses.is_news(&["acme/api", "deployments", "it is null"], at(1)));
        assert!(losses.is_news(&["acme/api", "deployments", "no time"], at(2)));
        assert!(!losses.is_news(&["acme/api", "deployments", "it is null"], at(2)));
        assert!(losses.is_news(&["acme/api", "deployments", "it is null"], at(4)));
    }

    #[test]
    fn memory_is_bounded() {
        let losses = Losses::default();
        for number in 0..3 * MOST {
            losses.is_news(&[&number.to_string()], at_once());
        }
        assert!(losses.met.lock().is_ok_and(|met| met.len() <= MOST));
    }

    fn at_once() -> Time {
        Time(0)
    }
}
