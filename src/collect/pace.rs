//! How often something may be asked out of turn: a few times at once, then at intervals.

use delivery::domain::{Span, Time};
use std::collections::BTreeMap;

/// Paces many things, each on its own.
#[derive(Debug)]
pub(super) struct Pace<K> {
    /// How often at once.
    burst: i64,
    /// How long after each further one.
    every: Span,
    /// When each is as it was at first; what is past need not be known.
    rested: BTreeMap<K, Time>,
}

impl<K: Ord> Pace<K> {
    pub(super) fn new(burst: i64, every: Span) -> Pace<K> {
        Pace { burst, every, rested: BTreeMap::new() }
    }

    /// The earliest instant at which it may be asked.
    pub(super) fn due(&self, key: &K, now: Time) -> Time {
        let rested = self.rested.get(key).copied().unwrap_or(now);
        // A clock that was set back puts nothing off for longer than a burst.
        rested.min(now.plus(self.burst * self.every)).plus(-(self.burst - 1) * self.every).max(now)
    }

    /// Takes note that it is asked.
    pub(super) fn take(&mut self, key: K, now: Time) {
        self.rested.retain(|_, rested| *rested > now);
        let rested = self.rested.get(&key).copied().unwrap_or(now);
        let rested = rested.min(now.plus(self.burst * self.every)).max(now);
        self.rested.insert(key, rested.plus(self.every));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_may_come_at_once_and_further_ones_at_intervals() {
        let mut pace = Pace::new(3, 10);
        let start = Time(1_000);
        let mut now = start;
        let mut taken = Vec::new();
        for _ in 0..6 {
            now = pace.due(&"a", now);
            taken.push(now.since(start));
            pace.take("a", now);
        }
        assert_eq!(taken, [0, 0, 0, 10, 20, 30]);
        assert_eq!(pace.due(&"b", now), now, "others are as they were");
        let later = now.plus(30);
        assert_eq!(pace.due(&"a", later), later);
        pace.take("a", later);
        assert_eq!(pace.due(&"a", later), later, "after a rest some may come at once again");
        let before = start.plus(-1_000);
        assert!(pace.due(&"a", before) <= before.plus(10), "the clock was set back");
    }
}
