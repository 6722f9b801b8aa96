//! Unreviewed changes: the share of merged changes that nobody but the author and bots looked at
//! before the merge.

use crate::domain::Window;
use crate::measures::Member;

/// Changes merged in the window without a review.
pub(super) fn unreviewed_changes(member: &Member<'_>, window: Window) -> u64 {
    member.merged(window).iter().filter(|change| change.reviews.is_empty()).count() as u64
}

#[cfg(test)]
mod tests {
    use crate::measures::space::reviews::Share;
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn the_share_is_of_merged_changes() {
        let old = merged(2, 1, &[]);
        let changes = [old.clone(), merged(9, 1, &[]), merged(9, 1, &[2]), merged(9, 1, &[2])];
        assert_eq!(figures(&changes, 10).unreviewed_changes, Share { part: 1, whole: 3 });
        assert_eq!(figures(&[old], 10).unreviewed_changes.ratio(), None);
    }
}
