//! GitHub: repositories, deployments, merged pull requests, commits and incident issues, read by
//! GraphQL.
//!
//! Absent here: schedules, the store, and any judgement of what a fact means.

mod answers;

pub use answers::{Discovery, HistoryPage, Mark, Parsing, Probe, Probed, Reach, Rechecked};

use crate::clock::SharedClock;
use crate::config::GitHubSettings;
use crate::sources::{Observer, SourceError, Step};
use delivery::domain::{Collector, Oid, Repository};
use std::sync::Arc;

/// One `[[github]]` block: one host, one credential, one budget.
pub struct GitHub {
    name: String,
}

impl GitHub {
    /// Prepares the client; nothing is asked yet. Must be called inside a tokio runtime.
    pub fn connect(
        settings: &GitHubSettings,
        budget_share: f64,
        parsing: Parsing,
        clock: SharedClock,
        observer: Arc<dyn Observer>,
    ) -> Result<GitHub, SourceError> {
        let _ = (budget_share, parsing, clock, observer);
        Ok(GitHub { name: settings.name.clone() })
    }

    /// The `name` of its `[[github]]` block.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lists what the configuration asks for, and asks what became of `known` repositories that
    /// are not listed any more.
    pub async fn discover(&self, known: &[Repository]) -> Result<Discovery, SourceError> {
        let _ = known;
        Err(self.unready())
    }

    /// Asks which repositories have news, in batches; the order is kept.
    pub async fn probe(&self, repos: &[Repository]) -> Result<Vec<Probe>, SourceError> {
        let _ = repos;
        Err(self.unready())
    }

    /// Whether reading the list would bring anything, by a probe's mark. Also while a walk is
    /// unfinished, and after a change of the configuration that decides what is read.
    pub fn has_news(
        &self,
        collector: Collector,
        cursor: Option<&str>,
        mark: Option<&Mark>,
    ) -> bool {
        let _ = (collector, cursor, mark);
        true
    }

    /// Reads a page of deployments.
    pub async fn deployments(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let _ = (repo, cursor, reach);
        Err(self.unready())
    }

    /// Reads a page of merged pull requests.
    pub async fn pull_requests(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let _ = (repo, cursor, reach);
        Err(self.unready())
    }

    /// Reads a page of incident issues.
    pub async fn incidents(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let _ = (repo, cursor, reach);
        Err(self.unready())
    }

    /// Whether any `[[incidents]]` entry reads this repository's issues.
    pub fn reads_incidents_of(&self, repo: &Repository) -> bool {
        let _ = repo;
        false
    }

    /// Reads 100 commits reachable from `from`, newest first, `after` a page's `next`.
    pub async fn history(
        &self,
        repo: &Repository,
        from: Oid,
        after: Option<&str>,
    ) -> Result<HistoryPage, SourceError> {
        let _ = (repo, from, after);
        Err(self.unready())
    }

    /// Reads the first few commits reachable from each of many commits.
    pub async fn histories(
        &self,
        repo: &Repository,
        from: &[Oid],
    ) -> Result<Vec<(Oid, HistoryPage)>, SourceError> {
        let _ = (repo, from);
        Err(self.unready())
    }

    /// Asks deployments and incident issues again by node id.
    pub async fn recheck(&self, nodes: &[Arc<str>]) -> Result<Rechecked, SourceError> {
        let _ = nodes;
        Err(self.unready())
    }

    fn unready(&self) -> SourceError {
        SourceError::Setup { what: self.name.clone(), cause: "not connected".to_owned() }
    }
}
