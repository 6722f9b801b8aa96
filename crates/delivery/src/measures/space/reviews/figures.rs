//! All figures of a team's window, put together from what the rules beside this file have counted.

use super::Share;
use super::cross_team_reviews::cross_team_reviews;
use super::people::People;
use super::review_concentration::review_concentration;
use super::tally::{List, SpaceTally, Sum};
use super::whose::Whose;
use crate::domain::Window;
use crate::measures::Distribution;
use crate::measures::multiset::Multiset;
use crate::measures::space::CiFigures;

/// What a team merged and reviewed in a window. Counts are 0 when nothing happened; distributions
/// are absent without values, and shares have no ratio without a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceFigures {
    /// The window.
    pub window: Window,
    /// Changes that were merged.
    pub merged_changes: u64,
    /// Reviews that they had.
    pub reviews: u64,
    /// Those of the merged changes that had a review.
    pub reviewed_changes: u64,
    /// Seconds from ready for review to the first review.
    pub first_review: Option<Distribution>,
    /// People who reviewed a change.
    pub reviewers_per_change: Option<Distribution>,
    /// Changes without a review ÷ merged changes.
    pub unreviewed_changes: Share,
    /// Reviews that ask for changes ÷ reviews.
    pub change_requests: Share,
    /// Reviews from other teams ÷ reviews by people whose team is known.
    pub cross_team_reviews: Share,
    /// Reviews by the busiest reviewer ÷ reviews by somebody.
    pub review_concentration: Share,
    /// Lines added and deleted by a change.
    pub change_size: Option<Distribution>,
    /// Seconds of coding and review ÷ seconds of lead time.
    pub flow_efficiency: Share,
    /// What continuous integration was like, once the runs of the team's repositories are pooled.
    pub ci: CiFigures,
}

/// The figures of what a window holds.
pub(super) fn figures(tally: &SpaceTally<Multiset, People>, whose: Whose<'_>) -> SpaceFigures {
    let (merged_changes, reviews) = (tally.sum(Sum::MergedChanges), tally.sum(Sum::Reviews));
    let first_reviews = tally.list(List::FirstReviews);
    SpaceFigures {
        window: tally.window,
        merged_changes,
        reviews,
        reviewed_changes: merged_changes - tally.sum(Sum::UnreviewedChanges),
        first_review: Distribution::of(first_reviews),
        reviewers_per_change: Distribution::of(tally.list(List::Reviewers)),
        unreviewed_changes: Share {
            part: tally.sum(Sum::UnreviewedChanges),
            whole: merged_changes,
        },
        change_requests: Share { part: tally.sum(Sum::ChangeRequests), whole: reviews },
        cross_team_reviews: cross_team_reviews(&tally.people, whose),
        review_concentration: review_concentration(&tally.people),
        change_size: Distribution::of(tally.list(List::Sizes)),
        flow_efficiency: Share {
            part: tally.sum(Sum::ActiveSeconds),
            whole: tally.sum(Sum::LeadSeconds),
        },
        ci: CiFigures::default(),
    }
}
