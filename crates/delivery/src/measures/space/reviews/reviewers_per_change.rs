//! Reviewers per change: how many different people reviewed each merged change, those that nobody
//! reviewed included. Accounts that are gone cannot be told apart and are one reviewer of a change.

use crate::domain::Window;
use crate::ledger::MergedChange;
use crate::measures::Member;

/// The reviewers of each change merged in the window.
pub(super) fn reviewers(member: &Member<'_>, window: Window) -> Vec<u32> {
    member.merged(window).iter().map(of_change).collect()
}

fn of_change(change: &MergedChange) -> u32 {
    // A change has a handful of reviews.
    let reviews = change.reviews.iter().enumerate();
    let is_first = |at: usize| {
        let earlier = &change.reviews[..at];
        earlier.iter().all(|review| review.reviewer != change.reviews[at].reviewer)
    };
    reviews.filter(|(at, _)| is_first(*at)).count() as u32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::ledger::ReviewOf;
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn people_count_once_a_change_and_unreviewed_changes_count_as_none() {
        let changes = [merged(9, 1, &[2, 2, 3]), merged(9, 1, &[2]), merged(9, 1, &[])];
        let found = figures(&changes, 10).reviewers_per_change.unwrap();
        assert_eq!((found.p50, found.p95, found.mean), (1, 2, 1.0));
    }

    #[test]
    fn accounts_that_are_gone_are_one_reviewer() {
        let gone = ReviewOf { reviewer: None, requests_changes: false };
        let by = |number| ReviewOf { reviewer: Some(crate::domain::Person(number)), ..gone };
        for (reviews, expected) in
            [(vec![gone], 1), (vec![gone, gone], 1), (vec![gone, by(2), gone], 2)]
        {
            let change = MergedChange { reviews: reviews.into(), ..merged(9, 1, &[]) };
            assert_eq!(of_change(&change), expected);
        }
    }

    #[test]
    fn without_changes_there_is_no_number_of_reviewers() {
        assert_eq!(figures(&[], 10).reviewers_per_change, None);
    }
}
