//! What the landing page and the readiness answer are made from.

use delivery::domain::{Span, Time};

/// Tells the health of the exporter; asked once per request, so it must not block.
pub trait HealthView: Send + Sync {
    /// The health as it is now.
    fn report(&self) -> HealthReport;
}

/// The health of the exporter at one instant.
#[derive(Clone, Debug)]
pub struct HealthReport {
    /// The instant.
    pub now: Time,
    /// When the process started.
    pub started_at: Time,
    /// Why it is not ready to be scraped; absent when it is ready.
    pub not_ready: Option<String>,
    /// The sources, in the order of the configuration.
    pub sources: Vec<SourceHealth>,
    /// When the sources are next asked for news.
    pub next_sweep_at: Option<Time>,
    /// How many series are exposed.
    pub series: usize,
}

/// The health of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceHealth {
    /// Its name in the configuration.
    pub name: String,
    /// Whether the last collection succeeded; absent before the first has ended.
    pub up: Option<bool>,
    /// When a collection last succeeded.
    pub last_success_at: Option<Time>,
    /// Through which instant its facts are complete.
    pub data_through: Option<Time>,
    /// What went wrong last, if it has not succeeded since.
    pub last_error: Option<String>,
    /// How many repositories are collected.
    pub repositories: usize,
    /// Of how many of them the first collection is complete.
    pub backfilled: usize,
    /// How long that will take still; absent where it cannot be told, or all are complete.
    pub remaining: Option<Span>,
}
