//! The one writer of series, for all formats. It allocates nothing per sample.

use super::family::Kind;
use super::float::{write_bound, write_integer, write_value};
use super::format::Format;
use super::histogram::Exemplar;
use delivery::domain::Time;

/// Takes the samples of a family, subject by subject.
pub(super) trait Samples {
    /// The labels that the following samples share.
    fn subject(&mut self, labels: &[(&str, &str)]);
    /// A sample; `suffix` is what its name has beyond the family's.
    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64);
    /// A histogram's bucket with its cumulative count and an example of what it counted.
    fn bucket(&mut self, bound: f64, count: u64, exemplar: Option<&Exemplar>);
    /// Since when the counter or histogram has counted.
    fn created(&mut self, labels: &[(&str, &str)], at: Time);
}

/// Writes families one after the other.
#[derive(Debug)]
pub(super) struct Writer {
    format: Format,
    out: Vec<u8>,
    name: String,
    /// How much of the name HELP and TYPE bear.
    family_name: usize,
    /// HELP and TYPE of a family that has no sample yet; a family without samples is not written.
    header: Vec<u8>,
    /// The shared labels, escaped, without braces.
    subject: Vec<u8>,
}

impl Writer {
    /// A writer with room for so many bytes.
    pub(super) fn with_capacity(format: Format, bytes: usize) -> Writer {
        Writer {
            format,
            out: Vec::with_capacity(bytes),
            name: String::new(),
            family_name: 0,
            header: Vec::new(),
            subject: Vec::new(),
        }
    }

    /// Starts a family.
    pub(super) fn family(&mut self, name: &str, help: &str, kind: Kind) {
        self.name.clear();
        self.name.push_str(name);
        self.subject.clear();
        self.header = header(self.format, name, help, kind);
        self.family_name = self.format.family_name(name, kind).len();
    }

    /// How many bytes have been written.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// What has been written from `start` on.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        &self.out[start..]
    }

    /// Takes back what has been written from `start` on.
    pub(super) fn take_back(&mut self, start: usize) {
        self.out.truncate(start);
    }

    /// Gives up what has been written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// Starts a sample whose name is so much of the family's and a suffix.
    fn start(&mut self, name: usize, suffix: &str) {
        self.out.append(&mut self.header);
        self.out.extend_from_slice(&self.name.as_bytes()[..name]);
        self.out.extend_from_slice(suffix.as_bytes());
    }

    fn labels(&mut self, labels: &[(&str, &str)]) {
        if self.subject.is_empty() && labels.is_empty() {
            return;
        }
        self.out.push(b'{');
        let start = self.out.len();
        self.out.extend_from_slice(&self.subject);
        for label in labels {
            if self.out.len() > start {
                self.out.push(b',');
            }
            write_pair(&mut self.out, label);
        }
        self.out.push(b'}');
    }

    fn value(&mut self, value: f64) {
        self.out.push(b' ');
        write_value(&mut self.out, value);
    }

    fn exemplar(&mut self, exemplar: &Exemplar) {
        self.out.extend_from_slice(b" # {pr=\"");
        write_integer(&mut self.out, exemplar.pull);
        self.out.extend_from_slice(b"\"}");
        self.value(exemplar.value);
    }
}

impl Samples for Writer {
    fn subject(&mut self, labels: &[(&str, &str)]) {
        self.subject.clear();
        for label in labels {
            write_label(&mut self.subject, label);
        }
    }

    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64) {
        self.start(self.name.len(), suffix);
        self.labels(labels);
        self.value(value);
        self.out.push(b'\n');
    }

    fn bucket(&mut self, bound: f64, count: u64, exemplar: Option<&Exemplar>) {
        self.start(self.name.len(), "_bucket");
        self.out.push(b'{');
        self.out.extend_from_slice(&self.subject);
        if !self.subject.is_empty() {
            self.out.push(b',');
        }
        self.out.extend_from_slice(b"le=\"");
        write_bound(&mut self.out, bound);
        self.out.extend_from_slice(b"\"}");
        self.value(count as f64);
        if let Some(exemplar) = exemplar.filter(|_| self.format == Format::OpenMetrics) {
            self.exemplar(exemplar);
        }
        self.out.push(b'\n');
    }

    fn created(&mut self, labels: &[(&str, &str)], at: Time) {
        // Prometheus' text format knows no such sample.
        if self.format == Format::OpenMetrics {
            self.start(self.family_name, "_created");
            self.labels(labels);
            self.value(at.0 as f64);
            self.out.push(b'\n');
        }
    }
}

/// Counts series without writing them.
#[derive(Debug, Default)]
pub(super) struct Count(pub(super) usize);

impl Samples for Count {
    fn subject(&mut self, _labels: &[(&str, &str)]) {}

    fn sample(&mut self, _suffix: &str, _labels: &[(&str, &str)], _value: f64) {
        self.0 += 1;
    }

    fn bucket(&mut self, _bound: f64, _count: u64, _exemplar: Option<&Exemplar>) {
        self.0 += 1;
    }

    fn created(&mut self, _labels: &[(&str, &str)], _at: Time) {
        self.0 += 1;
    }
}

/// HELP and TYPE of a family.
pub(super) fn header(format: Format, name: &str, help: &str, kind: Kind) -> Vec<u8> {
    let mut out = Vec::new();
    let name = format.family_name(name, kind);
    for part in ["# HELP ", name, " "] {
        out.extend_from_slice(part.as_bytes());
    }
    write_escaped(&mut out, help, format.escapes_quotes_in_help());
    for part in ["\n# TYPE ", name, " ", kind.name(), "\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    out
}

/// A label, after a comma unless it is the first.
pub(super) fn write_label(out: &mut Vec<u8>, label: &(&str, &str)) {
    if !out.is_empty() {
        out.push(b',');
    }
    write_pair(out, label);
}

fn write_pair(out: &mut Vec<u8>, (name, value): &(&str, &str)) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    write_escaped(out, value, true);
    out.push(b'"');
}

/// Backslashes and line feeds are escaped everywhere, quotes in labels only.
fn write_escaped(out: &mut Vec<u8>, text: &str, quotes: bool) {
    let special = |byte: &u8| matches!(byte, b'\\' | b'\n') || (quotes && *byte == b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(special) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(match rest[at] {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn writer(format: Format) -> Writer {
        Writer::with_capacity(format, 0)
    }

    fn write_all_kinds(writer: &mut Writer) {
        writer.family("dora_window_deployments", "\"Deployments\".", Kind::Gauge);
        writer.subject(&[("team", "payments"), ("repo", "acme/pay")]);
        writer.sample("", &[("window", "7d")], 3.0);
        writer.sample("", &[("window", "30d")], 12.5);
        writer.family("dora_empty", "Has no series.", Kind::Gauge);
        writer.family("dora_lead_time_hours", "Hours.", Kind::Histogram);
        writer.subject(&[("team", "payments")]);
        writer.bucket(1.0, 2, Some(&Exemplar { pull: 4_000_000, value: 0.75 }));
        writer.bucket(f64::INFINITY, 3, None);
        writer.sample("_sum", &[], 7.25);
        writer.sample("_count", &[], 3.0);
        writer.created(&[], Time(1_700_000_000));
        writer.family("up_total", "No labels.", Kind::Counter);
        writer.sample("", &[], 1e6);
        writer.created(&[], Time(7));
        writer.sample("", &[("a", "b"), ("c", "d")], 1.0);
        writer.created(&[("a", "b"), ("c", "d")], Time(8));
    }

    #[test]
    fn text_is_written_as_the_format_says() {
        let mut writer = writer(Format::Text);
        write_all_kinds(&mut writer);
        let expected = r#"# HELP dora_window_deployments "Deployments".
# TYPE dora_window_deployments gauge
dora_window_deployments{team="payments",repo="acme/pay",window="7d"} 3
dora_window_deployments{team="payments",repo="acme/pay",window="30d"} 12.5
# HELP dora_lead_time_hours Hours.
# TYPE dora_lead_time_hours histogram
dora_lead_time_hours_bucket{team="payments",le="1.0"} 2
dora_lead_time_hours_bucket{team="payments",le="+Inf"} 3
dora_lead_time_hours_sum{team="payments"} 7.25
dora_lead_time_hours_count{team="payments"} 3
# HELP up_total No labels.
# TYPE up_total counter
up_total 1e+06
up_total{a="b",c="d"} 1
"#;
        assert_eq!(String::from_utf8(writer.into_bytes()).unwrap(), expected);
    }

    #[test]
    fn open_metrics_is_written_as_the_format_says() {
        let mut writer = writer(Format::OpenMetrics);
        write_all_kinds(&mut writer);
        let expected = r#"# HELP dora_window_deployments \"Deployments\".
# TYPE dora_window_deployments gauge
dora_window_deployments{team="payments",repo="acme/pay",window="7d"} 3
dora_window_deployments{team="payments",repo="acme/pay",window="30d"} 12.5
# HELP dora_lead_time_hours Hours.
# TYPE dora_lead_time_hours histogram
dora_lead_time_hours_bucket{team="payments",le="1.0"} 2 # {pr="4000000"} 0.75
dora_lead_time_hours_bucket{team="payments",le="+Inf"} 3
dora_lead_time_hours_sum{team="payments"} 7.25
dora_lead_time_hours_count{team="payments"} 3
dora_lead_time_hours_created{team="payments"} 1.7e+09
# HELP up No labels.
# TYPE up counter
up_total 1e+06
up_created 7
up_total{a="b",c="d"} 1
up_created{a="b",c="d"} 8
"#;
        assert_eq!(String::from_utf8(writer.into_bytes()).unwrap(), expected);
    }

    #[test]
    fn hostile_names_cannot_leave_their_label() {
        for (format, help) in
            [(Format::Text, "a \"b\" \\\\ c\\nd"), (Format::OpenMetrics, "a \\\"b\\\" \\\\ c\\nd")]
        {
            let mut writer = writer(format);
            writer.family("x", "a \"b\" \\ c\nd", Kind::Gauge);
            writer.subject(&[("team", "a\"} 1\nevil{x=\"")]);
            writer.sample("", &[("repo", "back\\slash\\"), ("component", "ünïcode\u{0}")], 0.0);
            let text = String::from_utf8(writer.into_bytes()).unwrap();
            let sample = "x{team=\"a\\\"} 1\\nevil{x=\\\"\",repo=\"back\\\\slash\\\\\",component=\"ünïcode\u{0}\"} 0";
            assert_eq!(text, format!("# HELP x {help}\n# TYPE x gauge\n{sample}\n"));
            assert_eq!(text.lines().count(), 3);
        }
    }
}
