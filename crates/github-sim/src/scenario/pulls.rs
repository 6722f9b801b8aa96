//! Pull requests: how they are opened, reviewed and merged.

use super::{DEVELOPER, Scenario};
use crate::event::{Event, NewCommit, RepoId, Verdict};

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

impl Scenario {
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
}
