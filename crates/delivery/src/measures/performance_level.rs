//! Performance levels of a team by DORA's benchmark of 2023, the last whose table was monotone.
//! DORA's 2025 report replaced levels by profiles; levels remain a rough orientation, not a target.

use super::WindowFigures;
use crate::domain::{DAY, HOUR, Span, Window};

/// The benchmark's name, as the label `benchmark` shows it.
pub const BENCHMARK: &str = "2023";

/// The window that levels are judged over, whatever windows are configured.
pub const LEVEL_WINDOW: Window = Window { length: 90 * DAY };

/// What a level is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Change lead time, by its median.
    ChangeLeadTime,
    /// Deployment frequency.
    DeploymentFrequency,
    /// Change fail rate.
    ChangeFailRate,
    /// Failed deployment recovery time, by its median.
    FailedDeploymentRecoveryTime,
}

impl Measure {
    /// The value of the label `measure`.
    pub fn name(self) -> &'static str {
        match self {
            Measure::ChangeLeadTime => "change_lead_time",
            Measure::DeploymentFrequency => "deployment_frequency",
            Measure::ChangeFailRate => "change_fail_rate",
            Measure::FailedDeploymentRecoveryTime => "failed_deployment_recovery_time",
        }
    }
}

/// A level of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The best.
    Elite,
    /// The second.
    High,
    /// The third.
    Medium,
    /// The rest.
    Low,
}

impl Level {
    /// All levels, best first.
    pub const ALL: [Level; 4] = [Level::Elite, Level::High, Level::Medium, Level::Low];

    /// The value of the label `level`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Elite => "elite",
            Level::High => "high",
            Level::Medium => "medium",
            Level::Low => "low",
        }
    }

    /// The first level whose condition holds, else low.
    fn first(elite: bool, high: bool, medium: bool) -> Level {
        match (elite, high, medium) {
            (true, _, _) => Level::Elite,
            (_, true, _) => Level::High,
            (_, _, true) => Level::Medium,
            _ => Level::Low,
        }
    }
}

/// The levels of figures over [`LEVEL_WINDOW`]; absent for a measure without data, and all of them
/// without figures. Frequency is always there: a team that deploys nothing deploys less than once a
/// month.
pub fn performance_levels(ninety: Option<&WindowFigures>) -> [(Measure, Option<Level>); 4] {
    let lead_time = ninety.and_then(|it| it.change_lead_time);
    let recovery = ninety.and_then(|it| it.failed_deployment_recovery);
    let change_fail_share = ninety.and_then(|it| it.change_fail);
    let per_day = ninety.map(|it| it.deployment_frequency_per_day);
    [
        (Measure::ChangeLeadTime, lead_time.map(|d| below(d.p50, DAY, 7 * DAY, 30 * DAY))),
        (Measure::DeploymentFrequency, per_day.map(frequency)),
        (Measure::ChangeFailRate, change_fail_share.map(|share| change_fail(share.ratio))),
        (Measure::FailedDeploymentRecoveryTime, recovery.map(|d| below(d.p50, HOUR, DAY, 7 * DAY))),
    ]
}

fn below(median: Span, elite: Span, high: Span, medium: Span) -> Level {
    Level::first(median < elite, median < high, median < medium)
}

fn frequency(per_day: f64) -> Level {
    Level::first(per_day >= 1.0, per_day >= 1.0 / 7.0, per_day >= 1.0 / 30.0)
}

fn change_fail(ratio: f64) -> Level {
    Level::first(ratio <= 0.05, ratio <= 0.10, ratio <= 0.15)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::measures::Proportion;
    use crate::measures::deployment_frequency::deployment_frequency_per_day;
    use crate::measures::tests::{figures, history, one};
    use Level::{Elite, High, Low, Medium};

    #[test]
    fn durations_must_be_below_a_bound() {
        for (median, level) in [
            (DAY - 1, Elite),
            (DAY, High),
            (7 * DAY, Medium),
            (30 * DAY - 1, Medium),
            (30 * DAY, Low),
        ] {
            assert_eq!(below(median, DAY, 7 * DAY, 30 * DAY), level, "{median}");
        }
    }

    #[test]
    fn frequencies_reach_a_level_at_its_bound() {
        for (deployments, level) in
            [(90, Elite), (89, High), (13, High), (12, Medium), (3, Medium), (2, Low), (0, Low)]
        {
            let found = frequency(deployment_frequency_per_day(deployments, LEVEL_WINDOW));
            assert_eq!(found, level, "{deployments}");
        }
    }

    #[test]
    fn change_fail_ratios_reach_a_level_at_its_bound() {
        for (failed, of, level) in
            [(0, 5, Elite), (1, 20, Elite), (1, 10, High), (3, 20, Medium), (16, 100, Low)]
        {
            let share = Proportion::of(failed, of).unwrap();
            assert_eq!(change_fail(share.ratio), level, "{failed}/{of}");
        }
    }

    #[test]
    fn measures_without_data_have_no_level() {
        let idle = one(&history(vec![]), DAY, |member| figures(member, LEVEL_WINDOW));
        let levels = performance_levels(Some(&idle)).map(|(_, level)| level);
        assert_eq!(levels, [None, Some(Low), None, None]);
        assert_eq!(performance_levels(None).map(|(_, level)| level), [None; 4]);
    }
}
