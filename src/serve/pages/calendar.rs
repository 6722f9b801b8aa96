//! Weeks, quarters and days of the configured zone, and how instants are written for people.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use delivery::domain::{DAY, Time};
use std::fmt;

/// The calendar of a zone. Weeks begin on Mondays, as ISO 8601 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar(pub Tz);

/// A quarter of a calendar year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i32,
    /// 0 to 3.
    number: u32,
}

impl Quarter {
    /// Reads `2026Q3`.
    pub fn parse(text: &str) -> Option<Quarter> {
        let (year, number) = text.split_once(['Q', 'q'])?;
        let is_plain = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_plain(year, 4) || !is_plain(number, 1) {
            return None;
        }
        let (year, number) = (year.parse().ok()?, number.parse::<u32>().ok()?);
        // Instants before 1970 are no deliveries.
        (year >= 1970 && (1..=4).contains(&number)).then(|| Quarter { year, number: number - 1 })
    }

    /// The quarter before.
    pub fn before(self) -> Quarter {
        match self.number {
            0 => Quarter { year: self.year - 1, number: 3 },
            number => Quarter { number: number - 1, ..self },
        }
    }

    fn after(self) -> Quarter {
        match self.number {
            3 => Quarter { year: self.year + 1, number: 0 },
            number => Quarter { number: number + 1, ..self },
        }
    }

    fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.number * 3 + 1, 1).unwrap_or_default()
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.year, self.number + 1)
    }
}

impl Calendar {
    /// The bounds of `count` weeks, of which the last is running at `at`: one more than weeks.
    pub fn weeks(self, at: Time, count: usize) -> Vec<Time> {
        // A week has its end and leaves its start, so at its first second the one before runs.
        let day = self.local(at.plus(-1)).date_naive();
        let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
        let next = monday + Days::new(7);
        let back = |weeks: usize| next - Days::new(7 * weeks as u64);
        (0..=count).rev().map(|weeks| self.midnight(back(weeks))).collect()
    }

    /// The quarter that runs at `at`.
    pub fn quarter(self, at: Time) -> Quarter {
        let day = self.local(at.plus(-1)).date_naive();
        Quarter { year: day.year(), number: day.month0() / 3 }
    }

    /// When a quarter begins, and when it ends.
    pub fn bounds(self, quarter: Quarter) -> (Time, Time) {
        (self.midnight(quarter.first_day()), self.midnight(quarter.after().first_day()))
    }

    /// `23 Nov 2026`
    pub fn day(self, at: Time) -> String {
        self.local(at).format("%-d %b %Y").to_string()
    }

    /// `23 Nov`
    pub fn short_day(self, at: Time) -> String {
        self.local(at).format("%-d %b").to_string()
    }

    /// `Nov`, of the first of a month's weeks.
    pub fn month(self, at: Time) -> String {
        self.local(at).format("%b").to_string()
    }

    /// `23 Nov 2026, 16:05`
    pub fn minute(self, at: Time) -> String {
        self.local(at).format("%-d %b %Y, %H:%M").to_string()
    }

    /// The instant with its offset, for programs.
    pub fn stamp(self, at: Time) -> String {
        self.local(at).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// Its name.
    pub fn zone(self) -> &'static str {
        self.0.name()
    }

    /// The first instant of a day, which in some zones is not midnight when clocks change.
    fn midnight(self, day: NaiveDate) -> Time {
        let local = day.and_time(NaiveTime::MIN);
        let found = self.0.from_local_datetime(&local).earliest();
        let at = found.map(|at| at.timestamp()).unwrap_or_else(|| {
            // Clocks were put forward over midnight: the day begins at that instant, which is midnight
            // by the offset of the day before.
            let noon_before = local.and_utc().timestamp() - DAY / 2;
            let offset = self.0.offset_from_utc_datetime(
                &DateTime::from_timestamp(noon_before, 0).unwrap_or_default().naive_utc(),
            );
            local.and_utc().timestamp() - i64::from(offset.fix().local_minus_utc())
        });
        Time(at)
    }

    fn local(self, at: Time) -> DateTime<Tz> {
        let end = if at < Time(0) { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        // The calendar's very ends cannot be told by every zone.
        let at = DateTime::from_timestamp(at.0.clamp(-LAST, LAST), 0).unwrap_or(end);
        at.with_timezone(&self.0)
    }
}

/// 31 December 9999.
const LAST: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> Time {
        Time(DateTime::parse_from_rfc3339(text).unwrap().timestamp())
    }

    #[test]
    fn weeks_begin_on_mondays_of_the_zone_and_the_last_one_runs() {
        let berlin = Calendar(Tz::Europe__Berlin);
        let found = berlin.weeks(at("2026-10-28T12:00:00Z"), 2);
        // Clocks go back on Sunday the 25th.
        let expected = ["2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z", "2026-11-01T23:00:00Z"];
        assert_eq!(found, expected.map(at));
        let utc = Calendar(Tz::UTC);
        let monday = at("2026-11-23T00:00:00Z");
        assert_eq!(utc.weeks(monday, 1)[1], monday, "its first second belongs to the week before");
        assert_eq!(utc.weeks(monday.plus(1), 1)[0], monday);
    }

    #[test]
    fn quarters_are_read_written_and_bounded() {
        let utc = Calendar(Tz::UTC);
        let quarter = Quarter::parse("2026Q4").unwrap();
        assert_eq!(quarter, utc.quarter(at("2026-12-31T23:59:59Z")));
        let bounds = ["2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(at);
        assert_eq!(utc.bounds(quarter), (bounds[0], bounds[1]));
        assert_eq!(Quarter::parse("2026Q1").unwrap().before().to_string(), "2025Q4");
        for wrong in ["2026", "2026Q5", "2026Q0", "26Q1", "+026Q1", "2026Q+", "0001Q1", "2026Q11"] {
            assert_eq!(Quarter::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_that_begins_after_midnight_begins_when_clocks_change() {
        // Beirut put its clocks forward at midnight of 31 March 2024.
        let beirut = Calendar(Tz::Asia__Beirut);
        let day = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
        assert_eq!(beirut.midnight(day), at("2024-03-30T22:00:00Z"));
    }

    #[test]
    fn instants_are_told_by_the_clock_of_the_zone() {
        let tokyo = Calendar(Tz::Asia__Tokyo);
        let evening = at("2026-11-23T16:05:00Z");
        assert_eq!(tokyo.minute(evening), "24 Nov 2026, 01:05");
        assert_eq!(tokyo.stamp(evening), "2026-11-24T01:05:00+09:00");
        assert_eq!(Calendar(Tz::UTC).day(Time(i64::MAX)), "31 Dec 9999");
    }
}
