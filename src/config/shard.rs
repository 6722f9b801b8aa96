//! Which part of the repositories a process collects, where several divide them.

use delivery::domain::RepoId;
use std::fmt;

/// A part: the `index`th of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1 on.
    index: u32,
    /// How many parts there are.
    count: u32,
}

/// The most processes that anyone divides repositories among.
const MOST: u32 = 1_000;

impl Shard {
    /// Everything.
    pub const WHOLE: Shard = Shard { index: 1, count: 1 };

    /// Reads `2/3`; the error says what to write.
    pub fn parse(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            Some((index.trim().parse::<u32>().ok()?, count.trim().parse::<u32>().ok()?))
        });
        match numbers {
            Some((index, count)) if index >= 1 && index <= count && count <= MOST => {
                Ok(Shard { index, count })
            }
            Some((index, count)) if count <= MOST => Err(format!(
                "`{text}` is no part: write 1/{count} to {count}/{count}, one for each process, and \
                 not {index}/{count}"
            )),
            _ => Err(format!(
                "`{text}` is no part; write for example 2/3, for the second of three processes"
            )),
        }
    }

    /// Whether it is everything.
    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// Whether a repository is of this part. By its id, which renames and transfers do not change;
    /// and so that with one process more only that one's repositories move.
    pub fn has(self, repo: RepoId) -> bool {
        bucket(repo.0, self.count) == self.index - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

/// Consistent hashing by jumps (Lamping and Veach): which of `count` buckets a key is in.
fn bucket(key: u64, count: u32) -> u32 {
    let mut key = key;
    let (mut at, mut next) = (0_u32, 0.0_f64);
    while next < f64::from(count) {
        at = next as u32;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = (f64::from(at) + 1.0) * ((1_u64 << 31) as f64 / ((key >> 33) + 1) as f64);
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_repository_is_in_one_part_and_moves_only_to_a_new_one(id: u64, count in 1..=64_u32) {
            let part = |count| {
                let of = |index| Shard { index, count }.has(RepoId(id));
                let parts: Vec<u32> = (1..=count).filter(|index| of(*index)).collect();
                prop_assert_eq!(parts.len(), 1);
                Ok(parts[0])
            };
            let (before, after) = (part(count)?, part(count + 1)?);
            prop_assert!(after == before || after == count + 1);
        }
    }

    #[test]
    fn parts_are_of_about_the_same_size_and_never_other_ones() {
        // Ids follow each other, as GitHub gives them.
        let sizes: Vec<usize> = (1..=7)
            .map(|index| {
                let shard = Shard { index, count: 7 };
                (700_000_000..700_007_000).filter(|id| shard.has(RepoId(*id))).count()
            })
            .collect();
        assert!(sizes.iter().all(|size| (900..1_100).contains(size)), "{sizes:?}");
        let parts: Vec<u32> = [1, 2, 3, 10, 700_000_000, u64::MAX].map(|id| bucket(id, 10)).into();
        assert_eq!(parts, [6, 6, 8, 7, 3, 9], "a new version must not move repositories");
        // As others compute it.
        for (key, count, expected) in [(42, 57, 43), (0xDEAD_10CC, 666, 361), (256, 1024, 520)] {
            assert_eq!(bucket(key, count), expected);
        }
    }

    #[test]
    fn a_part_is_written_as_one_of_how_many() {
        assert_eq!(Shard::parse("2/3").unwrap().to_string(), "2/3");
        assert!(Shard::parse("1/1").unwrap().is_whole());
        for (text, told) in [
            ("0/3", "write 1/3 to 3/3"),
            ("4/3", "write 1/3 to 3/3"),
            ("3", "write for example 2/3"),
            ("1/0", "is no part"),
            ("a/b", "write for example 2/3"),
            ("1/100000", "write for example 2/3"),
            ("-1/3", "write for example 2/3"),
        ] {
            assert!(Shard::parse(text).unwrap_err().contains(told), "{text}");
        }
    }
}
