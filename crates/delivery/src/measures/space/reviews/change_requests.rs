//! Change requests: the share of reviews that ask for changes. None in a long time says that reviews
//! are waved through, and many that people agree too late on what is wanted.

use crate::domain::Window;
use crate::measures::Member;

/// Reviews that ask for changes, of the changes merged in the window.
pub(super) fn change_requests(member: &Member<'_>, window: Window) -> u64 {
    let reviews = member.merged(window).iter().flat_map(|change| &change.reviews);
    reviews.filter(|review| review.requests_changes).count() as u64
}

#[cfg(test)]
mod tests {
    use crate::ledger::MergedChange;
    use crate::measures::space::reviews::Share;
    use crate::measures::space::reviews::tests::{figures, merged};

    #[test]
    fn the_share_is_of_reviews_not_of_changes() {
        let mut asked: MergedChange = merged(9, 1, &[2, 2, 3]);
        asked.reviews[0].requests_changes = true;
        let found = figures(&[asked, merged(9, 1, &[4]), merged(9, 1, &[])], 10);
        assert_eq!(found.change_requests, Share { part: 1, whole: 4 });
        assert_eq!(figures(&[merged(9, 1, &[])], 10).change_requests.ratio(), None);
    }
}
