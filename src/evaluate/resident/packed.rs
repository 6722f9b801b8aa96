//! Packed facts one after the other, found by their key.

use super::bytes::{Packer, Unpacker};
use std::collections::BTreeMap;

/// Facts by key. A fact that is replaced or removed leaves a gap, and gaps are closed once they are a quarter.
#[derive(Debug)]
pub struct Packed<K> {
    places: BTreeMap<K, usize>,
    bytes: Vec<u8>,
    gaps: usize,
}

impl<K> Default for Packed<K> {
    fn default() -> Packed<K> {
        Packed { places: BTreeMap::new(), bytes: Vec::new(), gaps: 0 }
    }
}

impl<K: Ord + Copy> Packed<K> {
    /// Adds a fact; true where it replaces the one with the same key.
    pub fn insert(&mut self, key: K, fact: Packer) -> bool {
        let place = self.bytes.len();
        let replaced = self.places.insert(key, place);
        fact.append_to(&mut self.bytes);
        if let Some(replaced) = replaced {
            self.leave(replaced);
        }
        replaced.is_some()
    }

    /// Removes a fact.
    pub fn remove(&mut self, key: K) {
        if let Some(place) = self.places.remove(&key) {
            self.leave(place);
        }
    }

    /// Whether there is a fact of a key.
    pub fn contains(&self, key: K) -> bool {
        self.places.contains_key(&key)
    }

    /// The fact of a key.
    pub fn get(&self, key: K) -> Option<Unpacker<'_>> {
        self.places.get(&key).map(|place| Unpacker::of(&self.bytes[*place..]))
    }

    /// All facts in order of key.
    pub fn iter(&self) -> impl Iterator<Item = (K, Unpacker<'_>)> {
        self.places.iter().map(|(key, place)| (*key, Unpacker::of(&self.bytes[*place..])))
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    fn leave(&mut self, place: usize) {
        self.gaps += Unpacker::extent(&self.bytes[place..]);
        if self.gaps > self.bytes.len() / 4 {
            self.close_gaps();
        }
    }

    fn close_gaps(&mut self) {
        let mut bytes = Vec::with_capacity(self.bytes.len() - self.gaps);
        for place in self.places.values_mut() {
            let start = *place;
            *place = bytes.len();
            bytes.extend_from_slice(
                &self.bytes[start..start + Unpacker::extent(&self.bytes[start..])],
            );
        }
        self.bytes = bytes;
        self.gaps = 0;
    }
}
