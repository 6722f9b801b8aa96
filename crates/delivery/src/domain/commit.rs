//! Commits, and the graph that decides what a deployed commit contains.

use super::{Oid, RepoId, Reversion, Time};
use std::collections::{BTreeSet, HashMap};

/// The hash of a commit's headline: enough to recognise a replayed commit, no text to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Headline(pub u64);

impl Headline {
    /// Hashes a headline (FNV-1a, 64 bits), trimmed at the end; stable over versions, since it is stored.
    pub fn of(text: &str) -> Headline {
        let hash = text.trim_end().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Headline(hash)
    }
}

/// A commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The repository.
    pub repo: RepoId,
    /// Its id.
    pub oid: Oid,
    /// Its parents, first parent first; parents beyond the collected horizon are named too.
    pub parents: Vec<Oid>,
    /// When it was written.
    pub authored_at: Time,
    /// When it was committed.
    pub committed_at: Time,
    /// The headline's hash.
    pub headline: Headline,
    /// The author, for `exclude_authors` on direct commits; absent where no account is known.
    pub author: super::Author,
    /// What its message reverts.
    pub reverts: Vec<Reversion>,
    /// Whether its headline marks it as a hotfix by the configured patterns.
    pub hotfix: bool,
}

/// A commit's place in a [`CommitGraph`].
pub type CommitIndex = u32;

/// The commits of one repository by id. Order of insertion has no meaning, and inserting a commit
/// again replaces it.
#[derive(Clone, Debug, Default)]
pub struct CommitGraph {
    commits: Vec<Commit>,
    index: HashMap<Oid, CommitIndex>,
    frontier: BTreeSet<Oid>,
}

impl CommitGraph {
    /// Adds a commit, or replaces the one with the same id.
    pub fn insert(&mut self, commit: Commit) {
        match self.index.get(&commit.oid) {
            Some(&at) => self.commits[at as usize] = commit,
            None => {
                self.index.insert(commit.oid, self.commits.len() as CommitIndex);
                self.commits.push(commit);
            }
        }
    }

    /// Notes that everything below a commit is forgotten: it and all that it contains were live
    /// long ago, whether the graph holds it or not.
    pub fn insert_frontier(&mut self, oid: Oid) {
        self.frontier.insert(oid);
    }

    /// The commits below which everything is forgotten.
    pub fn frontier(&self) -> &BTreeSet<Oid> {
        &self.frontier
    }

    /// Removes commits, and replaces the frontier that they leave behind.
    pub fn forget(&mut self, commits: &BTreeSet<Oid>, frontier: BTreeSet<Oid>) {
        self.frontier = frontier;
        self.commits.retain(|commit| !commits.contains(&commit.oid));
        self.commits.shrink_to_fit();
        let places = self.commits.iter().zip(0..).map(|(commit, at)| (commit.oid, at));
        self.index = places.collect();
    }

    /// The place of a commit, if it is known.
    pub fn find(&self, oid: &Oid) -> Option<CommitIndex> {
        self.index.get(oid).copied()
    }

    /// The commit at a place that this graph gave.
    pub fn commit(&self, at: CommitIndex) -> &Commit {
        &self.commits[at as usize]
    }

    /// All commits, in no meaningful order.
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// How many commits are known.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether no commit is known.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }
}
