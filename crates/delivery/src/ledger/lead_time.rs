//! Where a change's lead time starts.

use super::LeadTimeStart;
use super::belonging::authored_at;
use super::changes::{Change, Origin};
use super::record::Record;
use crate::domain::{CommitIndex, Time};

/// When work on a change started, by the configured rule.
pub(super) fn started_at(record: &Record<'_>, change: &Change<'_>) -> Time {
    match (record.rules.lead_time_start, change.origin) {
        (LeadTimeStart::FirstCommit, _) => first_commit(record, change),
        (LeadTimeStart::Opened, Origin::Pull(pull)) => pull.opened_at,
        (LeadTimeStart::Merged, _) | (LeadTimeStart::Opened, Origin::Commit(_)) => change.merged_at,
    }
}

/// The authored time of a change's earliest commit. Where it is not known, or later than the merge
/// (a skewed clock), the time its pull request was opened, or a direct commit was committed.
pub(super) fn first_commit(record: &Record<'_>, change: &Change<'_>) -> Time {
    let graph = record.ancestry.graph;
    let (earliest, otherwise) = match change.origin {
        Origin::Pull(pull) => {
            let authored = pull.commits.iter().filter_map(|commit| authored_at(commit, graph));
            (authored.min(), pull.opened_at)
        }
        Origin::Commit(at) => (earliest_brought(record, at), change.merged_at),
    };
    earliest.filter(|earliest| *earliest <= change.merged_at).unwrap_or(otherwise)
}

/// The earliest authored time among a direct commit and, where it merges a branch, what it brings
/// that belongs to no pull request.
fn earliest_brought(record: &Record<'_>, at: CommitIndex) -> Option<Time> {
    let graph = record.ancestry.graph;
    let own = graph.commit(at).authored_at;
    let ancestry = &record.ancestry;
    let first_parent = ancestry.first_parent(at);
    let forgotten = || {
        let parent = graph.commit(at).parents.first();
        parent.is_some_and(|parent| graph.frontier().contains(parent))
    };
    if !ancestry.is_merge(at) || (first_parent.is_none() && !forgotten()) {
        return Some(own);
    }
    let brought = ancestry.difference(at, first_parent).filter(|at| !ancestry.is_ground(*at));
    let brought = brought.map(|brought| graph.commit(brought));
    let unowned = brought.filter(|commit| record.belonging.pull_of(commit).is_none());
    unowned.map(|commit| commit.authored_at).min()
}

#[cfg(test)]
mod tests;
