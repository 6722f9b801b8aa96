//! The rows of a team's trends, and of its components.

use crate::dashboard::{Row, row};
use crate::measure::{
    ANY_IS_BAD, FAIL_BOUNDS, FAIL_RATE, FREQUENCY, FREQUENCY_BOUNDS, LEAD_TIME, LEAD_TIME_BOUNDS,
    RECOVERY, RESTORE, REWORK, color,
};
use crate::panel::{Panel, unit};
use crate::query::{Level, age};
use crate::table::{Keys, column};
use serde_json::json;

/// The window of trends.
const TREND: &str = "window=\"$trend\"";
/// The window that components have in every detail.
const OWN: &str = "window=\"$own\"";
/// A week's worth of bars and columns.
const WEEK: &str = "7d";
/// Rows of components.
const COMPONENT: Keys = &[("component", "Component"), ("repo", "Repository")];
/// What is said where `exposition.component_detail` is "none".
const NO_COMPONENTS: &str =
    "No component has figures (exposition.component_detail = \"none\" hides them)";

/// How fast and how often it ships.
pub fn throughput() -> Row {
    let frequency = Panel::lines(FREQUENCY.title, FREQUENCY.about, FREQUENCY.unit)
        .ask("a day", &Level::Team.trend(FREQUENCY.stem, TREND))
        .colored("a day", color::MAIN)
        .bounds_drawn(FREQUENCY_BOUNDS)
        .empty(FREQUENCY.empty);
    let about =
        "Changes first shipped to production, and the deployments that did it, in each window.";
    let counts = Panel::lines("Changes and deployments", about, unit::NONE)
        .ask("changes", &Level::Team.trend("window_changes", TREND))
        .ask("deployments", &Level::Team.trend("window_deployments", TREND))
        .colored("changes", color::SLOW)
        .colored("deployments", color::MAIN)
        .decimals(0)
        .empty("Nothing shipped");
    row(
        "Throughput",
        vec![
            frequency,
            LEAD_TIME.percentiles(Level::Team, "$trend"),
            counts,
            phases(),
            lead_times(),
            waiting(),
        ],
    )
}

fn phases() -> Panel {
    let about = "Where the time of a shipped pull request goes, on average: coding until it is ready for review, pickup until the first review, review until the merge, deploy until production. Means add up; pull requests without a review have neither pickup nor review.";
    let phase = |phase: &str| {
        let matchers = format!("{TREND},phase=\"{phase}\",stat=\"mean\"");
        Level::Team.trend("window_change_phase_seconds", &matchers)
    };
    let panel = Panel::lines("Phases of lead time, mean", about, unit::SECONDS);
    [("coding", "blue"), ("pickup", "yellow"), ("review", "purple"), ("deploy", "green")]
        .into_iter()
        .fold(panel, |panel, (name, color)| panel.ask(name, &phase(name)).colored(name, color))
        .stacked_areas()
        .empty("Nothing shipped")
}

fn lead_times() -> Panel {
    let about = "How many changes of each week took how long from the first commit to production, as they were counted when they shipped.";
    Panel::heatmap("Lead times by week", about)
        .ask_buckets(&Level::Team.rise_by("le", "change_lead_time_seconds_bucket"))
        .every(WEEK)
        .empty("Nothing shipped since Prometheus began to scrape")
}

fn waiting() -> Panel {
    let oldest = age(&Level::Team.trend("oldest_waiting_change_timestamp_seconds", ""));
    let about = "Changes that are merged and not in production yet, and for how long the oldest has waited. Lead time hides what never ships.";
    Panel::lines("Waiting changes", about, unit::NONE)
        .ask("waiting", &Level::Team.trend("waiting_changes", ""))
        .ask("age of the oldest", &oldest)
        .colored("waiting", color::MAIN)
        .series(
            "age of the oldest",
            &[
                ("unit", json!(unit::SECONDS)),
                ("custom.axisPlacement", json!("right")),
                ("color", json!({ "fixedColor": "orange", "mode": "fixed" })),
            ],
        )
        .empty("No figures yet")
}

/// How often it fails, and how it recovers.
pub fn instability() -> Row {
    let about = "Production deployments of each window, and those of them that failed: a share of few deployments says little.";
    let counts = Panel::lines("Deployments behind the rates", about, unit::NONE)
        .ask("deployments", &Level::Team.trend("window_deployments", TREND))
        .ask("failed", &Level::Team.trend("window_failed_deployments", TREND))
        .ask("rework", &Level::Team.trend("window_rework_deployments", TREND))
        .colored("deployments", color::MAIN)
        .colored("failed", color::FAILED)
        .colored("rework", "orange")
        .decimals(0)
        .empty("No deployments");
    let about = "Failed deployments of each week by the rule that found them first, as they were counted when they were found.";
    let reasons = Panel::lines("Failures by reason, by week", about, unit::NONE)
        .ask("{{reason}}", &Level::Team.rise_by("reason", "failed_deployments_total"))
        .every(WEEK)
        .stacked_bars()
        .decimals(0)
        .empty("No failures since Prometheus began to scrape");
    let about = "Production failures that nothing has resolved or repaired yet.";
    let open = Panel::lines("Open failures", about, unit::NONE)
        .ask("open", &Level::Team.trend("open_failures", ""))
        .colored("open", color::FAILED)
        .custom("fillOpacity", json!(20))
        .custom("lineInterpolation", json!("stepAfter"))
        .decimals(0)
        .empty("No figures yet");
    row(
        "Instability",
        vec![
            FAIL_RATE.with_bounds(Level::Team, "$trend"),
            counts,
            reasons,
            RECOVERY.percentiles(Level::Team, "$trend"),
            RESTORE.percentiles(Level::Team, "$trend"),
            REWORK.with_bounds(Level::Team, "$trend"),
            open.sized(24, 6),
        ],
    )
}

/// Each component on its own.
pub fn components() -> Row {
    let now =
        |stem: &str, statistic: &str| Level::Components.now(stem, &format!("{OWN}{statistic}"));
    let table = Panel::table(
        "Components, over the last $own",
        "A row for each component that is chosen above; `Last` is how long ago it was last deployed.",
    )
    .columns(
        COMPONENT,
        vec![
            column("Deployed", now("window_deployments", ""), unit::NONE),
            column("A day", now(FREQUENCY.stem, ""), unit::NONE)
                .decimals(2)
                .colored(FREQUENCY_BOUNDS),
            column("Changes", now("window_changes", ""), unit::NONE),
            column("Lead p50", now(LEAD_TIME.stem, ",stat=\"p50\""), unit::SECONDS)
                .decimals(1)
                .colored(LEAD_TIME_BOUNDS),
            column("Lead p85", now(LEAD_TIME.stem, ",stat=\"p85\""), unit::SECONDS)
                .decimals(1),
            column("Failed", now("window_failed_deployments", ""), unit::NONE),
            column("Fail rate", now(FAIL_RATE.stem, ""), unit::SHARE)
                .decimals(1)
                .colored(FAIL_BOUNDS),
            column("Open", Level::Components.now("open_failures", ""), unit::NONE)
                .colored(ANY_IS_BAD),
            column("Waiting", Level::Components.now("waiting_changes", ""), unit::NONE),
            column(
                "Last",
                age(&Level::Components.now("last_deployment_timestamp_seconds", "")),
                unit::SECONDS,
            )
            .decimals(1),
        ],
        NO_COMPONENTS,
    )
    .sized(24, 8);
    let trend = |title: &str, about: &str, unit: &str, stem: &str, statistic: &str| {
        let expr = Level::Components.trend(stem, &format!("{OWN}{statistic}"));
        Panel::lines(title, about, unit).ask("{{component}}", &expr).empty(NO_COMPONENTS)
    };
    row(
        "Components",
        vec![
            table,
            trend(FREQUENCY.title, FREQUENCY.about, FREQUENCY.unit, FREQUENCY.stem, ""),
            trend(
                "Change lead time, median",
                LEAD_TIME.about,
                LEAD_TIME.unit,
                LEAD_TIME.stem,
                ",stat=\"p50\"",
            ),
            trend(FAIL_RATE.title, FAIL_RATE.about, FAIL_RATE.unit, FAIL_RATE.stem, ""),
        ],
    )
}
