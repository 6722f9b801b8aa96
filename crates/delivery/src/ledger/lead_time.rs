//! Where a change's lead time starts.

use super::LeadTimeStart;
use super::belonging::authored_at;
use super::changes::{Change, Origin};
use super::record::Record;
use crate::domain::{CommitIndex, Time};

/// By what it is known when work on a change started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Start {
    /// The authored time of its earliest commit.
    FirstCommit,
    /// The opening of its pull request, since no commit of it is known.
    NoCommitList,
    /// The opening of its pull request (a direct commit: its committed time), since its earliest
    /// commit claims to be later than the merge.
    ClockSkew,
    /// The opening of its pull request, as configured.
    Opened,
    /// Its merge, as configured.
    Merged,
}

impl Start {
    /// How documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Start::FirstCommit => "first_commit",
            Start::NoCommitList => "no_commit_list",
            Start::ClockSkew => "clock_skew",
            Start::Opened => "opened",
            Start::Merged => "merged",
        }
    }
}

/// When work on a change started, by the configured rule.
pub(super) fn started_at(record: &Record<'_>, change: &Change<'_>) -> Time {
    start(record, change).0
}

/// When work on a change started, and by what that is known.
pub(super) fn start(record: &Record<'_>, change: &Change<'_>) -> (Time, Start) {
    match (record.rules.lead_time_start, change.origin) {
        (LeadTimeStart::FirstCommit, _) => first_commit_or_opening(record, change),
        (LeadTimeStart::Opened, Origin::Pull(pull)) => (pull.opened_at, Start::Opened),
        (LeadTimeStart::Merged, _) | (LeadTimeStart::Opened, Origin::Commit(_)) => {
            (change.merged_at, Start::Merged)
        }
    }
}

/// The authored time of a change's earliest commit. Where it is not known, or later than the merge
/// (a skewed clock), the time its pull request was opened, or a direct commit was committed.
pub(super) fn first_commit(record: &Record<'_>, change: &Change<'_>) -> Time {
    first_commit_or_opening(record, change).0
}

fn first_commit_or_opening(record: &Record<'_>, change: &Change<'_>) -> (Time, Start) {
    let graph = record.ancestry.graph;
    let (earliest, otherwise) = match change.origin {
        Origin::Pull(pull) => {
            let authored = pull.commits.iter().filter_map(|commit| authored_at(commit, graph));
            (authored.min(), pull.opened_at)
        }
        Origin::Commit(at) => (earliest_brought(record, at), change.merged_at),
    };
    match earliest {
        None => (otherwise, Start::NoCommitList),
        Some(earliest) if earliest > change.merged_at => (otherwise, Start::ClockSkew),
        Some(earliest) => (earliest, Start::FirstCommit),
    }
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
