//! The prepared exposition: a scrape shares its bytes and adds the exporter's own metrics.

use super::chunks::{Chunk, ChunkKey, Chunks, Previous, SUBJECTS_PER_CHUNK};
use super::deflate::{Deflater, HEADER};
use super::families::families;
use super::figures::{Exposure, FigureSet};
use super::samples::Sorted;
use super::withhold::withhold;
use super::writer::{Count, Writer};
use bytes::Bytes;
use crc32fast::Hasher;

/// The judged families at one instant, as plain text and as the start of a gzip member.
#[derive(Clone, Debug)]
pub struct Encoded {
    chunks: Vec<Chunk>,
    plain: Bytes,
    gzip: Bytes,
    checksum: Hasher,
    compressed: usize,
    series: usize,
    withheld: Vec<(String, usize)>,
}

impl Default for Encoded {
    /// Nothing judged yet.
    fn default() -> Encoded {
        Encoded {
            chunks: Vec::new(),
            plain: Bytes::new(),
            gzip: Bytes::from_static(&HEADER),
            checksum: Hasher::new(),
            compressed: 0,
            series: 0,
            withheld: Vec::new(),
        }
    }
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
    let capacity = previous.map_or(0, |previous| previous.plain.len() + previous.plain.len() / 8);
    let mut writer = Writer::with_capacity(capacity);
    let mut ends: Vec<(ChunkKey, usize)> = Vec::new();
    for (at, family) in families().iter().enumerate() {
        if counts[at] == 0 || withheld.contains(&at) {
            continue;
        }
        writer.family(family.name(), family.help(), family.kind());
        let subjects = sorted.len(family);
        for (number, start) in (0..subjects).step_by(SUBJECTS_PER_CHUNK).enumerate() {
            let before = writer.len();
            let range = start..subjects.min(start + SUBJECTS_PER_CHUNK);
            sorted.walk(family, exposure, range, &mut writer);
            if writer.len() > before {
                ends.push(((at, number), writer.len()));
            }
        }
    }
    let series = writer.series();
    let previous = previous.map(Encoded::as_previous);
    let chunks = Chunks::cut(writer.into_bytes(), &ends, previous.as_ref());
    let told = withheld.into_iter().map(|at| (families()[at].name().to_owned(), counts[at]));
    Encoded::of(chunks, series, told.collect())
}

impl Encoded {
    fn of(chunks: Chunks, series: usize, withheld: Vec<(String, usize)>) -> Encoded {
        let (checksum, compressed) = (chunks.checksum.clone(), chunks.compressed);
        let (chunks, plain, gzip) = chunks.into_pieces();
        Encoded {
            chunks,
            plain: plain.into(),
            gzip: gzip.into(),
            checksum,
            compressed,
            series,
            withheld,
        }
    }

    fn as_previous(&self) -> Previous<'_> {
        Previous { chunks: &self.chunks, text: &self.plain, deflated: &self.gzip }
    }

    /// A scrape's body in parts, to be sent one after the other: the prepared bytes, which are
    /// shared and not copied, then `own`, the exporter's own metrics as [`super::OwnMetrics::text`]
    /// writes them. With `gzip` the parts are one gzip member.
    pub fn body(&self, own: &[u8], gzip: bool) -> Vec<Bytes> {
        if !gzip {
            return vec![self.plain.clone(), Bytes::copy_from_slice(own)];
        }
        let mut checksum = self.checksum.clone();
        checksum.update(own);
        let length = self.plain.len() + own.len();
        let mut end = Vec::new();
        Deflater::new().last(own, &mut end);
        end.extend_from_slice(&checksum.finalize().to_le_bytes());
        // The format keeps the length modulo 2^32.
        end.extend_from_slice(&(length as u32).to_le_bytes());
        vec![self.gzip.clone(), end.into()]
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
        self.compressed
    }
}
