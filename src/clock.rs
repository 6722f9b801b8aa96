//! Time as it enters the process: at `main`, once. Everything below takes a [`Clock`] or an instant.

use delivery::domain::Time;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> Time;

    /// Returns once `now()` has reached `until`.
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
            // Bounded naps, so that a wall clock that jumps is noticed.
            while self.now() < until {
                let left = until.since(self.now()).clamp(0, 30) as u64;
                tokio::time::sleep(Duration::from_secs(left)).await;
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

    /// Moves the clock forward and wakes whoever waited for it.
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
            // The sender lives as long as this clock, so waiting cannot fail.
            let _ = changes.wait_for(|now| *now >= until).await;
        })
    }
}
