//! Scales with a few ticks at numbers that people read.

use super::words::{length, percent, short};
use delivery::domain::{DAY, HOUR, MINUTE};

/// How many ticks a scale has at most, beside 0.
const TICKS: f64 = 4.0;
/// Steps between ticks of lengths of time, in seconds.
const STEPS: [i64; 20] = [
    1,
    5,
    15,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    20 * DAY,
    50 * DAY,
    100 * DAY,
    1_000 * DAY,
];

/// From 0 to its top.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Its last tick.
    pub top: f64,
    /// Where ticks are, and what stands there.
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    fn of(highest: f64, step: f64, text: impl Fn(f64) -> String) -> Scale {
        let count = (highest / step).ceil().max(1.0);
        // What no step is long enough for has its ends only.
        let step = if count > TICKS + 1.0 { highest } else { step };
        let count = (highest / step).ceil().max(1.0) as usize;
        let ticks = (0..=count).map(|at| at as f64 * step).map(|value| (value, text(value)));
        Scale { top: count as f64 * step, ticks: ticks.collect() }
    }

    /// Of shares up to the highest, and to 10 % at least: a tenth of a percent is no cliff.
    pub fn of_shares(highest: f64) -> Scale {
        let highest = highest.max(0.1);
        let steps = [0.025, 0.05, 0.1, 0.25, 0.5];
        let step = steps.into_iter().find(|step| highest / step <= TICKS).unwrap_or(0.5);
        Scale::of(highest, step, percent)
    }
}

/// Of counts.
pub fn numbers(highest: f64) -> Scale {
    let highest = highest.max(1.0);
    let magnitude = 10_f64.powf((highest / TICKS).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| (step * magnitude).max(1.0));
    let step = steps.into_iter().find(|step| highest / step <= TICKS).unwrap_or(10.0 * magnitude);
    Scale::of(highest, step, short)
}

/// Of lengths of time.
pub fn durations(highest: f64) -> Scale {
    let highest = highest.max(1.0);
    let steps = STEPS.map(|step| step as f64);
    let step = steps.into_iter().find(|step| highest / step <= TICKS);
    Scale::of(highest, step.unwrap_or(highest), |value| {
        if value == 0.0 { "0".to_owned() } else { length(value) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: &Scale) -> Vec<&str> {
        scale.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers_and_the_highest_value_fits() {
        assert_eq!(texts(&numbers(0.0)), ["0", "1"]);
        assert_eq!(texts(&numbers(3.0)), ["0", "1", "2", "3"]);
        assert_eq!(texts(&numbers(71.0)), ["0", "20", "40", "60", "80"]);
        assert_eq!(texts(&durations(0.0)), ["0", "1 s"]);
        assert_eq!(texts(&durations(50_000.0)), ["0", "4 h", "8 h", "12 h", "16 h"]);
        assert_eq!(texts(&Scale::of_shares(0.0)), ["0 %", "2.5 %", "5 %", "7.5 %", "10 %"]);
        assert_eq!(texts(&Scale::of_shares(1.0)), ["0 %", "25 %", "50 %", "75 %", "100 %"]);
        for highest in [1.0, 7.0, 99.0, 1e3, 123_456.0, 1e9, 1e12] {
            for scale in [numbers(highest), durations(highest)] {
                assert!(scale.top >= highest && scale.ticks.len() <= 6, "{highest}: {scale:?}");
            }
        }
    }
}
