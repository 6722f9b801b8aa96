//! What can happen at GitHub. A log of these, each with an instant, is the whole state.
//!
//! Instants are seconds since 1970. Repositories are named by their database id, so that renames
//! and transfers keep the rest of the log valid. Logins are plain: this is GitHub's side.

mod releases;
mod runs;

pub use releases::ReleaseEvent;
pub use runs::RunEvent;

/// A repository's database id.
pub type RepoId = u64;

/// A commit as it is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    /// 40 hexadecimal digits.
    pub oid: String,
    /// Parents, first parent first.
    pub parents: Vec<String>,
    /// Authored time.
    pub authored_at: i64,
    /// Committed time.
    pub committed_at: i64,
    /// The author's login; absent where the address belongs to no account.
    pub author: Option<String>,
    /// The whole message; its first line is the headline.
    pub message: String,
}

/// A review's verdict, as GraphQL spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `APPROVED`
    Approved,
    /// `CHANGES_REQUESTED`
    ChangesRequested,
    /// `COMMENTED`
    Commented,
}

/// Why an issue was closed, as GraphQL spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// `COMPLETED`
    Completed,
    /// `NOT_PLANNED`
    NotPlanned,
    /// `DUPLICATE`
    Duplicate,
}

/// What a team may do with a repository, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// `READ`
    Read,
    /// `TRIAGE`
    Triage,
    /// `WRITE`
    Write,
    /// `MAINTAIN`
    Maintain,
    /// `ADMIN`
    Admin,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An organisation comes to be; repositories need one (or a user, which behaves alike).
    Organization {
        /// Its login.
        login: String,
    },
    /// An account that authors, reviews or closes. Logins never declared are plain users.
    Account {
        /// The login, without `[bot]`.
        login: String,
        /// Whether it is a bot.
        bot: bool,
    },
    /// An account is deleted: it becomes `null` wherever GitHub shows an actor.
    AccountDeleted {
        /// The login.
        login: String,
    },
    /// A repository is created, empty, with the default branch's name set.
    RepositoryCreated {
        /// Its database id, unique.
        repo: RepoId,
        /// Owner's login.
        owner: String,
        /// Name.
        name: String,
        /// Default branch's name.
        default_branch: String,
        /// Whether it is a fork.
        fork: bool,
        /// Topics.
        topics: Vec<String>,
    },
    /// Renamed or transferred; the old name redirects until it is used again.
    RepositoryMoved {
        /// The repository.
        repo: RepoId,
        /// New owner.
        owner: String,
        /// New name.
        name: String,
    },
    /// Archived or unarchived.
    RepositoryArchived {
        /// The repository.
        repo: RepoId,
        /// The new state.
        archived: bool,
    },
    /// Deleted: `NOT_FOUND` from now on.
    RepositoryDeleted {
        /// The repository.
        repo: RepoId,
    },
    /// A repository's topics are set to exactly these.
    TopicsSet {
        /// The repository.
        repo: RepoId,
        /// All its topics from now on.
        topics: Vec<String>,
    },
    /// A custom property of the organisation is set for a repository.
    PropertySet {
        /// The repository.
        repo: RepoId,
        /// The property's name.
        name: String,
        /// Its values: none is `null`, one is a text, several are a list.
        values: Vec<String>,
    },
    /// A team is as told from now on; a parent's repositories are its children's too.
    TeamSet {
        /// The organisation's login.
        organization: String,
        /// The team's slug, which is its name here.
        slug: String,
        /// The slug of the team around it.
        parent: Option<String>,
        /// What it has access to itself.
        repositories: Vec<(RepoId, Permission)>,
    },
    /// Files at the head of the default branch are written or, without a text, removed. Whoever
    /// looks for moved heads sees them with the next push.
    FilesWritten {
        /// The repository.
        repo: RepoId,
        /// Paths with their texts.
        files: Vec<(String, Option<String>)>,
    },
    /// Commits are pushed and a branch is set to `head` (forced or not; created if new).
    Push {
        /// The repository.
        repo: RepoId,
        /// The branch.
        branch: String,
        /// The branch's new head: a commit of this push or an older one.
        head: String,
        /// New commits, parents before children.
        commits: Vec<NewCommit>,
    },
    /// A branch is deleted; its commits still resolve by id until `CommitsLost`.
    BranchDeleted {
        /// The repository.
        repo: RepoId,
        /// The branch.
        branch: String,
    },
    /// Commits are garbage-collected: they resolve to `null`.
    CommitsLost {
        /// The repository.
        repo: RepoId,
        /// The commits.
        oids: Vec<String>,
    },
    /// A pull request is opened; its commits are those of `head` that `base` lacks.
    PullOpened {
        /// The repository.
        repo: RepoId,
        /// Its number, from the numbers that issues share.
        number: u32,
        /// Author's login.
        author: String,
        /// Title.
        title: String,
        /// Body.
        body: String,
        /// Base branch.
        base: String,
        /// Head branch.
        head: String,
        /// Whether it is a draft.
        draft: bool,
        /// Labels.
        labels: Vec<String>,
    },
    /// The files that a pull request changes, where a test cares; else they are made of its commits.
    PullFiles {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
        /// All their paths.
        paths: Vec<String>,
    },
    /// Ready for review, or a draft again.
    PullReadiness {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
        /// True: ready for review.
        ready: bool,
    },
    /// A review is submitted.
    PullReviewed {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
        /// Reviewer's login.
        author: String,
        /// The verdict.
        verdict: Verdict,
    },
    /// Merged. The commits of the merge are in a `Push` to the base branch at the same instant,
    /// earlier in the log.
    PullMerged {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
        /// Merge, squash or last rebased commit.
        merge_commit: String,
        /// Who merged.
        by: String,
    },
    /// Closed without a merge.
    PullClosed {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
    },
    /// Open again after it was closed; its head branch has to be there.
    PullReopened {
        /// The repository.
        repo: RepoId,
        /// The pull request.
        number: u32,
    },
    /// Labels of an issue or a pull request are set to exactly these; each change is a timeline item.
    Labeled {
        /// The repository.
        repo: RepoId,
        /// The issue or pull request.
        number: u32,
        /// All its labels from now on.
        labels: Vec<String>,
    },
    /// A deployment is created.
    DeploymentCreated {
        /// The repository.
        repo: RepoId,
        /// Its database id, unique.
        id: u64,
        /// The commit.
        sha: String,
        /// The branch or tag it was created by, if any.
        branch: Option<String>,
        /// The environment.
        environment: String,
        /// The task, `deploy` by default.
        task: String,
        /// The payload as JSON text.
        payload: String,
    },
    /// A deployment status.
    DeploymentStatus {
        /// The deployment.
        id: u64,
        /// The state as GraphQL spells it: `SUCCESS`, `FAILURE`, … (any text, to test unknown values).
        state: String,
        /// The status's own environment, where it overrides.
        environment: Option<String>,
    },
    /// A commit is given a status, which takes the place of the one before of the same context.
    CommitStatus {
        /// The repository.
        repo: RepoId,
        /// The commit.
        sha: String,
        /// What gives it: `atlantis/apply`.
        context: String,
        /// The state as GraphQL spells it: `SUCCESS`, `PENDING`, `FAILURE`, `ERROR`.
        state: String,
        /// What it says.
        description: String,
    },
    /// An issue is opened.
    IssueOpened {
        /// The repository.
        repo: RepoId,
        /// Its number.
        number: u32,
        /// Author's login.
        author: String,
        /// Title.
        title: String,
        /// Body.
        body: String,
        /// Labels.
        labels: Vec<String>,
    },
    /// An issue's or pull request's body is edited.
    BodyEdited {
        /// The repository.
        repo: RepoId,
        /// Its number.
        number: u32,
        /// The new body.
        body: String,
    },
    /// A comment on an issue or pull request.
    Commented {
        /// The repository.
        repo: RepoId,
        /// Its number.
        number: u32,
        /// Author's login.
        author: String,
        /// Body.
        body: String,
    },
    /// An issue is closed.
    IssueClosed {
        /// The repository.
        repo: RepoId,
        /// Its number.
        number: u32,
        /// Who closed it.
        by: String,
        /// Why.
        reason: CloseReason,
    },
    /// An issue is reopened.
    IssueReopened {
        /// The repository.
        repo: RepoId,
        /// Its number.
        number: u32,
    },
    /// Something happens to a tag or a release.
    Release(ReleaseEvent),
    /// Something happens to a run of a workflow.
    Run(RunEvent),
}
