//! Merged pull requests that change infrastructure.

use super::{PullNumber, RepoId, Time};
use std::sync::Arc;

/// A merged pull request that changes infrastructure, and when that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfrastructurePull {
    /// The repository.
    pub repo: RepoId,
    /// The number within the repository.
    pub number: PullNumber,
    /// The host's own id, by which it is asked again.
    pub node_id: Arc<str>,
    /// When it was opened.
    pub opened_at: Time,
    /// When it was merged.
    pub merged_at: Time,
    /// When all of it was applied; absent until that is known.
    pub applied_at: Option<Time>,
}

impl InfrastructurePull {
    /// When it was both merged and applied, in whatever order.
    pub fn done_at(&self) -> Option<Time> {
        self.applied_at.map(|applied_at| applied_at.max(self.merged_at))
    }
}
