//! All that a window's figures are made of: sums, numbers in order, and who did what. A component's
//! never changes, a team's does.

use super::activity::{merged_changes, reviews};
use super::change_requests::change_requests;
use super::change_size::sizes;
use super::first_review::first_reviews;
use super::flow_efficiency::{active_seconds, lead_seconds};
use super::people::{self, Parts, People};
use super::reviewers_per_change::reviewers;
use super::unreviewed_changes::unreviewed_changes;
use crate::domain::{Person, Window};
use crate::measures::Member;
use crate::measures::multiset::{Multiset, difference};
use crate::measures::values::Sorted;

/// What is summed, by its place in [`SUMS`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Sum {
    MergedChanges,
    Reviews,
    UnreviewedChanges,
    ChangeRequests,
    ActiveSeconds,
    LeadSeconds,
}

const SUMS: [fn(&Member<'_>, Window) -> u64; 6] =
    [merged_changes, reviews, unreviewed_changes, change_requests, active_seconds, lead_seconds];

/// What is kept in order, by its place in [`LISTS`].
#[derive(Clone, Copy, Debug)]
pub(super) enum List {
    FirstReviews,
    Reviewers,
    Sizes,
}

const LISTS: [fn(&Member<'_>, Window) -> Vec<u32>; 3] = [first_reviews, reviewers, sizes];

/// What a window holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::measures) struct SpaceTally<V, P> {
    pub(super) window: Window,
    sums: [u64; SUMS.len()],
    lists: [V; LISTS.len()],
    pub(super) people: P,
}

/// A component's.
type Own = SpaceTally<Sorted, Parts>;

impl<V, P> SpaceTally<V, P> {
    /// The window.
    pub(in crate::measures) fn window(&self) -> Window {
        self.window
    }

    /// A sum.
    pub(super) fn sum(&self, sum: Sum) -> u64 {
        self.sums[sum as usize]
    }

    /// The numbers of a list.
    pub(super) fn list(&self, list: List) -> &V {
        &self.lists[list as usize]
    }
}

impl SpaceTally<Sorted, Parts> {
    /// What a member's window holds.
    pub(in crate::measures) fn of(member: &Member<'_>, window: Window) -> Own {
        SpaceTally {
            window,
            sums: SUMS.map(|rule| rule(member, window)),
            lists: LISTS.map(|rule| rule(member, window).into()),
            people: people::parts(member.merged(window)),
        }
    }
}

impl SpaceTally<Multiset, People> {
    /// Nothing yet.
    pub(super) fn empty(window: Window) -> SpaceTally<Multiset, People> {
        let (sums, lists) = Default::default();
        SpaceTally { window, sums, lists, people: People::new() }
    }

    /// Takes members' old contributions out and puts their new ones in. Gives whose number of
    /// authored changes may have moved.
    pub(super) fn replace<'a>(
        &mut self,
        pairs: impl Iterator<Item = (Option<&'a Own>, Option<&'a Own>)> + Clone,
    ) -> Vec<Person> {
        let mut moved = Vec::new();
        for (old, new) in pairs.clone() {
            for (at, sum) in self.sums.iter_mut().enumerate() {
                let own = |tally: Option<&Own>| tally.map_or(0, |it| it.sums[at]);
                *sum = *sum + own(new) - own(old);
            }
            let people = |tally: Option<&'a Own>| tally.map_or(&[][..], |it| &it.people);
            moved.extend(people::replace(&mut self.people, people(old), people(new)));
        }
        for (at, list) in self.lists.iter_mut().enumerate() {
            let (mut out, mut into) = (Vec::new(), Vec::new());
            for (old, new) in pairs.clone() {
                let numbers =
                    |tally: Option<&'a Own>| tally.map_or(&[][..], |it| it.lists[at].numbers());
                difference(numbers(old), numbers(new), &mut out, &mut into);
            }
            if !out.is_empty() || !into.is_empty() {
                list.change(out, into);
            }
        }
        moved
    }
}
