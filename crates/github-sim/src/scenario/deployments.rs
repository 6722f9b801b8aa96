//! Deployments, and what else tells of them: runs of workflows, tags, releases.

use super::Scenario;
use crate::event::{Event, ReleaseEvent, RepoId, RunEvent};

impl Scenario {
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
}
