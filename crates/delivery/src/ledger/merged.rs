//! The merged pull requests that count as changes, shipped or not, with the reviews that they had.
//!
//! A direct commit was never merged and had no chance of a review, so it is none of these.

use super::changes::Origin;
use super::history::{MergedChange, ReviewOf};
use super::phases::pickup_seconds;
use super::record::Record;
use super::reviews::counted;
use crate::domain::{PullRequest, ReviewState};

/// The component's merged changes, in order of merge, then of number.
pub(super) fn merged(record: &Record<'_>) -> Vec<MergedChange> {
    let pulls = record.changes.list.iter().filter_map(|change| match change.origin {
        Origin::Pull(pull) => Some(pull),
        Origin::Commit(_) => None,
    });
    pulls.map(merged_change).collect()
}

fn merged_change(pull: &PullRequest) -> MergedChange {
    let reviews = counted(pull).map(|review| ReviewOf {
        reviewer: review.author.person,
        requests_changes: review.state == ReviewState::ChangesRequested,
    });
    MergedChange {
        merged_at: pull.merged_at,
        author: pull.author.person.filter(|_| !pull.author.is_bot),
        first_review: pickup_seconds(pull),
        reviews: reviews.collect(),
        lines: pull.additions.saturating_add(pull.deletions),
    }
}

#[cfg(test)]
mod tests;
