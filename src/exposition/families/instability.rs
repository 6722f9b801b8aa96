//! Instability: failures, rework, incidents, and their shares.

use super::WINDOW;
use crate::exposition::family::{ALL_LEVELS, Declaration, Kind, Reading, Subject};

/// A gauge over windows at all levels.
const fn gauge(
    stem: &'static str,
    standard: bool,
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    let gauge = Declaration::gauge(stem, ALL_LEVELS, WINDOW, help, rule, reading);
    Declaration { standard, ..gauge }
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "window_failed_deployments",
        true,
        "Production deployments that finished in the window and failed, whenever that was found.",
        "A deployment fails at most once, by the first of the rules linked, rollback, revert, hotfix and incident that blames it.",
        Reading::Window(|figures| Some(figures.failed_deployments as f64)),
    ),
    gauge(
        "window_rework_deployments",
        true,
        "Production deployments that finished in the window and repaired something.",
        "A rollback, the shipping of a revert of something that was live or of a hotfix, or what an incident names as its fix, whatever failure rules are on.",
        Reading::Window(|figures| Some(figures.rework_deployments as f64)),
    ),
    gauge(
        "window_incidents",
        true,
        "Incidents that opened in the window.",
        "An issue with an incident label that was not closed as duplicate or not planned. A team and an organisation count their unmapped incidents too.",
        Reading::Window(|figures| Some(figures.incidents as f64)),
    ),
    gauge(
        "window_recovered_deployments",
        true,
        "Failed production deployments whose service was restored in the window.",
        "The denominator of the failed deployment recovery time; a failure before the window counts when its recovery lies inside.",
        Reading::Window(|figures| Some(figures.recovered_deployments as f64)),
    ),
    gauge(
        "window_restored_failures",
        true,
        "Production failures that were restored in the window.",
        "The denominator of the time to restore: incidents resolved, and change failures without an incident that were repaired.",
        Reading::Window(|figures| Some(figures.restored_failures as f64)),
    ),
    gauge(
        "window_change_fail_ratio",
        true,
        "Share of the window's production deployments that failed, 0 to 1; absent without deployments.",
        "Distinct failed deployments ÷ deployments, both by their finish in the window; never incidents ÷ deployments.",
        Reading::Window(|figures| figures.change_fail.map(|share| share.ratio)),
    ),
    gauge(
        "window_change_fail_lower_bound_ratio",
        false,
        "Lower Wilson 95 % bound of the change fail ratio; absent without deployments.",
        "Wilson score interval with z = 1.959964.",
        Reading::Window(|figures| figures.change_fail.map(|share| share.lower)),
    ),
    gauge(
        "window_change_fail_upper_bound_ratio",
        false,
        "Upper Wilson 95 % bound of the change fail ratio; absent without deployments.",
        "Wilson score interval with z = 1.959964.",
        Reading::Window(|figures| figures.change_fail.map(|share| share.upper)),
    ),
    gauge(
        "window_rework_ratio",
        true,
        "Share of the window's production deployments that repaired something, 0 to 1; absent without deployments.",
        "Rework deployments ÷ deployments, both by their finish in the window.",
        Reading::Window(|figures| figures.rework.map(|share| share.ratio)),
    ),
    gauge(
        "window_rework_lower_bound_ratio",
        false,
        "Lower Wilson 95 % bound of the rework ratio; absent without deployments.",
        "Wilson score interval with z = 1.959964.",
        Reading::Window(|figures| figures.rework.map(|share| share.lower)),
    ),
    gauge(
        "window_rework_upper_bound_ratio",
        false,
        "Upper Wilson 95 % bound of the rework ratio; absent without deployments.",
        "Wilson score interval with z = 1.959964.",
        Reading::Window(|figures| figures.rework.map(|share| share.upper)),
    ),
    Declaration {
        stem: "performance_level",
        subjects: &[Subject::Team],
        kind: Kind::Gauge,
        labels: &["measure", "level", "benchmark"],
        standard: false,
        help: "1 for the level that a measure over 90 days reaches by DORA's 2023 benchmark, 0 for the others; absent without data. DORA's 2025 report replaced levels by profiles: an orientation, not a target.",
        rule: "Lead time p50: < 1 d elite, < 7 d high, < 30 d medium, else low. Frequency: ≥ 1 a day elite, ≥ 1 a week high, ≥ 1 in 30 d medium, else low. Change fail ratio: ≤ 0.05 elite, ≤ 0.10 high, ≤ 0.15 medium, else low. Recovery p50: < 1 h elite, < 1 d high, < 7 d medium, else low. An idle team's frequency is low; the other measures are absent without data, and all are where `collection.lookback` is under 90 days.",
        reading: Reading::PerformanceLevels,
    },
];
