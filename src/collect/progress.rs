//! How far a source has come: what is collected, through when, and how long the first collection will
//! take still.

use super::{Collect, Tracked};
use delivery::domain::{Collector, HOUR, MINUTE, Span, Time};

/// So long a first collection goes on before it is told how long it will take: its pace is not known.
const PACE_AFTER: Span = MINUTE;
/// How often the log tells how far it is.
const TOLD_EVERY: Span = 10 * MINUTE;

/// A first collection under way.
#[derive(Debug, Default)]
pub(super) struct Backfill {
    /// Since when its pace is measured, and how many repositories were complete then.
    since: Option<(Time, usize)>,
    told_at: Option<Time>,
}

impl Backfill {
    /// How long it will take still at its pace so far, waits for limits included; nothing where that
    /// cannot be told, or it is complete.
    fn remaining(&mut self, now: Time, complete: usize, all: usize) -> Option<Span> {
        if complete >= all {
            self.since = None;
            return None;
        }
        let (since, before) = *self.since.get_or_insert((now, complete));
        if complete < before || now < since {
            // Repositories were left out, or the clock was set back.
            self.since = Some((now, complete));
            return None;
        }
        let (took, read) = (now.since(since), (complete - before) as i64);
        let waiting = (all - complete) as i64;
        (read > 0 && took >= PACE_AFTER).then(|| took.saturating_mul(waiting) / read)
    }

    /// Whether the log is to tell of it now: seldom while it goes on, and once when it ends.
    fn is_to_be_told(&mut self, now: Time, complete: usize, all: usize) -> bool {
        if complete >= all {
            return self.told_at.take().is_some();
        }
        let is_fresh = |at: Time| (0..TOLD_EVERY).contains(&now.since(at));
        let is_due = !self.told_at.is_some_and(is_fresh);
        if is_due {
            self.told_at = Some(now);
        }
        is_due
    }
}

impl Collect {
    pub(super) fn tell_up(&self, up: bool) {
        self.around.observer.up(self.source.name(), up);
        self.around.health.update(self.source.name(), |health| health.up = Some(up));
    }

    /// Tells how many failures of single repositories began and ended that are not in the log one by one.
    pub(super) fn tell_more(&mut self) {
        let (source, more) = (self.source.name(), self.failing.more());
        if more.new > 0 {
            let failures = more.new;
            let text = "so many more repositories or lists of them fail; `dora-exporter check` names \
                        what may not be read";
            tracing::warn!(source, failures, "{text}");
        }
        if more.over > 0 {
            tracing::info!(source, failures = more.over, "so many more work again");
        }
    }

    /// Tells how far the source has come, and what fails.
    pub(super) fn tell_progress(&mut self) {
        let through = Collector::ALL
            .into_iter()
            .filter_map(|collector| self.tell_data_through(collector))
            .min();
        let complete = self.active().filter(|tracked| tracked.backfill_complete()).count();
        let repositories = self.active().count();
        let remaining = self.tell_backfill(complete, repositories);
        let failure = self.failing.worst();
        self.around.health.update(self.source.name(), |health| {
            health.last_error = failure;
            health.data_through = through.or(health.data_through);
            health.repositories = repositories;
            health.complete = complete;
            health.remaining = remaining;
        });
    }

    /// Tells of a first collection; gives how long it will take still.
    fn tell_backfill(&mut self, complete: usize, repositories: usize) -> Option<Span> {
        let now = self.around.clock.now();
        let remaining = self.backfill.remaining(now, complete, repositories);
        let source = self.source.name();
        self.around.observer.backfill_remaining(source, remaining);
        if self.backfill.is_to_be_told(now, complete, repositories) {
            let left = remaining.map(roughly);
            match left {
                _ if complete >= repositories => {
                    tracing::info!(source, repositories, "all history is read");
                }
                Some(left) => {
                    tracing::info!(
                        source,
                        complete,
                        repositories,
                        "reading history: about {left} left"
                    );
                }
                None => tracing::info!(source, complete, repositories, "reading history"),
            }
        }
        remaining
    }

    /// Tells how far one collector has come in the repository that lags most.
    fn tell_data_through(&self, collector: Collector) -> Option<Time> {
        let complete = self.active().filter(|tracked| tracked.backfill_complete());
        let progress = complete.filter_map(|tracked| tracked.progress.get(&collector));
        let through = progress.filter_map(|progress| progress.through).min()?;
        self.around.observer.data_through(self.source.name(), collector, through);
        Some(through)
    }

    /// Those that are collected.
    pub(super) fn active(&self) -> impl Iterator<Item = &Tracked> {
        self.tracked.values().filter(|tracked| tracked.is_active())
    }
}

/// A span in its largest unit, for people.
pub fn roughly(span: Span) -> String {
    match span {
        ..7_200 => format!("{} min", (span + MINUTE - 1) / MINUTE),
        _ => format!("{} h", (span + HOUR / 2) / HOUR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time(1_000_000);

    #[test]
    fn what_is_left_is_told_by_the_pace_so_far() {
        let mut backfill = Backfill::default();
        for (seconds, complete, expected) in [
            (0, 10, None),
            (30, 12, None),
            (600, 10, None),
            (600, 20, Some(4_800)),
            // A limit holds it up.
            (1_200, 20, Some(9_600)),
            (2_400, 60, Some(1_920)),
            // The clock was set back.
            (-600, 60, None),
            (-300, 80, Some(300)),
            (0, 100, None),
            // Another repository is found.
            (10, 99, None),
        ] {
            let remaining = backfill.remaining(START.plus(seconds), complete, 100);
            assert_eq!(remaining, expected, "{seconds} s, {complete}");
        }
    }

    #[test]
    fn the_log_tells_of_it_seldom_and_once_when_it_ends() {
        let mut backfill = Backfill::default();
        let told: Vec<bool> = [(0, 0), (60, 3), (599, 5), (600, 6), (700, 10), (800, 10), (900, 9)]
            .map(|(seconds, complete)| backfill.is_to_be_told(START.plus(seconds), complete, 10))
            .into();
        assert_eq!(told, [true, false, false, true, true, false, true]);
    }
}
