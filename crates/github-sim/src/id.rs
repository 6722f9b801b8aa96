//! Global node ids: a type's prefix, then base64 of a MessagePack array, as GitHub's new ids are.
//!
//! Clients must take them as opaque; the simulation reads them back instead of keeping an index.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a node id holds after its prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeId {
    pub(crate) prefix: String,
    pub(crate) numbers: Vec<u64>,
    pub(crate) text: Option<String>,
}

/// Encodes a node id.
pub(crate) fn encode(prefix: &str, numbers: &[u64], text: Option<&str>) -> String {
    let count = 1 + numbers.len() + usize::from(text.is_some());
    let mut bytes = vec![0x90 | count as u8, 0x00];
    for number in numbers {
        match u32::try_from(*number) {
            Ok(small) => {
                bytes.push(0xce);
                bytes.extend(small.to_be_bytes());
            }
            Err(_) => {
                bytes.push(0xcf);
                bytes.extend(number.to_be_bytes());
            }
        }
    }
    if let Some(text) = text {
        bytes.push(0xda);
        bytes.extend((text.len() as u16).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Decodes a node id; `None` if it is not one.
pub(crate) fn decode(id: &str) -> Option<NodeId> {
    let (prefix, rest) = id.split_once('_')?;
    let bytes = URL_SAFE_NO_PAD.decode(rest).ok()?;
    let mut bytes = bytes.as_slice();
    let mut take = |count: usize| {
        let (head, tail) = bytes.split_at_checked(count)?;
        bytes = tail;
        Some(head)
    };
    let count = take(2)?[0] & 0x0f;
    let (mut numbers, mut text) = (Vec::new(), None);
    for _ in 1..count {
        match take(1)?[0] {
            0xce => numbers.push(u64::from(u32::from_be_bytes(take(4)?.try_into().ok()?))),
            0xcf => numbers.push(u64::from_be_bytes(take(8)?.try_into().ok()?)),
            0xda => {
                let length = u16::from_be_bytes(take(2)?.try_into().ok()?);
                text = Some(String::from_utf8(take(usize::from(length))?.to_vec()).ok()?);
            }
            _ => return None,
        }
    }
    Some(NodeId { prefix: prefix.to_owned(), numbers, text })
}

/// A number for what has only a name, the same at every start.
pub(crate) fn name_hash(name: &str) -> u64 {
    let fold = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    // 31 bits, so that it fits GraphQL's Int.
    u64::from(name.bytes().fold(0x811c_9dc5, fold) >> 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_look_like_githubs_and_read_back() {
        let id = encode("R", &[1001], None);
        assert!(id.starts_with("R_kgDO"), "{id}");
        let pull = encode("PR", &[1001, 10_000_000_000], Some("x"));
        let back = decode(&pull).unwrap();
        assert_eq!(
            (back.prefix.as_str(), back.numbers.as_slice()),
            ("PR", &[1001, 10_000_000_000][..])
        );
        assert_eq!(back.text.as_deref(), Some("x"));
        for broken in ["", "R", "R_", "R_!!", "R_kgDO", "R_kg"] {
            assert_eq!(decode(broken).map(|id| id.numbers).unwrap_or_default(), Vec::<u64>::new());
        }
    }
}
