//! A group's numbers in order, that take a component's in and out in less than a microsecond each,
//! however many there are.
//!
//! They are a list of short ascending runs: a change moves a part of one run, and a place is found by
//! adding up the lengths of runs. Many changes at once, as at the start, are merged in one pass.

use super::values::Values;

/// How many numbers a run has when it is new; it is halved at twice as many.
const RUN: usize = 256;
/// From this share of all numbers on, changes are merged rather than made one by one.
const MERGED_FROM: usize = 16;

/// Numbers in ascending order, each as often as it was put in.
#[derive(Clone, Debug, Default)]
pub(super) struct Multiset {
    /// Ascending within and across runs; none is empty.
    runs: Vec<Vec<u32>>,
    len: usize,
    sum: u64,
}

impl Multiset {
    /// Takes numbers out, which must be in it, and puts others in.
    pub(super) fn change(&mut self, mut out: Vec<u32>, mut into: Vec<u32>) {
        let sum = |numbers: &[u32]| numbers.iter().map(|one| u64::from(*one)).sum::<u64>();
        self.sum = self.sum + sum(&into) - sum(&out);
        self.len = self.len + into.len() - out.len();
        if (out.len() + into.len()) * MERGED_FROM > self.len {
            out.sort_unstable();
            into.sort_unstable();
            self.merge(&out, &into);
        } else {
            into.into_iter().for_each(|number| self.put_in(number));
            out.into_iter().for_each(|number| self.take_out(number));
        }
    }

    fn put_in(&mut self, number: u32) {
        let at = self.run_of(number).min(self.runs.len().saturating_sub(1));
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![number]);
            return;
        };
        run.insert(run.partition_point(|one| *one < number), number);
        if run.len() >= 2 * RUN {
            let upper = run.split_off(RUN);
            run.shrink_to_fit();
            self.runs.insert(at + 1, upper);
        }
    }

    fn take_out(&mut self, number: u32) {
        let at = self.run_of(number);
        let Some(run) = self.runs.get_mut(at) else { return };
        if let Ok(place) = run.binary_search(&number) {
            run.remove(place);
        }
        if run.is_empty() {
            self.runs.remove(at);
        }
    }

    /// Writes all runs anew from ascending lists.
    fn merge(&mut self, out: &[u32], into: &[u32]) {
        let mut out = out.iter().copied().peekable();
        let mut into = into.iter().copied().peekable();
        let mut runs = Vec::with_capacity(self.len.div_ceil(RUN));
        let mut run = Vec::with_capacity(RUN.min(self.len));
        let mut push = |number: u32| {
            run.push(number);
            if run.len() == RUN {
                runs.push(std::mem::replace(&mut run, Vec::with_capacity(RUN)));
            }
        };
        for kept in std::mem::take(&mut self.runs).into_iter().flatten() {
            if out.next_if_eq(&kept).is_some() {
                continue;
            }
            while let Some(number) = into.next_if(|number| *number <= kept) {
                push(number);
            }
            push(kept);
        }
        into.for_each(push);
        if !run.is_empty() {
            run.shrink_to_fit();
            runs.push(run);
        }
        self.runs = runs;
    }

    /// The first run that may hold a number.
    fn run_of(&self, number: u32) -> usize {
        self.runs.partition_point(|run| run.last().is_some_and(|last| *last < number))
    }
}

impl Values for Multiset {
    fn len(&self) -> usize {
        self.len
    }

    fn sum(&self) -> u64 {
        self.sum
    }

    fn nth(&self, place: usize) -> Option<u32> {
        let mut place = place;
        for run in &self.runs {
            match run.get(place) {
                Some(number) => return Some(*number),
                None => place -= run.len(),
            }
        }
        None
    }

    fn contains(&self, number: u32) -> bool {
        self.runs.get(self.run_of(number)).is_some_and(|run| run.binary_search(&number).is_ok())
    }
}

/// What has to be taken out and put in so that `old` becomes `new`; both are ascending.
pub(super) fn difference(old: &[u32], new: &[u32], out: &mut Vec<u32>, into: &mut Vec<u32>) {
    let (mut old, mut new) = (old.iter().copied().peekable(), new.iter().copied().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (Some(gone), Some(come)) if gone == come => {
                old.next();
                new.next();
            }
            (Some(gone), come) if come.is_none_or(|come| gone < come) => out.extend(old.next()),
            (_, Some(_)) => into.extend(new.next()),
            (Some(_), None) | (None, None) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(multiset: &Multiset) -> Vec<u32> {
        (0..multiset.len()).filter_map(|place| multiset.nth(place)).collect()
    }

    #[test]
    fn the_difference_of_two_lists_leaves_what_both_have() {
        let (mut out, mut into) = (vec![], vec![]);
        difference(&[1, 1, 2, 5], &[1, 2, 2, 7], &mut out, &mut into);
        assert_eq!((out, into), (vec![1, 5], vec![2, 7]));
    }

    #[test]
    fn an_empty_multiset_has_nothing() {
        let none = Multiset::default();
        assert_eq!((none.len(), none.sum(), none.nth(0), none.contains(0)), (0, 0, None, false));
    }

    #[test]
    fn runs_stay_short_wherever_numbers_are_put_in_one_by_one() {
        let mut multiset = Multiset::default();
        multiset.change(vec![], (0..10_000).map(|number| number * 2).collect());
        (0..2_000).for_each(|number| multiset.change(vec![], vec![5_001 + number % 3]));
        assert!(multiset.runs.iter().all(|run| run.len() < 2 * RUN));
        assert!(numbers(&multiset).is_sorted());
        (0..2_000).for_each(|number| multiset.change(vec![5_001 + number % 3], vec![]));
        assert_eq!(numbers(&multiset), (0..10_000).map(|number| number * 2).collect::<Vec<_>>());
        assert!(multiset.runs.iter().all(|run| !run.is_empty()));
    }

    fn out() -> impl Strategy<Value = Vec<prop::sample::Index>> {
        prop::collection::vec(any::<prop::sample::Index>(), 0..20)
    }

    proptest! {
        #[test]
        fn it_holds_what_was_put_in_and_not_taken_out(
            start in prop::collection::vec(0..2_000_u32, 0..2_000),
            steps in prop::collection::vec((prop::collection::vec(0..2_000_u32, 0..20), out()), 0..8),
        ) {
            let mut multiset = Multiset::default();
            let mut expected = start.clone();
            multiset.change(vec![], start);
            for (into, out) in steps {
                let mut gone = vec![];
                for index in out {
                    if !expected.is_empty() {
                        gone.push(expected.swap_remove(index.index(expected.len())));
                    }
                }
                expected.extend(&into);
                multiset.change(gone, into);
                let mut sorted = expected.clone();
                sorted.sort_unstable();
                prop_assert_eq!(numbers(&multiset), sorted);
                prop_assert_eq!(multiset.sum(), expected.iter().map(|one| u64::from(*one)).sum::<u64>());
                prop_assert!(multiset.runs.iter().all(|run| !run.is_empty() && run.len() < 2 * RUN));
                let found = [0, 1_000, 1_999, 2_000].map(|number| multiset.contains(number));
                prop_assert_eq!(found, [0, 1_000, 1_999, 2_000].map(|one| expected.contains(&one)));
            }
        }
    }
}
