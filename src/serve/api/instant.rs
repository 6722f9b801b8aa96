//! Instants as the API writes and reads them: RFC 3339 in UTC, to the second.

use chrono::{DateTime, SecondsFormat, Utc};
use delivery::domain::Time;
use serde::{Serialize, Serializer};

/// An instant that is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Time);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(self.0))
    }
}

/// An instant as text; one that no calendar holds becomes the calendar's end.
pub fn text(at: Time) -> String {
    let end = if at < Time(0) { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    let at = DateTime::from_timestamp(at.0, 0).unwrap_or(end);
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads an instant; the error says what to write.
pub fn parse(text: &str) -> Result<Time, String> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok(Time(at.timestamp())),
        Err(_) => Err(format!(
            "`{}` is no instant; write one with its zone such as 2026-11-23T12:00:00Z",
            text.chars().take(40).collect::<String>()
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn instants_are_read_as_they_are_written_and_need_a_zone() {
        assert_eq!(text(Time(1_800_000_000)), "2027-01-15T08:00:00Z");
        assert_eq!(parse("2027-01-15T08:00:00Z"), Ok(Time(1_800_000_000)));
        assert_eq!(parse("2027-01-15T09:00:00.5+01:00"), Ok(Time(1_800_000_000)));
        assert!(parse("2027-01-15T08:00:00").unwrap_err().contains("zone"));
        assert!(parse("").is_err() && parse("1800000000").is_err());
        assert!(text(Time(i64::MAX)).starts_with("+2621"));
    }
}
