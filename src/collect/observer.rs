//! What collecting tells about its own work, for the exporter's own metrics.

use crate::sources::github::Discovery;
use delivery::domain::{ClaimSource, Collector, Span, Time};

/// Hears how collecting goes. Methods must return at once.
pub trait Observer: Send + Sync {
    /// The source listed what the configuration asks for.
    fn discovered(&self, source: &str, discovery: &Discovery);
    /// One collector finished its share of a sweep, after so many seconds.
    fn collected(&self, source: &str, collector: Collector, seconds: f64);
    /// One collector failed for one repository, or for the whole source where `collector` is absent.
    fn failed(&self, source: &str, collector: Option<Collector>, reason: &'static str);
    /// A source of ownership was asked, and answered in full or not.
    fn claimed(&self, source: &str, from: ClaimSource, answered: bool);
    /// A source of ownership failed, wholly or for an organisation.
    fn claims_failed(&self, source: &str, from: ClaimSource, reason: &'static str);
    /// So many facts were read.
    fn items(&self, source: &str, collector: Collector, count: u64);
    /// Whether the last sweep of the source succeeded.
    fn up(&self, source: &str, up: bool);
    /// A sweep that ended well asked one collector's lists at this instant.
    fn succeeded(&self, source: &str, collector: Collector, at: Time);
    /// One collector has all that happened up to this instant, in every complete repository.
    fn data_through(&self, source: &str, collector: Collector, through: Time);
    /// How many seconds the first collection will take still; absent where that cannot be told, or it
    /// is complete.
    fn backfill_remaining(&self, source: &str, seconds: Option<Span>);
    /// The reconcile found news of a repository that the sweeps should have told and had missed.
    fn missed(&self, source: &str, collector: Collector);
}
