//! The rules for Prometheus: promtool takes them, every alert is tested to be raised and not to be,
//! and its runbook is there.

use crate::declared::Declared;
use crate::{files, path};
use regex::Regex;
use std::collections::BTreeSet;
use std::process::Command;

const RULES: &str = "deploy/prometheus/rules";
const TESTS: &str = "deploy/prometheus/tests";

fn promtool(arguments: &[&str], folder: &str, ending: &str) -> String {
    let files: Vec<_> =
        files(folder, ending).into_iter().map(|(name, _)| path(folder).join(name)).collect();
    assert!(!files.is_empty(), "{folder}");
    let run = Command::new("promtool").args(arguments).args(files).output();
    let run = run.expect("promtool, of Debian's package `prometheus`, is installed");
    let told = [run.stdout, run.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(run.status.success(), "promtool {arguments:?}: {told}");
    told
}

/// What follows a word on the lines of all files of a folder.
fn after(folder: &str, word: &str) -> Vec<String> {
    let found = Regex::new(&format!(r"(?m)\b{word}: *([^\s,}}]+)")).unwrap();
    let files = files(folder, ".yml");
    let texts = files.iter().flat_map(|(_, text)| found.captures_iter(text));
    texts.map(|found| found[1].to_owned()).collect()
}

#[test]
fn promtool_takes_every_rule_and_the_example_configuration() {
    promtool(&["check", "rules", "--lint-fatal"], RULES, ".yml");
    let told = promtool(&["check", "config"], "deploy/prometheus", "prometheus.yml");
    assert!(told.contains("SUCCESS: 4 rule files found"), "{told}");
    assert!(!told.contains("FAILED"), "{told}");
}

#[test]
fn every_alert_is_raised_and_not_raised_as_its_tests_say() {
    let told = promtool(&["test", "rules"], TESTS, ".test.yml");
    assert!(!told.contains("FAILED"), "{told}");
    let alerts: BTreeSet<String> = after(RULES, "alert").into_iter().collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    let tests: String = files(TESTS, ".test.yml").into_iter().map(|(_, text)| text).collect();
    for alert in alerts {
        let quiet = format!("alertname: {alert} }}");
        assert!(tests.contains(&quiet), "{alert} is never tested to stay away");
        let raised = Regex::new(&format!("alertname: {alert}\n +exp_alerts:\n")).unwrap();
        assert!(raised.is_match(&tests), "{alert} is never tested to be raised");
    }
}

#[test]
fn every_alert_has_a_section_in_the_runbook_and_every_section_an_alert() {
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words
    };
    let alerts = sorted(after(RULES, "alert"));
    let runbook = std::fs::read_to_string(path("docs/alerts.md")).unwrap();
    let sections = runbook.lines().filter_map(|line| line.strip_prefix("## "));
    assert_eq!(alerts, sorted(sections.map(str::to_owned).collect()));
    let anchors: Vec<String> =
        alerts.iter().map(|alert| format!("docs/alerts.md#{}", alert.to_lowercase())).collect();
    assert_eq!(sorted(after(RULES, "runbook_url")), sorted(anchors));
}

#[test]
fn rules_ask_only_for_what_exists() {
    let declared = Declared::new();
    let recorded: BTreeSet<String> = after(RULES, "record").into_iter().collect();
    let of_rules = Regex::new(r"\b(?:team|dora_exporter):[a-z0-9_:]+").unwrap();
    let mut problems = Vec::new();
    for (name, text) in files(RULES, ".yml") {
        for used in of_rules.find_iter(&text).filter(|used| !recorded.contains(used.as_str())) {
            problems.push(format!("{name}: nothing records {}", used.as_str()));
        }
        let text = of_rules.replace_all(&text, "recorded");
        problems.extend(declared.problems(&text).into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
