//! The organisation at a glance: the keys now and before, their trend, how teams differ, what burns.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{
    AGE_BOUNDS, ANY_IS_BAD, FAIL_BOUNDS, FAIL_RATE, FREQUENCY, FREQUENCY_BOUNDS, KEYS, LEAD_TIME,
    LEAD_TIME_BOUNDS, Measure, RECOVERY, RECOVERY_BOUNDS, REWORK, color,
};
use crate::panel::{Panel, unit};
use crate::query::{Level, age};
use crate::table::{Keys, change_column, column};
use crate::variable::{Order, of_label, of_windows};
use serde_json::{Value, json};

/// Where a team's name leads.
pub const TEAM_LINKS: &[(&str, &str)] = &[
    (
        "The team's dashboard",
        "/d/dora-team?var-datasource=${datasource}&var-exporter=${exporter:percentencode}&var-team=${__value.raw:percentencode}",
    ),
    ("The team's delivery review", "${exporter}/teams/${__value.raw:percentencode}"),
];
/// An offset of one window: valid, too, where no data has filled the variable in.
const WINDOW_AGO: &str = "${window}1ms";
/// Rows of teams.
const TEAM: Keys = &[("team", "Team")];
/// What is said where no figure has reached Prometheus.
pub const SET_UP: &str = "No figures in this data source: let Prometheus scrape dora-exporter (honor_labels: true), and wait until a repository's history is read";

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "dora-overview",
        title: "DORA / Delivery overview",
        description: "How an organisation delivers: the DORA measures now and before, how its teams differ, what is open. For teams to learn from each other, not to rank them: different work has different figures.",
        from: "now-90d",
        review: "/teams",
        variables: org_and_window(),
        annotations: Vec::new(),
        head: org_head(),
        rows: vec![keys(), trend(), teams(), distribution(), open()],
    }
}

/// The choice of an organisation and of a window.
pub fn org_and_window() -> Vec<Value> {
    let windows = "label_values(dora_org_window_deployments{org=\"$org\"}, window)";
    vec![
        of_label(
            "org",
            "Organisation",
            "label_values(dora_org_window_deployments, org)",
            Order::Alphabetical,
        ),
        of_windows("window", "Window", windows, "30d"),
    ]
}

/// How fresh the figures of the organisation are.
pub fn org_head() -> Panel {
    head(
        "The instant through which facts have been collected, of the component that lags most. Where it is more than 15 minutes old, windows end there.",
        &format!("1000 * {}", Level::Org.now("data_through_timestamp_seconds", "")),
    )
}

/// The panel above all others: how fresh the figures are, or what to set up.
pub fn head(about: &str, instant: &str) -> Panel {
    Panel::stat("Data through", about, unit::AGO)
        .ask_now("", instant)
        .empty(SET_UP)
        .sized(24, 2)
        .option("colorMode", json!("none"))
}

fn keys() -> Row {
    let stat = |measure: &Measure| measure.stat(Level::Org, "the $window before", WINDOW_AGO);
    let mut panels: Vec<Panel> = KEYS.iter().map(stat).collect();
    for (panel, columns) in panels.iter_mut().zip([5, 5, 4, 6, 4]) {
        panel.size = (columns, 4);
    }
    row("The last $window", panels)
}

fn trend() -> Row {
    let frequency = Panel::lines(FREQUENCY.title, FREQUENCY.about, FREQUENCY.unit)
        .ask("a day", &Level::Org.trend(FREQUENCY.stem, "window=\"$window\""))
        .colored("a day", color::MAIN)
        .bounds_drawn(FREQUENCY_BOUNDS)
        .empty(FREQUENCY.empty);
    let about = "Production deployments of each window, and those of them that failed: the counts behind the change fail rate.";
    let counts = Panel::lines("Deployments", about, unit::NONE)
        .ask("deployments", &Level::Org.trend("window_deployments", "window=\"$window\""))
        .ask("failed", &Level::Org.trend("window_failed_deployments", "window=\"$window\""))
        .ask("rework", &Level::Org.trend("window_rework_deployments", "window=\"$window\""))
        .colored("deployments", color::MAIN)
        .colored("failed", color::FAILED)
        .colored("rework", "orange")
        .decimals(0)
        .empty("No deployments");
    let percentiles = |measure: Measure| measure.percentiles(Level::Org, "$window");
    let with_bounds = |measure: Measure| measure.with_bounds(Level::Org, "$window");
    let panels = vec![
        frequency,
        percentiles(LEAD_TIME),
        with_bounds(FAIL_RATE),
        counts,
        percentiles(RECOVERY),
        with_bounds(REWORK),
    ];
    row("Trend of the rolling $window", panels)
}

fn teams() -> Row {
    let team = |stem: &str, statistic: &str| {
        Level::Teams.now(stem, &format!("window=\"$window\"{statistic}"))
    };
    let lead = |stat: &str| team(LEAD_TIME.stem, &format!(",stat=\"{stat}\""));
    let before = Level::Teams.before(LEAD_TIME.stem, "window=\"$window\",stat=\"p50\"", WINDOW_AGO);
    let level = |measure: &str| {
        let reached = |level: &str| {
            Level::Teams
                .now("performance_level", &format!("measure=\"{measure}\",level=\"{level}\""))
        };
        format!(
            "4 * {} + 3 * {} + 2 * {} + {}",
            reached("elite"),
            reached("high"),
            reached("medium"),
            reached("low")
        )
    };
    let table = Panel::table(
        "Teams, over the last $window",
        "A row for each team; its name leads to its dashboard. Lead times and recovery as median (p50) and 85th percentile; `p50 change` compares the median with the window before; open failures and waiting changes are those of now. The counts stand beside the ratios that they carry: a share of few deployments says little.",
    )
    .columns(
        TEAM,
        vec![
            column("Deployed", team("window_deployments", ""), unit::NONE),
            column("A day", team(FREQUENCY.stem, ""), unit::NONE).decimals(2).colored(FREQUENCY_BOUNDS),
            column("Changes", team("window_changes", ""), unit::NONE),
            column("Lead p50", lead("p50"), unit::SECONDS).decimals(1).colored(LEAD_TIME_BOUNDS),
            column("Lead p85", lead("p85"), unit::SECONDS).decimals(1),
            change_column("p50 change", &lead("p50"), &before),
            column("Failed", team("window_failed_deployments", ""), unit::NONE),
            column("Fail rate", team(FAIL_RATE.stem, ""), unit::SHARE).decimals(1).colored(FAIL_BOUNDS),
            column("Recovery", team(RECOVERY.stem, ",stat=\"p50\""), unit::SECONDS)
                .decimals(1)
                .colored(RECOVERY_BOUNDS),
            column("Rework", team(REWORK.stem, ""), unit::SHARE).decimals(1),
            column("Open", Level::Teams.now("open_failures", ""), unit::NONE).colored(ANY_IS_BAD),
            column("Waiting", Level::Teams.now("waiting_changes", ""), unit::NONE),
        ],
        SET_UP,
    )
    .linked("Team", TEAM_LINKS)
    .sized(24, 12);
    let levels = Panel::table(
        "Levels over 90 days",
        "The level that each measure reaches by DORA's 2023 benchmark, over 90 days whatever window is chosen. DORA's 2025 report replaced levels by profiles: an orientation, not a target.",
    )
    .columns(
        TEAM,
        [
            ("Frequency", "deployment_frequency"),
            ("Lead time", "change_lead_time"),
            ("Fail rate", "change_fail_rate"),
            ("Recovery", "failed_deployment_recovery_time"),
        ]
        .into_iter()
        .map(|(title, measure)| {
            column(title, level(measure), unit::NONE).named(levels_by_number()).colored(LEVEL_COLORS)
        })
        .collect(),
        "No team has figures over 90 days",
    )
    .linked("Team", TEAM_LINKS)
    .sized(24, 12);
    row("Teams", vec![table, levels])
}

/// The colours of the numbers that stand for levels.
const LEVEL_COLORS: &[(&str, Option<f64>)] =
    &[("red", None), ("orange", Some(2.0)), ("yellow", Some(3.0)), ("green", Some(4.0))];

fn levels_by_number() -> Value {
    json!([{
        "type": "value",
        "options": {
            "1": { "text": "low", "index": 3 },
            "2": { "text": "medium", "index": 2 },
            "3": { "text": "high", "index": 1 },
            "4": { "text": "elite", "index": 0 },
        },
    }])
}

fn distribution() -> Row {
    let spread = |measure: Measure| {
        let series = Level::Teams.trend(measure.stem, &measure.matchers("$window"));
        let about = format!(
            "The middle half of teams lies in the band, the team in the middle on the line: every team counts once, whatever its size. {}",
            measure.about
        );
        Panel::lines(&format!("{} over teams", measure.full_title()), &about, measure.unit)
            .ask("team in the middle", &format!("quantile(0.5, {series})"))
            .ask("first quarter", &format!("quantile(0.25, {series})"))
            .ask("last quarter", &format!("quantile(0.75, {series})"))
            .band("first quarter", "last quarter", color::MAIN)
            .colored("team in the middle", color::MAIN)
            .empty(measure.empty)
    };
    row("How teams differ", [FREQUENCY, LEAD_TIME, FAIL_RATE].map(spread).into())
}

fn open() -> Row {
    let waits =
        |title: &str, about: &str, count: (&'static str, &str), oldest: &str, none: &str| {
            let open = format!("{} > 0", Level::Teams.now(count.1, ""));
            let since = age(&Level::Teams.now(oldest, ""));
            Panel::table(title, about)
                .columns(
                    TEAM,
                    vec![
                        column(count.0, open, unit::NONE).wide(90),
                        column("Oldest", since, unit::SECONDS).decimals(1),
                    ],
                    none,
                )
                .linked("Team", TEAM_LINKS)
                .sized(8, 8)
        };
    let failures = waits(
        "Open failures",
        "Production failures that nothing has resolved or repaired yet: open incidents, and failed deployments without one.",
        ("Open", "open_failures"),
        "oldest_open_failure_timestamp_seconds",
        "Nothing is open",
    );
    let changes = waits(
        "Waiting changes",
        "Changes that are merged and not in production yet. Lead time hides what never ships.",
        ("Waiting", "waiting_changes"),
        "oldest_waiting_change_timestamp_seconds",
        "Nothing waits",
    );
    let lag = age(&Level::Teams.now("data_through_timestamp_seconds", ""));
    let freshness = Panel::table(
        "Data freshness",
        "How old the newest facts are, of the component of each team that lags most.",
    )
    .columns(TEAM, vec![column("Behind", lag, unit::SECONDS).colored(AGE_BOUNDS)], SET_UP)
    .sized(8, 8);
    row("Open now", vec![failures, changes, freshness])
}
