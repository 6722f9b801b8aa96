//! Remembers which subjects are settled where no store does, in 16 bytes each.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// What a family has counted. Two subjects are taken for one with a chance of 2⁻¹²⁸; the hash is
/// keyed anew at each start, so that nobody can choose such a pair.
#[derive(Debug, Default)]
pub struct Subjects {
    keys: [RandomState; 2],
    known: HashSet<u128, BuildHasherDefault<Folded>>,
}

impl Subjects {
    /// The key of a subject.
    pub fn key(&self, family: &str, subject: &str) -> u128 {
        let [high, low] =
            [0, 1].map(|half| u128::from(self.keys[half].hash_one((family, subject))));
        high << 64 | low
    }

    /// Whether it is settled.
    pub fn contains(&self, key: u128) -> bool {
        self.known.contains(&key)
    }

    /// Remembers it; false where it was known.
    pub fn insert(&mut self, key: u128) -> bool {
        self.known.insert(key)
    }
}

/// Keys are hashes already.
#[derive(Debug, Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = (key >> 64) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_known_by_its_family_and_text() {
        let mut subjects = Subjects::default();
        let pairs = [("a", "bc"), ("ab", "c"), ("a", "b"), ("b", "bc")];
        let keys = pairs.map(|(family, subject)| subjects.key(family, subject));
        for key in keys {
            assert!(!subjects.contains(key));
            assert!(subjects.insert(key));
            assert!(subjects.contains(key) && !subjects.insert(key));
        }
    }
}
