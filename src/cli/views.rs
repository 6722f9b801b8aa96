//! What the server is given: the latest snapshot with the own metrics, and the sources' health.

use crate::collect::Health;
use crate::exposition::{CONTENT_TYPE, Encoded, OwnMetrics};
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
}

impl Metrics {
    /// The bodies of the latest snapshot.
    pub fn new(snapshot: &watch::Sender<Arc<Encoded>>, own: Arc<OwnMetrics>) -> Metrics {
        Metrics { snapshot: snapshot.subscribe(), own }
    }
}

impl MetricsBody for Metrics {
    fn body(&self, gzip: bool) -> (Vec<Bytes>, &'static str) {
        let encoded = Arc::clone(&self.snapshot.borrow());
        (encoded.body(&self.own.text(), gzip), CONTENT_TYPE)
    }
}

/// The health of the process and of its sources.
#[derive(Clone)]
pub struct View {
    health: Arc<Health>,
    snapshot: watch::Receiver<Arc<Encoded>>,
    started_at: Time,
    loaded: Arc<AtomicBool>,
}

impl View {
    /// The health of a process that started at `started_at` and has not read its store yet.
    pub fn new(
        health: Arc<Health>,
        snapshot: &watch::Sender<Arc<Encoded>>,
        started_at: Time,
    ) -> View {
        let snapshot = snapshot.subscribe();
        View { health, snapshot, started_at, loaded: Arc::default() }
    }

    /// Everything stored is in memory: the process is ready.
    pub fn loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }
}

impl HealthView for View {
    fn report(&self) -> HealthReport {
        let ready = self.loaded.load(Ordering::Acquire);
        let sources = self.health.all().into_iter().map(|(name, health)| SourceReport {
            name,
            up: health.up,
            last_success: health.last_success,
            data_through: health.data_through,
            last_error: health.last_error,
            repositories: health.repositories,
            complete: health.complete,
            next_sweep: health.next_sweep,
        });
        HealthReport {
            not_ready: (!ready).then(|| "stored facts are being read".to_owned()),
            sources: sources.collect(),
            series: self.snapshot.borrow().series(),
            started_at: self.started_at,
        }
    }
}
