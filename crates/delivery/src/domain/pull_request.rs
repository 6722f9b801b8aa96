//! Merged pull requests, with what lead time, phases and failure rules need of them.

use super::{ComponentName, Headline, Oid, Person, PullNumber, RepoId, Reversion, Time};

/// Who wrote a pull request or a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The keyed hash of the login; absent for a deleted account.
    pub person: Option<Person>,
    /// Whether the account is a bot.
    pub is_bot: bool,
}

/// A commit of a pull request as it was at the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PullCommit {
    /// Its id on the pull request's branch: rebase and squash merges replay it under another.
    pub oid: Oid,
    /// The authored time; absent where the host does not tell.
    pub authored_at: Option<Time>,
    /// The headline's hash: with the authored time it recognises a replayed commit.
    pub headline: Headline,
    /// Whether the headline is that of a merge, for commits that the graph does not hold.
    pub looks_like_merge: bool,
}

/// A pull request became ready for review, or a draft again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadinessEvent {
    /// When.
    pub at: Time,
    /// True where it became ready for review, false where it became a draft.
    pub ready: bool,
}

/// A submitted review's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// A comment.
    Commented,
    /// Dismissed later; the original verdict is not known any more.
    Dismissed,
    /// A verdict this version does not know.
    Other,
}

/// A submitted review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Review {
    /// When it was submitted.
    pub at: Time,
    /// Its verdict.
    pub state: ReviewState,
    /// Who submitted it.
    pub author: Author,
}

/// A merged pull request of any base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PullRequest {
    /// The repository.
    pub repo: RepoId,
    /// The number within the repository.
    pub number: PullNumber,
    /// Who opened it.
    pub author: Author,
    /// When it was opened.
    pub opened_at: Time,
    /// When it was merged.
    pub merged_at: Time,
    /// The merge, squash or last rebased commit; absent where the host lost it.
    pub merge_commit: Option<Oid>,
    /// The final head of its branch.
    pub head: Option<Oid>,
    /// Its commits.
    pub commits: Vec<PullCommit>,
    /// Changes between draft and ready, in order of time; empty if never a draft.
    pub readiness: Vec<ReadinessEvent>,
    /// Submitted reviews, in order of time.
    pub reviews: Vec<Review>,
    /// What its title, body, branch and commits' messages revert.
    pub reverts: Vec<Reversion>,
    /// Whether a label, branch or title marks it as a hotfix by the configured patterns.
    pub hotfix: bool,
    /// Lines added.
    pub additions: u32,
    /// Lines deleted.
    pub deletions: u32,
    /// Files changed.
    pub changed_files: u32,
    /// The components of its repository whose globs match a changed path; absent where paths decide
    /// nothing, or could not be read whole.
    pub components: Option<Vec<ComponentName>>,
}
