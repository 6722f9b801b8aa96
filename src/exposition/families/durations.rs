//! Durations: lead time with its phases, recovery and restore times.

use super::WINDOW_STAT;
use crate::exposition::family::{ALL_LEVELS, Declaration, Kind, Reading};

pub(super) const DECLARATIONS: &[Declaration] = &[
    Declaration {
        stem: "window_change_lead_time_seconds",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW_STAT,
        standard: true,
        help: "Time from a change's first commit to its first production deployment, over the changes shipped in the window; absent without any.",
        rule: "Finish of the shipping deployment − authored time of the earliest commit (or the opening, where that is missing or later than the merge). `measures.lead_time_start` can set the opening or the merge as its start instead.",
        reading: Reading::Durations(|figures| figures.change_lead_time),
    },
    Declaration {
        stem: "window_change_phase_seconds",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: &["window", "phase", "stat"],
        standard: false,
        help: "Time that pull requests shipped in the window spent in a phase of their lead time; absent without any.",
        rule: "`coding` first commit → ready for review, `pickup` → first review by anyone but the author and bots, `review` → merged, `deploy` → shipped. Without a review `pickup` and `review` are absent, not 0. They start at the first commit, whatever `measures.lead_time_start` says.",
        reading: Reading::Phases,
    },
    Declaration {
        stem: "window_failed_deployment_recovery_seconds",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW_STAT,
        standard: true,
        help: "Time from a failed deployment's finish to restored service, over the recoveries in the window; absent without any.",
        rule: "Restored: the resolution of the last incident in the failure's evidence, or without an incident the finish of the deployment that repaired it.",
        reading: Reading::Durations(|figures| figures.failed_deployment_recovery),
    },
    Declaration {
        stem: "window_time_to_restore_seconds",
        subjects: ALL_LEVELS,
        kind: Kind::Gauge,
        labels: WINDOW_STAT,
        standard: true,
        help: "Time to restore a production failure, caused by a deployment or not, over those restored in the window; absent without any.",
        rule: "An incident from its opening to its resolution, once however many deployments it blames; a change failure without an incident as its recovery time.",
        reading: Reading::Durations(|figures| figures.time_to_restore),
    },
];
