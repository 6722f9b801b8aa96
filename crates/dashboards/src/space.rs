//! How a team works together, by the dimensions of SPACE, several at once and never of a person.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{FAIL_RATE, Measure, NO_BOUNDS, REWORK, color};
use crate::overview::head;
use crate::panel::{Panel, unit};
use crate::query::{Level, age};
use crate::table::column;
use crate::variable::{Order, of_label, of_windows};

/// What is said where nothing is told.
const EMPTY: &str = "Nothing to tell, or too few contributors";
const EMPTY_NOW: &str = "Nothing is open, or too few contributors";
const NO_SURVEY: &str = "No survey, or too few answers";
/// The window of all figures of GitHub's here.
const WINDOW: &str = "window=\"$window\"";
/// How far back the other value of a panel lies.
const AGO: &str = "90d";

const fn measure(
    title: &'static str,
    about: &'static str,
    stem: &'static str,
    unit: &'static str,
    statistic: &'static str,
) -> Measure {
    Measure { title, about, stem, statistic, unit, bounds: NO_BOUNDS, empty: EMPTY }
}

const FIRST_REVIEW: Measure = measure(
    "Time to first review",
    "Communication. From ready for review to the first review by anyone but the author, bots excluded, of the changes merged in the window. Whoever waits begins something else.",
    "window_first_review_seconds",
    unit::SECONDS,
    "stat=\"p50\"",
);
const UNREVIEWED: Measure = measure(
    "Unreviewed changes",
    "Communication. Share of merged changes that nobody but the author and bots looked at before the merge.",
    "window_unreviewed_change_ratio",
    unit::SHARE,
    "",
);
const CROSS_TEAM: Measure = measure(
    "Reviews by other teams",
    "Communication. Share of reviews by people who wrote most of their changes of 90 days for another team. Many: the team cannot ship alone. None in a year: nobody else knows its code.",
    "window_cross_team_review_ratio",
    unit::SHARE,
    "",
);
const CONCENTRATION: Measure = measure(
    "Busiest reviewer's share",
    "Communication. Share of reviews that the busiest reviewer gave, whoever that is. Near 100 %, everything goes through one person, who is overloaded, and missed when away.",
    "window_review_concentration_ratio",
    unit::SHARE,
    "",
);
const CHANGE_REQUESTS: Measure = measure(
    "Change requests",
    "Performance. Share of reviews that asked for changes. None in a long time says that reviews are waved through, many that people agree too late on what is wanted.",
    "window_review_change_request_ratio",
    unit::SHARE,
    "",
);
const FLOW: Measure = measure(
    "Flow efficiency",
    "Efficiency. Share of lead time in which changes were coded or in review; the rest is waiting for the first review or for the deployment. Over the changes shipped in the window that were reviewed.",
    "window_flow_efficiency_ratio",
    unit::SHARE,
    "",
);
const SIZE: Measure = measure(
    "Change size",
    "Efficiency. Lines added and deleted by a merged change. Small ones are reviewed sooner and fail less; lines say nothing of how much anyone has done.",
    "window_change_size_lines",
    unit::LINES,
    "stat=\"p50\"",
);

const CI_DURATION: Measure = measure(
    "CI duration",
    "Efficiency. From asking for a run of continuous integration to its end, waiting for a machine included, of the runs that passed or failed.",
    "window_ci_duration_seconds",
    unit::SECONDS,
    "stat=\"p50\"",
);
const CI_FAILURES: Measure = measure(
    "CI failures",
    "Efficiency. Share of runs that failed, at first or in the end. Some are what it is for.",
    "window_ci_failure_ratio",
    unit::SHARE,
    "",
);
const CI_FLAKINESS: Measure = measure(
    "CI flakiness",
    "Efficiency. Share of the failed runs whose workflow passed afterwards for the same commit: the failure said nothing of it. From there on nobody believes a red run.",
    "window_ci_rerun_success_ratio",
    unit::SHARE,
    "",
);

/// The dashboard.
pub fn dashboard() -> Dashboard {
    let windows = "label_values(space_window_merged_changes{team=\"$team\"}, window)";
    Dashboard {
        uid: "dora-space",
        title: "DORA / SPACE",
        description: "How a team works together, over several dimensions at once. For the team itself: not for judging people, not for ranking teams, not as targets. Windows with few contributors are withheld.",
        from: "now-90d",
        review: "/teams/${team:percentencode}",
        variables: vec![
            of_label(
                "team",
                "Team",
                "label_values(space_window_merged_changes, team)",
                Order::Alphabetical,
            ),
            of_windows("window", "Window", windows, "30d"),
        ],
        annotations: Vec::new(),
        head: head(
            "The instant through which the team's facts have been collected, of the component that lags most. Where it is more than 15 minutes old, windows end there.",
            &format!("1000 * {}", Level::Team.now("data_through_timestamp_seconds", "")),
        ),
        rows: vec![
            against_90_days_ago(),
            communication(),
            efficiency(),
            open_changes(),
            integration(),
            outcome(),
            surveys(),
        ],
    }
}

fn against_90_days_ago() -> Row {
    // Six stand side by side, so that names are short.
    let all = [
        Measure { title: "First review", ..FIRST_REVIEW },
        Measure { title: "Unreviewed", ..UNREVIEWED },
        Measure { title: "By other teams", ..CROSS_TEAM },
        Measure { title: "Busiest reviewer", ..CONCENTRATION },
        CHANGE_REQUESTS,
        FLOW,
    ];
    let stat = |measure: &Measure| measure.stat(Level::Space, "90 days ago", AGO).decimals(0);
    row("The last $window, and the $window 90 days ago", all.iter().map(stat).collect())
}

fn communication() -> Row {
    let reviewers = Panel::lines(
        "Reviewers per change",
        "Communication. How many people reviewed a merged change, on average; those that nobody reviewed are in it.",
        unit::NONE,
    )
    .ask("mean", &Level::Space.trend("window_reviewers_per_change", &stat_of("mean")))
    .colored("mean", color::MAIN)
    .decimals(1)
    .empty(EMPTY);
    row(
        "Communication",
        vec![
            FIRST_REVIEW.percentiles(Level::Space, "$window"),
            reviewers,
            shares("Reviews", &[UNREVIEWED, CROSS_TEAM, CONCENTRATION]),
        ],
    )
}

fn efficiency() -> Row {
    let activity = Panel::lines(
        "Merged changes and reviews",
        "Activity. How much the other figures are about. More is not better.",
        unit::NONE,
    )
    .ask("merged changes", &Level::Space.trend("window_merged_changes", WINDOW))
    .ask("reviews", &Level::Space.trend("window_reviews", WINDOW))
    .colored("merged changes", color::MAIN)
    .colored("reviews", color::SLOW)
    .decimals(0)
    .empty(EMPTY);
    row(
        "Efficiency and activity",
        vec![
            shares("Flow efficiency", &[FLOW]),
            SIZE.percentiles(Level::Space, "$window").decimals(0),
            activity,
        ],
    )
}

/// What waits, from the one whom it waits for to the one who can end it.
fn open_changes() -> Row {
    let states = [
        ("draft", "light-blue"),
        ("waiting_review", color::SLOW),
        ("in_review", "orange"),
        ("approved", color::MAIN),
    ];
    let now = Panel::stat(
        "Open now",
        "Efficiency. Pull requests that are open, by what they wait for: their author, the first review, an agreement, the merge. What waits is work that nobody has anything of yet.",
        unit::NONE,
    )
    .decimals(0)
    .empty(EMPTY_NOW)
    .sized(9, 8);
    let by_state = Panel::lines(
        "Open changes",
        "Efficiency. Open pull requests by what they wait for, since the exporter reads them: GitHub does not tell how they stood before.",
        unit::NONE,
    )
    .stacked_areas()
    .decimals(0)
    .empty("There is no whole day yet, or too few contribute")
    .sized(9, 8);
    let matcher = |state: &str| format!("state=\"{state}\"");
    let now = states.iter().fold(now, |panel, (state, _)| {
        let name = state.replace('_', " ");
        panel.ask_now(&name, &Level::Space.now("open_changes", &matcher(state)))
    });
    let by_state = states.into_iter().fold(by_state, |panel, (state, color)| {
        let name = state.replace('_', " ");
        let series = Level::Space.trend("open_changes", &matcher(state));
        panel.ask(&name, &series).colored(&name, color)
    });
    let oldest = Level::Space.now("oldest_open_change_timestamp_seconds", "");
    let oldest = Panel::stat(
        "Oldest open change",
        "Efficiency. How long ago the oldest pull request was opened that still is, drafts included. One that nobody will finish is better closed.",
        unit::SECONDS,
    )
    .ask_now("age", &age(&oldest))
    .decimals(1)
    .empty(EMPTY_NOW)
    .sized(6, 8);
    row("Open changes", vec![now, by_state, oldest])
}

fn integration() -> Row {
    row(
        "Efficiency: continuous integration",
        vec![
            CI_DURATION.percentiles(Level::Space, "$window"),
            shares("CI failures", &[CI_FAILURES]),
            shares("CI flakiness", &[CI_FLAKINESS]),
        ],
    )
}

fn outcome() -> Row {
    let with_bounds = |measure: Measure| measure.with_bounds(Level::Team, "$window");
    row(
        "Performance: the outcome",
        vec![
            with_bounds(FAIL_RATE),
            with_bounds(REWORK),
            shares("Change requests", &[CHANGE_REQUESTS]),
        ],
    )
}

fn surveys() -> Row {
    let asked = |family: &str, by: &str| format!("max by ({by}) ({family}{{team=\"$team\"}})");
    let hours = |stat: &str| {
        let family = "space_survey_unrelated_work_seconds_per_week";
        format!("max by (survey) ({family}{{team=\"$team\",stat=\"{stat}\"}})")
    };
    let scores = Panel::table(
        "Answers",
        "Satisfaction, and what else was asked. The mean of the team's answers to each question, from 0 (worst) to 1 (best). What few answered is withheld.",
    )
    .columns(
        &[("survey", "Survey"), ("question", "Question")],
        vec![
            column("Score", asked("space_survey_score_ratio", "survey, question"), unit::SHARE)
                .decimals(0)
                .wide(90),
        ],
        NO_SURVEY,
    )
    .newest_first("Survey")
    .sized(10, 9);
    let work = Panel::table(
        "Work not directly related to building the product",
        "The headline question: time a week that goes into something else, and how many answered.",
    )
    .columns(
        &[("survey", "Survey")],
        vec![
            column("Median", hours("p50"), unit::SECONDS).wide(110),
            column("Mean", hours("mean"), unit::SECONDS).wide(110),
            column("Answers", asked("space_survey_responses", "survey"), unit::NONE).wide(90),
            column("Asked", asked("space_survey_invited", "survey"), unit::NONE).wide(90),
        ],
        NO_SURVEY,
    )
    .newest_first("Survey")
    .sized(14, 9);
    row("Satisfaction: what the team says", vec![scores, work])
}

fn stat_of(stat: &str) -> String {
    format!("{WINDOW},stat=\"{stat}\"")
}

/// Shares over time in one graph, which says of each what it means.
fn shares(title: &str, measures: &[Measure]) -> Panel {
    let about: Vec<String> = match measures {
        [only] => vec![only.about.to_owned()],
        several => several.iter().map(|one| format!("{}: {}", one.title, one.about)).collect(),
    };
    // Without a decimal Grafana has no ticks between 0 % and 100 %.
    let panel = Panel::lines(title, &about.join(" "), unit::SHARE)
        .decimals(1)
        .custom("axisSoftMax", 0.2.into())
        .empty(EMPTY);
    let colors = [color::MAIN, color::SLOW, "orange"];
    measures.iter().zip(colors).fold(panel, |panel, (measure, color)| {
        let name = measure.title.to_lowercase();
        panel.ask(&name, &Level::Space.trend(measure.stem, WINDOW)).colored(&name, color)
    })
}
