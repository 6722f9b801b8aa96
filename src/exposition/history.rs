//! Figures of many instants as one OpenMetrics file, which `promtool tsdb create-blocks-from
//! openmetrics` turns into blocks for Prometheus. OpenMetrics wants a family in one place and each
//! of its series in one place within, in order of time, while figures come instant by instant: so
//! each family is kept in a temporary file of its own until the end, and only one at a time lies in
//! memory. Absent: the exporter's own metrics, whose past nobody knows.

use super::families::families;
use super::figures::{Exposure, FigureSet};
use super::float::{write_bound, write_value};
use super::format::Format;
use super::histogram::Exemplar;
use super::samples::Sorted;
use super::writer::{Samples, header, write_label};
use delivery::domain::Time;
use std::io::{self, Read, Seek, Write};
use tempfile::{SpooledTempFile, spooled_tempfile};

/// How much of a family stays in memory before it goes to the disk.
const SPOOLED: usize = 1 << 20;
/// Stands between a sample's metric and its line in the temporary files, and in no label: it is no
/// part of UTF-8.
const SEPARATOR: u8 = 0xFF;

/// What has been written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Instants.
    pub instants: u64,
    /// Samples of all instants.
    pub samples: u64,
}

/// Figures of the past, while they are gathered.
#[derive(Debug)]
pub struct PastFigures {
    exposure: Exposure,
    /// One for each family, in the order of the exposition.
    files: Vec<SpooledTempFile>,
    written: Written,
}

impl PastFigures {
    /// Without figures; `exposure` says which families are shown. `max_series` withholds nothing:
    /// what is loaded once is no load on every scrape.
    pub fn new(exposure: Exposure) -> PastFigures {
        let files = families().iter().map(|_| spooled_tempfile(SPOOLED)).collect();
        PastFigures { exposure, files, written: Written::default() }
    }

    /// Takes the figures of an instant, which must be later than all before.
    ///
    /// # Errors
    ///
    /// Where the folder of temporary files cannot be written.
    pub fn add(&mut self, set: &FigureSet, at: Time) -> io::Result<()> {
        let sorted = Sorted::of(set);
        for (family, file) in families().iter().zip(&mut self.files) {
            let mut lines = Lines { name: family.name(), at, ..Lines::default() };
            sorted.walk(family, &self.exposure, 0..sorted.len(family), &mut lines);
            file.write_all(&lines.out)?;
            self.written.samples += lines.samples;
        }
        self.written.instants += 1;
        Ok(())
    }

    /// Writes everything.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written, or a temporary file not be read.
    pub fn write(self, out: &mut impl Write) -> io::Result<Written> {
        for (family, mut file) in families().iter().zip(self.files) {
            let mut records = Vec::new();
            file.rewind()?;
            file.read_to_end(&mut records)?;
            let mut records: Vec<(&[u8], &[u8])> = records
                .split_inclusive(|byte| *byte == b'\n')
                .filter_map(|record| {
                    let at = record.iter().position(|byte| *byte == SEPARATOR)?;
                    Some((&record[..at], &record[at + 1..]))
                })
                .collect();
            if records.is_empty() {
                continue;
            }
            // A stable sort: the samples of a metric stay in the order of time.
            records.sort_by_key(|(metric, _)| *metric);
            let (name, help, kind) = (family.name(), family.help(), family.kind());
            out.write_all(&header(Format::OpenMetrics, name, help, kind))?;
            for (_, line) in records {
                out.write_all(line)?;
            }
        }
        out.write_all(Format::OpenMetrics.end())?;
        Ok(self.written)
    }
}

/// Writes the samples of a family at one instant, each behind the metric that it belongs to.
#[derive(Debug, Default)]
struct Lines<'a> {
    name: &'a str,
    at: Time,
    /// The shared labels, escaped, without braces.
    subject: Vec<u8>,
    out: Vec<u8>,
    samples: u64,
}

impl Lines<'_> {
    fn line(&mut self, metric: &[u8], suffix: &str, labels: &[u8], value: f64) {
        self.out.extend_from_slice(metric);
        self.out.push(SEPARATOR);
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        if !labels.is_empty() {
            self.out.push(b'{');
            self.out.extend_from_slice(labels);
            self.out.push(b'}');
        }
        self.out.push(b' ');
        write_value(&mut self.out, value);
        self.out.push(b' ');
        self.out.extend_from_slice(self.at.0.to_string().as_bytes());
        self.out.push(b'\n');
        self.samples += 1;
    }
}

impl Samples for Lines<'_> {
    fn subject(&mut self, labels: &[(&str, &str)]) {
        self.subject.clear();
        for label in labels {
            write_label(&mut self.subject, label);
        }
    }

    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64) {
        let mut metric = self.subject.clone();
        for label in labels {
            write_label(&mut metric, label);
        }
        self.line(&metric, suffix, &metric, value);
    }

    fn bucket(&mut self, bound: f64, count: u64, _exemplar: Option<&Exemplar>) {
        let metric = self.subject.clone();
        let mut labels = metric.clone();
        if !labels.is_empty() {
            labels.push(b',');
        }
        labels.extend_from_slice(b"le=\"");
        write_bound(&mut labels, bound);
        labels.push(b'"');
        self.line(&metric, "_bucket", &labels, count as f64);
    }

    /// Since when something counts is the same at every instant, and no figure of the past.
    fn created(&mut self, _labels: &[(&str, &str)], _at: Time) {}
}

#[cfg(test)]
mod tests;
