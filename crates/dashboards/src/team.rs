//! One team, for its retrospective: where it stands, whether it gets better, and what made it so.

use crate::dashboard::{Annotation, Dashboard, Row, row};
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
        review: "/teams/${team:percentencode}",
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
        annotations: annotations(),
        head: head(
            "The instant through which the team's facts have been collected, of the component that lags most. Where it is more than 15 minutes old, windows end there.",
            &format!("1000 * {}", Level::Team.now("data_through_timestamp_seconds", "")),
        ),
        rows: vec![against_90_days_ago(), counts(), throughput(), instability(), components()],
    }
}

/// What happened, over the graphs that it explains: many deployments would hide every graph.
fn annotations() -> Vec<Annotation> {
    let last = Level::Components.series("last_deployment_timestamp_seconds", "");
    // The finish of each component's last deployment at every step, in milliseconds.
    let finish = format!("1000 * max by (component) (last_over_time({last}[1d]))");
    let rises = |stem: &str, labels: &str| {
        let series = Level::Components.series(stem, "");
        format!("max by ({labels}) (increase({series}[1d])) > 0.5")
    };
    let failed = rises("failed_deployments_total", "component, reason");
    let incidents = rises("incidents_total", "component");
    let mut deployments = annotation("Deployments", "blue", &finish, "{{component}} deployed");
    deployments["enable"] = json!(false);
    deployments["useValueForTime"] = json!("on");
    vec![
        Annotation { model: deployments, graphs: &[] },
        Annotation {
            model: annotation(
                "Failed deployments",
                "red",
                &failed,
                "{{component}}: a deployment failed ({{reason}})",
            ),
            graphs: &["Deployment frequency", "Change fail rate"],
        },
        Annotation {
            model: annotation(
                "Incidents",
                "orange",
                &incidents,
                "{{component}}: an incident opened",
            ),
            graphs: &["Time to restore", "Open failures"],
        },
    ]
}

fn annotation(name: &str, color: &str, expr: &str, title: &str) -> Value {
    json!({
        "name": name,
        "datasource": source(),
        "enable": true,
        "hide": false,
        "iconColor": color,
        "expr": expr,
        "step": "1d",
        "titleFormat": title,
        "textFormat": "",
        "tagKeys": "",
    })
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
            "Recovered",
            "Failed deployments whose service was restored in the window: over so many goes the recovery time.",
            "window_recovered_deployments",
        ),
        count("Incidents", "Incidents that opened in the window.", "window_incidents"),
        RESTORE.stat(Level::Team, "90 days ago", "90d").titled(RESTORE.title).sized(4, 3),
    ];
    row("Counts behind them", panels)
}
