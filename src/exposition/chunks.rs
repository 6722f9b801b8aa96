//! Encoded pieces of the exposition: what did not change is not compressed again.

use super::deflate::Deflater;
use crc32fast::Hasher;
use std::ops::Range;

/// How many subjects of a family share a chunk: news of one component costs compressing its
/// neighbours only, and a hundred bytes of overhead are spread over many series.
pub(super) const SUBJECTS_PER_CHUNK: usize = 256;

/// A family's place, and the number of the chunk within it.
pub(super) type ChunkKey = (usize, usize);

/// A piece of the text with its compressed form; both are ranges of the whole.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    key: ChunkKey,
    text: Range<usize>,
    deflated: Range<usize>,
    /// The text's checksum, with its length.
    checksum: Hasher,
}

/// All chunks, ordered by their key, with their text and compressed form one after the other.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
    /// The text of all chunks.
    pub(super) text: Vec<u8>,
    /// What starts a gzip member, then the compressed form of all chunks.
    pub(super) deflated: Vec<u8>,
    /// The text's checksum, with its length.
    pub(super) checksum: Hasher,
    /// How many chunks were compressed rather than taken from the previous ones.
    pub(super) compressed: usize,
}

/// The previous chunks, whose bytes may be taken again.
pub(super) struct Previous<'a> {
    pub(super) chunks: &'a [Chunk],
    pub(super) text: &'a [u8],
    pub(super) deflated: &'a [u8],
}

impl Previous<'_> {
    /// The compressed form and the checksum of an equal chunk at the same place.
    fn equal(&self, key: ChunkKey, text: &[u8]) -> Option<(&[u8], &Hasher)> {
        let at = self.chunks.binary_search_by_key(&key, |chunk| chunk.key).ok()?;
        let chunk = &self.chunks[at];
        (&self.text[chunk.text.clone()] == text)
            .then(|| (&self.deflated[chunk.deflated.clone()], &chunk.checksum))
    }
}

impl Chunks {
    /// Cuts `text` at `ends`, which are ascending, and compresses what `previous` does not have.
    pub(super) fn cut(
        text: Vec<u8>,
        ends: &[(ChunkKey, usize)],
        previous: Option<&Previous<'_>>,
    ) -> Chunks {
        let mut deflater = Deflater::new();
        let mut deflated = super::deflate::HEADER.to_vec();
        let mut checksum = Hasher::new();
        let mut chunks = Vec::with_capacity(ends.len());
        let (mut start, mut compressed) = (0, 0);
        for &(key, end) in ends.iter() {
            let piece = &text[start..end];
            let from = deflated.len();
            let known = previous.and_then(|previous| previous.equal(key, piece));
            let sum = if let Some((bytes, sum)) = known {
                deflated.extend_from_slice(bytes);
                sum.clone()
            } else {
                deflater.piece(piece, &mut deflated);
                compressed += 1;
                let mut sum = Hasher::new();
                sum.update(piece);
                sum
            };
            checksum.combine(&sum);
            let range = from..deflated.len();
            chunks.push(Chunk { key, text: start..end, deflated: range, checksum: sum });
            start = end;
        }
        Chunks { chunks, text, deflated, checksum, compressed }
    }

    /// Gives up the pieces, so that the bytes can be shared.
    pub(super) fn into_pieces(mut self) -> (Vec<Chunk>, Vec<u8>, Vec<u8>) {
        self.text.shrink_to_fit();
        self.deflated.shrink_to_fit();
        (self.chunks, self.text, self.deflated)
    }
}
