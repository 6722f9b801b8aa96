//! How a team works together: figures that are told with their parts and never with the facts behind
//! them, since those would name who wrote and who reviewed.

use super::measure::{Measure, Reading, Values};
use delivery::measures::{Distribution, Share, SpaceFigures};

/// All of them, in the order in which they are told.
pub static SPACE: &[Measure] = &[
    measure(
        "merged_changes",
        "count",
        "Pull requests that were merged in the window, shipped or not.",
        Reading::Space(|figures| count(figures.merged_changes)),
        &["window_merged_changes"],
    ),
    measure(
        "reviews",
        "count",
        "Reviews of the changes merged in the window, before the merge, by anyone but the author \
         and bots.",
        Reading::Space(|figures| count(figures.reviews)),
        &["window_reviews"],
    ),
    measure(
        "first_review_time",
        "seconds",
        "From ready for review until the first review of the changes merged in the window that had \
         one.",
        Reading::Space(|figures| distribution(figures.first_review, figures.reviewed_changes)),
        &["window_first_review_seconds"],
    ),
    measure(
        "reviewers_per_change",
        "people",
        "Different people who reviewed a change merged in the window, none included.",
        Reading::Space(|figures| {
            distribution(figures.reviewers_per_change, figures.merged_changes)
        }),
        &["window_reviewers_per_change"],
    ),
    measure(
        "unreviewed_changes",
        "ratio",
        "Changes merged in the window that nobody reviewed, divided by merged changes.",
        Reading::Space(|figures| share(figures.unreviewed_changes)),
        &["window_unreviewed_change_ratio"],
    ),
    measure(
        "review_change_requests",
        "ratio",
        "Reviews that ask for changes, divided by reviews of the changes merged in the window.",
        Reading::Space(|figures| share(figures.change_requests)),
        &["window_review_change_request_ratio"],
    ),
    measure(
        "cross_team_reviews",
        "ratio",
        "Reviews by people who wrote most of their changes of 90 days for another team, divided by \
         reviews by people of whom a team is known.",
        Reading::Space(|figures| share(figures.cross_team_reviews)),
        &["window_cross_team_review_ratio"],
    ),
    measure(
        "review_concentration",
        "ratio",
        "Reviews by the busiest reviewer, whoever that is, divided by reviews.",
        Reading::Space(|figures| share(figures.review_concentration)),
        &["window_review_concentration_ratio"],
    ),
    measure(
        "change_size",
        "lines",
        "Lines added and deleted by a change merged in the window.",
        Reading::Space(|figures| distribution(figures.change_size, figures.merged_changes)),
        &["window_change_size_lines"],
    ),
    measure(
        "flow_efficiency",
        "ratio",
        "Seconds of coding and review, divided by seconds of lead time, over the pull requests \
         shipped in the window that have all phases.",
        Reading::Space(|figures: &SpaceFigures| share(figures.flow_efficiency)),
        &["window_flow_efficiency_ratio"],
    ),
    measure(
        "open_changes",
        "count",
        "Pull requests that are open: all, with the opening of the oldest, and by what they wait \
         for.",
        Reading::Open,
        &["open_changes", "oldest_open_change_timestamp_seconds"],
    ),
    measure(
        "ci_duration",
        "seconds",
        "From asking for a run of continuous integration until its last attempt ended, of those that \
         passed or failed in the window.",
        Reading::Ci(|ci| distribution(ci.duration, ci.runs)),
        &["window_ci_duration_seconds"],
    ),
    measure(
        "ci_failures",
        "ratio",
        "Runs of continuous integration that failed, at first or in the end, divided by those that \
         passed or failed in the window.",
        Reading::Ci(|ci| share(ci.failures)),
        &["window_ci_failure_ratio"],
    ),
    measure(
        "ci_rerun_successes",
        "ratio",
        "Failed runs of continuous integration whose workflow passed later for the same commit, \
         divided by failed runs.",
        Reading::Ci(|ci| share(ci.rerun_successes)),
        &["window_ci_rerun_success_ratio"],
    ),
];

const fn measure(
    name: &'static str,
    unit: &'static str,
    rule: &'static str,
    reading: Reading,
    stems: &'static [&'static str],
) -> Measure {
    Measure { name, unit, rule, reading, facts: &[], stems, of_components: false }
}

fn count(value: u64) -> Values {
    Values { value: Some(value as f64), ..Values::default() }
}

fn distribution(distribution: Option<Distribution>, count: u64) -> Values {
    Values { distribution, count: Some(count), ..Values::default() }
}

fn share(share: Share) -> Values {
    Values {
        value: share.ratio(),
        numerator: Some(share.part as f64),
        denominator: Some(share.whole as f64),
        ..Values::default()
    }
}
