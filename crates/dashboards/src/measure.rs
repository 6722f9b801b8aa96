//! What a measure is called, asked by, coloured by and explained with, wherever it is drawn.

use crate::panel::{Panel, unit};
use crate::query::Level;

/// Colours from bounds on.
pub type Bounds = &'static [(&'static str, Option<f64>)];

/// Decimals of durations and shares on axes.
const DECIMALS: u8 = 1;
const DAY: f64 = 86_400.0;
const HOUR: f64 = 3_600.0;

/// The original collector's colours.
pub const FREQUENCY_BOUNDS: Bounds = &[("red", None), ("yellow", Some(0.14)), ("green", Some(1.0))];
/// The levels of DORA's 2023 benchmark: elite, high, medium, low.
pub const LEAD_TIME_BOUNDS: Bounds = &[
    ("green", None),
    ("yellow", Some(DAY)),
    ("orange", Some(7.0 * DAY)),
    ("red", Some(30.0 * DAY)),
];
/// Likewise.
pub const FAIL_BOUNDS: Bounds =
    &[("green", None), ("yellow", Some(0.05)), ("orange", Some(0.10)), ("red", Some(0.15))];
/// Likewise.
pub const RECOVERY_BOUNDS: Bounds =
    &[("green", None), ("yellow", Some(HOUR)), ("orange", Some(DAY)), ("red", Some(7.0 * DAY))];
/// Without a benchmark.
pub const NO_BOUNDS: Bounds = &[("blue", None)];
/// How old news are: what has not been read for an hour is an outage.
pub const AGE_BOUNDS: Bounds = &[("green", None), ("orange", Some(900.0)), ("red", Some(3_600.0))];
/// Green while there is none.
pub const ANY_IS_BAD: Bounds = &[("green", None), ("orange", Some(1.0))];

/// Colours, as every dashboard uses them.
pub mod color {
    /// What is typical: a median, a ratio, a count.
    pub const MAIN: &str = "blue";
    /// What is slow: the 85th percentile.
    pub const SLOW: &str = "purple";
    /// What failed.
    pub const FAILED: &str = "red";
}

/// A measure over a window.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name.
    pub title: &'static str,
    /// What it means, for the panel's description.
    pub about: &'static str,
    /// The family without the level's prefix.
    pub stem: &'static str,
    /// Further matchers beside the window.
    pub statistic: &'static str,
    /// Grafana's unit.
    pub unit: &'static str,
    /// Its colours.
    pub bounds: Bounds,
    /// What is said where it has no value.
    pub empty: &'static str,
}

pub const FREQUENCY: Measure = Measure {
    title: "Deployment frequency",
    about: "Production deployments a day. Red below one a week, green from one a day.",
    stem: "window_deployment_frequency_per_day",
    statistic: "",
    unit: unit::PER_DAY,
    bounds: FREQUENCY_BOUNDS,
    empty: "No figures yet",
};

pub const LEAD_TIME: Measure = Measure {
    title: "Change lead time",
    about: "From a change's first commit to its first production deployment. Half of the changes were faster than p50, 85 in 100 faster than p85. Colours: elite below a day, high below a week, medium below 30 days (DORA's 2023 benchmark).",
    stem: "window_change_lead_time_seconds",
    statistic: "stat=\"p50\"",
    unit: unit::SECONDS,
    bounds: LEAD_TIME_BOUNDS,
    empty: "Nothing shipped",
};

pub const FAIL_RATE: Measure = Measure {
    title: "Change fail rate",
    about: "Share of production deployments that failed: named by an incident, rolled back, reverted, followed by a hotfix, or followed by an incident within a day. Colours: elite up to 5 %, high up to 10 %, medium up to 15 % (DORA's 2023 benchmark).",
    stem: "window_change_fail_ratio",
    statistic: "",
    unit: unit::SHARE,
    bounds: FAIL_BOUNDS,
    empty: "No deployments",
};

pub const RECOVERY: Measure = Measure {
    title: "Failed deployment recovery time",
    about: "Failed deployment recovery time: from a failed deployment until its incident was resolved or the deployment that repaired it finished. Colours: elite below an hour, high below a day, medium below a week (DORA's 2023 benchmark).",
    stem: "window_failed_deployment_recovery_seconds",
    statistic: "stat=\"p50\"",
    unit: unit::SECONDS,
    bounds: RECOVERY_BOUNDS,
    empty: "Nothing recovered",
};

pub const REWORK: Measure = Measure {
    title: "Rework rate",
    about: "Share of production deployments that repaired something: a rollback, a revert, a hotfix, or an incident's fix.",
    stem: "window_rework_ratio",
    statistic: "",
    unit: unit::SHARE,
    bounds: NO_BOUNDS,
    empty: "No deployments",
};

pub const RESTORE: Measure = Measure {
    title: "Time to restore",
    about: "From the opening of an incident to its resolution, caused by a deployment or not. Half of the failures were restored faster than p50, 85 in 100 faster than p85.",
    stem: "window_time_to_restore_seconds",
    statistic: "stat=\"p50\"",
    unit: unit::SECONDS,
    bounds: NO_BOUNDS,
    empty: "Nothing restored",
};

/// The four keys, and rework.
pub const KEYS: [Measure; 5] = [FREQUENCY, LEAD_TIME, FAIL_RATE, RECOVERY, REWORK];

impl Measure {
    /// Its matchers for a window.
    pub fn matchers(&self, window: &str) -> String {
        let comma = if self.statistic.is_empty() { "" } else { "," };
        format!("window=\"{window}\"{comma}{}", self.statistic)
    }

    /// Its name with the statistic that is shown.
    pub fn full_title(&self) -> String {
        if self.statistic.is_empty() {
            self.title.to_owned()
        } else {
            // DORA's name of it is too long for a small panel; the description begins with it.
            format!("{}, median", self.title.replace("Failed deployment recovery", "Recovery"))
        }
    }

    /// Its value over `$window`, and the value that it had an `offset` ago.
    pub fn stat(&self, level: Level, before: &str, offset: &str) -> Panel {
        let matchers = self.matchers("$window");
        Panel::stat(&self.full_title(), self.about, self.unit)
            .ask_now("now", &level.now(self.stem, &matchers))
            .ask_now(before, &level.before(self.stem, &matchers, offset))
            .bounds(self.bounds)
            .empty(self.empty)
    }

    /// The median and the 85th percentile over time, with the levels behind them.
    pub fn percentiles(&self, level: Level, window: &str) -> Panel {
        let of =
            |stat: &str| level.trend(self.stem, &format!("window=\"{window}\",stat=\"{stat}\""));
        let panel = Panel::lines(self.title, self.about, self.unit)
            .ask("p50", &of("p50"))
            .ask("p85", &of("p85"))
            .colored("p50", color::MAIN)
            .colored("p85", color::SLOW)
            .decimals(DECIMALS)
            .empty(self.empty);
        if self.bounds == NO_BOUNDS { panel } else { panel.bounds_drawn(self.bounds) }
    }

    /// A ratio over time within its Wilson bounds.
    pub fn with_bounds(&self, level: Level, window: &str) -> Panel {
        let bound = |which: &str| {
            let stem = self.stem.replace("_ratio", &format!("_{which}_bound_ratio"));
            level.trend(&stem, &self.matchers(window))
        };
        let about = format!(
            "{} The band is the 95 % Wilson interval: a few deployments prove little.",
            self.about
        );
        let panel = Panel::lines(self.title, &about, self.unit)
            .ask("ratio", &level.trend(self.stem, &self.matchers(window)))
            .ask("lower bound", &bound("lower"))
            .ask("upper bound", &bound("upper"))
            .band("lower bound", "upper bound", color::MAIN)
            .colored("ratio", color::MAIN)
            .custom("axisSoftMax", 0.2.into())
            .decimals(DECIMALS)
            .empty(self.empty);
        if self.bounds == NO_BOUNDS { panel } else { panel.bounds_drawn(self.bounds) }
    }
}
