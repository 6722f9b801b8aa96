//! A format's whole body: chunks in their order, which formats share where they do not differ.

use super::chunks::{Chunk, Chunks};
use super::deflate::{Deflater, HEADER};
use bytes::Bytes;
use crc32fast::Hasher;
use std::ops::Range;

/// The runs of memory that a body consists of; none of them is copied.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    plain: Vec<Bytes>,
    deflated: Vec<Bytes>,
    /// The checksum of the plain text, with its length.
    checksum: Hasher,
    length: usize,
}

/// Chunks that lie one after the other in the same memory.
struct Run<'a> {
    of: &'a Chunks,
    text: Range<usize>,
    deflated: Range<usize>,
}

impl Sequence {
    /// The chunks of `common`, with those of `own` in place of the ones at the same places.
    pub(super) fn of(common: &Chunks, own: &Chunks) -> Sequence {
        let mut sequence = Sequence::default();
        let mut run: Option<Run<'_>> = None;
        for chunk in &common.chunks {
            let (of, chunk) = own.at(chunk.key).map_or((common, chunk), |chunk| (own, chunk));
            sequence.checksum.combine(&chunk.checksum);
            sequence.length += chunk.text.len();
            match &mut run {
                Some(run) if run.goes_on_with(of, chunk) => {
                    run.text.end = chunk.text.end;
                    run.deflated.end = chunk.deflated.end;
                }
                _ => {
                    let (text, deflated) = (chunk.text.clone(), chunk.deflated.clone());
                    sequence.extend(run.replace(Run { of, text, deflated }));
                }
            }
        }
        sequence.extend(run);
        sequence
    }

    fn extend(&mut self, run: Option<Run<'_>>) {
        if let Some(run) = run {
            self.plain.push(run.of.text.slice(run.text));
            self.deflated.push(run.of.deflated.slice(run.deflated));
        }
    }

    /// The body that ends with `last`, in parts; with `gzip` they are one gzip member.
    pub(super) fn body(&self, last: Bytes, gzip: bool) -> Vec<Bytes> {
        if !gzip {
            return self.plain.iter().cloned().chain([last]).collect();
        }
        let mut checksum = self.checksum.clone();
        checksum.update(&last);
        let length = self.length + last.len();
        let mut end = Vec::new();
        Deflater::new().last(&last, &mut end);
        end.extend_from_slice(&checksum.finalize().to_le_bytes());
        // The format keeps the length modulo 2^32.
        end.extend_from_slice(&(length as u32).to_le_bytes());
        let header = Bytes::from_static(&HEADER);
        [header].into_iter().chain(self.deflated.iter().cloned()).chain([end.into()]).collect()
    }
}

impl Run<'_> {
    fn goes_on_with(&self, of: &Chunks, chunk: &Chunk) -> bool {
        std::ptr::eq(self.of, of)
            && self.text.end == chunk.text.start
            && self.deflated.end == chunk.deflated.start
    }
}
