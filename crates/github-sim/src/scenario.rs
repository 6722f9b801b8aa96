//! A builder of histories for tests: it makes up ids and commits and only emits [`Event`]s.
//!
//! Everything it makes up is deterministic, so the same calls give the same log.

use crate::event::{CloseReason, Event, NewCommit, ReleaseEvent, RepoId, RunEvent, Verdict};
use crate::sim::Sim;
use crate::state::EventError;
use std::collections::{HashMap, HashSet};

/// The login that acts where none is named.
const DEVELOPER: &str = "dev";

/// How a pull request is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// One new commit on the base; the branch's commits never get there.
    Squash,
    /// A commit with two parents.
    Merge,
    /// The branch's commits again, on top of the base.
    Rebase,
}

/// A pull request to open. [`PullRequest::of`] fills in what a test does not care about.
#[derive(Clone, Debug)]
pub struct PullRequest {
    /// Head branch.
    pub head: String,
    /// Base branch.
    pub base: String,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Author's login.
    pub author: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Labels.
    pub labels: Vec<String>,
}

impl PullRequest {
    /// A pull request of `head` into `main`, ready for review.
    pub fn of(head: &str, title: &str) -> PullRequest {
        PullRequest {
            head: head.to_owned(),
            base: "main".to_owned(),
            title: title.to_owned(),
            body: String::new(),
            author: DEVELOPER.to_owned(),
            draft: false,
            labels: Vec::new(),
        }
    }
}

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

    /// Opens a pull request of `head` into `main` and returns its number.
    pub fn open_pull(&mut self, at: i64, repo: RepoId, head: &str, title: &str) -> u32 {
        self.open(at, repo, PullRequest::of(head, title))
    }

    /// Opens a pull request and returns its number.
    pub fn open(&mut self, at: i64, repo: RepoId, pull: PullRequest) -> u32 {
        let number = self.number(repo);
        let PullRequest { head, base, title, body, author, draft, labels } = pull.clone();
        let opened =
            Event::PullOpened { repo, number, author, title, body, base, head, draft, labels };
        self.event(at, opened);
        self.repositories.entry(repo).or_default().pulls.insert(number, pull);
        number
    }

    /// A review of a pull request.
    pub fn review(&mut self, at: i64, repo: RepoId, number: u32, author: &str, verdict: Verdict) {
        let author = author.to_owned();
        self.event(at, Event::PullReviewed { repo, number, author, verdict });
    }

    /// Says which files a pull request changes.
    pub fn files(&mut self, at: i64, repo: RepoId, number: u32, paths: &[&str]) {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        self.event(at, Event::PullFiles { repo, number, paths });
    }

    /// Merges a pull request and returns the id of its merge commit.
    pub fn merge(&mut self, at: i64, repo: RepoId, number: u32, how: Merge) -> String {
        let pulls = self.repositories.get(&repo).map(|repo| &repo.pulls);
        let pull = pulls.and_then(|pulls| pulls.get(&number)).cloned();
        let pull = pull.unwrap_or_else(|| PullRequest::of("main", "unknown"));
        let base = self.head(repo, &pull.base);
        let author = Some(pull.author.clone());
        let commits = match how {
            Merge::Squash => {
                let message = format!("{} (#{number})\n\n{}", pull.title, pull.body);
                vec![self.new_commit(at, base.into_iter().collect(), author, message.trim_end())]
            }
            Merge::Merge => {
                let parents = base.into_iter().chain(self.head(repo, &pull.head)).collect();
                let from = &pull.head;
                let message = format!("Merge pull request #{number} from {from}\n\n{}", pull.title);
                vec![self.new_commit(at, parents, author, &message)]
            }
            Merge::Rebase => self.replay(at, repo, &pull.head, base),
        };
        let merge_commit = commits.last().map(|commit| commit.oid.clone()).unwrap_or_default();
        self.push(at, repo, &pull.base, commits);
        let by = DEVELOPER.to_owned();
        let merged = Event::PullMerged { repo, number, merge_commit: merge_commit.clone(), by };
        self.event(at, merged);
        merge_commit
    }

    /// Creates a deployment without a status and returns its id.
    pub fn deploy(&mut self, at: i64, repo: RepoId, sha: &str, environment: &str) -> u64 {
        self.deployments += 1;
        let id = 500_000 + self.deployments;
        let (sha, environment, task) =
            (sha.to_owned(), environment.to_owned(), "deploy".to_owned());
        let (branch, payload) = (None, "{}".to_owned());
        let created =
            Event::DeploymentCreated { repo, id, sha, branch, environment, task, payload };
        self.event(at, created);
        id
    }

    /// Gives a deployment a status: `SUCCESS`, `FAILURE`, `IN_PROGRESS`, …
    pub fn status(&mut self, at: i64, id: u64, state: &str) {
        let state = state.to_owned();
        self.event(at, Event::DeploymentStatus { id, state, environment: None });
    }

    /// A deployment that started a minute before `at` and succeeded at `at`; returns its id.
    pub fn ship(&mut self, at: i64, repo: RepoId, sha: &str, environment: &str) -> u64 {
        let id = self.deploy(at - 60, repo, sha, environment);
        self.status(at - 50, id, "IN_PROGRESS");
        self.status(at, id, "SUCCESS");
        id
    }

    /// A run of the workflow `Deploy` in a file begins for a commit of `main`; returns its id.
    pub fn run(&mut self, at: i64, repo: RepoId, file: &str, sha: &str) -> u64 {
        self.run_of(at, repo, file, sha, "main")
    }

    /// The same for a commit of a branch.
    pub fn run_of(&mut self, at: i64, repo: RepoId, file: &str, sha: &str, branch: &str) -> u64 {
        self.runs += 1;
        let id = 9_000 + self.runs;
        let (file, sha, branch) = (file.to_owned(), sha.to_owned(), Some(branch.to_owned()));
        let (name, event) = ("Deploy".to_owned(), "push".to_owned());
        let from_fork = false;
        let run = RunEvent::Started { repo, id, file, name, event, branch, sha, from_fork };
        self.event(at, Event::Run(run));
        id
    }

    /// Ends a run's present attempt: `success`, `failure`, `cancelled`, …
    pub fn conclude(&mut self, at: i64, repo: RepoId, id: u64, conclusion: &str) {
        let conclusion = conclusion.to_owned();
        self.event(at, Event::Run(RunEvent::Concluded { repo, id, conclusion }));
    }

    /// Runs it again.
    pub fn rerun(&mut self, at: i64, repo: RepoId, id: u64) {
        self.event(at, Event::Run(RunEvent::Rerun { repo, id }));
    }

    /// Sets or moves an annotated tag.
    pub fn tag(&mut self, at: i64, repo: RepoId, name: &str, sha: &str) {
        let (name, sha) = (name.to_owned(), sha.to_owned());
        let tagged = ReleaseEvent::Tagged { repo, name, sha, annotated: true };
        self.event(at, Event::Release(tagged));
    }

    /// Publishes a release of a tag, and returns its id.
    pub fn release(&mut self, at: i64, repo: RepoId, tag: &str) -> u64 {
        self.releases += 1;
        let (id, tag) = (300 + self.releases, tag.to_owned());
        let released = ReleaseEvent::Released { repo, id, tag, draft: false, prerelease: false };
        self.event(at, Event::Release(released));
        id
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

    fn replay(
        &mut self,
        at: i64,
        repo: RepoId,
        head: &str,
        base: Option<String>,
    ) -> Vec<NewCommit> {
        let branch = self.repositories.get(&repo).and_then(|repo| repo.branches.get(head));
        let own = branch.map(|branch| branch.own.clone()).unwrap_or_default();
        let mut parent = base;
        let replay = own.into_iter().map(|original| {
            let parents = parent.take().into_iter().collect();
            let mut copy = self.new_commit(at, parents, original.author, &original.message);
            copy.authored_at = original.authored_at;
            parent = Some(copy.oid.clone());
            copy
        });
        replay.collect()
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
