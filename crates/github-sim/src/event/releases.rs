//! What can happen to tags and releases.

use super::RepoId;

/// One thing that happens to a tag or a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseEvent {
    /// A tag is set, or moved to another commit.
    Tagged {
        /// The repository.
        repo: RepoId,
        /// The tag's name.
        name: String,
        /// The commit.
        sha: String,
        /// Whether it is an object of its own, which knows when it was made.
        annotated: bool,
    },
    /// A tag is deleted; releases of it stay, and lead to no commit.
    TagDeleted {
        /// The repository.
        repo: RepoId,
        /// The tag's name.
        name: String,
    },
    /// A release is made or edited. It is published when it first is no draft; a tag that is
    /// missing then is set to the default branch's head.
    Released {
        /// The repository.
        repo: RepoId,
        /// Its database id, unique.
        id: u64,
        /// Its tag.
        tag: String,
        /// Whether it is a draft, which is shown to who may push, as the viewer may.
        draft: bool,
        /// Whether it is a pre-release.
        prerelease: bool,
    },
    /// A release is deleted; its tag stays.
    ReleaseDeleted {
        /// The repository.
        repo: RepoId,
        /// The release.
        id: u64,
    },
}

impl ReleaseEvent {
    /// The repository that it happens in.
    pub(crate) fn repo(&self) -> RepoId {
        match self {
            ReleaseEvent::Tagged { repo, .. }
            | ReleaseEvent::TagDeleted { repo, .. }
            | ReleaseEvent::Released { repo, .. }
            | ReleaseEvent::ReleaseDeleted { repo, .. } => *repo,
        }
    }
}
