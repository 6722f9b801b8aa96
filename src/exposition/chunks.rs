//! Encoded pieces of the exposition: what did not change is not compressed again.

use super::deflate::Deflater;
use bytes::Bytes;
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
    pub(super) key: ChunkKey,
    pub(super) text: Range<usize>,
    pub(super) deflated: Range<usize>,
    /// The text's checksum, with its length.
    pub(super) checksum: Hasher,
}

/// Chunks in the order of their keys, with their text and compressed form one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    pub(super) chunks: Vec<Chunk>,
    /// The text of all chunks.
    pub(super) text: Bytes,
    /// The compressed form of all chunks.
    pub(super) deflated: Bytes,
    /// How many chunks were compressed rather than taken from the previous ones.
    pub(super) compressed: usize,
}

impl Chunks {
    /// Cuts `text` at `ends`, which are ascending, and compresses what `previous` does not have.
    pub(super) fn cut(
        mut text: Vec<u8>,
        ends: &[(ChunkKey, usize)],
        previous: Option<&Chunks>,
    ) -> Chunks {
        let mut deflater = Deflater::new();
        let mut deflated = Vec::new();
        let mut chunks = Vec::with_capacity(ends.len());
        let (mut start, mut compressed) = (0, 0);
        for &(key, end) in ends {
            let piece = &text[start..end];
            let from = deflated.len();
            let known = previous.and_then(|previous| previous.equal(key, piece));
            let checksum = if let Some((bytes, checksum)) = known {
                deflated.extend_from_slice(bytes);
                checksum.clone()
            } else {
                deflater.piece(piece, &mut deflated);
                compressed += 1;
                let mut checksum = Hasher::new();
                checksum.update(piece);
                checksum
            };
            chunks.push(Chunk { key, text: start..end, deflated: from..deflated.len(), checksum });
            start = end;
        }
        text.shrink_to_fit();
        deflated.shrink_to_fit();
        Chunks { chunks, text: text.into(), deflated: deflated.into(), compressed }
    }

    /// The chunk at a place.
    pub(super) fn at(&self, key: ChunkKey) -> Option<&Chunk> {
        let at = self.chunks.binary_search_by_key(&key, |chunk| chunk.key).ok()?;
        self.chunks.get(at)
    }

    /// The compressed form and the checksum of an equal chunk at the same place.
    fn equal(&self, key: ChunkKey, text: &[u8]) -> Option<(&[u8], &Hasher)> {
        let chunk = self.at(key)?;
        (self.text[chunk.text.clone()] == *text)
            .then(|| (&self.deflated[chunk.deflated.clone()], &chunk.checksum))
    }
}
