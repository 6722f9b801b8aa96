//! What people look at asks for nothing that does not exist: every query of every dashboard and rule
//! against the declared families, the rules against promtool; and what is deployed with is in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod declared;
mod rules;
mod stack;

use declared::Declared;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of the project.
fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The files of a folder whose names end so, with their text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// Every dashboard with its name.
fn dashboards() -> Vec<(String, Value)> {
    let files = files("dashboards", ".json").into_iter();
    files.map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

/// Everything that a dashboard asks Prometheus, with where it does.
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            found.push((text(&panel["title"]), text(&target["expr"])));
        }
    }
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        if variable["type"] == "query" {
            found.push((text(&variable["name"]), text(&variable["query"]["query"])));
        }
    }
    for annotation in dashboard["annotations"]["list"].as_array().unwrap() {
        found.push((text(&annotation["name"]), text(&annotation["expr"])));
    }
    found
}

#[test]
fn what_does_not_exist_is_found() {
    let declared = Declared::new();
    assert!(declared.len() > 150, "{} names", declared.len());
    for (expression, problem) in [
        ("dora_window_deployment", "there is no dora_window_deployment"),
        ("max(dora_change_lead_time_seconds)", "there is no dora_change_lead_time_seconds"),
        (
            "dora_team_window_deployments{repo=\"$x\"}",
            "dora_team_window_deployments has no label repo",
        ),
        ("dora_team_window_deployments{window=\"14d\"}", "window is never `14d`"),
        ("dora_window_change_lead_time_seconds{stat=\"p99\"}", "stat is never `p99`"),
        (
            "rate(dora_exporter_source_failures_total{reason=\"disk\"}[5m])",
            "reason is never `disk`",
        ),
        ("sum by (repo) (dora_team_open_failures)", "nothing here has the label repo to group by"),
    ] {
        assert_eq!(declared.problems(expression), [problem], "{expression}");
    }
    let sound =
        "max by (le) (increase(dora_team_change_lead_time_seconds_bucket{team=\"$team\"}[7d]))";
    assert!(declared.problems(sound).is_empty());
}

#[test]
fn dashboards_ask_only_for_what_exists() {
    let declared = Declared::new();
    let dashboards = dashboards();
    assert_eq!(dashboards.len(), 7);
    let mut problems = Vec::new();
    for (name, dashboard) in &dashboards {
        let queries = queries(dashboard);
        assert!(queries.len() > 2, "{name}");
        for (place, expression) in queries {
            if declared.names(&expression).is_empty() {
                problems.push(format!("{name}, {place}: asks for nothing of the exporter"));
            }
            let found = declared.problems(&expression).into_iter();
            problems.extend(found.map(|problem| format!("{name}, {place}: {problem}")));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn the_keys_of_every_level_are_on_a_dashboard() {
    let declared = Declared::new();
    let asked: Vec<String> =
        dashboards().iter().flat_map(|(_, it)| queries(it)).map(|it| it.1).collect();
    let text = asked.join("\n");
    let asked = declared.names(&text);
    for stem in
        ["window_deployments", "window_change_fail_ratio", "window_change_lead_time_seconds"]
    {
        for level in ["dora_", "dora_team_", "dora_org_"] {
            assert!(asked.contains(format!("{level}{stem}").as_str()), "{level}{stem}");
        }
    }
}
