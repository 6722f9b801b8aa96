//! The one writer of series: Prometheus' text format 0.0.4. It allocates nothing per sample.

use super::family::Kind;
use super::float::{write_bound, write_value};

/// Takes the samples of a family, subject by subject.
pub(super) trait Samples {
    /// The labels that the following samples share.
    fn subject(&mut self, labels: &[(&str, &str)]);
    /// A sample; `suffix` is what its name has beyond the family's.
    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64);
    /// A histogram's bucket with its cumulative count.
    fn bucket(&mut self, bound: f64, count: u64);
}

/// Writes families one after the other.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    series: usize,
    name: String,
    /// HELP and TYPE of a family that has no sample yet; a family without samples is not written.
    header: Vec<u8>,
    /// The shared labels, escaped, without braces.
    subject: Vec<u8>,
}

impl Writer {
    /// A writer with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Writer {
        Writer { out: Vec::with_capacity(bytes), ..Writer::default() }
    }

    /// Starts a family.
    pub(super) fn family(&mut self, name: &str, help: &str, kind: Kind) {
        self.name.clear();
        self.name.push_str(name);
        self.subject.clear();
        self.header.clear();
        for part in ["# HELP ", name, " "] {
            self.header.extend_from_slice(part.as_bytes());
        }
        write_escaped(&mut self.header, help, false);
        for part in ["\n# TYPE ", name, " ", kind.name(), "\n"] {
            self.header.extend_from_slice(part.as_bytes());
        }
    }

    /// How many bytes have been written.
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// How many series have been written; a histogram's buckets, sum and count are each one.
    pub(super) fn series(&self) -> usize {
        self.series
    }

    /// Gives up what has been written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn start(&mut self, suffix: &str) {
        self.out.append(&mut self.header);
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        self.series += 1;
    }

    fn end(&mut self, value: f64) {
        self.out.push(b' ');
        write_value(&mut self.out, value);
        self.out.push(b'\n');
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
        self.start(suffix);
        if !(self.subject.is_empty() && labels.is_empty()) {
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
        self.end(value);
    }

    fn bucket(&mut self, bound: f64, count: u64) {
        self.start("_bucket");
        self.out.push(b'{');
        self.out.extend_from_slice(&self.subject);
        if !self.subject.is_empty() {
            self.out.push(b',');
        }
        self.out.extend_from_slice(b"le=\"");
        write_bound(&mut self.out, bound);
        self.out.extend_from_slice(b"\"}");
        self.end(count as f64);
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

    fn bucket(&mut self, _bound: f64, _count: u64) {
        self.0 += 1;
    }
}

fn write_label(out: &mut Vec<u8>, label: &(&str, &str)) {
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

    #[test]
    fn text_is_written_as_the_format_says() {
        let mut writer = Writer::default();
        writer.family("dora_window_deployments", "Deployments.", Kind::Gauge);
        writer.subject(&[("team", "payments"), ("repo", "acme/pay")]);
        writer.sample("", &[("window", "7d")], 3.0);
        writer.sample("", &[("window", "30d")], 12.5);
        writer.family("dora_empty", "Has no series.", Kind::Gauge);
        writer.family("dora_lead_time_hours", "Hours.", Kind::Histogram);
        writer.subject(&[("team", "payments")]);
        writer.bucket(1.0, 2);
        writer.bucket(f64::INFINITY, 3);
        writer.sample("_sum", &[], 7.25);
        writer.sample("_count", &[], 3.0);
        writer.family("up_total", "No labels.", Kind::Counter);
        writer.sample("", &[], 1e6);
        writer.sample("", &[("a", "b"), ("c", "d")], 1.0);
        assert_eq!(writer.series(), 8);
        let expected = r#"# HELP dora_window_deployments Deployments.
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
    fn hostile_names_cannot_leave_their_label() {
        let mut writer = Writer::default();
        writer.family("x", "a \"b\" \\ c\nd", Kind::Gauge);
        writer.subject(&[("team", "a\"} 1\nevil{x=\"")]);
        writer.sample("", &[("repo", "back\\slash\\"), ("component", "ünïcode\u{0}")], 0.0);
        let text = String::from_utf8(writer.into_bytes()).unwrap();
        assert_eq!(
            text,
            "# HELP x a \"b\" \\\\ c\\nd\n# TYPE x gauge\n\
             x{team=\"a\\\"} 1\\nevil{x=\\\"\",repo=\"back\\\\slash\\\\\",component=\"ünïcode\u{0}\"} 0\n"
        );
        assert_eq!(text.lines().count(), 3);
    }
}
