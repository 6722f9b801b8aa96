//! What texts refer to, parsed at the source so that no text has to be kept.

use super::{DeploymentId, OidPrefix, PullNumber};

/// A repository as a text names it: the hash of `owner/name`. It is enough to recognise one that is
/// collected, and keeps no name of one that is not, whose owner may be a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName(pub u64);

impl RepositoryName {
    /// Hashes `owner/name` (FNV-1a, 64 bits) without regard to case; stable over versions, since it
    /// is stored.
    pub fn of(full_name: &str) -> RepositoryName {
        let hash = full_name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        });
        RepositoryName(hash)
    }
}

/// A change, as a text names it within its own repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeReference {
    /// A pull request by number.
    Pull(PullNumber),
    /// A commit, perhaps abbreviated.
    Commit(OidPrefix),
}

/// A statement that something reverts a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reversion {
    /// What is reverted.
    pub of: ChangeReference,
    /// The text says that it brings a reverted change back (`Reapply`, a revert of a revert):
    /// that blames nothing and repairs nothing.
    pub reapplies: bool,
}

/// What an incident's text names as its cause or its fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentLink {
    /// A deployment by its numeric id.
    Deployment(DeploymentId),
    /// A pull request of the repository that the incident lives in, or a commit of any: ids of
    /// commits are unique.
    Change(ChangeReference),
    /// A change of a repository that the text names.
    ChangeOf(RepositoryName, ChangeReference),
}
