#![allow(clippy::unwrap_used, clippy::panic)]

use crate::{Dashboard, all};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dashboards")
}

fn panels(dashboard: &Dashboard) -> Vec<Value> {
    let model = dashboard.model();
    let panels = model["panels"].as_array().unwrap().iter();
    panels.filter(|panel| panel["type"] != "row").cloned().collect()
}

#[test]
fn the_committed_dashboards_are_up_to_date() {
    for dashboard in all() {
        let path = folder().join(dashboard.file_name());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, dashboard.json()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == dashboard.json(),
            "{} is out of date; write it anew with `cargo run -p dashboards`",
            path.display()
        );
    }
}

#[test]
fn no_two_dashboards_have_the_same_uid_or_title() {
    let committed: Vec<Value> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    assert_eq!(committed.len(), all().len() + 1, "the seed is the only one beside");
    for key in ["uid", "title"] {
        let names: BTreeSet<&str> =
            committed.iter().map(|dashboard| dashboard[key].as_str().unwrap()).collect();
        assert_eq!(names.len(), committed.len(), "{key}: {names:?}");
    }
}

#[test]
fn every_panel_says_what_it_shows_in_which_unit_and_what_it_lacks_where_it_is_empty() {
    for dashboard in all() {
        let (uid, panels) = (dashboard.uid, panels(&dashboard));
        assert!(panels.len() > 5, "{uid}");
        for panel in panels {
            let title = panel["title"].as_str().unwrap();
            let text = |pointer: &str| {
                let text = panel.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                assert!(!text.is_empty(), "{uid}, {title}: no {pointer}");
                text.to_owned()
            };
            assert!(text("/description").ends_with('.'), "{uid}, {title}: no sentence");
            text("/fieldConfig/defaults/unit");
            text("/fieldConfig/defaults/noValue");
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{uid}, {title}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{uid}, {title}");
        }
    }
}

#[test]
fn panels_lie_beside_each_other_within_the_grid() {
    for dashboard in all() {
        let mut taken = BTreeSet::new();
        for panel in dashboard.model()["panels"].as_array().unwrap() {
            let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(at("x") + at("w") <= 24, "{}: {}", dashboard.uid, panel["title"]);
            for cell in
                (0..at("w") * at("h")).map(|i| (at("x") + i % at("w"), at("y") + i / at("w")))
            {
                assert!(taken.insert(cell), "{}: {} overlaps", dashboard.uid, panel["title"]);
            }
        }
    }
}

#[test]
fn every_variable_that_is_used_is_declared_and_the_other_way_round() {
    for dashboard in all() {
        let model = dashboard.model();
        let variables = model["templating"]["list"].as_array().unwrap();
        let declared: BTreeSet<&str> =
            variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
        let text = dashboard.json();
        let used: BTreeSet<&str> = text
            .split('$')
            .skip(1)
            .map(|rest| rest.trim_start_matches('{'))
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
            .filter(|name| !name.starts_with("__") && *name != "DS_PROMETHEUS")
            .collect();
        assert_eq!(used, declared, "{}", dashboard.uid);
    }
}

#[test]
fn every_query_bears_a_name_of_its_own() {
    for dashboard in all() {
        for panel in panels(&dashboard) {
            let targets = panel["targets"].as_array().unwrap();
            let names: BTreeSet<&str> =
                targets.iter().map(|target| target["refId"].as_str().unwrap()).collect();
            assert_eq!(names.len(), targets.len(), "{}: {}", dashboard.uid, panel["title"]);
            assert!(
                names.iter().all(|name| name.len() == 1 && name.as_bytes()[0].is_ascii_uppercase())
            );
        }
    }
}
