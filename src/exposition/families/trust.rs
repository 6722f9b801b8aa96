//! How far the figures can be trusted.

use super::WINDOW;
use crate::exposition::family::{ALL_LEVELS, Declaration, Reading, Subject};

/// A count over windows, beyond a component's standard detail.
const fn gauge(
    stem: &'static str,
    subjects: &'static [Subject],
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    Declaration::gauge(stem, subjects, WINDOW, help, rule, reading)
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "window_unattributed_incidents",
        ALL_LEVELS,
        "Incidents that opened in the window, of a known component, without a deployment to blame.",
        "Neither rule linked nor rule incident found a deployment. They still count for the time to restore.",
        Reading::Window(|figures| Some(figures.unattributed_incidents as f64)),
    ),
    gauge(
        "window_unmapped_incidents",
        &[Subject::Team, Subject::Org],
        "Incidents that opened in the window and belong to no component.",
        "They still count for the time to restore of the level that is known; a team without a component has no series.",
        Reading::Window(|figures| Some(figures.unmapped_incidents as f64)),
    ),
    gauge(
        "window_deployments_without_changes",
        ALL_LEVELS,
        "Production deployments of the window that shipped no change.",
        "Redeployments, rollbacks, a component's earliest deployment (whose changes were live before), and those with an unknown commit.",
        Reading::Window(|figures| Some(figures.deployments_without_changes as f64)),
    ),
    gauge(
        "window_deployments_unknown_commit",
        ALL_LEVELS,
        "Production deployments of the window whose commit cannot be resolved any more.",
        "After a force push or a deleted branch; they ship nothing, and their changes fall to the next deployment that resolves.",
        Reading::Window(|figures| Some(figures.deployments_unknown_commit as f64)),
    ),
    gauge(
        "window_changes_unknown_paths",
        ALL_LEVELS,
        "Changes of the window that count for every component of their repository because their paths could not be read.",
        "Always 0 for a component that is a whole repository.",
        Reading::Window(|figures| Some(figures.changes_unknown_paths as f64)),
    ),
];
