//! Time as it enters the process: at `main`, once. Everything below takes a [`Clock`] or an instant.

use delivery::domain::Time;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long the machine's clock is trusted, in seconds, before it is looked at again.
const LONGEST_NAP: i64 = 30;
/// A clock that is slewed may go back by so much without having been set.
const SLEW: i64 = 2;

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Time;

    /// Returns once `now()` has reached `until`, or once the clock was set back: an instant that has
    /// become far must keep nobody waiting, and whoever waited looks at the time again.
    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// A clock that everything can hold.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(elapsed.as_secs() as i64)
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            let mut before = self.now();
            // Bounded naps, so that a wall clock that jumps is noticed.
            while self.now() < until {
                let left = until.since(self.now()).clamp(0, LONGEST_NAP) as u64;
                tokio::time::sleep(Duration::from_secs(left)).await;
                let now = self.now();
                if now.plus(SLEW) < before {
                    return;
                }
                before = now;
            }
        })
    }
}

/// A clock that stands still until it is moved, for tests.
#[derive(Clone)]
pub struct ManualClock {
    now: Arc<tokio::sync::watch::Sender<Time>>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Time) -> ManualClock {
        ManualClock { now: Arc::new(tokio::sync::watch::Sender::new(now)) }
    }

    /// Moves the clock, back where `seconds` is negative, and wakes whoever waited for that.
    pub fn advance(&self, seconds: i64) {
        self.now.send_modify(|now| *now = now.plus(seconds));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        *self.now.borrow()
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut changes = self.now.subscribe();
        Box::pin(async move {
            let mut before = *changes.borrow();
            let wakes = |now: &Time| {
                let was_set_back = *now < before;
                before = *now;
                was_set_back || *now >= until
            };
            // The sender lives as long as this clock, so waiting cannot fail.
            let _ = changes.wait_for(wakes).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_woken_by_the_instant_and_by_a_clock_that_is_set_back() {
        for (steps, wakes) in [(&[10, 20][..], false), (&[10, 90], true), (&[40, -30], true)] {
            let clock = ManualClock::at(Time(1_000));
            let sleeper = clock.clone();
            let sleep = tokio::spawn(async move { sleeper.sleep_until(Time(1_100)).await });
            tokio::task::yield_now().await;
            for seconds in steps {
                clock.advance(*seconds);
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            }
            assert_eq!(sleep.is_finished(), wakes, "{steps:?}");
            sleep.abort();
        }
    }
}
