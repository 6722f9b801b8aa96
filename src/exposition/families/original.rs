//! The four families of the original collector, with their exact names, types, buckets and units.

use crate::exposition::family::{Declaration, Kind, Reading, Subject};

const COMPONENT: &[Subject] = &[Subject::Component];

pub(super) const DECLARATIONS: &[Declaration] = &[
    Declaration {
        stem: "deployment_frequency_per_day",
        subjects: COMPONENT,
        kind: Kind::Gauge,
        labels: &[],
        standard: true,
        help: "Production deployments per day over the last 7 days.",
        rule: "As `dora_window_deployment_frequency_per_day` over 7 days, whatever windows are configured.",
        reading: Reading::Seed(|seed| Some(seed.deployment_frequency_per_day)),
    },
    Declaration {
        stem: "lead_time_hours",
        subjects: COMPONENT,
        kind: Kind::Histogram,
        labels: &[],
        standard: true,
        help: "Hours from a change's first commit to its first production deployment, counted once each when settled.",
        rule: "One observation per shipped change, settled once and never withdrawn; it keeps the team that owned the component then. The last 30 days enter once, shortly after the series first appears at 0, so that `rate(…[30d])` is right from the first day.",
        reading: Reading::SeedLeadTimes,
    },
    Declaration {
        stem: "change_failure_rate",
        subjects: COMPONENT,
        kind: Kind::Gauge,
        labels: &[],
        standard: true,
        help: "Share of production deployments of the last 30 days that failed, 0 to 1; absent without deployments.",
        rule: "As `dora_window_change_fail_ratio` over 30 days, whatever windows are configured.",
        reading: Reading::Seed(|seed| seed.change_failure_rate),
    },
    Declaration {
        stem: "mean_time_to_restore_hours",
        subjects: COMPONENT,
        kind: Kind::Gauge,
        labels: &[],
        standard: true,
        help: "Mean hours to restore service over the production failures restored in the last 30 days; absent without any.",
        rule: "As `dora_window_time_to_restore_seconds{stat=\"mean\"}` over 30 days, in hours, whatever windows are configured.",
        reading: Reading::Seed(|seed| seed.mean_time_to_restore_hours),
    },
];
