//! One team, for its retrospective: where it stands, whether it gets better, and what made it so.

use crate::dashboard::{Dashboard, Row, row};
use crate::measure::{KEYS, Measure, RESTORE};
use crate::overview::head;
use crate::panel::{Panel, unit};
use crate::query::Level;
use crate::team_rows::{components, instability, throughput};
use crate::variable::{Order, hidden, of_label, of_labels, of_windows, source};
use serde_json::{Value, json};

/// The dashboard.
pub fn dashboard() -> Dashboard {
    let windows = "label_values(dora_team_window_deployments{team=\"$team\"}, window)";
    let own = "label_values(dora_window_deployments{team=\"$team\"}, window)";
    let components_of = "label_values(dora_window_deployments{team=\"$team\"}, component)";
    let mut component_window = of_label("own", "Components' window", own, Order::Alphabetical);
    component_window["current"] = json!({ "text": "30d", "value": "30d" });
    Dashboard {
        uid: "dora-team",
        title: "DORA / Team",
        description: "One team's delivery: every measure with its trend, the counts behind it, and how it was 90 days ago. For the team itself, to improve its own delivery.",
        from: "now-90d",
        variables: vec![
            of_label(
                "team",
                "Team",
                "label_values(dora_team_window_deployments, team)",
                Order::Alphabetical,
            ),
            of_labels("component", "Component", components_of),
            of_windows("window", "Window", windows, "30d"),
            of_windows("trend", "Trend of the rolling", windows, "7d"),
            hidden(component_window),
        ],
        annotations: vec![
            annotation(
                "Deployments",
                "blue",
                false,
                &last_deployments(),
                "{{component}} deployed",
                true,
            ),
            annotation(
                "Failed deployments",
                "red",
                true,
                &rises("failed_deployments_total", "component, reason"),
                "{{component}}: a deployment failed ({{reason}})",
                false,
            ),
            annotation(
                "Incidents",
                "orange",
                false,
                &rises("incidents_total", "component"),
                "{{component}}: an incident opened",
                false,
            ),
        ],
        head: head(
            "The instant through which the team's facts have been collected, of the component that lags most. Where it is more than 15 minutes old, windows end there.",
            &format!("1000 * {}", Level::Team.now("data_through_timestamp_seconds", "")),
        ),
        rows: vec![against_90_days_ago(), counts(), throughput(), instability(), components()],
    }
}

/// The finish of each component's last deployment at every step, in milliseconds: where it was.
fn last_deployments() -> String {
    let series = Level::Components.series("last_deployment_timestamp_seconds", "");
    format!("1000 * max by (component) (last_over_time({series}[1d]))")
}

/// The steps in which a counter of the components rose.
fn rises(stem: &str, labels: &str) -> String {
    let series = Level::Components.series(stem, "");
    format!("max by ({labels}) (increase({series}[1d])) > 0.5")
}

fn annotation(
    name: &str,
    color: &str,
    shown: bool,
    expr: &str,
    title: &str,
    value_is_time: bool,
) -> Value {
    let mut annotation = json!({
        "name": name,
        "datasource": source(),
        "enable": shown,
        "hide": false,
        "iconColor": color,
        "expr": expr,
        "step": "1d",
        "titleFormat": title,
        "textFormat": "",
        "tagKeys": "",
    });
    if value_is_time {
        annotation["useValueForTime"] = json!("on");
    }
    annotation
}

fn against_90_days_ago() -> Row {
    let stat = |measure: &Measure| measure.stat(Level::Team, "90 days ago", "90d");
    let mut panels: Vec<Panel> = KEYS.iter().map(stat).collect();
    for (panel, columns) in panels.iter_mut().zip([5, 5, 4, 6, 4]) {
        panel.size = (columns, 4);
    }
    row("The last $window, and the $window 90 days ago", panels)
}

fn counts() -> Row {
    let count = |title: &str, about: &str, stem: &str| {
        Panel::stat(title, about, unit::NONE)
            .ask_now("now", &Level::Team.now(stem, "window=\"$window\""))
            .ask_now("90 days ago", &Level::Team.before(stem, "window=\"$window\"", "90d"))
            .empty("No figures yet")
            .sized(4, 3)
    };
    let panels = vec![
        count(
            "Deployments",
            "Production deployments that finished in the window.",
            "window_deployments",
        ),
        count(
            "Changes shipped",
            "Changes that were first shipped to production in the window.",
            "window_changes",
        ),
        count(
            "Failed deployments",
            "Production deployments of the window that failed: the numerator of the change fail rate.",
            "window_failed_deployments",
        ),
        count(
            "Recovered deployments",
            "Failed deployments whose service was restored in the window: over so many goes the recovery time.",
            "window_recovered_deployments",
        ),
        count("Incidents", "Incidents that opened in the window.", "window_incidents"),
        RESTORE.stat(Level::Team, "90 days ago", "90d").sized(4, 3),
    ];
    row("Counts behind them", panels)
}
