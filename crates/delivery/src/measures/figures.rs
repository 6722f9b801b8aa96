//! All figures of a component, a team or an organisation, put together from what the rules beside
//! this file have counted.

use super::deployment_days::deployment_days_per_week;
use super::deployment_frequency::deployment_frequency_per_day;
use super::open_failures::open_failures;
use super::tally::{Count, List, Tally};
use super::values::Values;
use super::waiting_changes::{last_deployment, waiting_changes};
use super::{Distribution, Member, PHASES, PhaseFigures, Proportion};
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

/// The figures of what a window holds, with weeks as of `t`.
pub(super) fn window_figures<V: Values>(tally: &Tally<V>, t: Time) -> WindowFigures {
    let window = tally.window;
    let (lead_times, phase_times) = (tally.list(List::LeadTimes), List::PhaseTimes);
    let (recovery, restore) = (tally.list(List::RecoveryTimes), tally.list(List::RestoreTimes));
    let deployments = tally.count(Count::Deployments);
    let failed_deployments = tally.count(Count::FailedDeployments);
    let rework_deployments = tally.count(Count::ReworkDeployments);
    let days = tally.list(List::DeployedDays);
    WindowFigures {
        window,
        deployments,
        aborted_deployments: tally.count(Count::AbortedDeployments),
        failed_deployments,
        rework_deployments,
        changes: lead_times.len() as u64,
        incidents: tally.count(Count::Incidents),
        recovered_deployments: recovery.len() as u64,
        restored_failures: restore.len() as u64,
        deployment_frequency_per_day: deployment_frequency_per_day(deployments, window),
        deployment_days_per_week: deployment_days_per_week(days, window, t),
        change_fail: Proportion::of(failed_deployments, deployments),
        rework: Proportion::of(rework_deployments, deployments),
        change_lead_time: Distribution::of(lead_times),
        change_phases: PhaseFigures(
            PHASES.map(|phase| Distribution::of(tally.list(phase_times(phase)))),
        ),
        failed_deployment_recovery: Distribution::of(recovery),
        time_to_restore: Distribution::of(restore),
        unattributed_incidents: tally.count(Count::UnattributedIncidents),
        unmapped_incidents: tally.count(Count::UnmappedIncidents),
        deployments_without_changes: tally.count(Count::DeploymentsWithoutChanges),
        deployments_unknown_commit: tally.count(Count::DeploymentsUnknownCommit),
        changes_unknown_paths: tally.count(Count::ChangesUnknownPaths),
    }
}

/// The figures of a member that need no window.
pub(super) fn point_figures(member: &Member<'_>) -> PointFigures {
    let (open_failures, oldest_open_failure) = open_failures(member);
    let (waiting_changes, oldest_waiting_change) = waiting_changes(member);
    PointFigures {
        open_failures,
        oldest_open_failure,
        waiting_changes,
        oldest_waiting_change,
        last_deployment: last_deployment(member),
    }
}
