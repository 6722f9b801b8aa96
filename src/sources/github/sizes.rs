//! How much one request of each kind asks for: less after time-outs, slowly more again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// After so many answers in a row a size grows by a step.
const GROW_AFTER: u32 = 20;

/// A step of growth is this part of the largest size.
const STEP_PART: usize = 8;

/// Kinds that start below their largest size, since not every server bears that: they grow up to it.
const CAREFUL: [(&str, usize); 1] = [("NewestDeployments", 50)];

/// The present size of each kind of query.
#[derive(Default)]
pub(super) struct Sizes {
    kinds: Mutex<HashMap<&'static str, Size>>,
    /// The largest of kinds that cost more than is documented.
    fit: Mutex<HashMap<&'static str, usize>>,
}

#[derive(Clone, Copy)]
struct Size {
    current: usize,
    answers: u32,
}

impl Sizes {
    /// How much to ask for, at most `largest`.
    pub(super) fn current(&self, kind: &'static str, largest: usize) -> usize {
        self.with(kind, largest, |size| size.current)
    }

    /// An answer came: grows after enough of them.
    pub(super) fn answered(&self, kind: &'static str, largest: usize) {
        let largest = self.largest(kind, largest);
        self.with(kind, largest, |size| {
            size.answers += 1;
            if size.answers >= GROW_AFTER {
                size.answers = 0;
                size.current = (size.current + (largest / STEP_PART).max(1)).min(largest);
            }
        });
    }

    /// It was too much: half of it next time, down to one.
    pub(super) fn too_much(&self, kind: &'static str, largest: usize) {
        self.with(kind, largest, |size| {
            *size = Size { current: (size.current / 2).max(1), answers: 0 };
        });
    }

    /// No more than this is asked for, since it costs too much.
    pub(super) fn fit(&self, kind: &'static str, largest: usize) {
        self.fit.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, largest);
        self.with(kind, largest, |size| size.current = size.current.min(largest));
    }

    fn largest(&self, kind: &'static str, largest: usize) -> usize {
        let fit = self.fit.lock().unwrap_or_else(PoisonError::into_inner);
        fit.get(kind).map_or(largest, |fit| largest.min(*fit))
    }

    fn with<T>(&self, kind: &'static str, largest: usize, act: impl FnOnce(&mut Size) -> T) -> T {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let start = CAREFUL.iter().find(|(careful, _)| *careful == kind);
        let current = start.map_or(largest, |(_, start)| *start);
        act(kinds.entry(kind).or_insert(Size { current, answers: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_halves_down_to_one_and_grows_back_in_steps() {
        let sizes = Sizes::default();
        assert_eq!(sizes.current("probe", 49), 49);
        for expected in [24, 12, 6, 3, 1, 1] {
            sizes.too_much("probe", 49);
            assert_eq!(sizes.current("probe", 49), expected);
        }
        assert_eq!(sizes.current("pulls", 37), 37, "kinds do not share a size");
        for _ in 0..GROW_AFTER {
            sizes.answered("probe", 49);
        }
        assert_eq!(sizes.current("probe", 49), 7);
        for _ in 0..GROW_AFTER * 49 {
            sizes.answered("probe", 49);
        }
        assert_eq!(sizes.current("probe", 49), 49);
        sizes.fit("probe", 16);
        for _ in 0..GROW_AFTER * 49 {
            sizes.answered("probe", 49);
        }
        assert_eq!(sizes.current("probe", 49), 16, "more would cost too much");
    }
}
