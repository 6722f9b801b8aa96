//! Open pull requests as they stand: what waits, and for whom. Nothing is known of how they stood before.

use super::{Author, ComponentName, PullNumber, RepoId, Review, Time};

/// What the host makes of a pull request's reviews, by the rules of its base branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewDecision {
    /// It has all approvals that it needs.
    Approved,
    /// Somebody asked for changes.
    ChangesRequested,
    /// An approval that it needs is missing.
    ReviewRequired,
}

/// An open pull request of any base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenPullRequest {
    /// The number within the repository.
    pub number: PullNumber,
    /// Who opened it.
    pub author: Author,
    /// When it was opened.
    pub opened_at: Time,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// What the host makes of its reviews; absent where its base branch asks for none.
    pub decision: Option<ReviewDecision>,
    /// Submitted reviews, in order of time.
    pub reviews: Vec<Review>,
    /// The components of its repository whose globs match a changed path; absent where paths decide
    /// nothing, or are not known.
    pub components: Option<Vec<ComponentName>>,
}

/// All open pull requests of a repository that may become changes. What is not among them is open
/// no more, so one such list replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPullRequests {
    /// The repository.
    pub repo: RepoId,
    /// They, in order of number.
    pub pulls: Vec<OpenPullRequest>,
}
