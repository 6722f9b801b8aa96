//! What texts refer to, parsed at the source so that no text has to be kept.

use super::{DeploymentId, OidPrefix, PullNumber};

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
    /// A change, or the commit it consists of.
    Change(ChangeReference),
}
