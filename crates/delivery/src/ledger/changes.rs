//! The changes that count: merged pull requests that are no promotions, and direct commits.

use super::as_of::Standing;
use super::belonging::Belonging;
use super::graph::Ancestry;
use super::{ChangeId, Rules, Scope};
use crate::domain::{Author, CommitIndex, Oid, PullRequest, Time};
use std::collections::HashMap;

/// The commits whose deployment ships a change: a pull request's merge commit and its final head,
/// a direct commit itself. Absent where the graph does not hold them.
pub(super) type Tips = [Option<CommitIndex>; 2];

/// What a change is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// A merged pull request.
    Pull(&'a PullRequest),
    /// A direct commit of the default branch.
    Commit(CommitIndex),
}

/// A change that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'a> {
    /// Which change.
    pub(super) id: ChangeId,
    /// What it is made of.
    pub(super) origin: Origin<'a>,
    /// Whose deployment ships it.
    pub(super) tips: Tips,
    /// When it was merged (a direct commit: committed).
    pub(super) merged_at: Time,
    /// Whether it counts only because its paths are not known.
    pub(super) unknown_paths: bool,
}

/// All changes of the component that count, shipped or not, by several keys.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    /// In order of merge, then of id.
    pub(super) list: Vec<Change<'a>>,
    by_id: HashMap<ChangeId, usize>,
    /// Sorted pairs of a tip and the place of its change in `list`.
    by_tip: Vec<(CommitIndex, usize)>,
}

impl<'a> Changes<'a> {
    /// Finds the changes among merged pull requests and the default branch's first parents.
    pub(super) fn of(
        standing: &Standing<'a>,
        scope: Scope<'_>,
        branch: &[CommitIndex],
        ancestry: &Ancestry<'_>,
        belonging: &Belonging,
        rules: &Rules,
    ) -> Changes<'a> {
        let (graph, pulls) = (ancestry.graph, &standing.pulls);
        let merged = pulls.iter().filter(|pull| {
            counts(rules, &pull.author)
                && touches(scope, pull)
                && !belonging.promotes(pull, pulls, graph)
        });
        let mut list: Vec<Change<'a>> = merged
            .map(|&pull| Change {
                id: ChangeId::Pull(pull.number),
                origin: Origin::Pull(pull),
                tips: tips(pull, ancestry),
                merged_at: pull.merged_at,
                unknown_paths: scope != Scope::Repository && pull.components.is_none(),
            })
            .collect();
        if rules.direct_commits {
            list.extend(branch.iter().filter_map(|&at| {
                let commit = graph.commit(at);
                let direct = commit.committed_at <= standing.t
                    && counts(rules, &commit.author)
                    && belonging.pull_of(commit).is_none();
                direct.then_some(Change {
                    id: ChangeId::Commit(commit.oid),
                    origin: Origin::Commit(at),
                    tips: [Some(at), None],
                    merged_at: commit.committed_at,
                    unknown_paths: scope != Scope::Repository,
                })
            }));
        }
        list.sort_unstable_by_key(|change| (change.merged_at, change.id));
        let by_id = list.iter().enumerate().map(|(at, change)| (change.id, at)).collect();
        let mut by_tip: Vec<_> = list
            .iter()
            .enumerate()
            .flat_map(|(at, change)| change.tips.into_iter().flatten().map(move |tip| (tip, at)))
            .collect();
        by_tip.sort_unstable();
        Changes { list, by_id, by_tip }
    }

    /// The place of a pull request, if it is a change.
    pub(super) fn pull(&self, pull: &PullRequest) -> Option<usize> {
        self.by_id.get(&ChangeId::Pull(pull.number)).copied()
    }

    /// The place of a direct commit, if it is a change.
    pub(super) fn direct(&self, oid: Oid) -> Option<usize> {
        self.by_id.get(&ChangeId::Commit(oid)).copied()
    }

    /// The changes of which a commit is a tip.
    pub(super) fn with_tip(&self, commit: CommitIndex) -> impl Iterator<Item = &Change<'a>> {
        let start = self.by_tip.partition_point(|(tip, _)| *tip < commit);
        self.by_tip[start..]
            .iter()
            .take_while(move |(tip, _)| *tip == commit)
            .map(|(_, at)| &self.list[*at])
    }
}

/// Whether an author's changes count.
pub(super) fn counts(rules: &Rules, author: &Author) -> bool {
    author.person.is_none_or(|person| !rules.exclude_authors.contains(&person))
}

/// Whether a pull request belongs to the component, as far as its paths are known.
pub(super) fn touches(scope: Scope<'_>, pull: &PullRequest) -> bool {
    match (scope, &pull.components) {
        (Scope::Repository, _) | (Scope::Paths(_), None) => true,
        (Scope::Paths(name), Some(components)) => components.iter().any(|one| **one == *name),
    }
}

/// The tips of a pull request, whether it counts or not.
pub(super) fn tips(pull: &PullRequest, ancestry: &Ancestry<'_>) -> Tips {
    let find = |oid: Option<Oid>| oid.and_then(|oid| ancestry.graph.find(&oid));
    [find(pull.merge_commit), find(pull.head)]
}

#[cfg(test)]
mod component_tests;
#[cfg(test)]
mod tests;
