//! The repository as its host describes it.

use super::{Oid, RepoId, Time};
use std::sync::Arc;

/// Whether a repository is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepositoryState {
    /// Collected.
    Active,
    /// There, but not asked for by the configuration any more (or archived, or a fork).
    Excluded,
    /// Deleted, or no longer readable with the credentials.
    Gone,
}

/// A repository: identity, names and the head of its default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The database id; the identity that survives renames and transfers.
    pub id: RepoId,
    /// The host's opaque node id, by which it is asked for.
    pub node_id: Arc<str>,
    /// `owner/name`, as the label `repo` shows it.
    pub full_name: Arc<str>,
    /// Names it had before, so that references by an old name are understood.
    pub former_names: Vec<Arc<str>>,
    /// The configured GitHub it was found at (`[[github]] name`).
    pub host: Arc<str>,
    /// Whether it is collected.
    pub state: RepositoryState,
    /// The default branch's head, as far as its commits are read; absent before that, and in an
    /// empty repository.
    pub head: Option<Oid>,
    /// When the host created it.
    pub created_at: Option<Time>,
}

impl Repository {
    /// The part after the owner, which names the repository's only component.
    pub fn short_name(&self) -> &str {
        self.full_name.rsplit('/').next().unwrap_or(&self.full_name)
    }
}
