//! How a team works together, from its pull requests and their reviews, and how continuous
//! integration answers it.

use super::{WINDOW, WINDOW_STAT};
use crate::exposition::family::{Declaration, Reading, Subject};
use delivery::measures::{Distribution, SpaceFigures};

/// Whom it is told of.
const TEAMS: &[Subject] = &[Subject::Space];

/// A gauge over windows.
const fn gauge(
    stem: &'static str,
    help: &'static str,
    rule: &'static str,
    read: fn(&SpaceFigures) -> Option<f64>,
) -> Declaration {
    Declaration::gauge(stem, TEAMS, WINDOW, help, rule, Reading::Space(read))
}

/// Gauges over windows, one for each statistic.
const fn stats(
    stem: &'static str,
    help: &'static str,
    rule: &'static str,
    read: fn(&SpaceFigures) -> Option<Distribution>,
) -> Declaration {
    Declaration::gauge(stem, TEAMS, WINDOW_STAT, help, rule, Reading::SpaceStats(read))
}

pub(super) const DECLARATIONS: &[Declaration] = &[
    gauge(
        "window_merged_changes",
        "Pull requests that were merged in the window, shipped or not.",
        "Activity. Promotions and `measures.exclude_authors` do not count, bots' changes do; direct commits were not merged. One that belongs to several components counts for each, as where it ships.",
        |figures| Some(figures.merged_changes as f64),
    ),
    gauge(
        "window_reviews",
        "Reviews of the changes merged in the window.",
        "Activity. Submitted before the merge by anyone but the author, bots excluded; who reviewed twice counts twice.",
        |figures| Some(figures.reviews as f64),
    ),
    stats(
        "window_first_review_seconds",
        "Time from ready for review to the first review, over the reviewed changes merged in the window; absent without any.",
        "Communication. What was reviewed while it was a draft had waited 0 seconds; what nobody reviewed is in the unreviewed ratio.",
        |figures| figures.first_review,
    ),
    stats(
        "window_reviewers_per_change",
        "Different people who reviewed a change, over the changes merged in the window; absent without any.",
        "Communication. Changes that nobody reviewed are in it, with 0.",
        |figures| figures.reviewers_per_change,
    ),
    gauge(
        "window_unreviewed_change_ratio",
        "Share of the changes merged in the window that nobody reviewed, 0 to 1; absent without changes.",
        "Communication. Changes without a review ÷ merged changes.",
        |figures| figures.unreviewed_changes.ratio(),
    ),
    gauge(
        "window_review_change_request_ratio",
        "Share of reviews that asked for changes, 0 to 1; absent without reviews.",
        "Performance. Reviews that request changes ÷ reviews of the changes merged in the window; one that was dismissed does not tell any more what it asked.",
        |figures| figures.change_requests.ratio(),
    ),
    gauge(
        "window_cross_team_review_ratio",
        "Share of reviews by people of other teams, 0 to 1; absent where nobody's team is known.",
        "Communication. A person's team is the one for whose components they wrote most of their changes that were merged in 90 days; reviews by others, whose team is not known, are left out of both. Absent for `unowned`.",
        |figures| figures.cross_team_reviews.ratio(),
    ),
    gauge(
        "window_review_concentration_ratio",
        "Share of reviews that the busiest reviewer gave, whoever that is, 0 to 1; absent without reviews.",
        "Communication. The most reviews by one person ÷ reviews by people whose accounts are not gone.",
        |figures| figures.review_concentration.ratio(),
    ),
    stats(
        "window_change_size_lines",
        "Lines added and deleted by a change, over the changes merged in the window; absent without any.",
        "Efficiency. As GitHub counts them, generated files included.",
        |figures| figures.change_size,
    ),
    gauge(
        "window_flow_efficiency_ratio",
        "Share of lead time in which somebody coded or reviewed, over the pull requests shipped in the window that were reviewed, 0 to 1; absent without any.",
        "Efficiency. Σ (coding + review) ÷ Σ lead time over those that have all four phases, by the finish of the shipping deployment.",
        |figures| figures.flow_efficiency.ratio(),
    ),
    Declaration::gauge(
        "open_changes",
        TEAMS,
        &["state"],
        "Pull requests that are open, by what they wait for: `draft` its author, `waiting_review` the first review, `in_review` an agreement, `approved` the merge.",
        "Efficiency. Whatever their base, bots' too; promotions from the default branch and `measures.exclude_authors` do not count. Reviews by the author and by bots are none. Approved is what GitHub's review decision says, or without one, what somebody approves and nobody wants changed by their latest opinion. One that belongs to several components counts for each. Told where the longest window is.",
        Reading::OpenChanges,
    ),
    Declaration::gauge(
        "oldest_open_change_timestamp_seconds",
        TEAMS,
        &[],
        "When the oldest open change was opened, drafts included; absent without any.",
        "Efficiency. The earliest opening among the open changes of all states.",
        Reading::Open(|open| open.oldest.map(|at| at.0 as f64)),
    ),
    stats(
        "window_ci_duration_seconds",
        "Time from asking for a run of continuous integration to its end, over the runs that passed or failed in the window; absent without any.",
        "Efficiency. The last attempt's, waiting for a machine included. Which runs: `space.ci_events`, `space.ci_workflows`; those of the repositories that hold a component of the team, once each. Read where `space.ci` is on and the token has Actions: read.",
        |figures| figures.ci.duration,
    ),
    gauge(
        "window_ci_failure_ratio",
        "Share of the runs of continuous integration that failed, at first or in the end, 0 to 1; absent without runs.",
        "Efficiency. Runs whose last attempt failed, timed out or could not start, or passed only when it was run again ÷ runs that passed or failed; cancelled and skipped ones are left out.",
        |figures| figures.ci.failures.ratio(),
    ),
    gauge(
        "window_ci_rerun_success_ratio",
        "Share of the failed runs of continuous integration whose workflow passed afterwards for the same commit, 0 to 1; absent without failures.",
        "Efficiency. Flakiness: failed runs that passed when they were run again, or after which another run of the workflow for the same commit passed ÷ failed runs.",
        |figures| figures.ci.rerun_successes.ratio(),
    ),
];
