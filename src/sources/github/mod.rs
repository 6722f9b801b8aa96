//! GitHub: repositories, deployments, merged pull requests, commits and incident issues, read by
//! GraphQL.
//!
//! Absent here: schedules, the store, and any judgement of what a fact means.

mod answers;
mod app;
mod applies;
mod bearer;
mod calibration;
mod ci;
mod client;
mod commits;
mod credential;
mod cursor;
mod deployments;
mod discovery;
mod files;
mod further_pages;
mod gate;
mod incidents;
mod installation;
mod losses;
mod moves;
mod node_id;
mod open_pull_requests;
mod others;
mod owner_cursor;
mod owner_files;
mod ownership;
mod page;
mod parse;
mod people;
mod probe;
mod pull_requests;
mod queries;
mod recheck;
mod releases;
mod repositories;
mod rest;
mod run;
mod runs;
mod schema;
mod sizes;
mod skew;
mod survey;
mod sweep;
mod teams;
mod tellers;
#[cfg(test)]
mod testing;
mod together;
mod told;
mod transport;
mod verdict;
mod walk;
mod webhook;
mod wire_run;

pub use answers::{
    Discovery, Ending, HistoryPage, Mark, Parsing, Probe, Probed, Reach, Rechecked, Wanted,
};
pub use calibration::RequestCost;
pub use gate::Left;
pub use installation::Installation;
pub use moves::{Moved, Pushed};
pub use open_pull_requests::OpenRead;
pub use owner_cursor::OwnerFiles;
pub use owner_files::FilesRead;
pub use ownership::Said;
pub use schema::Optional;
pub use survey::{ListedDeployment, Newest, Survey};
pub use together::{FirstPage, FirstPages, Place};
pub use webhook::{Heard, News};

use crate::clock::SharedClock;
use crate::config::GitHubSettings;
use crate::sources::{Observer, SourceError, Step};
use client::Client;
use delivery::domain::{ClaimSource, Collector, Oid, RepoId, Repository, Span, Time};
use incidents::IssueRule;
use owner_cursor::Question;
use std::sync::Arc;

/// A `[[github]]` block, or what it asks for of one account: one host, one credential, one budget.
pub struct GitHub {
    settings: GitHubSettings,
    neighbours: Vec<GitHubSettings>,
    parsing: Parsing,
    client: Client,
    closed: probe::Closed,
    runs: runs::Known,
}

impl GitHub {
    /// Prepares the client; nothing is asked yet. Must be called inside a tokio runtime.
    ///
    /// `budget_share` is the share of each hour's points that may be spent, 0 to 1. Fails on a bad
    /// address, an unreadable `ca_file` or a proxy of an unsupported kind.
    pub fn connect(
        settings: &GitHubSettings,
        budget_share: f64,
        parsing: Parsing,
        clock: SharedClock,
        observer: Arc<dyn Observer>,
    ) -> Result<GitHub, SourceError> {
        let client = Client::new(settings, budget_share, clock, observer)?;
        let (closed, runs) = (probe::Closed::default(), runs::Known::default());
        let (settings, neighbours) = (settings.clone(), Vec::new());
        Ok(GitHub { settings, neighbours, parsing, client, closed, runs })
    }

    /// The label `source` of what it tells about itself.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Whether a stored repository is its to collect.
    pub fn is_home_of(&self, repository: &Repository) -> bool {
        self.settings.is_home_of(repository)
    }

    /// What the server's schema lacks and is done without; it is asked once.
    pub async fn lacking(&self) -> Result<Vec<&'static Optional>, SourceError> {
        Ok(self.client.lacking().await?)
    }

    /// Where the GitHub App is installed, once it has a token; nothing where a token is configured.
    pub async fn installation(&self) -> Option<Installation> {
        self.client.installation().await
    }

    /// By how many seconds this machine's clock is ahead of GitHub's, or behind where negative, by
    /// the last answer; 0 where they agree to a minute.
    pub fn clock_ahead(&self) -> Span {
        self.client.skew.ahead()
    }

    /// An instant that this machine's clock shows, by GitHub's clock where that is behind: facts
    /// bear GitHub's times.
    pub fn as_told(&self, at: Time) -> Time {
        self.client.skew.as_told(at)
    }

    /// Nothing later can be known, by the date of the last answer.
    pub fn latest(&self) -> Time {
        self.client.skew.latest()
    }

    /// What may still be spent in this hour; nothing where no limit is known.
    pub fn left(&self) -> Option<Left> {
        self.client.left()
    }

    /// Points that were spent so far.
    pub fn spent(&self) -> u64 {
        self.client.spent()
    }

    /// Takes over the limits that a former client, which asks no more, knew of the same
    /// credential: a limited one must not be tried again because of a reload.
    pub fn inherit_limits(&self, former: &GitHub) {
        let (own, other) = (&self.settings, &former.settings);
        let shares_limits = own.credential.shares_limits_with(&other.credential);
        if shares_limits && own.graphql_url == other.graphql_url {
            self.client.inherit_limits(&former.client);
        }
    }

    /// Lists what the configuration asks for, and asks what became of `known` repositories that
    /// are not listed any more.
    ///
    /// What cannot be listed on its own is among the failures; an error concerns the whole source.
    pub async fn discover(&self, known: &[Repository]) -> Result<Discovery, SourceError> {
        let prefix = self.parsing.ownership.topic_prefix();
        discovery::Search::new(&self.client, &self.settings, prefix, known).run().await
    }

    /// Asks a source of ownership that an organisation has for all its repositories: custom
    /// properties or teams. The others say nothing here.
    pub async fn claims(&self, from: ClaimSource, organization: &str) -> Result<Said, SourceError> {
        match from {
            ClaimSource::CustomProperty => {
                let name = &self.parsing.ownership.custom_property;
                ownership::custom_properties(&self.client, organization, name).await
            }
            ClaimSource::GitHubTeam => teams::teams(&self.client, organization).await,
            _ => Ok(Said::default()),
        }
    }

    /// Whether catalog files, `CODEOWNERS` or workflow files of a repository may have changed since
    /// its cursor was made.
    pub fn owner_files_may_have_news(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        wanted: OwnerFiles,
    ) -> bool {
        owner_cursor::have_news(repo, cursor, self.question(wanted))
    }

    /// Reads catalog files, `CODEOWNERS` and workflow files of repositories, each with its cursor, in
    /// batches. The order is kept; an error concerns the whole source.
    pub async fn owner_files(
        &self,
        repos: &[(&Repository, Option<&str>)],
        wanted: OwnerFiles,
    ) -> Result<Vec<Result<FilesRead, SourceError>>, SourceError> {
        owner_files::owner_files(&self.client, repos, self.question(wanted)).await
    }

    fn question(&self, wanted: OwnerFiles) -> Question<'_> {
        Question {
            wanted,
            template: &self.parsing.ownership.template_annotation,
            owners: &self.parsing.platform.workflow_owners,
        }
    }

    /// Whether reading the list would bring anything, by a probe's mark. Also while a walk is
    /// unfinished, and after a change of the configuration that decides what is read.
    ///
    /// Commits have no list of their own here: their news are heads and deployed commits.
    pub fn has_news(
        &self,
        repo: &Repository,
        collector: Collector,
        cursor: Option<&str>,
        mark: Option<&Mark>,
    ) -> bool {
        let fingerprint = match collector {
            Collector::Deployments => told::fingerprint(&self.parsing, repo),
            Collector::PullRequests => pull_requests::fingerprint(&self.parsing, repo),
            Collector::Incidents => incidents::fingerprint(&self.parsing.incidents),
            Collector::Commits | Collector::WorkflowRuns => return true,
        };
        cursor::has_news(cursor, &fingerprint, mark)
    }

    /// Whether elements of a list were lost and not read since, which only reading it again brings.
    pub fn owes(&self, collector: Collector, cursor: Option<&str>) -> bool {
        collector != Collector::Commits && cursor::owes(cursor)
    }

    /// A text that changes when commits would be read into other facts, by the configuration: the
    /// collector keeps its own cursor of commits.
    pub fn commits_fingerprint(&self, repo: &Repository) -> String {
        commits::fingerprint(&self.parsing.hotfix.of(&repo.full_name))
    }

    /// Reads a page of merged pull requests.
    pub async fn pull_requests<'a>(
        &self,
        repo: &Repository,
        place: impl Into<Place<'a>>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let (client, parsing) = (&self.client, &self.parsing);
        let step = pull_requests::step(client, parsing, repo, place.into(), reach).await?;
        self.closed.open(repo.id, Collector::PullRequests);
        Ok(step)
    }

    /// Reads a page of incident issues.
    pub async fn incidents(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let step = incidents::step(&self.client, &self.parsing, repo, cursor, reach).await?;
        self.closed.open(repo.id, Collector::Incidents);
        Ok(step)
    }

    /// Whether a repository's list was shown when it was last asked for.
    pub fn shows(&self, repo: RepoId, list: Collector) -> bool {
        !self.closed.holds(repo, list)
    }

    /// Whether any `[[incidents]]` entry reads this repository's issues.
    pub fn reads_incidents_of(&self, repo: &Repository) -> bool {
        !IssueRule::of(&self.parsing.incidents, &repo.full_name).labels().is_empty()
    }

    /// Reads 100 commits reachable from `from`, newest first, on from a page's `next`.
    pub async fn history<'a>(
        &self,
        repo: &Repository,
        from: Oid,
        place: impl Into<Place<'a>>,
    ) -> Result<HistoryPage, SourceError> {
        let (client, parsing) = (&self.client, &self.parsing);
        commits::history(client, parsing, repo, from, place.into()).await
    }

    /// Reads the first few commits reachable from each of many commits.
    pub async fn histories(
        &self,
        repo: &Repository,
        from: &[Oid],
    ) -> Result<Vec<(Oid, HistoryPage)>, SourceError> {
        commits::histories(&self.client, &self.parsing, repo, from).await
    }

    /// Asks deployments and incident issues again by node id. What could not be read this time is
    /// among neither facts nor missing ids. An error concerns the whole source.
    pub async fn recheck(
        &self,
        deployments: &[Arc<str>],
        incidents: &[Arc<str>],
    ) -> Result<Rechecked, SourceError> {
        let (runs, deployments): (Vec<Arc<str>>, Vec<Arc<str>>) =
            deployments.iter().cloned().partition(|id| id.starts_with('/'));
        let mut rechecked =
            recheck::recheck(&self.client, &self.parsing, &deployments, incidents).await?;
        self.recheck_runs(runs, &mut rechecked).await?;
        Ok(rechecked)
    }
}
