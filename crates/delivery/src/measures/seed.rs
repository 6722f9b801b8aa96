//! The gauges of the original collector, by today's rules and over its own windows, whatever
//! windows are configured.

use super::change_fail_rate::failed_deployments;
use super::deployment_frequency::{deployment_frequency_per_day, deployments};
use super::time_to_restore::restore_times;
use super::values::Sorted;
use super::{Distribution, Member, Proportion};
use crate::domain::{DAY, HOUR, Window};

/// The window of the original deployment frequency.
pub const SEED_FREQUENCY_WINDOW: Window = Window { length: 7 * DAY };

/// The window of the original failure rate and mean time to restore.
pub const SEED_INSTABILITY_WINDOW: Window = Window { length: 30 * DAY };

/// The original collector's gauges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeedFigures {
    /// Deployments a day over 7 days.
    pub deployment_frequency_per_day: f64,
    /// Failed ÷ all production deployments over 30 days.
    pub change_failure_rate: Option<f64>,
    /// The mean hours to restore over all production failures restored in 30 days.
    pub mean_time_to_restore_hours: Option<f64>,
}

/// The original collector's gauges of a component.
pub fn seed_figures(member: &Member<'_>) -> SeedFigures {
    let week = deployments(member, SEED_FREQUENCY_WINDOW) as u64;
    let month = deployments(member, SEED_INSTABILITY_WINDOW) as u64;
    let failed = failed_deployments(member, SEED_INSTABILITY_WINDOW) as u64;
    let restored = Sorted::from(restore_times(member, SEED_INSTABILITY_WINDOW));
    let restored = Distribution::of(&restored);
    SeedFigures {
        deployment_frequency_per_day: deployment_frequency_per_day(week, SEED_FREQUENCY_WINDOW),
        change_failure_rate: Proportion::of(failed, month).map(|share| share.ratio),
        mean_time_to_restore_hours: restored.map(|times| times.mean / HOUR as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::tests::{deployment, failed, history, incident, one};

    #[test]
    fn the_original_gauges_keep_their_windows_and_units() {
        let t = 100 * DAY;
        let mut history = history(vec![
            failed(t - 20 * DAY, Some(t - 20 * DAY + 3 * HOUR)),
            deployment(t - 6 * DAY),
        ]);
        history.incidents = vec![
            incident(t - 40 * DAY, Some(t - 40 * DAY + HOUR)),
            incident(t - DAY, Some(t - DAY + HOUR)),
        ];
        let found = one(&history, t, seed_figures);
        assert_eq!(found.deployment_frequency_per_day, 1.0 / 7.0);
        assert_eq!(found.change_failure_rate, Some(0.5));
        assert_eq!(found.mean_time_to_restore_hours, Some(2.0));
    }

    #[test]
    fn an_idle_component_has_a_frequency_of_zero_and_nothing_else() {
        let found = one(&history(vec![]), DAY, seed_figures);
        assert_eq!(found.deployment_frequency_per_day, 0.0);
        assert_eq!((found.change_failure_rate, found.mean_time_to_restore_hours), (None, None));
    }
}
