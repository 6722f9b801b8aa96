//! The reviews of a pull request that count.

use crate::domain::{PullRequest, Review, Time};

/// The reviews that count: before the merge, by anyone but the author, bots excluded. A reviewer
/// whose account is gone counts as somebody else.
pub(super) fn counted(pull: &PullRequest) -> impl Iterator<Item = &Review> {
    pull.reviews.iter().filter(|review| {
        let by_author =
            review.author.person.is_some() && review.author.person == pull.author.person;
        review.at <= pull.merged_at && !review.author.is_bot && !by_author
    })
}

/// The earliest review that counts.
pub(super) fn first_review(pull: &PullRequest) -> Option<Time> {
    counted(pull).map(|review| review.at).min()
}
