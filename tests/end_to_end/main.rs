//! The whole chain with nothing of ours at its end: the built binary's demo and its history, scraped
//! and loaded by a real Prometheus, which must answer every dashboard's queries and one for each
//! family with numbers. Sleeping is allowed here, and only here: both ends are other processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dashboards;
mod demo;
mod prometheus;

use demo::Demo;
use dora_exporter::exposition::{Kind, families, reference};
use prometheus::{Prometheus, Sample};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long figures may take to be complete: the first collection (seconds, in an optimised build),
/// the 20 seconds after which the demo's lead times of the past enter, and a slow machine.
const COMPLETE_WITHIN: Duration = Duration::from_secs(120);
/// How long the demo may take to ship something new.
const SHIPS_WITHIN: Duration = Duration::from_secs(40);

/// Families that are absent in the demo: the limit of series withholds nothing, nothing is left of the
/// first collection, and no webhook is taken.
const ABSENT: [&str; 3] = [
    "dora_exporter_series_withheld",
    "dora_exporter_source_backfill_remaining_seconds",
    "dora_exporter_webhook_events_total",
];

#[test]
fn a_real_prometheus_gets_numbers_for_every_dashboard_and_every_family() {
    let mut demo = Demo::start();
    let prometheus = Prometheus::start(demo.port, &demo.history());

    until("every repository's history is complete", COMPLETE_WITHIN, || {
        let incomplete = prometheus.query("count(dora_exporter_backfill_complete == 0)");
        let complete = prometheus.query("count(dora_exporter_backfill_complete == 1)");
        let done = incomplete.is_empty() && complete.iter().any(|sample| sample.value >= 30.0);
        done.then_some(()).ok_or_else(|| format!("{complete:?} complete, {incomplete:?} not"))
    });
    for expression in expressions("tests/data/original_panels.json") {
        panel_shows_numbers(&prometheus, &expression);
    }
    shipments_arrive(&prometheus);
    for query in family_queries() {
        gives_numbers(&prometheus, &query);
    }
    labels_are_the_exporters(&prometheus);
    levels_agree(&prometheus);
    dashboards::every_query_is_answered(&prometheus);
    let explained = demo.explain();
    for part in ["change_fail_rate, 30d: ", "\nfailures: ", "not production", "/commit/"] {
        assert!(explained.contains(part), "{part}: {explained}");
    }

    let status = demo.stop();
    assert!(status.success(), "after SIGTERM the demo ended with {status}");
}

#[test]
fn the_shipped_dashboard_asks_what_the_original_asked() {
    let original = expressions("tests/data/original_panels.json");
    assert_eq!(original.len(), 3);
    assert_eq!(expressions("dashboards/seed.json"), original);
}

/// An average is one number. A quantile by component is a number wherever something was shipped;
/// elsewhere Prometheus itself says NaN, the quantile of nothing.
fn panel_shows_numbers(prometheus: &Prometheus, expression: &str) {
    until(expression, COMPLETE_WITHIN, || {
        let panel = prometheus.query(expression);
        if !panel.iter().any(|sample| sample.value.is_finite()) {
            return Err(format!("no number among {panel:?}"));
        }
        if !expression.starts_with("histogram_quantile") {
            return if panel.len() == 1 { Ok(()) } else { Err(format!("{panel:?}")) };
        }
        let shipped = r#"dora_window_changes{window="30d"} > 0"#;
        let wanting = format!("({shipped}) unless on (team, repo, component) ({expression} >= 0)");
        let wanting = prometheus.query(&wanting);
        if wanting.is_empty() { Ok(()) } else { Err(format!("no number for {wanting:?}")) }
    });
}

/// What the demo ships while it is watched reaches the histogram.
fn shipments_arrive(prometheus: &Prometheus) {
    let shipped = || one(&prometheus.query("sum(dora_lead_time_hours_count)"));
    let before = shipped();
    until("live shipments", SHIPS_WITHIN, || {
        let now = shipped();
        if now > before { Ok(()) } else { Err(format!("{now} changes, as before")) }
    });
}

fn gives_numbers(prometheus: &Prometheus, query: &str) {
    until(query, SHIPS_WITHIN, || {
        let series = prometheus.query(query);
        let numbers = series.iter().all(|sample| sample.value.is_finite());
        if !series.is_empty() && numbers { Ok(()) } else { Err(format!("{series:?}")) }
    });
}

/// A query as a dashboard would ask it, for each family of the reference.
fn family_queries() -> Vec<String> {
    let documented = documented();
    for family in families() {
        let kind = family.kind().name().to_owned();
        assert!(documented.contains(&(family.name().to_owned(), kind)), "{}", family.name());
    }
    let present = documented.iter().filter(|(name, _)| !ABSENT.contains(&name.as_str()));
    present
        .map(|(name, kind)| match kind.as_str() {
            kind if kind == Kind::Gauge.name() => name.clone(),
            kind if kind == Kind::Counter.name() => format!("rate({name}[1m])"),
            kind if kind == Kind::Histogram.name() => {
                format!("histogram_quantile(0.5, sum by (le) (rate({name}_bucket[30d])))")
            }
            kind => panic!("{name} has the unknown type {kind}"),
        })
        .collect()
}

/// Names and types of all families, from the tables that users read.
fn documented() -> Vec<(String, String)> {
    let reference = reference();
    let rows = reference.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once('`')?;
        Some((name.to_owned(), rest.split('|').nth(1)?.trim().to_owned()))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > families().len(), "the exporter's own families are documented too");
    rows
}

/// The target bears a label `team` of its own, which must not take the place of the exporter's.
fn labels_are_the_exporters(prometheus: &Prometheus) {
    let teams = r#"count(group by (team) (dora_window_deployments{team!="the-target"}))"#;
    assert_eq!(one(&prometheus.query(teams)), 9.0, "eight teams, and `unowned`");
    assert!(prometheus.query(r#"{exported_team=~".+"}"#).is_empty());
}

/// Within one scrape a team counts what its components count, and the organisation what teams do.
fn levels_agree(prometheus: &Prometheus) {
    let components = "sum by (team, window) (dora_window_deployments)";
    let teams = "dora_team_window_deployments";
    let differ = prometheus.query(&format!("{components} != on (team, window) {teams}"));
    assert!(differ.is_empty(), "{differ:?}");
    let agree = format!("sum by (window) ({teams}) == on (window) dora_org_window_deployments");
    assert_eq!(prometheus.query(&agree).len(), 3, "7d, 30d and 90d");
}

/// All expressions of a dashboard's panels, in order.
fn expressions(dashboard: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(dashboard);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{dashboard}: {error}"));
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    panels
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

fn one(samples: &[Sample]) -> f64 {
    assert_eq!(samples.len(), 1, "{samples:?}");
    samples[0].value
}

/// Asks again until it is so; fails with what was last wrong.
fn until(what: &str, patience: Duration, mut check: impl FnMut() -> Result<(), String>) {
    let deadline = Instant::now() + patience;
    while let Err(wrong) = check() {
        assert!(Instant::now() < deadline, "not within {patience:?}: {what}: {wrong}");
        std::thread::sleep(Duration::from_millis(500));
    }
}
