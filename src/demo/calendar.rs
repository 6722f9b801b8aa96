//! When a team works: Monday to Friday in the hours of its time zone.

use super::random::Random;

pub(super) const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// A team's working hours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// Hours that the team's clocks are ahead of UTC.
    pub(super) ahead: i64,
    /// The hour of the local day at which work starts.
    pub(super) opens: i64,
    /// The hour of the local day at which work ends.
    pub(super) closes: i64,
}

impl Calendar {
    /// Whether the local day of an instant is no Saturday and no Sunday.
    pub(super) fn is_workday(&self, at: i64) -> bool {
        works(self.day(at))
    }

    /// The instant at which `seconds` of working time have passed since `at`.
    pub(super) fn work_after(&self, at: i64, seconds: i64) -> i64 {
        let shift = self.ahead * HOUR;
        let mut left = seconds.max(1);
        let mut local = at + shift;
        loop {
            let day = local.div_euclid(DAY);
            let from = local.max(day * DAY + self.opens * HOUR);
            let close = day * DAY + self.closes * HOUR;
            if works(day) && from < close {
                if from + left <= close {
                    return from + left - shift;
                }
                left -= close - from;
            }
            local = (day + 1) * DAY;
        }
    }

    /// Some instant of the working hours of the local day of `at`.
    pub(super) fn moment(&self, at: i64, random: &mut Random) -> i64 {
        let seconds = random.between(self.opens * HOUR, self.closes * HOUR - 1);
        self.day(at) * DAY + seconds - self.ahead * HOUR
    }

    /// The next departure, in the afternoon, of a release train that leaves every `days` days.
    pub(super) fn next_train(&self, at: i64, days: i64) -> i64 {
        let departure = |day: i64| day * DAY + (self.closes - 3) * HOUR - self.ahead * HOUR;
        let mut day = (self.day(at).div_euclid(days) + 1) * days;
        while !works(day) {
            day += 1;
        }
        departure(day)
    }

    fn day(&self, at: i64) -> i64 {
        (at + self.ahead * HOUR).div_euclid(DAY)
    }
}

/// Whether a day, counted from 1 January 1970 (a Thursday), is one of Monday to Friday.
fn works(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Calendar = Calendar { ahead: 1, opens: 9, closes: 17 };
    /// Friday 2 January 1970, 15:00 UTC.
    const FRIDAY: i64 = DAY + 15 * HOUR;

    #[test]
    fn work_pauses_at_night_and_over_the_weekend() {
        let cases = [
            ("within the day", FRIDAY, HOUR / 2, FRIDAY + HOUR / 2),
            ("over the weekend", FRIDAY, 2 * HOUR, 4 * DAY + 9 * HOUR),
            ("from a Saturday", 2 * DAY, HOUR, 4 * DAY + 9 * HOUR),
            ("before the office opens", 4 * DAY, HOUR, 4 * DAY + 9 * HOUR),
            ("more than a day", 4 * DAY + 8 * HOUR, 9 * HOUR, 5 * DAY + 9 * HOUR),
        ];
        for (name, at, seconds, expected) in cases {
            assert_eq!(BERLIN.work_after(at, seconds), expected, "{name}");
        }
    }

    #[test]
    fn trains_leave_later_on_working_days_only() {
        let mut at = FRIDAY;
        for _ in 0..40 {
            let next = BERLIN.next_train(at, 5);
            assert!(next > at && next - at <= 8 * DAY && BERLIN.is_workday(next));
            at = next;
        }
    }
}
