//! Which pull request a commit belongs to.
//!
//! By id, or by equal authored time and headline, since rebase merges replay commits under new
//! ids. A commit of several pull requests belongs to the one that was merged first.

use crate::domain::{Commit, CommitGraph, Headline, Oid, PullCommit, PullRequest, Time};
use std::collections::HashMap;

/// The commits of pull requests. Pull requests are told by their place in the standing facts.
#[derive(Debug)]
pub(super) struct Belonging {
    by_id: HashMap<Oid, usize>,
    by_replay: HashMap<(Time, Headline), usize>,
}

impl Belonging {
    /// Indexes the commits of merged pull requests.
    pub(super) fn of(pulls: &[&PullRequest], graph: &CommitGraph) -> Belonging {
        let mut belonging = Belonging { by_id: HashMap::new(), by_replay: HashMap::new() };
        let mut by_merge: Vec<usize> = (0..pulls.len()).collect();
        by_merge.sort_by_key(|&at| (pulls[at].merged_at, pulls[at].number));
        for at in by_merge {
            if let Some(merge) = pulls[at].merge_commit {
                belonging.by_id.entry(merge).or_insert(at);
            }
            for commit in &pulls[at].commits {
                belonging.by_id.entry(commit.oid).or_insert(at);
                if let Some(authored_at) = authored_at(commit, graph) {
                    belonging.by_replay.entry((authored_at, commit.headline)).or_insert(at);
                }
            }
        }
        belonging
    }

    /// The pull request that a commit of the graph belongs to.
    pub(super) fn pull_of(&self, commit: &Commit) -> Option<usize> {
        self.pull_of_id(&commit.oid)
            .or_else(|| self.by_replay.get(&(commit.authored_at, commit.headline)).copied())
    }

    /// The pull request that a commit belongs to by its id.
    pub(super) fn pull_of_id(&self, oid: &Oid) -> Option<usize> {
        self.by_id.get(oid).copied()
    }

    /// The pull requests that have a commit of another pull request, as it or as a replay.
    pub(super) fn owners(
        &self,
        commit: &PullCommit,
        graph: &CommitGraph,
    ) -> impl Iterator<Item = usize> {
        let replayed = authored_at(commit, graph)
            .and_then(|authored_at| self.by_replay.get(&(authored_at, commit.headline)));
        self.by_id.get(&commit.oid).copied().into_iter().chain(replayed.copied())
    }

    /// Whether a pull request only promotes: it has commits, and every one that is no merge
    /// belongs to a pull request that was merged before it.
    pub(super) fn promotes(
        &self,
        pull: &PullRequest,
        pulls: &[&PullRequest],
        graph: &CommitGraph,
    ) -> bool {
        let merged_before =
            |at: Option<&usize>| at.is_some_and(|&owner| pulls[owner].merged_at < pull.merged_at);
        let known = |commit: &PullCommit| {
            merged_before(self.by_id.get(&commit.oid))
                || authored_at(commit, graph).is_some_and(|authored_at| {
                    merged_before(self.by_replay.get(&(authored_at, commit.headline)))
                })
        };
        !pull.commits.is_empty()
            && pull.commits.iter().filter(|commit| !is_merge(commit, graph)).all(known)
    }
}

/// The authored time of a pull request's commit; the graph may know it where the host did not tell.
pub(super) fn authored_at(commit: &PullCommit, graph: &CommitGraph) -> Option<Time> {
    let held = || graph.find(&commit.oid).map(|at| graph.commit(at).authored_at);
    commit.authored_at.or_else(held)
}

fn is_merge(commit: &PullCommit, graph: &CommitGraph) -> bool {
    match graph.find(&commit.oid) {
        Some(at) => graph.commit(at).parents.len() >= 2,
        None => commit.looks_like_merge,
    }
}
