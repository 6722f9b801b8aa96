//! Instants, spans and windows, in whole seconds: the resolution of GitHub's times.

use std::fmt;

/// A length of time in seconds.
pub type Span = i64;

/// Seconds in a minute.
pub const MINUTE: Span = 60;
/// Seconds in an hour.
pub const HOUR: Span = 60 * MINUTE;
/// Seconds in a day.
pub const DAY: Span = 24 * HOUR;
/// Seconds in a week.
pub const WEEK: Span = 7 * DAY;

/// An instant in UTC, as seconds since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// The latest instant that can be told.
    pub const MAX: Time = Time(i64::MAX);

    /// This instant moved by `span`, which may be negative; saturates at the ends of time.
    pub fn plus(self, span: Span) -> Time {
        Time(self.0.saturating_add(span))
    }

    /// The span from `earlier` to this instant, negative where `earlier` is later.
    pub fn since(self, earlier: Time) -> Span {
        self.0.saturating_sub(earlier.0)
    }

    /// Days since 1970-01-01 in UTC.
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The day of the ISO week in UTC: 0 is Monday, 6 is Sunday.
    pub fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (self.day() + 3).rem_euclid(7)
    }

    /// The start of this instant's ISO week: Monday 00:00 UTC.
    pub fn week_start(self) -> Time {
        Time((self.day() - self.weekday()) * DAY)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A window `(t − length, t]` that slides with `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The window's length; at least a day.
    pub length: Span,
}

impl Window {
    /// A window of `days` days.
    pub fn days(days: i64) -> Window {
        Window { length: days * DAY }
    }

    /// Whether `instant` lies in `(t − length, t]`.
    pub fn contains(self, t: Time, instant: Time) -> bool {
        instant <= t && instant > self.start(t)
    }

    /// The window's open start, `t − length`.
    pub fn start(self, t: Time) -> Time {
        t.plus(-self.length)
    }

    /// The window's length in days.
    pub fn in_days(self) -> f64 {
        self.length as f64 / DAY as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_start_on_monday_in_utc() {
        // 2026-11-23 was a Monday; 1763856000 is 2025-11-23 00:00, a Sunday.
        assert_eq!(Time(1_763_856_000).weekday(), 6);
        assert_eq!(Time(1_763_856_000).week_start(), Time(1_763_337_600));
        assert_eq!(Time(-1).weekday(), 2);
    }

    #[test]
    fn a_window_excludes_its_start_and_includes_its_end() {
        let week = Window::days(7);
        assert!(week.contains(Time(WEEK), Time(WEEK)));
        assert!(!week.contains(Time(WEEK), Time(0)));
        assert!(week.contains(Time(WEEK), Time(1)));
        assert!(!week.contains(Time(WEEK), Time(WEEK + 1)));
    }
}
