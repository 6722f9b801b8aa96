//! An exposition as text, taken apart as far as the tests need it.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// One scrape.
#[derive(Clone, Debug)]
pub struct Scrape(pub String);

impl Scrape {
    /// The judged families: all but those about the platform, the exporter and its process.
    pub fn judged(&self) -> String {
        self.beginning_with(&["dora_", "space_"])
    }

    /// All families but those about the exporter and its process.
    pub fn figures(&self) -> String {
        self.beginning_with(&["dora_", "space_", "platform_"])
    }

    /// Those about the platform.
    pub fn platform(&self) -> String {
        self.beginning_with(&["platform_"])
    }

    fn beginning_with(&self, prefixes: &[&str]) -> String {
        let mut kept = String::new();
        for line in self.0.lines() {
            let name = line.trim_start_matches("# HELP ").trim_start_matches("# TYPE ");
            let is_own = name.starts_with("dora_exporter_");
            if !is_own && prefixes.iter().any(|prefix| name.starts_with(prefix)) {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        kept
    }

    /// Every sample by its series: `name{labels}`.
    pub fn samples(&self) -> BTreeMap<String, f64> {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        let pair = |line: &str| {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
            (series.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
        };
        samples.map(pair).collect()
    }

    /// The gauges that facts and the instant alone decide, line by line: neither what counts since
    /// a birth nor when the daemon happened to ask.
    pub fn gauges(&self) -> Vec<String> {
        let mut gauges = self.of_type(|kind| kind == "gauge");
        gauges.retain(|line| !line.contains("_data_through_timestamp_seconds"));
        gauges
    }

    /// What counts since a birth: the judged counters and histograms, line by line.
    pub fn counted(&self) -> Vec<String> {
        self.of_type(|kind| kind != "gauge")
    }

    fn of_type(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let mut kind = "";
        let text = self.judged();
        let lines = text.lines().filter(|line| {
            if let Some(declared) = line.strip_prefix("# TYPE ") {
                kind = declared.rsplit(' ').next().unwrap_or_default();
            }
            !line.starts_with('#') && wanted(kind)
        });
        lines.map(str::to_owned).collect()
    }

    /// The sum over the samples of a name whose labels contain all of `labels`; absent without any.
    pub fn get(&self, name: &str, labels: &[&str]) -> Option<f64> {
        let samples = self.samples();
        let mut found = samples
            .iter()
            .filter(|(series, _)| series.split('{').next() == Some(name))
            .filter(|(series, _)| labels.iter().all(|label| series.contains(label)))
            .map(|(_, value)| *value)
            .peekable();
        found.peek()?;
        Some(found.sum())
    }

    /// [`Scrape::get`] of what must be there.
    #[track_caller]
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        self.get(name, labels).unwrap_or_else(|| panic!("no {name} with {labels:?} in\n{}", self.0))
    }

    /// What promtool complains about, line by line.
    pub fn complaints(&self) -> Vec<String> {
        let mut promtool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("promtool: install Debian's package `prometheus`");
        promtool.stdin.take().unwrap().write_all(self.0.as_bytes()).unwrap();
        let output = promtool.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
    }
}

/// The first lines in which two lists of gauges differ, for messages.
pub fn difference(left: &[String], right: &[String]) -> String {
    let only = |a: &[String], b: &[String], mark: &str| -> Vec<String> {
        a.iter().filter(|line| !b.contains(line)).map(|line| format!("{mark} {line}")).collect()
    };
    let mut lines = only(left, right, "-");
    lines.extend(only(right, left, "+"));
    lines.sort_by_key(|line| line.get(2..).map(str::to_owned));
    lines.truncate(40);
    lines.join("\n")
}
