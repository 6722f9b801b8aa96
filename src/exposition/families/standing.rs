//! How things stand now: what burns, what waits, how old everything is.

use crate::exposition::family::{ALL_LEVELS, Declaration, Kind, Reading, Subject};
use delivery::domain::Time;

/// A gauge without further labels at all levels, in a component's standard detail.
const fn gauge(
    stem: &'static str,
    help: &'static str,
    rule: &'static str,
    reading: Reading,
) -> Declaration {
    let gauge = Declaration::gauge(stem, ALL_LEVELS, &[], help, rule, reading);
    Declaration { standard: true, ..gauge }
}

fn seconds(at: Time) -> f64 {
    at.0 as f64
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "open_failures",
        "Production failures that are not resolved yet.",
        "Open incidents, and change failures without an incident that nothing has repaired.",
        Reading::Point(|point| Some(point.open_failures as f64)),
    ),
    gauge(
        "oldest_open_failure_timestamp_seconds",
        "Start of the oldest production failure that is not resolved yet; absent without any.",
        "An incident's opening, or without an incident the finish of the deployment that failed.",
        Reading::Point(|point| point.oldest_open_failure.map(seconds)),
    ),
    gauge(
        "waiting_changes",
        "Changes that are merged and not shipped yet.",
        "Reachable from the default branch's head, not contained in the component's earliest production deployment, not shipped since. None for a component without a resolvable production deployment.",
        Reading::Point(|point| Some(point.waiting_changes as f64)),
    ),
    gauge(
        "oldest_waiting_change_timestamp_seconds",
        "Merge time of the oldest change that is not shipped yet; absent without any.",
        "The earliest merge (a direct commit: commit) among the waiting changes.",
        Reading::Point(|point| point.oldest_waiting_change.map(seconds)),
    ),
    gauge(
        "last_deployment_timestamp_seconds",
        "Finish of the last production deployment; absent without any.",
        "The latest finish, however old.",
        Reading::Point(|point| point.last_deployment.map(seconds)),
    ),
    gauge(
        "data_through_timestamp_seconds",
        "Instant through which the facts behind the figures have been collected.",
        "Where it lags by more than 15 minutes, windows end at it, so that an outage of the source does not slide figures to zero. A team's is the earliest of its components'.",
        Reading::DataThrough,
    ),
    Declaration {
        stem: "component_info",
        subjects: &[Subject::Component],
        kind: Kind::Gauge,
        labels: &["system", "lifecycle", "source"],
        standard: true,
        help: "1, with what else is known about the component; `source` says who said who owns it.",
        rule: "A label is empty where nobody says.",
        reading: Reading::Info,
    },
    Declaration {
        stem: "backfill_complete",
        subjects: &[Subject::Repository],
        kind: Kind::Gauge,
        labels: &[],
        standard: false,
        help: "1 once all history that the look-back asks for has been collected, else 0.",
        rule: "A component's series appear only then, so that history never looks like a burst of today.",
        reading: Reading::BackfillComplete,
    },
];
