//! How far an account is read: the log in slices of time, from the look-back's beginning to now.

use delivery::domain::{DAY, MINUTE, Span, Time};
use serde::{Deserialize, Serialize};

/// How much is read at once: fewer requests, against more that is read again after a crash.
const SLICE: Span = 7 * DAY;
/// The shortest slice: what is too much within it cannot be listed at all.
const SHORTEST_SLICE: Span = MINUTE;
/// How much is read again, since entries may be told late.
pub(super) const OVERLAP: Span = 10 * MINUTE;

/// The cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reading {
    /// By which mapping and filters incidents were read: by others they are read again.
    fingerprint: String,
    /// Everything before is read, in seconds since 1970.
    read_to: i64,
    /// The length of the next slice.
    span: Span,
    /// Whether nothing was read before `read_to`.
    first: bool,
}

impl Reading {
    /// Goes on where the cursor says; one that cannot be read, or was made by another mapping,
    /// begins anew at `since`.
    pub(super) fn open(cursor: Option<&str>, fingerprint: &str, since: Time) -> Reading {
        let known = cursor
            .and_then(|text| serde_json::from_str(text).ok())
            .filter(|reading: &Reading| reading.fingerprint == fingerprint);
        known.unwrap_or_else(|| Reading {
            fingerprint: fingerprint.to_owned(),
            read_to: since.0,
            span: SLICE,
            first: true,
        })
    }

    /// The slice to read now: from when, and until when.
    pub(super) fn slice(&self, now: Time) -> (Time, Time) {
        let overlap = if self.first { 0 } else { OVERLAP };
        // A clock that was set back must not turn the slice round.
        let read_to = self.read_to.min(now.0);
        (Time(read_to - overlap), Time((read_to + self.span).min(now.0)))
    }

    /// The slice held more than can be listed: half of it is tried. False where it cannot shrink.
    pub(super) fn halve(&mut self) -> bool {
        let shrinks = self.span > SHORTEST_SLICE;
        self.span = (self.span / 2).max(SHORTEST_SLICE);
        shrinks
    }

    /// The cursor after a slice was read up to `to`; slices grow back.
    pub(super) fn after(&self, to: Time) -> String {
        let next = Reading {
            fingerprint: self.fingerprint.clone(),
            read_to: to.0,
            span: (self.span * 2).min(SLICE),
            first: false,
        };
        serde_json::to_string(&next).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_follow_each_other_with_an_overlap_until_now() {
        let now = Time(100 * DAY);
        let reading = Reading::open(None, "a", Time(90 * DAY));
        assert_eq!(reading.slice(now), (Time(90 * DAY), Time(97 * DAY)));
        let cursor = reading.after(Time(97 * DAY));
        let reading = Reading::open(Some(&cursor), "a", Time(0));
        assert_eq!(reading.slice(now), (Time(97 * DAY - OVERLAP), now));
        // Another mapping, or a text that is no cursor, begins anew.
        for (cursor, fingerprint) in [(cursor.as_str(), "b"), ("?", "a")] {
            let reading = Reading::open(Some(cursor), fingerprint, Time(90 * DAY));
            assert_eq!(reading.slice(now).0, Time(90 * DAY));
        }
        // A clock that was set back reads again what it can, and goes on.
        let back = Time(96 * DAY);
        assert_eq!(
            Reading::open(Some(&cursor), "a", Time(0)).slice(back),
            (Time(96 * DAY - OVERLAP), back)
        );
    }

    #[test]
    fn slices_shrink_to_a_minute_and_grow_back() {
        let mut reading = Reading::open(None, "a", Time(0));
        while reading.halve() {}
        assert_eq!(reading.slice(Time(DAY)), (Time(0), Time(MINUTE)));
        let next = Reading::open(Some(&reading.after(Time(MINUTE))), "a", Time(0));
        assert_eq!(next.slice(Time(DAY)), (Time(MINUTE - OVERLAP), Time(3 * MINUTE)));
    }
}
