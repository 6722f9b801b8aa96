//! The stretches of time that a review tells of: rolling days, quarters, and what is before each.

use super::calendar::{Calendar, Quarter};
use delivery::domain::{DAY, Time};

/// The period of a page that asks for none: the standard window of the metrics.
pub const USUAL: &str = "30d";
/// Rolling days that are offered.
const ROLLING: [i64; 2] = [30, 90];
/// Quarters that are offered, with the one that runs.
const QUARTERS: usize = 5;
/// The longest that can be asked for.
const LONGEST: i64 = 366;

/// A stretch of time: after its start and until its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// As addresses have it: `30d` or `2026Q3`.
    pub key: String,
    /// As a sentence has it: `the last 30 days`, `2026Q3`, `2026Q4 so far`.
    pub name: String,
    /// Its start, which is outside.
    pub from: Time,
    /// Its end, or now while it runs.
    pub to: Time,
    /// Whether it slides with the data of each component, as the windows of metrics do.
    pub is_rolling: bool,
}

impl Period {
    /// Reads a period that ends, at the latest, at `at`; the error says what to write.
    pub fn parse(text: &str, at: Time, calendar: Calendar) -> Result<Period, String> {
        if let Some(quarter) = Quarter::parse(text) {
            return Period::quarter(quarter, at, calendar)
                .ok_or_else(|| format!("{quarter} has not begun yet; choose one that has"));
        }
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
        let days = days.filter(|days| (1..=LONGEST).contains(days));
        days.map(|days| Period::days(days, at)).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!("`{shown}` is no period; write days up to {LONGEST}d such as 30d, or a quarter such as 2026Q3")
        })
    }

    fn days(days: i64, to: Time) -> Period {
        Period {
            key: format!("{days}d"),
            name: format!("the last {}", number_of_days(days)),
            from: to.plus(-days * DAY),
            to,
            is_rolling: true,
        }
    }

    /// A quarter as far as it has come; absent where it has not begun.
    pub fn quarter(quarter: Quarter, at: Time, calendar: Calendar) -> Option<Period> {
        let (from, end) = calendar.bounds(quarter);
        let name = if end > at { format!("{quarter} so far") } else { quarter.to_string() };
        let key = quarter.to_string();
        let to = end.min(at);
        (from < at).then_some(Period { key, name, from, to, is_rolling: false })
    }

    /// What it is compared with: as many days before, or the quarter before.
    pub fn before(&self, calendar: Calendar) -> Period {
        if let Some(quarter) = Quarter::parse(&self.key).map(Quarter::before) {
            let (from, to) = calendar.bounds(quarter);
            let (key, name) = (quarter.to_string(), quarter.to_string());
            return Period { key, name, from, to, is_rolling: false };
        }
        let days = self.to.since(self.from) / DAY;
        Period {
            key: self.key.clone(),
            name: format!("the {} before", number_of_days(days)),
            from: self.from.plus(-days * DAY),
            to: self.from,
            is_rolling: true,
        }
    }

    /// The periods that are offered at an instant, as addresses have them and in words.
    pub fn offered(at: Time, calendar: Calendar) -> Vec<(String, String)> {
        let rolling = ROLLING.map(|days| Period::days(days, at));
        let mut quarter = calendar.quarter(at);
        let mut quarters = Vec::new();
        for _ in 0..QUARTERS {
            quarters.extend(Period::quarter(quarter, at, calendar));
            quarter = quarter.before();
        }
        rolling.into_iter().chain(quarters).map(|it| (it.key, capitalized(&it.name))).collect()
    }
}

fn number_of_days(days: i64) -> String {
    if days == 1 { "day".to_owned() } else { format!("{days} days") }
}

/// A text whose first letter is a capital one.
pub fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use chrono_tz::Tz;

    const UTC: Calendar = Calendar(Tz::UTC);
    /// 2026-11-23T16:00:00Z.
    const AT: Time = Time(1_795_449_600);

    #[test]
    fn a_rolling_period_is_compared_with_as_many_days_before() {
        let month = Period::parse("30d", AT, UTC).unwrap();
        let before = month.before(UTC);
        assert_eq!((before.from, before.to), (AT.plus(-60 * DAY), month.from));
        assert_eq!((&*month.name, &*before.name), ("the last 30 days", "the 30 days before"));
    }

    #[test]
    fn a_quarter_that_runs_ends_now_and_is_compared_with_the_whole_one_before() {
        let running = Period::parse("2026Q4", AT, UTC).unwrap();
        assert_eq!((running.to, &*running.name), (AT, "2026Q4 so far"));
        let before = running.before(UTC);
        assert_eq!((&*before.name, before.to), ("2026Q3", running.from));
        assert_eq!(Period::parse("2026Q3", AT, UTC).unwrap(), before);
    }

    #[test]
    fn what_is_no_period_is_refused_with_what_to_write() {
        for wrong in ["", "0d", "367d", "d", "month", "2026Q5", "-3d", "99999999999999999999d"] {
            assert!(Period::parse(wrong, AT, UTC).unwrap_err().contains("2026Q3"), "{wrong}");
        }
        assert!(Period::parse("2027Q1", AT, UTC).unwrap_err().contains("not begun"));
    }

    #[test]
    fn what_is_offered_can_be_asked_for() {
        let offered = Period::offered(AT, UTC);
        assert_eq!(offered.len(), 7);
        assert_eq!(offered[2], ("2026Q4".to_owned(), "2026Q4 so far".to_owned()));
        for (key, _) in offered {
            assert_eq!(Period::parse(&key, AT, UTC).unwrap().key, key);
        }
    }
}
