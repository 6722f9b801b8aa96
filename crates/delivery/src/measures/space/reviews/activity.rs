//! Activity: merged changes, and the reviews that they had. Counts say how much there was to do, not
//! how well it was done, and mean nothing beside another team's.

use crate::domain::Window;
use crate::measures::Member;

/// Changes merged in the window, shipped or not.
pub(super) fn merged_changes(member: &Member<'_>, window: Window) -> u64 {
    member.merged(window).len() as u64
}

/// Reviews of the changes merged in the window; who reviewed twice counts twice.
pub(super) fn reviews(member: &Member<'_>, window: Window) -> u64 {
    member.merged(window).iter().map(|change| change.reviews.len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn a_change_counts_by_its_merge_with_all_of_its_reviews() {
        // The week begins after day 3 and ends with day 10.
        let changes = [merged(3, 1, &[2]), merged(4, 1, &[2, 2, 3]), merged(10, 2, &[1])];
        let found = figures(&changes, 10);
        assert_eq!((found.merged_changes, found.reviews), (2, 4));
    }

    #[test]
    fn when_nothing_was_merged_the_counts_are_zero() {
        let found = figures(&[], 10);
        assert_eq!((found.merged_changes, found.reviews), (0, 0));
    }
}
