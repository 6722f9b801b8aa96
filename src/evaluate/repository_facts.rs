//! The facts of one repository in memory.

use super::repository_claims::RepositoryClaims;
use super::resident::{Commits, Deployments, Pulls, Runs};
use delivery::domain::{
    Collector, CommitGraph, Deployment, InfrastructurePull, OpenPullRequest, Progress, PullNumber,
    PullRequest, RepoId, Repository, RepositoryState, Time,
};
use std::collections::{BTreeMap, HashMap};

/// The facts of one repository.
#[derive(Debug, Default)]
pub struct RepositoryFacts {
    /// The repository itself; facts may arrive before it.
    pub repository: Option<Repository>,
    /// Deployments to environments that may be production.
    pub deployments: Deployments,
    /// Merged pull requests.
    pub pulls: Pulls,
    /// Merged pull requests that change infrastructure.
    pub infrastructure: BTreeMap<PullNumber, InfrastructurePull>,
    /// Open pull requests, once they were read.
    pub open_pulls: Option<Vec<OpenPullRequest>>,
    /// Commits.
    pub commits: Commits,
    /// Runs of continuous integration.
    pub runs: Runs,
    /// What sources say of whose it is.
    pub claims: RepositoryClaims,
    /// Whether each collector has read all history, and how far it has come.
    progress: HashMap<Collector, (bool, Option<Time>)>,
}

impl RepositoryFacts {
    /// Takes note of how far a collector has come.
    pub fn note(&mut self, progress: &Progress) {
        self.progress.insert(progress.collector, (progress.complete, progress.through));
    }

    /// Whether all history that the look-back asks for is there.
    pub fn is_complete(&self) -> bool {
        Collector::ALL.iter().all(|collector| self.is_complete_of(*collector))
    }

    /// Whether all history of one collector is there.
    pub fn is_complete_of(&self, collector: Collector) -> bool {
        self.progress.get(&collector).is_some_and(|(complete, _)| *complete)
    }

    /// Everything up to this instant is there.
    pub fn through(&self) -> Option<Time> {
        Collector::ALL.into_iter().map(|collector| self.through_of(collector)).min().flatten()
    }

    /// Everything that a collector reads is there up to this instant.
    pub fn through_of(&self, collector: Collector) -> Option<Time> {
        self.progress.get(&collector).and_then(|(_, through)| *through)
    }

    /// Whether anything was ever deployed successfully: that makes it a component.
    pub fn has_component(&self) -> bool {
        self.deployments.ever_succeeded()
    }

    /// All of them as plain values.
    pub fn unpack(&self, repo: RepoId) -> Unpacked {
        Unpacked {
            deployments: self.deployments.all(repo).collect(),
            pulls: self.pulls.all(repo).collect(),
            graph: self.commits.graph(repo),
        }
    }

    /// The repository, if it is collected.
    pub fn active(&self) -> Option<&Repository> {
        self.repository.as_ref().filter(|repository| repository.state == RepositoryState::Active)
    }
}

/// The facts of a repository as plain values, for as long as they are judged.
pub struct Unpacked {
    /// Its deployments, in order of id.
    pub deployments: Vec<Deployment>,
    /// Its pull requests, in order of number.
    pub pulls: Vec<PullRequest>,
    /// Its commits.
    pub graph: CommitGraph,
}
