//! The dashboards as Grafana would ask them: variables resolved against a real Prometheus, and every
//! query sent to it as it stands.

use crate::prometheus::{Prometheus, Sample};
use crate::{SHIPS_WITHIN, until};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Queries that have no answer while nothing is wrong, by the panel that asks them.
const EMPTY_IN_HEALTH: [&str; 8] = [
    "Repositories that are still being read",
    "What could not be read, in a day",
    "Families that are withheld",
    "Webhook events",
    "Failures by reason",
    // Which teams have one depends on the day.
    "Open failures",
    "Waiting changes",
    "withheld",
];
/// What is chosen where a variable offers several values, which come in another order from each
/// version of Prometheus. In a week a team may have recovered from nothing.
const CHOSEN: [(&str, &str); 4] =
    [("team", "payments"), ("window", "30d"), ("trend", "30d"), ("own", "30d")];
/// Panels of what GitHub tells of the present only, so that their past begins with the exporter.
const WITHOUT_PAST: [&str; 1] = ["Open changes"];
/// How many of the last 90 days a graph of figures must show: all but holes of a few idle weeks.
const DAYS_SHOWN: usize = 60;

/// Every variable of every dashboard resolves, and every query is answered with numbers; graphs of
/// figures over the months before the exporter was started, too.
pub fn every_query_is_answered(prometheus: &Prometheus) {
    for name in ["overview", "team", "space", "quality", "platform", "health"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("dashboards/{name}.json"));
        let dashboard: Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let variables = variables(prometheus, &dashboard);
        let over_months = dashboard["time"]["from"] == "now-90d";
        for panel in dashboard["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let title = panel["title"].as_str().unwrap();
                let legend = target["legendFormat"].as_str().unwrap();
                let step = panel["interval"].as_str().unwrap_or("30s");
                let query = filled_in(target["expr"].as_str().unwrap(), step, &variables);
                if [title, legend].iter().any(|it| EMPTY_IN_HEALTH.contains(it)) {
                    prometheus.query(&query);
                } else {
                    let has_past = !WITHOUT_PAST.contains(&title);
                    let graph = over_months && has_past && step == "1d";
                    is_answered(prometheus, &format!("{name}, {title}"), &query, graph);
                }
            }
        }
        for annotation in dashboard["annotations"]["list"].as_array().unwrap() {
            let query = filled_in(annotation["expr"].as_str().unwrap(), "1d", &variables);
            let days = prometheus.days(&query);
            assert!(!days.is_empty(), "{name}, {}: {query}", annotation["name"]);
        }
    }
}

fn is_answered(prometheus: &Prometheus, place: &str, query: &str, graph: bool) {
    until(&format!("{place}: {query}"), SHIPS_WITHIN, || {
        let series = prometheus.query(query);
        let numbers = series.iter().filter(|sample| sample.value.is_finite()).count();
        if numbers == 0 { Err(format!("{series:?}")) } else { Ok(()) }
    });
    if graph {
        let longest = prometheus.days(query).into_iter().max().unwrap_or_default();
        assert!(longest >= DAYS_SHOWN, "{place}: {longest} days of {query}");
    }
}

/// The value of each variable, in the order in which they depend on each other.
fn variables(prometheus: &Prometheus, dashboard: &Value) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        if variable["type"] != "query" {
            continue;
        }
        let name = variable["name"].as_str().unwrap();
        let query = filled_in(variable["query"]["query"].as_str().unwrap(), "30s", &values);
        let inner = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
        let (series, label) = inner.and_then(|inner| inner.rsplit_once(", ")).unwrap();
        let found = prometheus.query(&format!("group by ({label}) ({series})"));
        let value = |sample: &Sample| sample.labels[label].as_str().unwrap().to_owned();
        let found: Vec<String> = found.iter().map(value).collect();
        assert!(!found.is_empty() && !found.contains(&String::new()), "{name}: {found:?}");
        let value = if variable["multi"] == true {
            found.join("|")
        } else {
            let chosen = CHOSEN.iter().find(|(variable, _)| *variable == name);
            let chosen = chosen.map_or(found[0].clone(), |(_, value)| (*value).to_owned());
            assert!(found.contains(&chosen), "{name}: {chosen} is not among {found:?}");
            chosen
        };
        values.insert(name.to_owned(), value);
    }
    values
}

/// A query with what Grafana puts in the place of variables.
fn filled_in(query: &str, step: &str, values: &BTreeMap<String, String>) -> String {
    let query = query.replace("$__rate_interval", "1m").replace("$__interval", step);
    values.iter().fold(query, |query, (name, value)| {
        query.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    })
}
