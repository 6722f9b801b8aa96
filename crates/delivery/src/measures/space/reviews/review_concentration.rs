//! Review concentration: the share of a team's reviews that its busiest reviewer gave, whoever that
//! is. Near 1, knowledge and every change's way lead through one person. Reviews by accounts that are
//! gone are nobody's and in neither part.

use super::Share;
use super::people::People;

/// The busiest reviewer's reviews, among all by somebody.
pub(super) fn review_concentration(people: &People) -> Share {
    let reviews = || people.values().map(|part| u64::from(part.reviews));
    Share { part: reviews().max().unwrap_or_default(), whole: reviews().sum() }
}

#[cfg(test)]
mod tests {
    use crate::ledger::ReviewOf;
    use crate::measures::space::reviews::Share;
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn the_busiest_reviewer_is_found_over_all_changes() {
        let changes = [merged(9, 1, &[2, 3]), merged(9, 1, &[3]), merged(9, 3, &[2, 3, 3])];
        assert_eq!(figures(&changes, 10).review_concentration, Share { part: 4, whole: 6 });
    }

    #[test]
    fn without_a_reviewer_nothing_is_concentrated() {
        let mut gone = merged(9, 1, &[]);
        gone.reviews = [ReviewOf { reviewer: None, requests_changes: false }].into();
        let found = figures(&[gone], 10);
        assert_eq!((found.reviews, found.review_concentration.ratio()), (1, None));
    }
}
