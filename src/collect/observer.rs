//! What collecting tells about its own work, for the exporter's own metrics.

use delivery::domain::{Collector, Time};

/// Hears how collecting goes. Methods must return at once.
pub trait Observer: Send + Sync {
    /// One collector finished its share of a sweep, after so many seconds.
    fn collected(&self, source: &str, collector: Collector, seconds: f64);
    /// One collector failed for one repository, or for the whole source where `collector` is absent.
    fn failed(&self, source: &str, collector: Option<Collector>, reason: &'static str);
    /// So many facts were read.
    fn items(&self, source: &str, collector: Collector, count: u64);
    /// A repository's backfill is complete, or not; `None`: it is no longer collected.
    fn backfill(&self, repo: &str, complete: Option<bool>);
    /// Whether the last sweep of the source succeeded.
    fn up(&self, source: &str, up: bool);
    /// A sweep of the source ended well at this instant.
    fn succeeded(&self, source: &str, at: Time);
    /// All that happened up to this instant at the source is there, for every complete repository.
    fn data_through(&self, source: &str, through: Time);
}
