//! A builder of histories for tests: it makes up ids and commits and only emits [`Event`]s.
//!
//! Everything it makes up is deterministic, so the same calls give the same log.

mod deployments;
mod pulls;

pub use pulls::{Merge, PullRequest};

use crate::event::{CloseReason, Event, NewCommit, RepoId};
use crate::sim::Sim;
use crate::state::EventError;
use std::collections::{HashMap, HashSet};

/// The login that acts where none is named.
const DEVELOPER: &str = "dev";

/// A history under construction.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    events: Vec<(i64, Event)>,
    owners: HashSet<String>,
    repositories: HashMap<RepoId, Repo>,
    deployments: u64,
    runs: u64,
    releases: u64,
    commits: u64,
}

#[derive(Clone, Debug, Default)]
struct Repo {
    numbers: u32,
    branches: HashMap<String, Branch>,
    pulls: HashMap<u32, PullRequest>,
}

/// A branch's head and the commits it does not share with `main`.
#[derive(Clone, Debug, Default)]
struct Branch {
    head: Option<String>,
    own: Vec<NewCommit>,
}

impl Scenario {
    /// An empty history.
    pub fn new() -> Scenario {
        Scenario::default()
    }

    /// Hands the events made so far to a simulation and forgets them; ids go on.
    ///
    /// # Errors
    /// The first event that does not fit.
    pub fn play(&mut self, sim: &Sim) -> Result<(), EventError> {
        sim.extend(std::mem::take(&mut self.events))
    }

    /// The events made so far.
    pub fn into_events(self) -> Vec<(i64, Event)> {
        self.events
    }

    /// Adds an event of the caller's own making.
    pub fn event(&mut self, at: i64, event: Event) {
        self.events.push((at, event));
    }

    /// A repository `owner/name` with branch `main` and a first commit on it.
    pub fn repository(&mut self, at: i64, full_name: &str) -> RepoId {
        let repo = self.empty_repository(at, full_name);
        self.commit(at, repo, "main", "Initial commit");
        repo
    }

    /// A repository `owner/name` without a commit. Its owner is an organisation.
    pub fn empty_repository(&mut self, at: i64, full_name: &str) -> RepoId {
        let (owner, name) = full_name.split_once('/').unwrap_or(("acme", full_name));
        if self.owners.insert(owner.to_owned()) {
            self.event(at, Event::Organization { login: owner.to_owned() });
        }
        let repo = 1001 + self.repositories.len() as RepoId;
        self.repositories.insert(repo, Repo::default());
        let (owner, name) = (owner.to_owned(), name.to_owned());
        let (default_branch, fork, topics) = ("main".to_owned(), false, Vec::new());
        let created = Event::RepositoryCreated { repo, owner, name, default_branch, fork, topics };
        self.event(at, created);
        repo
    }

    /// Files at the head of `main`, with the commit that writes them.
    pub fn write(&mut self, at: i64, repo: RepoId, files: &[(&str, &str)]) -> String {
        let files = files.iter();
        let files = files.map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned())));
        self.event(at, Event::FilesWritten { repo, files: files.collect() });
        self.commit(at, repo, "main", "Write files")
    }

    /// A commit by `dev` on a branch; a new branch starts at `main`.
    pub fn commit(&mut self, at: i64, repo: RepoId, branch: &str, message: &str) -> String {
        self.commit_by(at, repo, branch, DEVELOPER, message)
    }

    /// A commit on a branch; a new branch starts at `main`.
    pub fn commit_by(
        &mut self,
        at: i64,
        repo: RepoId,
        branch: &str,
        author: &str,
        message: &str,
    ) -> String {
        let parents = self.head(repo, branch).into_iter().collect();
        let author = Some(author.to_owned());
        let commit = self.new_commit(at, parents, author, message);
        let oid = commit.oid.clone();
        self.push(at, repo, branch, vec![commit]);
        oid
    }

    /// The head of a branch; of `main` for a branch that does not exist.
    pub fn head(&self, repo: RepoId, branch: &str) -> Option<String> {
        let branches = &self.repositories.get(&repo)?.branches;
        branches.get(branch).or_else(|| branches.get("main"))?.head.clone()
    }

    /// Opens an issue and returns its number.
    pub fn issue(&mut self, at: i64, repo: RepoId, title: &str, labels: &[&str]) -> u32 {
        let number = self.number(repo);
        let (author, title, body) = (DEVELOPER.to_owned(), title.to_owned(), String::new());
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.event(at, Event::IssueOpened { repo, number, author, title, body, labels });
        number
    }

    /// Closes an issue as completed.
    pub fn close_issue(&mut self, at: i64, repo: RepoId, number: u32) {
        let (by, reason) = (DEVELOPER.to_owned(), CloseReason::Completed);
        self.event(at, Event::IssueClosed { repo, number, by, reason });
    }

    /// Reopens an issue.
    pub fn reopen_issue(&mut self, at: i64, repo: RepoId, number: u32) {
        self.event(at, Event::IssueReopened { repo, number });
    }

    /// Comments on an issue or a pull request, as `dev`, who closes issues.
    pub fn comment(&mut self, at: i64, repo: RepoId, number: u32, body: &str) {
        let (author, body) = (DEVELOPER.to_owned(), body.to_owned());
        self.event(at, Event::Commented { repo, number, author, body });
    }

    /// Comments on an issue or a pull request as somebody else.
    pub fn comment_by(&mut self, at: i64, repo: RepoId, number: u32, author: &str, body: &str) {
        let (author, body) = (author.to_owned(), body.to_owned());
        self.event(at, Event::Commented { repo, number, author, body });
    }

    /// Gives a commit a status: `SUCCESS`, `PENDING`, `FAILURE`, …
    pub fn check(&mut self, at: i64, repo: RepoId, sha: &str, context: &str, state: &str) {
        let (sha, context, state) = (sha.to_owned(), context.to_owned(), state.to_owned());
        let description = String::new();
        self.event(at, Event::CommitStatus { repo, sha, context, state, description });
    }

    fn number(&mut self, repo: RepoId) -> u32 {
        let numbers = &mut self.repositories.entry(repo).or_default().numbers;
        *numbers += 1;
        *numbers
    }

    fn push(&mut self, at: i64, repo: RepoId, branch: &str, commits: Vec<NewCommit>) {
        let Some(head) = commits.last().map(|commit| commit.oid.clone()) else { return };
        let branches = &mut self.repositories.entry(repo).or_default().branches;
        let state = branches.entry(branch.to_owned()).or_default();
        state.head = Some(head.clone());
        state.own.extend(commits.iter().cloned());
        self.event(at, Event::Push { repo, branch: branch.to_owned(), head, commits });
    }

    fn new_commit(
        &mut self,
        at: i64,
        parents: Vec<String>,
        author: Option<String>,
        message: &str,
    ) -> NewCommit {
        self.commits += 1;
        let message = message.to_owned();
        let oid = oid(self.commits);
        NewCommit { oid, parents, authored_at: at, committed_at: at, author, message }
    }
}

/// A commit id that looks like one: three mixed words of the commit's number.
fn oid(number: u64) -> String {
    let mix = |salt: u64| {
        let mut word = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    };
    format!("{:016x}{:016x}{:08x}", mix(1), mix(2), mix(3) as u32)
}
