//! The figures that can be asked for: what each is, how it is read, and which facts it is made of.
//!
//! A figure's value comes from the figures that are shown; the facts are named by fields of the lists,
//! so that a reader can count them again.

use super::lists::List;
use super::measure::{
    COUNTED, Is, MAPPED, Made, Measure, NO_INCIDENT, OPEN, Reading, Values, at_the_instant, made,
    values,
};
use super::space_measures::SPACE;
use delivery::measures::{Distribution, Proportion};

const ALL_DEPLOYMENTS: Made = made("denominator", List::Deployments, "finished_at", &[COUNTED]);

const BLAMES: (&str, Is) = ("attributed", Is::Bool(true));
/// What did not make a deployment fail, though it went wrong.
const BLAME_NOTHING: Made =
    made("unattributed", List::Incidents, "opened_at", &[COUNTED, ("attributed", Is::Bool(false))]);

/// All of them, in the order in which they are told.
pub fn all() -> impl Iterator<Item = &'static Measure> {
    MEASURES.iter().chain(SPACE)
}

static MEASURES: &[Measure] = &[
    Measure {
        name: "deployment_frequency",
        unit: "per_day",
        rule: "Production deployments that finished in the window, divided by its days.",
        reading: Reading::Window(|figures| Values {
            value: Some(figures.deployment_frequency_per_day),
            numerator: Some(figures.deployments as f64),
            denominator: Some(figures.window.in_days()),
            ..Values::default()
        }),
        facts: &[made("numerator", List::Deployments, "finished_at", &[COUNTED])],
        stems: &["window_deployment_frequency_per_day", "window_deployments"],
        of_components: true,
    },
    Measure {
        name: "deployment_weekdays_per_week",
        unit: "days",
        rule: "The median, over the window's full ISO weeks in UTC, of the weekdays (Monday to \
               Friday) with a production deployment; absent for windows shorter than 28 days.",
        reading: Reading::Window(|figures| one(figures.deployment_days_per_week)),
        facts: &[made("count", List::Deployments, "finished_at", &[COUNTED])],
        stems: &["window_deployment_weekdays_per_week"],
        of_components: true,
    },
    Measure {
        name: "change_lead_time",
        unit: "seconds",
        rule: "From the start of work on a change until the first production deployment that \
               contains it finished in the window.",
        reading: Reading::Window(|figures| {
            durations(figures.change_lead_time, Some(figures.changes))
        }),
        facts: &[values(List::Changes, "shipped_at", &[COUNTED], "lead_time_seconds")],
        stems: &["window_change_lead_time_seconds", "window_changes"],
        of_components: true,
    },
    Measure {
        name: "change_phase",
        unit: "seconds",
        rule: "A phase of the lead time of the pull requests that were shipped in the window and \
               have it.",
        reading: Reading::Phases,
        facts: &[],
        stems: &["window_change_phase_seconds"],
        of_components: true,
    },
    Measure {
        name: "change_fail_rate",
        unit: "ratio",
        rule: "Production deployments that failed, divided by production deployments, both by \
               their finish in the window; with Wilson bounds of 95 %.",
        reading: Reading::Window(|figures| {
            share(figures.failed_deployments, figures.deployments, figures.change_fail)
        }),
        facts: &[
            made(
                "numerator",
                List::Deployments,
                "finished_at",
                &[COUNTED, ("failed", Is::Bool(true))],
            ),
            ALL_DEPLOYMENTS,
            made("evidence", List::Failures, "finished_at", &[COUNTED]),
            BLAME_NOTHING,
        ],
        stems: &[
            "window_change_fail_ratio",
            "window_change_fail_lower_bound_ratio",
            "window_change_fail_upper_bound_ratio",
            "window_failed_deployments",
        ],
        of_components: true,
    },
    Measure {
        name: "rework_rate",
        unit: "ratio",
        rule: "Production deployments that repaired something, divided by production deployments, \
               both by their finish in the window; with Wilson bounds of 95 %.",
        reading: Reading::Window(|figures| {
            share(figures.rework_deployments, figures.deployments, figures.rework)
        }),
        facts: &[
            made(
                "numerator",
                List::Deployments,
                "finished_at",
                &[COUNTED, ("rework", Is::Bool(true))],
            ),
            ALL_DEPLOYMENTS,
        ],
        stems: &[
            "window_rework_ratio",
            "window_rework_lower_bound_ratio",
            "window_rework_upper_bound_ratio",
            "window_rework_deployments",
        ],
        of_components: true,
    },
    Measure {
        name: "failed_deployment_recovery_time",
        unit: "seconds",
        rule: "From the finish of a failed production deployment until service was restored in \
               the window.",
        reading: Reading::Window(|figures| {
            durations(figures.failed_deployment_recovery, Some(figures.recovered_deployments))
        }),
        facts: &[
            values(List::Failures, "restored_at", &[COUNTED], "recovery_seconds"),
            at_the_instant("open", List::Failures, &[COUNTED, OPEN]),
            made("evidence", List::Incidents, "resolved_at", &[COUNTED, BLAMES]),
            BLAME_NOTHING,
        ],
        stems: &["window_failed_deployment_recovery_seconds", "window_recovered_deployments"],
        of_components: true,
    },
    Measure {
        name: "time_to_restore",
        unit: "seconds",
        rule: "From the opening of an incident until it was resolved in the window; of a change \
               failure without an incident, its recovery time.",
        reading: Reading::Window(|figures| {
            durations(figures.time_to_restore, Some(figures.restored_failures))
        }),
        facts: &[
            values(List::Incidents, "resolved_at", &[COUNTED], "restore_seconds"),
            values(List::Failures, "restored_at", &[COUNTED, NO_INCIDENT], "recovery_seconds"),
            at_the_instant("open", List::Incidents, &[COUNTED, OPEN]),
            at_the_instant("open", List::Failures, &[COUNTED, OPEN, NO_INCIDENT]),
        ],
        stems: &["window_time_to_restore_seconds", "window_restored_failures"],
        of_components: true,
    },
    Measure {
        name: "incidents",
        unit: "count",
        rule: "Incidents that opened in the window.",
        reading: Reading::Window(|figures| count(figures.incidents)),
        facts: &[made("count", List::Incidents, "opened_at", &[COUNTED])],
        stems: &["window_incidents"],
        of_components: true,
    },
    Measure {
        name: "unattributed_incidents",
        unit: "count",
        rule: "Incidents of a component that opened in the window and for which no deployment is \
               to blame.",
        reading: Reading::Window(|figures| count(figures.unattributed_incidents)),
        facts: &[made(
            "count",
            List::Incidents,
            "opened_at",
            &[COUNTED, MAPPED, ("attributed", Is::Bool(false))],
        )],
        stems: &["window_unattributed_incidents"],
        of_components: true,
    },
    Measure {
        name: "unmapped_incidents",
        unit: "count",
        rule: "Incidents that opened in the window and belong to no component.",
        reading: Reading::Window(|figures| count(figures.unmapped_incidents)),
        facts: &[made(
            "count",
            List::Incidents,
            "opened_at",
            &[COUNTED, ("mapped", Is::Bool(false))],
        )],
        stems: &["window_unmapped_incidents"],
        of_components: false,
    },
    Measure {
        name: "aborted_deployments",
        unit: "count",
        rule: "Deployments to production that failed, never succeeded, and were judged aborted in \
               the window, 7 days after their last status.",
        reading: Reading::Window(|figures| count(figures.aborted_deployments)),
        facts: &[made(
            "count",
            List::Deployments,
            "aborted_at",
            &[("left_out", Is::Text("aborted"))],
        )],
        stems: &["window_aborted_deployments"],
        of_components: true,
    },
    Measure {
        name: "deployments_without_changes",
        unit: "count",
        rule: "Production deployments of the window that were the first to ship no change.",
        reading: Reading::Window(|figures| count(figures.deployments_without_changes)),
        facts: &[made(
            "count",
            List::Deployments,
            "finished_at",
            &[COUNTED, ("changes", Is::Number(0))],
        )],
        stems: &["window_deployments_without_changes"],
        of_components: true,
    },
    Measure {
        name: "deployments_unknown_commit",
        unit: "count",
        rule: "Production deployments of the window whose commit is not known.",
        reading: Reading::Window(|figures| count(figures.deployments_unknown_commit)),
        facts: &[made(
            "count",
            List::Deployments,
            "finished_at",
            &[COUNTED, ("known_commit", Is::Bool(false))],
        )],
        stems: &["window_deployments_unknown_commit"],
        of_components: true,
    },
    Measure {
        name: "changes_unknown_paths",
        unit: "count",
        rule: "Changes shipped in the window that count for every component of their repository, \
               since their paths are not known.",
        reading: Reading::Window(|figures| count(figures.changes_unknown_paths)),
        facts: &[made(
            "count",
            List::Changes,
            "shipped_at",
            &[COUNTED, ("unknown_paths", Is::Bool(true))],
        )],
        stems: &["window_changes_unknown_paths"],
        of_components: true,
    },
    Measure {
        name: "open_failures",
        unit: "count",
        rule: "Open incidents, and change failures without an incident that nothing has repaired; \
               with the opening or the finish of the oldest.",
        reading: Reading::Point(|figures| Values {
            oldest_at: figures.oldest_open_failure,
            ..count(figures.open_failures)
        }),
        facts: &[
            at_the_instant("count", List::Incidents, &[COUNTED, OPEN]),
            at_the_instant("count", List::Failures, &[COUNTED, OPEN, NO_INCIDENT]),
        ],
        stems: &["open_failures", "oldest_open_failure_timestamp_seconds"],
        of_components: true,
    },
    Measure {
        name: "waiting_changes",
        unit: "count",
        rule: "Changes that are on the default branch and not shipped; with the merge of the \
               oldest.",
        reading: Reading::Point(|figures| Values {
            oldest_at: figures.oldest_waiting_change,
            ..count(figures.waiting_changes)
        }),
        facts: &[at_the_instant("count", List::Changes, &[("left_out", Is::Text("waiting"))])],
        stems: &["waiting_changes", "oldest_waiting_change_timestamp_seconds"],
        of_components: true,
    },
    Measure {
        name: "last_deployment",
        unit: "unix_seconds",
        rule: "The finish of the last production deployment.",
        reading: Reading::Point(|figures| one(figures.last_deployment.map(|at| at.0 as f64))),
        facts: &[Made {
            part: "values",
            list: List::Deployments,
            by: None,
            condition: &[COUNTED],
            value: Some("finished_at"),
        }],
        stems: &["last_deployment_timestamp_seconds"],
        of_components: true,
    },
];

fn one(value: Option<f64>) -> Values {
    Values { value, ..Values::default() }
}

fn count(value: u64) -> Values {
    one(Some(value as f64))
}

fn durations(distribution: Option<Distribution>, count: Option<u64>) -> Values {
    Values { distribution, count, ..Values::default() }
}

fn share(part: u64, whole: u64, share: Option<Proportion>) -> Values {
    Values {
        value: share.map(|share| share.ratio),
        numerator: Some(part as f64),
        denominator: Some(whole as f64),
        bounds: share.map(|share| (share.lower, share.upper)),
        ..Values::default()
    }
}
