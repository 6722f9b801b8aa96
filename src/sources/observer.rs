//! What a source tells about its own work, for the exporter's own metrics.

use delivery::domain::Time;

/// Why requests were held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Throttle {
    /// The hour's limit is spent.
    Primary,
    /// The server asked for a pause.
    Secondary,
    /// The share that `budget_share` allows is spent.
    Share,
    /// Requests are smoothed over the minute.
    Pace,
}

impl Throttle {
    /// All reasons.
    pub const ALL: [Throttle; 4] =
        [Throttle::Primary, Throttle::Secondary, Throttle::Share, Throttle::Pace];

    /// The value of the label `reason`.
    pub fn name(self) -> &'static str {
        match self {
            Throttle::Primary => "primary",
            Throttle::Secondary => "secondary",
            Throttle::Share => "share",
            Throttle::Pace => "pace",
        }
    }
}

/// Hears of requests, points and limits. Methods must return at once.
pub trait Observer: Send + Sync {
    /// A request was answered (`code` is the HTTP status, or `error` where there was none).
    fn request(&self, source: &str, api: &'static str, code: &str);
    /// Points were spent.
    fn points(&self, source: &str, api: &'static str, points: u64);
    /// The server told the limit's state; absent limits are not told.
    fn limits(&self, source: &str, api: &'static str, limit: u64, remaining: u64, reset: Time);
    /// Requests were held back for so many seconds.
    fn throttled(&self, source: &str, reason: Throttle, seconds: u64);
}
