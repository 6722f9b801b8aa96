//! A dashboard: rows of panels, laid out from left to right on Grafana's 24 columns.

use crate::panel::Panel;
use crate::variable::{data_source, exporter, input};
use serde_json::{Map, Value, json};

/// Grafana's grid.
const COLUMNS: u64 = 24;
/// The tag by which the dashboards find each other.
pub const TAG: &str = "dora";
/// The oldest Grafana that the panels are made for.
const OLDEST_GRAFANA: &str = "10.0.0";

/// A row with its title.
#[derive(Debug)]
pub struct Row {
    title: &'static str,
    panels: Vec<Panel>,
}

/// A row of panels; they wrap where the columns are used up.
pub fn row(title: &'static str, panels: Vec<Panel>) -> Row {
    Row { title, panels }
}

/// A query for marks, and the titles of the graphs that bear them; all graphs where none is named.
#[derive(Debug)]
pub struct Annotation {
    /// Grafana's model of it, without the graphs.
    pub model: Value,
    /// The first graph of each title.
    pub graphs: &'static [&'static str],
}

impl Annotation {
    fn on(&self, panels: &[Value]) -> Value {
        let mut model = self.model.clone();
        let graph = |title: &&str| {
            let is_it = |panel: &&Value| panel["type"] == "timeseries" && panel["title"] == *title;
            panels.iter().find(is_it).map(|panel| panel["id"].clone())
        };
        let ids: Vec<Value> = self.graphs.iter().filter_map(graph).collect();
        if !ids.is_empty() {
            model["filter"] = json!({ "exclude": false, "ids": ids });
        }
        model
    }
}

/// A dashboard, as it is described.
#[derive(Debug)]
pub struct Dashboard {
    /// Its identity in Grafana: links and bookmarks depend on it.
    pub uid: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The time range that it opens with, up to now.
    pub from: &'static str,
    /// The path of the exporter's page that tells more.
    pub review: &'static str,
    /// Variables beside the data source.
    pub variables: Vec<Value>,
    /// Queries for marks over graphs.
    pub annotations: Vec<Annotation>,
    /// A panel above all rows, which says what to set up where there is nothing to show.
    pub head: Panel,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Dashboard {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.json", self.uid.trim_start_matches("dora-"))
    }

    /// The file: keys in alphabetical order, so that a change shows as what it is.
    pub fn json(&self) -> String {
        format!("{:#}\n", sorted(self.model()))
    }

    /// Grafana's model of it.
    pub fn model(&self) -> Value {
        let mut variables = vec![data_source()];
        variables.extend(self.variables.iter().cloned());
        variables.push(exporter());
        let panels = self.panels();
        let annotations: Vec<Value> = self.annotations.iter().map(|it| it.on(&panels)).collect();
        json!({
            "__inputs": [input()],
            "__requires": requires(&panels),
            "id": null,
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "editable": true,
            "graphTooltip": 1,
            "schemaVersion": 39,
            "version": 1,
            "refresh": "1m",
            "time": { "from": self.from, "to": "now" },
            "timezone": "utc",
            "weekStart": "monday",
            "links": [dashboards_link(), review_link(self.review)],
            "annotations": { "list": annotations },
            "templating": { "list": variables },
            "panels": panels,
        })
    }

    fn panels(&self) -> Vec<Value> {
        let mut placed = vec![self.head.model(1, position(0, 0, self.head.size))];
        let mut y = self.head.size.1;
        for row in &self.rows {
            placed.push(json!({
                "id": placed.len() + 1,
                "type": "row",
                "title": row.title,
                "collapsed": false,
                "gridPos": position(0, y, (COLUMNS, 1)),
                "panels": [],
            }));
            y += 1;
            let (mut x, mut height) = (0, 0);
            for panel in &row.panels {
                if x + panel.size.0 > COLUMNS {
                    (x, y, height) = (0, y + height, 0);
                }
                placed.push(panel.model(placed.len() + 1, position(x, y, panel.size)));
                x += panel.size.0;
                height = height.max(panel.size.1);
            }
            y += height;
        }
        placed
    }
}

fn position(x: u64, y: u64, (w, h): (u64, u64)) -> Value {
    json!({ "x": x, "y": y, "w": w, "h": h })
}

/// What an import needs to be there.
fn requires(panels: &[Value]) -> Vec<Value> {
    let mut kinds: Vec<&str> = panels.iter().filter_map(|panel| panel["type"].as_str()).collect();
    kinds.retain(|kind| *kind != "row");
    kinds.sort_unstable();
    kinds.dedup();
    let mut requires = vec![
        json!({ "type": "grafana", "id": "grafana", "name": "Grafana", "version": OLDEST_GRAFANA }),
        json!({ "type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0" }),
    ];
    requires.extend(
        kinds
            .iter()
            .map(|kind| json!({ "type": "panel", "id": kind, "name": kind, "version": "" })),
    );
    requires
}

/// The list of the other dashboards, which keeps the time range and the data source.
fn dashboards_link() -> Value {
    json!({
        "type": "dashboards",
        "title": "DORA dashboards",
        "tags": [TAG],
        "asDropdown": false,
        "icon": "external link",
        "includeVars": true,
        "keepTime": false,
        "targetBlank": false,
        "tooltip": "",
        "url": "",
    })
}

/// The way to a page of the exporter.
fn review_link(path: &str) -> Value {
    json!({
        "type": "link",
        "title": "Delivery review",
        "tags": [],
        "asDropdown": false,
        "icon": "doc",
        "includeVars": false,
        "keepTime": false,
        "targetBlank": true,
        "tooltip": "The exporter's own page: trends, and the facts behind every figure",
        "url": format!("${{exporter}}{path}"),
    })
}

/// The same with its keys in order, whether serde_json keeps the order of insertion or not.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(
                entries.into_iter().map(|(key, value)| (key, sorted(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
