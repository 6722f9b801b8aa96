//! Throughput in counts: deployments and changes.

use super::WINDOW;
use crate::exposition::family::{ALL_LEVELS, Declaration, Kind, Reading};

pub(super) const DECLARATIONS: &[Declaration] = &[
    Declaration {
        stem: "window_deployments",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW,
        standard: true,
        help: "Production deployments that finished in the window.",
        rule: "A deployment to a production environment that ever reached `success`, by its first success. Re-runs and regions of one SHA that finish together are one.",
        reading: Reading::Window(|figures| Some(figures.deployments as f64)),
    },
    Declaration {
        stem: "window_aborted_deployments",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW,
        standard: true,
        help: "Deployments to production that failed and never succeeded, by when that was judged.",
        rule: "Judged 7 days after the last status, since a failed deployment may be re-run to success. It never served users: no deployment and no change failure.",
        reading: Reading::Window(|figures| Some(figures.aborted_deployments as f64)),
    },
    Declaration {
        stem: "window_changes",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW,
        standard: true,
        help: "Changes that were first shipped to production in the window.",
        rule: "A merged pull request or a direct commit of the default branch, shipped once and for ever by the first production deployment that contains it in the commit graph.",
        reading: Reading::Window(|figures| Some(figures.changes as f64)),
    },
    Declaration {
        stem: "window_deployment_frequency_per_day",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW,
        standard: true,
        help: "Production deployments per day of the window.",
        rule: "Production deployments ÷ the window's days; 0 when nothing was deployed.",
        reading: Reading::Window(|figures| Some(figures.deployment_frequency_per_day)),
    },
    Declaration {
        stem: "window_deployment_weekdays_per_week",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW,
        standard: false,
        help: "Median over the window's full weeks of the weekdays with a production deployment.",
        rule: "Monday to Friday in UTC, over ISO weeks that lie wholly inside the window; the mean of the middle two where their number is even; distinct days where components are pooled; only for windows of at least 28 days.",
        reading: Reading::Window(|figures| figures.deployment_days_per_week),
    },
];
