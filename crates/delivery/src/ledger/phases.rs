//! The phases of a pull request's lead time: coding, pickup, review, deploy.
//!
//! They describe the way from the first commit to production, whatever `lead_time_start` says, and
//! sum to it when all are present.

use super::Phases;
use super::changes::{Change, Origin};
use super::lead_time::first_commit;
use super::record::Record;
use super::reviews::first_review;
use crate::domain::{PullRequest, Span, Time};

/// The phases of a shipped change; all absent for a direct commit.
pub(super) fn phases(record: &Record<'_>, change: &Change<'_>, finished_at: Time) -> Phases {
    match change.origin {
        Origin::Pull(pull) => between(first_commit(record, change), pull, finished_at),
        Origin::Commit(_) => Phases::default(),
    }
}

/// Each border is held between the one before it and the end of the review (the merge, or the
/// shipping where that came first), so that no phase is negative and none counts twice.
fn between(started_at: Time, pull: &PullRequest, finished_at: Time) -> Phases {
    let start = started_at.min(finished_at);
    let end = pull.merged_at.min(finished_at).max(start);
    let review = first_review(pull);
    let ready = ready_for_review(pull, review).clamp(start, end);
    let coding = seconds(ready.since(start));
    let deploy = seconds(finished_at.since(end));
    match review {
        Some(review) => {
            let review = review.clamp(ready, end);
            let pickup = seconds(review.since(ready));
            Phases { coding, pickup, review: seconds(end.since(review)), deploy }
        }
        None => Phases { coding, pickup: None, review: None, deploy },
    }
}

/// A phase's length; one that no clock can have meant is cut at 136 years.
fn seconds(span: Span) -> Option<u32> {
    Some(u32::try_from(span.max(0)).unwrap_or(u32::MAX))
}

/// How long a merged pull request waited, from ready for review to its first review, in seconds;
/// absent without a review. What was reviewed before it was ready did not wait.
pub(super) fn pickup_seconds(pull: &PullRequest) -> Option<u32> {
    let review = first_review(pull)?;
    seconds(review.since(ready_for_review(pull, Some(review))))
}

/// The last moment at which it became ready before its first review (without one: its merge), else
/// the first moment after.
fn ready_for_review(pull: &PullRequest, first_review: Option<Time>) -> Time {
    let by = first_review.unwrap_or(pull.merged_at);
    let first_event = pull.readiness.iter().min_by_key(|event| event.at);
    let opened_as_draft = first_event.is_some_and(|event| event.ready);
    let opened = (!opened_as_draft).then_some(pull.opened_at);
    let readied = pull.readiness.iter().filter(|event| event.ready).map(|event| event.at);
    let moments = || opened.into_iter().chain(readied.clone());
    let before = moments().filter(|at| *at <= by).max();
    before.or_else(|| moments().min()).unwrap_or(pull.opened_at)
}

#[cfg(test)]
mod tests;
