//! The prepared exposition: a scrape shares its bytes and adds the exporter's own metrics.

use super::chunks::{ChunkKey, Chunks, SUBJECTS_PER_CHUNK};
use super::families::families;
use super::family::{Family, Kind};
use super::figures::{Exposure, FigureSet};
use super::format::Format;
use super::samples::Sorted;
use super::sequence::Sequence;
use super::withhold::withhold;
use super::writer::{Count, Writer};
use bytes::Bytes;

/// The judged families at one instant, in all formats, plain and as the start of a gzip member.
#[derive(Clone, Debug, Default)]
pub struct Encoded {
    text: Chunks,
    /// Only the chunks that OpenMetrics writes otherwise.
    open_metrics: Chunks,
    text_body: Sequence,
    open_metrics_body: Sequence,
    shows_created: bool,
    series: usize,
    withheld: Vec<(String, usize)>,
}

/// Encodes figures. Chunks that did not change since `previous` are taken from it.
pub fn encode(set: &FigureSet, exposure: &Exposure, previous: Option<&Encoded>) -> Encoded {
    let sorted = Sorted::of(set);
    let counts: Vec<usize> = families()
        .iter()
        .map(|family| {
            let mut count = Count::default();
            sorted.walk(family, exposure, 0..sorted.len(family), &mut count);
            count.0
        })
        .collect();
    let withheld = withhold(families(), &counts, exposure.max_series);
    let mut both = Both::like(previous);
    for (at, family) in families().iter().enumerate() {
        if counts[at] > 0 && !withheld.contains(&at) {
            both.write(at, family, &sorted, exposure);
        }
    }
    let text = both.text.cut(previous.map(|previous| &previous.text));
    let open_metrics = both.open_metrics.cut(previous.map(|previous| &previous.open_metrics));
    let told = withheld.iter().map(|at| (families()[*at].name().to_owned(), counts[*at]));
    let told: Vec<(String, usize)> = told.collect();
    Encoded {
        text_body: Sequence::of(&text, &Chunks::default()),
        open_metrics_body: Sequence::of(&text, &open_metrics),
        text,
        open_metrics,
        shows_created: exposure.created_timestamps,
        series: counts.iter().sum::<usize>() - told.iter().map(|(_, count)| count).sum::<usize>(),
        withheld: told,
    }
}

/// The chunks of one format, while they are written.
struct Written {
    writer: Writer,
    ends: Vec<(ChunkKey, usize)>,
}

impl Written {
    /// Room for a little more than the last time, so that it need not be moved while it grows.
    fn like(format: Format, previous: Option<&Chunks>) -> Written {
        let length = previous.map_or(0, |previous| previous.text.len());
        Written { writer: Writer::with_capacity(format, length + length / 8), ends: Vec::new() }
    }

    fn cut(self, previous: Option<&Chunks>) -> Chunks {
        Chunks::cut(self.writer.into_bytes(), &self.ends, previous)
    }
}

/// Both formats: every chunk as text, and as OpenMetrics those that differ.
struct Both {
    text: Written,
    open_metrics: Written,
}

impl Both {
    fn like(previous: Option<&Encoded>) -> Both {
        Both {
            text: Written::like(Format::Text, previous.map(|previous| &previous.text)),
            open_metrics: Written::like(
                Format::OpenMetrics,
                previous.map(|previous| &previous.open_metrics),
            ),
        }
    }

    fn write(&mut self, at: usize, family: &Family, sorted: &Sorted<'_>, exposure: &Exposure) {
        let (text, open) = (&mut self.text, &mut self.open_metrics);
        // Gauges are the same in all formats, unless quotes are escaped in their HELP.
        let may_differ = family.kind() != Kind::Gauge || family.help().contains('"');
        text.writer.family(family.name(), family.help(), family.kind());
        open.writer.family(family.name(), family.help(), family.kind());
        let subjects = sorted.len(family);
        for (number, start) in (0..subjects).step_by(SUBJECTS_PER_CHUNK).enumerate() {
            let range = start..subjects.min(start + SUBJECTS_PER_CHUNK);
            let from = text.writer.len();
            sorted.walk(family, exposure, range.clone(), &mut text.writer);
            if text.writer.len() == from {
                continue;
            }
            text.ends.push(((at, number), text.writer.len()));
            if !may_differ {
                continue;
            }
            let open_from = open.writer.len();
            sorted.walk(family, exposure, range, &mut open.writer);
            if open.writer.since(open_from) == text.writer.since(from) {
                open.writer.take_back(open_from);
            } else {
                open.ends.push(((at, number), open.writer.len()));
            }
        }
    }
}

impl Encoded {
    /// A scrape's body in parts, to be sent one after the other: the prepared bytes, which are
    /// shared and not copied, then `own`, the exporter's own metrics as [`super::OwnMetrics::text`]
    /// writes them in the same format. With `gzip` the parts are one gzip member.
    pub fn body(&self, format: Format, own: &[u8], gzip: bool) -> Vec<Bytes> {
        let last = Bytes::from([own, format.end()].concat());
        match format {
            Format::Text => self.text_body.body(last, gzip),
            Format::OpenMetrics => self.open_metrics_body.body(last, gzip),
        }
    }

    /// Whether OpenMetrics tells since when counters and histograms have counted.
    pub fn shows_created(&self) -> bool {
        self.shows_created
    }

    /// How many series there are, without the exporter's own.
    pub fn series(&self) -> usize {
        self.series
    }

    /// Families that `max_series` withholds, with the number of their series.
    pub fn withheld(&self) -> &[(String, usize)] {
        &self.withheld
    }

    /// How many chunks had to be compressed: those that changed since the previous exposition.
    pub fn compressed_chunks(&self) -> usize {
        self.text.compressed + self.open_metrics.compressed
    }

    /// How many bytes are kept for all formats together, compressed and plain.
    pub fn prepared_bytes(&self) -> usize {
        [&self.text, &self.open_metrics]
            .map(|chunks| chunks.text.len() + chunks.deflated.len())
            .iter()
            .sum()
    }
}
