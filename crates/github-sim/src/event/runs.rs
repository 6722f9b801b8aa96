//! What can happen to runs of workflows.

use super::RepoId;

/// One thing that happens to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// A run begins. Its workflow exists from its first run on.
    Started {
        /// The repository.
        repo: RepoId,
        /// Its database id, unique; later runs have greater ones.
        id: u64,
        /// The workflow's file, such as `deploy.yml`.
        file: String,
        /// The workflow's name.
        name: String,
        /// What triggered it: `push`, `workflow_dispatch`, …
        event: String,
        /// The branch or tag; absent where the host does not tell.
        branch: Option<String>,
        /// The commit.
        sha: String,
        /// Whether its head is in a fork.
        from_fork: bool,
    },
    /// The present attempt ends.
    Concluded {
        /// The repository.
        repo: RepoId,
        /// The run.
        id: u64,
        /// `success`, `failure`, `cancelled`, … (any text, to test unknown values).
        conclusion: String,
    },
    /// It is run again: another attempt begins.
    Rerun {
        /// The repository.
        repo: RepoId,
        /// The run.
        id: u64,
    },
    /// It is deleted.
    Deleted {
        /// The repository.
        repo: RepoId,
        /// The run.
        id: u64,
    },
}

impl RunEvent {
    /// The repository that it happens in.
    pub(crate) fn repo(&self) -> RepoId {
        match self {
            RunEvent::Started { repo, .. }
            | RunEvent::Concluded { repo, .. }
            | RunEvent::Rerun { repo, .. }
            | RunEvent::Deleted { repo, .. } => *repo,
        }
    }
}
