//! What the log says at an instant. No wire format here: the doors render this.

mod fold;
mod graph;
mod ownership;
mod pulls;
mod releases;
mod runs;
mod statuses;

pub(crate) use graph::Graph;
pub(crate) use ownership::{Team, object_id};
pub(crate) use releases::{Release, Tag};
pub(crate) use runs::{Run, Workflow};
pub(crate) use statuses::CommitStatus;

use crate::event::{CloseReason, RepoId, Verdict};
use std::collections::{BTreeMap, HashMap};

/// An event that does not fit what happened before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event at {at} has no effect: {reason}")]
pub struct EventError {
    /// The event's instant.
    pub at: i64,
    /// What does not fit, and what the event needs.
    pub reason: String,
}

/// GitHub at an instant.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(crate) accounts: HashMap<String, Account>,
    pub(crate) repositories: BTreeMap<RepoId, Repository>,
    /// Lower-case `owner/name`, old names included, to the repository they lead to.
    pub(crate) names: HashMap<String, RepoId>,
    pub(crate) deployments: HashMap<u64, (RepoId, usize)>,
    /// By organisation in lower case and slug.
    pub(crate) teams: BTreeMap<(String, String), Team>,
    rejected: Vec<EventError>,
}

/// How much a state holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Repositories that are not deleted.
    pub repositories: usize,
    /// Commits in them, those of deleted branches included.
    pub commits: usize,
    /// Pull requests in them.
    pub pull_requests: usize,
    /// Pull requests that were merged.
    pub merged: usize,
    /// Deployments in them.
    pub deployments: usize,
    /// Issues in them.
    pub issues: usize,
}

impl State {
    /// The events that had no effect, in the log's order.
    pub fn rejected(&self) -> &[EventError] {
        &self.rejected
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        self.repositories.values().fold(Counts::default(), |mut counts, repo| {
            counts.repositories += 1;
            counts.commits += repo.graph.len();
            counts.pull_requests += repo.pulls.len();
            counts.merged += repo.pulls.values().filter(|pull| pull.merged_at.is_some()).count();
            counts.deployments += repo.deployments.len();
            counts.issues += repo.issues.len();
            counts
        })
    }

    /// The repository that `owner/name` leads to, and whether that is its present name.
    pub(crate) fn find(&self, owner: &str, name: &str) -> Option<(&Repository, bool)> {
        let id = self.names.get(&name_key(owner, name))?;
        let repo = self.repositories.get(id)?;
        let present =
            repo.owner.eq_ignore_ascii_case(owner) && repo.name.eq_ignore_ascii_case(name);
        Some((repo, present))
    }

    /// The account of a login: logins never declared are users, deleted ones nobody.
    pub(crate) fn account(&self, login: &str) -> Option<Account> {
        match self.accounts.get(&login.to_ascii_lowercase()) {
            Some(account) if account.deleted => None,
            Some(account) => Some(account.clone()),
            None => Some(Account::new(login, AccountKind::User)),
        }
    }
}

/// The key of a repository's name: GitHub's names ignore case.
pub(crate) fn name_key(owner: &str, name: &str) -> String {
    format!("{owner}/{name}").to_ascii_lowercase()
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountKind {
    User,
    Bot,
    Organization,
}

/// A user, a bot or an organisation.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) kind: AccountKind,
    pub(crate) deleted: bool,
}

impl Account {
    pub(crate) fn new(login: &str, kind: AccountKind) -> Account {
        Account { login: login.to_owned(), kind, deleted: false }
    }
}

/// A repository and all that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    pub(crate) id: RepoId,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) default_branch: String,
    pub(crate) fork: bool,
    pub(crate) topics: Vec<String>,
    /// Custom properties with their values.
    pub(crate) properties: BTreeMap<String, Vec<String>>,
    /// The files at the head of the default branch, by path.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) archived: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) pushed_at: Option<i64>,
    pub(crate) branches: BTreeMap<String, u32>,
    pub(crate) graph: Graph,
    pub(crate) pulls: BTreeMap<u32, PullRequest>,
    pub(crate) issues: BTreeMap<u32, Issue>,
    pub(crate) deployments: Vec<Deployment>,
    pub(crate) tags: BTreeMap<String, Tag>,
    pub(crate) releases: BTreeMap<u64, Release>,
    pub(crate) workflows: Vec<Workflow>,
    /// By id, which is their order.
    pub(crate) runs: BTreeMap<u64, Run>,
    /// Names of environments with their first deployment's instant.
    pub(crate) environments: BTreeMap<String, i64>,
    /// Per environment, the deployments whose newest status is a success.
    live: HashMap<String, Vec<usize>>,
    /// By commit, the latest of each context.
    pub(crate) statuses: HashMap<String, Vec<CommitStatus>>,
    /// Per head branch, the pull requests that are open.
    open_heads: HashMap<String, Vec<u32>>,
    /// Per commit, the pull requests it belongs to.
    pulls_of_commit: HashMap<u32, Vec<u32>>,
}

impl Repository {
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Pull requests that a commit belongs to, as a commit of theirs or of their merge.
    pub(crate) fn pulls_of(&self, commit: u32) -> impl Iterator<Item = &PullRequest> {
        let numbers = self.pulls_of_commit.get(&commit).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| self.pulls.get(number))
    }
}

/// A deployment with its statuses, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    pub(crate) sha: String,
    pub(crate) branch: Option<String>,
    pub(crate) original_environment: String,
    pub(crate) environment: String,
    pub(crate) task: String,
    pub(crate) payload: String,
    pub(crate) created_at: i64,
    pub(crate) statuses: Vec<Status>,
}

impl Deployment {
    /// The time of the newest status, or of the creation.
    pub(crate) fn updated_at(&self) -> i64 {
        self.statuses.last().map_or(self.created_at, |status| status.at.max(self.created_at))
    }
}

/// A deployment status.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) at: i64,
    pub(crate) state: String,
    pub(crate) environment: String,
}

/// What an issue and a pull request have in common.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) number: u32,
    pub(crate) author: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) labels: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) edited_at: Option<i64>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) timeline: Vec<TimelineItem>,
}

/// A comment on an issue or a pull request.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) at: i64,
    pub(crate) author: String,
    pub(crate) body: String,
}

/// An issue.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) thread: Thread,
    pub(crate) reason: Option<IssueReason>,
}

/// Why an issue is in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IssueReason {
    Closed(CloseReason),
    Reopened,
}

/// A pull request.
#[derive(Clone, Debug)]
pub(crate) struct PullRequest {
    pub(crate) thread: Thread,
    pub(crate) base: String,
    pub(crate) head: String,
    pub(crate) draft: bool,
    pub(crate) base_oid: Option<u32>,
    pub(crate) head_oid: Option<u32>,
    pub(crate) merged_at: Option<i64>,
    pub(crate) merged_by: Option<String>,
    pub(crate) merge_commit: Option<u32>,
    /// The commits of the head branch that the base lacks, oldest first.
    pub(crate) commits: Vec<u32>,
    pub(crate) reviews: Vec<Review>,
    /// Changed files, where the log tells them.
    pub(crate) files: Option<Vec<String>>,
}

/// A submitted review.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) at: i64,
    pub(crate) author: String,
    pub(crate) verdict: Verdict,
    pub(crate) commit: Option<u32>,
}

/// One thing in the timeline of an issue or a pull request.
#[derive(Clone, Debug)]
pub(crate) struct TimelineItem {
    pub(crate) at: i64,
    pub(crate) actor: Option<String>,
    pub(crate) what: TimelineKind,
}

/// What a timeline item tells.
#[derive(Clone, Debug)]
pub(crate) enum TimelineKind {
    ReadyForReview,
    ConvertToDraft,
    Merged,
    Closed(Option<CloseReason>),
    Reopened,
    Labeled(String),
    Unlabeled(String),
    HeadRefForcePushed {
        before: u32,
        after: u32,
    },
    /// Index of a review of the pull request.
    Review(usize),
    /// Index of a comment of the thread.
    Comment(usize),
}
