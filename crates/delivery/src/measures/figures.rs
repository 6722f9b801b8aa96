//! All figures of a pool, put together from the rules beside this file.

use super::change_fail_rate::failed_deployments;
use super::change_lead_time::{change_lead_time, change_phases, changes};
use super::deployment_days::deployment_days_per_week;
use super::deployment_frequency::{aborted_deployments, deployment_frequency_per_day, deployments};
use super::failed_deployment_recovery::recovery_times;
use super::open_failures::open_failures;
use super::rework_rate::rework_deployments;
use super::time_to_restore::{incidents, restore_times};
use super::trust;
use super::waiting_changes::{last_deployment, waiting_changes};
use super::{Distribution, PhaseFigures, Pool, Proportion};
use crate::domain::{Time, Window};

/// What happened in a window. Counts are 0 when nothing did; the rest is absent without a denominator.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowFigures {
    /// The window.
    pub window: Window,
    /// Production deployments that finished.
    pub deployments: u64,
    /// Deployments that were judged to have failed for good.
    pub aborted_deployments: u64,
    /// Production deployments that finished and failed.
    pub failed_deployments: u64,
    /// Production deployments that finished and repaired something.
    pub rework_deployments: u64,
    /// Changes that were shipped.
    pub changes: u64,
    /// Incidents that opened.
    pub incidents: u64,
    /// Failed deployments that were restored.
    pub recovered_deployments: u64,
    /// Production failures that were restored.
    pub restored_failures: u64,
    /// Deployments a day.
    pub deployment_frequency_per_day: f64,
    /// The median of weekdays with a deployment over the full weeks; absent below 28 days.
    pub deployment_days_per_week: Option<f64>,
    /// Failed ÷ all production deployments.
    pub change_fail: Option<Proportion>,
    /// Rework ÷ all production deployments.
    pub rework: Option<Proportion>,
    /// Lead times of the shipped changes.
    pub change_lead_time: Option<Distribution>,
    /// Phases of the shipped changes.
    pub change_phases: PhaseFigures,
    /// Recovery times of the restored deployments.
    pub failed_deployment_recovery: Option<Distribution>,
    /// Restore times of the restored failures.
    pub time_to_restore: Option<Distribution>,
    /// Incidents of a component without a deployment to blame.
    pub unattributed_incidents: u64,
    /// Incidents without a component.
    pub unmapped_incidents: u64,
    /// Deployments that shipped no change.
    pub deployments_without_changes: u64,
    /// Deployments whose commit could not be resolved.
    pub deployments_unknown_commit: u64,
    /// Changes whose paths could not be read.
    pub changes_unknown_paths: u64,
}

/// How things stand at the instant itself.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PointFigures {
    /// Unresolved production failures.
    pub open_failures: u64,
    /// The start of the oldest of them.
    pub oldest_open_failure: Option<Time>,
    /// Changes that are merged and not shipped.
    pub waiting_changes: u64,
    /// The merge of the oldest of them.
    pub oldest_waiting_change: Option<Time>,
    /// The finish of the last production deployment.
    pub last_deployment: Option<Time>,
}

/// The figures of a pool over a window.
pub fn window_figures(pool: &Pool<'_>, window: Window) -> WindowFigures {
    let deployments = deployments(pool, window);
    let failed_deployments = failed_deployments(pool, window);
    let rework_deployments = rework_deployments(pool, window);
    let recovery_times = recovery_times(pool, window);
    let restore_times = restore_times(pool, window);
    WindowFigures {
        window,
        deployments,
        aborted_deployments: aborted_deployments(pool, window),
        failed_deployments,
        rework_deployments,
        changes: changes(pool, window),
        incidents: incidents(pool, window),
        recovered_deployments: recovery_times.len() as u64,
        restored_failures: restore_times.len() as u64,
        deployment_frequency_per_day: deployment_frequency_per_day(deployments, window),
        deployment_days_per_week: deployment_days_per_week(pool, window),
        change_fail: Proportion::of(failed_deployments, deployments),
        rework: Proportion::of(rework_deployments, deployments),
        change_lead_time: change_lead_time(pool, window),
        change_phases: change_phases(pool, window),
        failed_deployment_recovery: Distribution::of(recovery_times),
        time_to_restore: Distribution::of(restore_times),
        unattributed_incidents: trust::unattributed_incidents(pool, window),
        unmapped_incidents: trust::unmapped_incidents(pool, window),
        deployments_without_changes: trust::deployments_without_changes(pool, window),
        deployments_unknown_commit: trust::deployments_unknown_commit(pool, window),
        changes_unknown_paths: trust::changes_unknown_paths(pool, window),
    }
}

/// The figures of a pool that need no window.
pub fn point_figures(pool: &Pool<'_>) -> PointFigures {
    let (open_failures, oldest_open_failure) = open_failures(pool);
    let (waiting_changes, oldest_waiting_change) = waiting_changes(pool);
    PointFigures {
        open_failures,
        oldest_open_failure,
        waiting_changes,
        oldest_waiting_change,
        last_deployment: last_deployment(pool),
    }
}
