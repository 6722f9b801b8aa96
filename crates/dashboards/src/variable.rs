//! Template variables, and the input that Grafana asks for when a file is imported by hand.

use serde_json::{Value, json};

/// The input's name. Provisioning does not fill it in; the variable then takes the default data source.
const INPUT: &str = "DS_PROMETHEUS";

/// How panels, variables and annotations name their data source.
pub fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

/// What an import by hand asks.
pub fn input() -> Value {
    json!({
        "name": INPUT,
        "label": "Prometheus",
        "description": "The Prometheus that scrapes dora-exporter.",
        "type": "datasource",
        "pluginId": "prometheus",
        "pluginName": "Prometheus",
    })
}

/// Where the exporter is, unless another address is written.
const EXPORTER: &str = "http://localhost:13672";

/// The data source.
pub fn data_source() -> Value {
    let chosen = format!("${{{INPUT}}}");
    json!({
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": { "text": chosen, "value": chosen },
        "hide": 0,
        "includeAll": false,
        "multi": false,
        "options": [],
        "refresh": 1,
        "regex": "",
    })
}

/// The exporter's address, as browsers reach it: links lead to its pages.
pub fn exporter() -> Value {
    json!({
        "name": "exporter",
        "label": "Exporter",
        "description": "The exporter's address, for links to its delivery review pages.",
        "type": "textbox",
        "query": EXPORTER,
        "current": { "text": EXPORTER, "value": EXPORTER },
        "options": [{ "selected": true, "text": EXPORTER, "value": EXPORTER }],
        "hide": 0,
    })
}

/// How the values of a variable are ordered, as Grafana numbers it.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Alphabetically.
    Alphabetical = 1,
    /// By the number that they begin with.
    Numerical = 3,
}

/// A variable over the values of a label: one of them.
pub fn of_label(name: &str, label: &str, query: &str, order: Order) -> Value {
    json!({
        "name": name,
        "label": label,
        "type": "query",
        "datasource": source(),
        "query": { "query": query, "refId": "A" },
        "definition": query,
        "current": {},
        "hide": 0,
        "includeAll": false,
        "multi": false,
        "options": [],
        "refresh": 2,
        "regex": "",
        "sort": order as u8,
    })
}

/// The same, with any number of values, all at first.
pub fn of_labels(name: &str, label: &str, query: &str) -> Value {
    let mut variable = of_label(name, label, query, Order::Alphabetical);
    variable["multi"] = json!(true);
    variable["includeAll"] = json!(true);
    variable["allValue"] = json!(".*");
    variable["current"] = json!({ "text": ["All"], "value": ["$__all"] });
    variable
}

/// A variable over the windows that are exposed, which begins with `first` where that is among them.
pub fn of_windows(name: &str, label: &str, query: &str, first: &str) -> Value {
    let mut variable = of_label(name, label, query, Order::Numerical);
    variable["current"] = json!({ "text": first, "value": first });
    variable
}

/// The same variable without a field to choose in.
pub fn hidden(mut variable: Value) -> Value {
    variable["hide"] = json!(2);
    variable
}
