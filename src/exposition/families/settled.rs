//! Counters and histograms: what has been settled since a component's first exposition.

use crate::exposition::family::{ALL_LEVELS, Declaration, Kind, Reading};
use crate::exposition::settled::SettledFigures;

/// A counter of a component's standard detail.
const fn counter(
    stem: &'static str,
    help: &'static str,
    rule: &'static str,
    read: fn(&SettledFigures) -> u64,
) -> Declaration {
    Declaration {
        stem,
        subjects: ALL_LEVELS,
        kind: Kind::Counter,
        labels: &[],
        standard: true,
        help,
        rule,
        reading: Reading::Counter(read),
    }
}

/// A histogram.
const fn histogram(
    stem: &'static str,
    standard: bool,
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    let labels: &[&str] =
        if matches!(reading, Reading::PhaseHistograms) { &["phase"] } else { &[] };
    let (subjects, kind) = (ALL_LEVELS, Kind::Histogram);
    Declaration { stem, subjects, kind, labels, standard, help, rule, reading }
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    counter(
        "deployments_total",
        "Production deployments.",
        "By the finish. As `dora_window_deployments` counts them, each as it was judged when it settled.",
        |settled| settled.deployments,
    ),
    counter(
        "aborted_deployments_total",
        "Deployments to production that failed and never succeeded.",
        "By when that was judged, 7 days after the last status.",
        |settled| settled.aborted_deployments,
    ),
    counter(
        "rework_deployments_total",
        "Production deployments that repaired something.",
        "By the finish: what is known to be rework when the deployment settles.",
        |settled| settled.rework_deployments,
    ),
    Declaration {
        stem: "failed_deployments_total",
        subjects: ALL_LEVELS,
        kind: Kind::Counter,
        labels: &["reason"],
        standard: true,
        help: "Production deployments that failed, by the rule that found it first.",
        rule: "By the first match, which may come days after the deployment; all reasons `linked`, `rollback`, `revert`, `hotfix` and `incident` start at 0.",
        reading: Reading::FailedDeployments,
    },
    counter(
        "incidents_total",
        "Incidents opened.",
        "By the opening, unless dismissed by the time it settles. A team and an organisation count their unmapped incidents too.",
        |settled| settled.incidents,
    ),
    counter(
        "changes_shipped_total",
        "Changes first shipped to production.",
        "By the shipping deployment's finish, or the merge where that came later.",
        |settled| settled.change_lead_time.count(),
    ),
    histogram(
        "change_lead_time_seconds",
        true,
        "Time from a change's first commit to its first production deployment.",
        "One observation per shipped change, settled as `dora_changes_shipped_total`.",
        Reading::Histogram(|settled| &settled.change_lead_time),
    ),
    histogram(
        "change_phase_seconds",
        false,
        "Time that shipped pull requests spent in a phase of their lead time.",
        "Phases as in `dora_window_change_phase_seconds`; a phase that a pull request does not have is not observed.",
        Reading::PhaseHistograms,
    ),
    histogram(
        "failed_deployment_recovery_seconds",
        false,
        "Time from a failed deployment's finish to restored service.",
        "Settled once, when service was first restored; a reopened incident changes gauges only.",
        Reading::Histogram(|settled| &settled.failed_deployment_recovery),
    ),
    histogram(
        "time_to_restore_seconds",
        false,
        "Time to restore a production failure, caused by a deployment or not.",
        "Settled once, when service was first restored; a team's and an organisation's have their unmapped incidents too.",
        Reading::Histogram(|settled| &settled.time_to_restore),
    ),
];
