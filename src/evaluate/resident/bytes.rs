//! Packing values into bytes and back. What was packed here is read in the same order by the same
//! version of the program, so reading needs no errors: beyond the end everything is 0.

use delivery::domain::{Author, ChangeReference, Oid, OidPrefix, Person, Reversion, Time};
use std::collections::HashMap;
use std::hash::Hash;

const HAS_PERSON: u64 = 1;
const IS_BOT: u64 = 2;

/// Packs values one after the other.
#[derive(Default)]
pub struct Packer {
    bytes: Vec<u8>,
}

impl Packer {
    /// Adds what was packed to others, its length first.
    pub fn append_to(self, others: &mut Vec<u8>) {
        let mut length = Packer::default();
        length.number(self.bytes.len() as u64);
        reserve(others, length.bytes.len() + self.bytes.len());
        others.extend(length.bytes.into_iter().chain(self.bytes));
    }

    /// A byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// A number that is mostly small: seven bits a byte.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A hash: eight bytes, since none of them is likely to be 0.
    pub fn hash(&mut self, value: u64) {
        self.bytes.extend(value.to_le_bytes());
    }

    /// An instant, by its distance to another that is likely to be near.
    pub fn time(&mut self, value: Time, near: Time) {
        let distance = value.0.wrapping_sub(near.0);
        self.number(((distance << 1) ^ (distance >> 63)).cast_unsigned());
    }

    /// An object id.
    pub fn oid(&mut self, value: Oid) {
        self.bytes.extend(value.0);
    }

    /// An author.
    pub fn author(&mut self, author: Author, people: &mut Names<Person>) {
        let bot = if author.is_bot { IS_BOT } else { 0 };
        self.number(match author.person {
            Some(person) => people.place(&person) << 2 | HAS_PERSON | bot,
            None => bot,
        });
    }

    /// What a text reverts.
    pub fn reversions(&mut self, reversions: &[Reversion]) {
        self.number(reversions.len() as u64);
        for reversion in reversions {
            self.byte(u8::from(reversion.reapplies));
            match reversion.of {
                ChangeReference::Pull(number) => {
                    self.byte(0);
                    self.number(u64::from(number));
                }
                ChangeReference::Commit(prefix) => {
                    let digits = prefix.to_string();
                    self.byte(digits.len() as u8);
                    self.bytes.extend(digits.bytes());
                }
            }
        }
    }
}

/// Reads packed values in their order.
pub struct Unpacker<'a> {
    bytes: &'a [u8],
}

impl<'a> Unpacker<'a> {
    /// Starts at the first value of the first of several.
    pub fn of(bytes: &'a [u8]) -> Unpacker<'a> {
        let mut unpacker = Unpacker { bytes };
        unpacker.number();
        unpacker
    }

    /// How many bytes the first of several takes, its length included.
    pub fn extent(bytes: &[u8]) -> usize {
        let mut unpacker = Unpacker { bytes };
        let length = unpacker.number() as usize;
        bytes.len() - unpacker.bytes.len() + length
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// A number.
    pub fn number(&mut self) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }

    /// A hash.
    pub fn hash(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// An instant, packed by its distance to the same `near`.
    pub fn time(&mut self, near: Time) -> Time {
        let packed = self.number();
        let distance = (packed >> 1).cast_signed() ^ -(packed & 1).cast_signed();
        Time(near.0.wrapping_add(distance))
    }

    /// An object id.
    pub fn oid(&mut self) -> Oid {
        Oid(self.array())
    }

    /// An author.
    pub fn author(&mut self, people: &Names<Person>) -> Author {
        let packed = self.number();
        let person = (packed & HAS_PERSON != 0).then(|| people.name(packed >> 2)).flatten();
        Author { person, is_bot: packed & IS_BOT != 0 }
    }

    /// What a text reverts.
    pub fn reversions(&mut self) -> Vec<Reversion> {
        (0..self.number()).filter_map(|_| self.reversion()).collect()
    }

    fn reversion(&mut self) -> Option<Reversion> {
        let reapplies = self.byte() != 0;
        let of = match self.byte() {
            0 => ChangeReference::Pull(self.number() as u32),
            digits => {
                let text = std::str::from_utf8(self.take(usize::from(digits))).ok()?;
                ChangeReference::Commit(text.parse::<OidPrefix>().ok()?)
            }
        };
        Some(Reversion { of, reapplies })
    }
}

/// Names that many facts of one repository share, told by their place.
#[derive(Debug)]
pub struct Names<N> {
    names: Vec<N>,
    places: HashMap<N, u64>,
}

impl<N> Default for Names<N> {
    fn default() -> Names<N> {
        Names { names: Vec::new(), places: HashMap::new() }
    }
}

impl<N: Clone + Eq + Hash> Names<N> {
    /// The place of a name.
    pub fn place(&mut self, name: &N) -> u64 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len() as u64;
        self.names.push(name.clone());
        self.places.insert(name.clone(), place);
        place
    }

    /// The name at a place.
    pub fn name(&self, place: u64) -> Option<N> {
        self.names.get(place as usize).cloned()
    }
}

/// Makes room for more with an eighth to spare: lists that double would leave a third of the memory
/// unused, and what is given back later leaves holes.
pub fn reserve<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8).max(4));
    }
}
