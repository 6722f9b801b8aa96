//! What may be asked for: every family that the exporter declares, with its labels and their values.

use delivery::domain::{Collector, Pin};
use delivery::ledger::Reason;
use delivery::measures::{BENCHMARK, Level, Measure, OpenState, PHASES};
use dora_exporter::exposition::{Format, Kind, OwnMetrics, families, reference};
use dora_exporter::sources::SourceError;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// Labels that Prometheus gives to everything that it scrapes.
const TARGET: [&str; 2] = ["instance", "job"];

/// Names of series with the labels that they bear.
pub struct Declared {
    labels: BTreeMap<String, BTreeSet<String>>,
    names: Regex,
    matchers: Regex,
    grouping: Regex,
}

impl Declared {
    /// From the declarations, and what the exporter says of its own process.
    pub fn new() -> Declared {
        let mut labels = BTreeMap::new();
        for family in families() {
            add(
                &mut labels,
                family.name(),
                family.kind().name(),
                family.labels().map(str::to_owned),
            );
        }
        // The exporter's own are told by the reference only.
        let reference = reference();
        let (_, own) = reference.split_once("## The exporter itself").unwrap();
        for row in own.lines().filter_map(|line| line.strip_prefix("| `")) {
            let (name, rest) = row.split_once('`').unwrap();
            let mut cells = rest.split('|').skip(1);
            let kind = cells.next().unwrap().trim();
            let told =
                cells.next().unwrap().split(',').map(|label| label.trim_matches([' ', '`', '–']));
            add(&mut labels, name, kind, told.filter(|label| !label.is_empty()).map(str::to_owned));
        }
        let scrape = OwnMetrics::new().unwrap().text(Format::Text, None);
        for line in String::from_utf8(scrape).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("# TYPE process_") {
                let (name, kind) = rest.split_once(' ').unwrap();
                add(&mut labels, &format!("process_{name}"), kind, []);
            }
        }
        let regex = |text: &str| Regex::new(text).unwrap();
        Declared {
            labels,
            names: regex(r"\b((?:dora|process|space|platform)_[a-z0-9_]+)(\{[^}]*\})?"),
            matchers: regex(r#"([a-z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)""#),
            grouping: regex(r"\b(?:by|on)\s*\(([^)]*)\)"),
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// What an expression asks for that does not exist, in words.
    pub fn problems(&self, expression: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let mut known: BTreeSet<&str> = TARGET.into();
        for found in self.names.captures_iter(expression) {
            let name = &found[1];
            let Some(labels) = self.labels.get(name) else {
                problems.push(format!("there is no {name}"));
                continue;
            };
            known.extend(labels.iter().map(String::as_str));
            let matchers = found.get(2).map_or("", |matchers| matchers.as_str());
            for matcher in self.matchers.captures_iter(matchers) {
                let (label, value) = (&matcher[1], &matcher[3]);
                if !labels.contains(label) && !TARGET.contains(&label) {
                    problems.push(format!("{name} has no label {label}"));
                } else if !value.contains('$') && !is_value(label, value) {
                    problems.push(format!("{label} is never `{value}`"));
                }
            }
        }
        for grouping in self.grouping.captures_iter(expression) {
            let labels = grouping[1].split(',').map(str::trim).filter(|label| !label.is_empty());
            for label in labels.filter(|label| !known.contains(label)) {
                problems.push(format!("nothing here has the label {label} to group by"));
            }
        }
        problems
    }

    /// The names that an expression asks for.
    pub fn names<'a>(&self, expression: &'a str) -> BTreeSet<&'a str> {
        let found = self.names.captures_iter(expression);
        found.map(|found| found.get(1).unwrap().as_str()).collect()
    }
}

fn add(
    known: &mut BTreeMap<String, BTreeSet<String>>,
    name: &str,
    kind: &str,
    labels: impl IntoIterator<Item = String>,
) {
    let labels: BTreeSet<String> = labels.into_iter().collect();
    if kind != Kind::Histogram.name() {
        known.insert(name.to_owned(), labels);
        return;
    }
    let mut bucket = labels.clone();
    bucket.insert("le".to_owned());
    known.insert(format!("{name}_bucket"), bucket);
    known.insert(format!("{name}_sum"), labels.clone());
    known.insert(format!("{name}_count"), labels);
}

/// Whether a label that has a known set of values may have this one.
fn is_value(label: &str, value: &str) -> bool {
    match label {
        "window" => ["7d", "30d", "90d"].contains(&value),
        "stat" => ["p50", "p85", "p95", "mean"].contains(&value),
        "state" => OpenState::ALL.iter().any(|state| state.name() == value),
        "phase" => PHASES.iter().any(|phase| phase.name() == value),
        "level" => Level::ALL.iter().any(|level| level.name() == value),
        "benchmark" => value == BENCHMARK,
        "collector" => value == "sweep" || Collector::EVERY.iter().any(|it| it.name() == value),
        "reason" => {
            SourceError::REASONS.contains(&value) || Reason::ALL.iter().any(|it| it.name() == value)
        }
        "measure" => [
            Measure::ChangeLeadTime,
            Measure::DeploymentFrequency,
            Measure::ChangeFailRate,
            Measure::FailedDeploymentRecoveryTime,
        ]
        .iter()
        .any(|measure| measure.name() == value),
        "pin" => Pin::ALL.iter().any(|pin| pin.name() == value),
        "team" => value == "unowned",
        _ => false,
    }
}
