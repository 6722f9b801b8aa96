//! Time to first review: how long a merged change that was reviewed had waited for it, from ready for
//! review. What nobody reviewed is counted by its own share, not as a wait of zero.

use crate::domain::Window;
use crate::measures::Member;

/// The waits of the changes merged in the window that had a review, in seconds.
pub(super) fn first_reviews(member: &Member<'_>, window: Window) -> Vec<u32> {
    member.merged(window).iter().filter_map(|change| change.first_review).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crate::ledger::MergedChange;
    use crate::measures::space::reviews::tests::{figures, merged};

    fn waited(seconds: u32) -> MergedChange {
        MergedChange { first_review: Some(seconds), ..merged(9, 1, &[2]) }
    }

    #[test]
    fn waits_are_taken_over_the_changes_that_were_reviewed() {
        let changes = [waited(10), waited(30), waited(20), merged(9, 1, &[])];
        let found = figures(&changes, 10);
        let waits = found.first_review.unwrap();
        assert_eq!((waits.p50, waits.p85, waits.p95, waits.mean), (20, 30, 30, 20.0));
        assert_eq!(found.reviewed_changes, 3);
    }

    #[test]
    fn without_a_review_nobody_waited() {
        assert_eq!(figures(&[merged(9, 1, &[])], 10).first_review, None);
    }
}
