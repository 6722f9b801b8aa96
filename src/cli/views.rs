//! What the server is given: the latest snapshot with the own metrics, and the sources' health.

use crate::clock::SharedClock;
use crate::collect::Health;
use crate::exposition::{Encoded, Format, OwnMetrics};
use crate::serve::{HealthReport, HealthView, MetricsBody, SourceHealth};
use bytes::Bytes;
use delivery::domain::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// The body of a scrape: prepared bytes, and the own metrics as they are now.
pub struct Metrics {
    snapshot: watch::Receiver<Arc<Encoded>>,
    own: Arc<OwnMetrics>,
    started_at: Time,
}

impl Metrics {
    /// The bodies of the latest snapshot; the own metrics count from `started_at` on.
    pub fn new(
        snapshot: &watch::Sender<Arc<Encoded>>,
        own: Arc<OwnMetrics>,
        started_at: Time,
    ) -> Metrics {
        Metrics { snapshot: snapshot.subscribe(), own, started_at }
    }
}

impl MetricsBody for Metrics {
    fn body(&self, format: Format, gzip: bool) -> Vec<Bytes> {
        let encoded = Arc::clone(&self.snapshot.borrow());
        let created = encoded.shows_created().then_some(self.started_at);
        encoded.body(format, &self.own.text(format, created), gzip)
    }
}

/// The health of the process and of its sources.
#[derive(Clone)]
pub struct View {
    health: Arc<Health>,
    snapshot: watch::Receiver<Arc<Encoded>>,
    clock: SharedClock,
    started_at: Time,
    loaded: Arc<AtomicBool>,
}

impl View {
    /// The health of a process that starts now and has not read its store yet.
    pub fn new(
        health: Arc<Health>,
        snapshot: &watch::Sender<Arc<Encoded>>,
        clock: SharedClock,
    ) -> View {
        let (snapshot, started_at) = (snapshot.subscribe(), clock.now());
        View { health, snapshot, clock, started_at, loaded: Arc::default() }
    }

    /// Everything stored is in memory: the process is ready.
    pub fn loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }
}

impl HealthView for View {
    fn report(&self) -> HealthReport {
        let ready = self.loaded.load(Ordering::Acquire);
        let all = self.health.all();
        let next_sweep_at = all.values().filter_map(|health| health.next_sweep).min();
        let sources = all.into_iter().map(|(name, health)| SourceHealth {
            name,
            up: health.up,
            last_success_at: health.last_success,
            data_through: health.data_through,
            last_error: health.last_error,
            repositories: health.repositories,
            backfilled: health.complete,
            remaining: health.remaining,
        });
        HealthReport {
            not_ready: (!ready).then(|| "stored facts are being read".to_owned()),
            sources: sources.collect(),
            next_sweep_at,
            now: self.clock.now(),
            series: self.snapshot.borrow().series(),
            started_at: self.started_at,
        }
    }
}
