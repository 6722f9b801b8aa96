//! GitHub: repositories, deployments, merged pull requests, commits and incident issues, read by
//! GraphQL.
//!
//! Absent here: schedules, the store, and any judgement of what a fact means.

mod answers;
mod client;
mod commits;
mod cursor;
mod deployments;
mod discovery;
mod files;
mod gate;
mod incidents;
mod losses;
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
mod sizes;
mod skew;
mod survey;
mod teams;
#[cfg(test)]
mod testing;
mod told;
mod transport;
mod verdict;
mod walk;

pub use answers::{Discovery, HistoryPage, Mark, Parsing, Probe, Probed, Reach, Rechecked};
pub use owner_files::{FilesRead, OwnerFiles};
pub use ownership::Said;
pub use survey::{ListedDeployment, Newest, Survey};

use crate::clock::SharedClock;
use crate::config::{DeploymentTeller, GitHubSettings, WorkflowName};
use crate::sources::{Observer, SourceError, Step};
use client::Client;
use delivery::domain::{ClaimSource, Collector, DeploymentSource, Oid, Repository, Span, Time};
use incidents::IssueRule;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::Arc;

/// One `[[github]]` block: one host, one credential, one budget.
pub struct GitHub {
    settings: GitHubSettings,
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
        Ok(GitHub { settings: settings.clone(), parsing, client, closed, runs })
    }

    /// The `name` of its `[[github]]` block.
    pub fn name(&self) -> &str {
        &self.settings.name
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

    /// Takes over the limits that a former client, which asks no more, knew of the same
    /// credential: a limited one must not be tried again because of a reload.
    pub fn inherit_limits(&self, former: &GitHub) {
        let (own, other) = (&self.settings, &former.settings);
        let same_token = own.token.expose_secret() == other.token.expose_secret();
        if same_token && own.graphql_url == other.graphql_url {
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

    /// Whether catalog files or `CODEOWNERS` of a repository may have changed since its cursor was
    /// made.
    pub fn owner_files_may_have_news(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        wanted: OwnerFiles,
    ) -> bool {
        owner_files::have_news(repo, cursor, wanted)
    }

    /// Reads catalog files and `CODEOWNERS` of repositories, each with its cursor, in batches. The
    /// order is kept; an error concerns the whole source.
    pub async fn owner_files(
        &self,
        repos: &[(&Repository, Option<&str>)],
        wanted: OwnerFiles,
    ) -> Result<Vec<Result<FilesRead, SourceError>>, SourceError> {
        owner_files::owner_files(&self.client, repos, wanted).await
    }

    /// Asks which repositories have news, in batches; the order is kept. An error concerns the
    /// whole source.
    pub async fn probe(&self, repos: &[Repository]) -> Result<Vec<Probe>, SourceError> {
        let asking = probe::Asking {
            closed: &self.closed,
            has_deployments: &|repo| self.source_of(repo) == DeploymentSource::GitHubDeployments,
            labels: &|repo| IssueRule::of(&self.parsing.incidents, &repo.full_name).labels(),
            note_branch: &|repo, name| self.runs.note_branch(repo, name),
        };
        let mut probes = probe::probe(&self.client, &asking, repos).await?;
        self.probe_elsewhere(repos, &mut probes).await?;
        Ok(probes)
    }

    /// Puts in what is the newest where deployments are told elsewhere. Runs always have news: the
    /// list itself is asked by its mark, which costs nothing where there are none.
    async fn probe_elsewhere(
        &self,
        repos: &[Repository],
        probes: &mut [Probe],
    ) -> Result<(), SourceError> {
        let mut marks = HashMap::new();
        for source in [DeploymentSource::Release, DeploymentSource::Tag] {
            let of_it = repos.iter().filter(|repo| self.source_of(repo) == source);
            let ids: Vec<Arc<str>> = of_it.map(|repo| Arc::clone(&repo.node_id)).collect();
            marks.extend(releases::newest(&self.client, source, &ids).await?);
        }
        let unknown = Mark { id: String::new(), at: self.client.clock.now() };
        for (repo, probe) in repos.iter().zip(probes) {
            if self.source_of(repo) == DeploymentSource::GitHubDeployments {
                continue;
            }
            if let Probed::Found { deployment, .. } = &mut probe.outcome {
                let told = marks.remove(&repo.node_id);
                *deployment = told.unwrap_or_else(|| Some(unknown.clone()));
            }
        }
        Ok(())
    }

    fn source_of(&self, repo: &Repository) -> DeploymentSource {
        self.parsing.deployments.of(&repo.full_name).source()
    }

    /// Whether a repository's deployments were looked for among the runs of a workflow that it does
    /// not have.
    pub fn lacks_workflow(&self, repo: &Repository) -> bool {
        self.source_of(repo) == DeploymentSource::WorkflowRun && self.runs.lacks_workflow(repo.id)
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
            Collector::Commits => return true,
        };
        cursor::has_news(cursor, &fingerprint, mark)
    }

    /// A text that changes when commits would be read into other facts, by the configuration: the
    /// collector keeps its own cursor of commits.
    pub fn commits_fingerprint(&self, repo: &Repository) -> String {
        commits::fingerprint(&self.parsing.hotfix.of(&repo.full_name))
    }

    /// Reads a page of deployments, from what tells of them. Only those to production are given.
    pub async fn deployments(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let (client, parsing) = (&self.client, &self.parsing);
        let (teller, production) =
            (parsing.deployments.of(&repo.full_name), parsing.production.of(&repo.full_name));
        // One state of the catalog for all of the page.
        let known = parsing.components.now();
        let told = &told::Told::of(&teller, &production, &known, repo);
        let step = match &*teller {
            DeploymentTeller::GitHubDeployments => {
                deployments::step(client, (told, &known), repo, cursor, reach).await?
            }
            DeploymentTeller::WorkflowRun { workflow, branch } => {
                let (branch, known) = (branch.as_deref(), &self.runs);
                let asked = runs::Asked { workflow, branch, known };
                runs::step(client, (told, &asked), repo, cursor, reach).await?
            }
            DeploymentTeller::Release { .. } | DeploymentTeller::Tag { .. } => {
                releases::step(client, told, repo, cursor, reach).await?
            }
        };
        self.closed.open(repo.id, Collector::Deployments);
        Ok(step)
    }

    /// Reads a page of merged pull requests.
    pub async fn pull_requests(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let step = pull_requests::step(&self.client, &self.parsing, repo, cursor, reach).await?;
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

    /// Looks at each repository once, in batches: the newest of its lists and how many there are,
    /// with the commits of the default branch since `since`. Nothing of it is a fact; it tells what
    /// collecting would find. The order is kept. An error concerns the whole source.
    pub async fn survey(
        &self,
        repos: &[Repository],
        since: Time,
    ) -> Result<Vec<Survey>, SourceError> {
        let labels =
            |repo: &Repository| IssueRule::of(&self.parsing.incidents, &repo.full_name).labels();
        survey::Surveying::new(&self.client, repos, labels, since).run().await
    }

    /// Whether any `[[incidents]]` entry reads this repository's issues.
    pub fn reads_incidents_of(&self, repo: &Repository) -> bool {
        !IssueRule::of(&self.parsing.incidents, &repo.full_name).labels().is_empty()
    }

    /// Reads 100 commits reachable from `from`, newest first, `after` a page's `next`.
    pub async fn history(
        &self,
        repo: &Repository,
        from: Oid,
        after: Option<&str>,
    ) -> Result<HistoryPage, SourceError> {
        commits::history(&self.client, &self.parsing, repo, from, after).await
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
        for path in runs.into_iter().filter(|path| runs::is_uncovered(&self.runs, path)) {
            match run::again(&self.client, &path, |name| self.runs_of(name)).await? {
                run::Again::Told(fact) => rechecked.facts.push(*fact),
                run::Again::Missing => rechecked.missing.push(path),
                run::Again::Nothing => {}
            }
        }
        Ok(rechecked)
    }

    /// Which runs are the deployments of the repository that is called so: of which workflow and
    /// branch, and to which environment.
    fn runs_of(&self, full_name: &str) -> Option<(WorkflowName, Option<String>, Arc<str>)> {
        let teller = self.parsing.deployments.of(full_name);
        let environment = teller.environment()?.into();
        match &*teller {
            DeploymentTeller::WorkflowRun { workflow, branch } => {
                Some((workflow.clone(), branch.clone(), environment))
            }
            _ => None,
        }
    }
}
