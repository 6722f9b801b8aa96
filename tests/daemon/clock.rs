//! A clock that stands still until a test moves it, and that knows who waits for it: so a test can
//! tell when the daemon has done all it can do at an instant.

use delivery::domain::Time;
use dora_exporter::clock::Clock;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often in a row nothing may have moved before the daemon counts as quiet.
const CALM: u32 = 4;
/// Real work at one instant never takes as long, unless a test is about to fail.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct SteppedClock {
    now: Arc<watch::Sender<Time>>,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    begun: u64,
    until: BTreeMap<u64, Time>,
}

impl SteppedClock {
    pub fn at(now: i64) -> SteppedClock {
        let now = Arc::new(watch::Sender::new(Time(now)));
        SteppedClock { now, waiting: Arc::default() }
    }

    pub fn seconds(&self) -> i64 {
        self.now.borrow().0
    }

    /// Shows `to`; whoever waited for it or for an earlier instant wakes.
    pub fn set(&self, to: i64) {
        self.now.send_modify(|now| *now = Time(to.max(now.0)));
    }

    /// Shows an earlier instant, as a clock does that was wrong and is set.
    #[allow(dead_code, reason = "not every test turns a clock back")]
    pub fn set_back(&self, to: i64) {
        self.now.send_replace(Time(to));
    }

    /// The earliest instant that somebody waits for.
    pub fn next(&self) -> Option<i64> {
        self.lock().until.values().map(|until| until.0).min()
    }

    /// Returns once `tasks` tasks wait for a later instant and nothing else goes on.
    pub async fn quiet(&self, tasks: usize) {
        let since = Instant::now();
        let (mut calm, mut before) = (0, 0);
        while calm < CALM {
            assert!(since.elapsed() < PATIENCE, "the daemon is busy without end");
            tokio::time::sleep(Duration::from_millis(1)).await;
            let now = self.seconds();
            let waiting = self.lock();
            let asleep =
                waiting.until.len() == tasks && waiting.until.values().all(|until| until.0 > now);
            calm = if asleep && waiting.begun == before { calm + 1 } else { 0 };
            before = waiting.begun;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap()
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Time {
        *self.now.borrow()
    }

    fn sleep_until(&self, until: Time) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut changes = self.now.subscribe();
        let entry = Entry::new(&self.waiting, until);
        Box::pin(async move {
            let _entry = entry;
            let mut before = *changes.borrow();
            let wakes = |now: &Time| {
                let was_set_back = *now < before;
                before = *now;
                was_set_back || *now >= until
            };
            let _ = changes.wait_for(wakes).await;
        })
    }
}

/// Somebody who waits, for as long as it does.
struct Entry {
    waiting: Arc<Mutex<Waiting>>,
    number: u64,
}

impl Entry {
    fn new(waiting: &Arc<Mutex<Waiting>>, until: Time) -> Entry {
        let mut inner = waiting.lock().unwrap();
        inner.begun += 1;
        let number = inner.begun;
        inner.until.insert(number, until);
        Entry { waiting: Arc::clone(waiting), number }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.waiting.lock().unwrap().until.remove(&self.number);
    }
}
