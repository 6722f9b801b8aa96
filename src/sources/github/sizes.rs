//! How much one request of each kind asks for: less where the server does not bear it, and more again.
//!
//! A request that meets trouble asks for half, and for half again. Whether its size was to blame one
//! such request does not tell: a server in trouble fails small ones, too. Three of ten that were answered
//! only when they asked for less do, and what was answered is the size from then on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// After so many answers a size doubles…
const GROW_AFTER: u32 = 20;
/// …or after up to so many, where it turned out to be too much before.
const GROW_AFTER_AT_MOST: u32 = 320;
/// Of so many answers in a row…
const LOOKED_AT: u32 = 10;
/// …so many that needed a smaller request make the size smaller.
const ENOUGH: u32 = 3;

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
    /// Where the next request begins, after one that was not answered at all.
    resume: Option<usize>,
    /// The last answers, a bit each: whether they needed a smaller request.
    shrunk: u32,
    /// Since the size changed last.
    answers: u32,
    grow_after: u32,
    has_grown: bool,
}

impl Size {
    fn of(current: usize) -> Size {
        let (resume, grow_after) = (None, GROW_AFTER);
        Size { current, resume, shrunk: 0, answers: 0, grow_after, has_grown: false }
    }

    fn answered(&mut self, size: usize, largest: usize) {
        let needed_less = size < self.current;
        self.resume = None;
        self.answers += 1;
        self.shrunk = (self.shrunk << 1 | u32::from(needed_less)) & ((1 << LOOKED_AT) - 1);
        if needed_less && self.shrunk.count_ones() >= ENOUGH {
            let was_too_soon = self.has_grown && self.answers < GROW_AFTER;
            let grow_after = if was_too_soon { 2 * self.grow_after } else { GROW_AFTER };
            *self = Size { grow_after: grow_after.min(GROW_AFTER_AT_MOST), ..Size::of(size) };
            return;
        }
        if self.has_grown && self.answers >= GROW_AFTER {
            // It bears more than it did.
            self.grow_after = GROW_AFTER;
        }
        if self.answers >= self.grow_after && self.current < largest {
            let current = (2 * self.current).min(largest);
            *self = Size { grow_after: self.grow_after, has_grown: true, ..Size::of(current) };
        }
    }
}

impl Sizes {
    /// How much a request asks for at first, at most `largest`.
    pub(super) fn first(&self, kind: &'static str, largest: usize) -> usize {
        self.with(kind, largest, |size| size.resume.unwrap_or(size.current))
    }

    /// How much it asks for after it met trouble.
    pub(super) fn less(size: usize) -> usize {
        (size / 2).max(1)
    }

    /// An answer came to a request that asked for so much.
    pub(super) fn answered(&self, kind: &'static str, largest: usize, size: usize) {
        let most = self.largest(kind, largest);
        self.with(kind, largest, |known| known.answered(size, most));
    }

    /// None came, down to this size: the next request goes on below it. One of a single element says
    /// that it is not the size.
    pub(super) fn gave_up(&self, kind: &'static str, largest: usize, size: usize) {
        self.with(kind, largest, |known| known.resume = (size > 1).then(|| Sizes::less(size)));
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
        act(kinds.entry(kind).or_insert_with(|| Size::of(current)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// A request to a server that bears so much; gives how often it was sent and what was answered.
    fn ask(sizes: &Sizes, largest: usize, bears: usize) -> (usize, Option<usize>) {
        let mut size = sizes.first("probe", largest);
        for sent in 1..=4 {
            if size <= bears {
                sizes.answered("probe", largest, size);
                return (sent, Some(size));
            }
            if sent < 4 {
                size = Sizes::less(size);
            }
        }
        sizes.gave_up("probe", largest, size);
        (4, None)
    }

    #[test]
    fn a_server_that_bears_less_is_asked_for_that_and_seldom_for_more() {
        let sizes = Sizes::default();
        for _ in 0..ENOUGH {
            assert_eq!(ask(&sizes, 37, 10), (3, Some(9)), "less is not enough");
        }
        let sent: usize = (0..1_000).map(|_| ask(&sizes, 37, 10).0).sum();
        assert!((1_004..1_030).contains(&sent), "{sent}: more is tried a few times");
        // It has recovered.
        for _ in 0..GROW_AFTER_AT_MOST + 2 * GROW_AFTER {
            ask(&sizes, 37, 100);
        }
        assert_eq!(ask(&sizes, 37, 100), (1, Some(37)));
        assert_eq!(sizes.first("pulls", 37), 37, "kinds do not share a size");
    }

    #[test]
    fn a_server_in_trouble_says_nothing_of_sizes() {
        let sizes = Sizes::default();
        for _ in 0..100 {
            assert_eq!(ask(&sizes, 100, 0), (4, None));
        }
        let sizes_after: Vec<_> = (0..3).map(|_| ask(&sizes, 100, 100).1.unwrap()).collect();
        assert_eq!(sizes_after[1..], [100, 100]);
        // One of twenty answers is trouble.
        let mut asked = 0;
        for turn in 0..1_000 {
            asked += ask(&sizes, 100, if turn % 20 == 0 { 50 } else { 100 }).1.unwrap();
        }
        assert_eq!(asked, 1_000 * 100 - 50 * 50);
    }

    #[test]
    fn a_server_that_bears_next_to_nothing_is_found_out_though_each_request_gives_up() {
        let sizes = Sizes::default();
        for _ in 0..ENOUGH {
            assert_eq!(ask(&sizes, 100, 3), (4, None), "100, 50, 25, 12");
            assert_eq!(ask(&sizes, 100, 3), (2, Some(3)), "6, 3");
        }
        assert_eq!(ask(&sizes, 100, 3), (1, Some(3)));
    }

    #[test]
    fn what_costs_too_much_is_not_asked_for_again() {
        let sizes = Sizes::default();
        sizes.fit("probe", 16);
        for _ in 0..100 {
            assert_eq!(ask(&sizes, 49, 49), (1, Some(16)));
        }
    }
}
