//! Pieces of one gzip member that are compressed apart and joined.
//!
//! Each piece is raw deflate that refers to nothing before itself and ends with a sync flush, on a
//! byte boundary and without the final mark, so that any sequence of pieces followed by a final one
//! is one stream that every gzip reader understands.

use flate2::{Compress, Compression, FlushCompress, Status};

/// The header of a gzip member: deflate, no name, no time, unknown system.
pub(super) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The longest stored block of deflate.
const STORED_LIMIT: usize = 0xffff;

/// Room that compressed data may need beyond its input's length: headers of stored blocks, the
/// flush, and some to spare, so that one call does it.
fn room(input: usize) -> usize {
    input + input / 1_000 + 256
}

/// Compresses pieces, reusing its tables.
pub(super) struct Deflater {
    compress: Compress,
}

impl Deflater {
    pub(super) fn new() -> Deflater {
        Deflater { compress: Compress::new(Compression::default(), false) }
    }

    /// Appends a piece that others may follow.
    pub(super) fn piece(&mut self, input: &[u8], out: &mut Vec<u8>) {
        self.append(input, out, FlushCompress::Sync);
    }

    /// Appends the last piece, which may be empty.
    pub(super) fn last(&mut self, input: &[u8], out: &mut Vec<u8>) {
        self.append(input, out, FlushCompress::Finish);
    }

    fn append(&mut self, input: &[u8], out: &mut Vec<u8>, flush: FlushCompress) {
        let start = out.len();
        self.compress.reset();
        out.reserve(room(input.len()));
        let status = self.compress.compress_vec(input, out, flush);
        let done = match status {
            Ok(Status::StreamEnd) => true,
            // A flush is complete once it leaves room to spare.
            Ok(_) => {
                matches!(flush, FlushCompress::Sync)
                    && self.compress.total_in() == input.len() as u64
                    && out.len() < out.capacity()
            }
            Err(_) => false,
        };
        if !done {
            out.truncate(start);
            store(input, out, matches!(flush, FlushCompress::Finish));
        }
    }
}

/// Appends `input` as it is, in stored blocks: what remains should compression fail.
fn store(input: &[u8], out: &mut Vec<u8>, last: bool) {
    let mut blocks = input.chunks(STORED_LIMIT).peekable();
    if blocks.peek().is_none() {
        stored_block(&[], out, last);
    }
    while let Some(block) = blocks.next() {
        stored_block(block, out, last && blocks.peek().is_none());
    }
}

fn stored_block(block: &[u8], out: &mut Vec<u8>, last: bool) {
    let length = block.len() as u16;
    out.push(u8::from(last));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(!length).to_le_bytes());
    out.extend_from_slice(block);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::io::Read;

    fn inflate(deflated: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut text).unwrap();
        text
    }

    /// Bytes that do not compress.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn pieces_joined_in_any_number_are_one_stream() {
        let pieces = [b"dora ".repeat(10_000), vec![], noise(300_000), b"x".to_vec()];
        let mut deflater = Deflater::new();
        let mut out = Vec::new();
        pieces.iter().for_each(|piece| deflater.piece(piece, &mut out));
        deflater.last(b"end", &mut out);
        assert_eq!(inflate(&out), [pieces.concat().as_slice(), b"end"].concat());
    }

    #[test]
    fn stored_blocks_join_with_compressed_ones() {
        let long = noise(STORED_LIMIT * 2 + 1);
        for input in [&long[..], &long[..STORED_LIMIT], b""] {
            let mut out = Vec::new();
            Deflater::new().piece(b"before", &mut out);
            store(input, &mut out, false);
            Deflater::new().piece(b"between", &mut out);
            store(input, &mut out, true);
            assert_eq!(inflate(&out), [b"before", input, b"between", input].concat());
        }
    }
}
