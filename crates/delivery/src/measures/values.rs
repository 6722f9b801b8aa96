//! Whole numbers in order, by which quantiles are told: a component's own list, which never changes,
//! or a group's [`Multiset`](super::multiset::Multiset), which does.

/// Numbers of which each may occur several times.
pub(super) trait Values {
    /// How many there are.
    fn len(&self) -> usize;

    /// Their sum.
    fn sum(&self) -> u64;

    /// The number at a place of their order, from 0; absent past the last.
    fn nth(&self, place: usize) -> Option<u32>;

    /// Whether a number is among them.
    fn contains(&self, number: u32) -> bool;
}

/// A component's numbers, in ascending order and without spare room: a large estate has millions.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Sorted(Box<[u32]>);

impl Sorted {
    /// The numbers in ascending order.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.0
    }
}

impl From<Vec<u32>> for Sorted {
    fn from(mut numbers: Vec<u32>) -> Sorted {
        numbers.sort_unstable();
        Sorted(numbers.into_boxed_slice())
    }
}

impl Values for Sorted {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn sum(&self) -> u64 {
        self.0.iter().map(|number| u64::from(*number)).sum()
    }

    fn nth(&self, place: usize) -> Option<u32> {
        self.0.get(place).copied()
    }

    fn contains(&self, number: u32) -> bool {
        self.0.binary_search(&number).is_ok()
    }
}
