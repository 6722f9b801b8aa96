//! What a sweep asks: which repositories have news, and what moved in all that an owner has.

use super::answers::Probe;
use super::incidents::{self, IssueRule};
use super::moves::{self, Moved, Pushed};
use super::probe::{self, About};
use super::{GitHub, repositories};
use crate::sources::SourceError;
use delivery::domain::{DeploymentSource, Repository, Time};
use delivery::ledger::ProductionEnvironments;
use std::collections::{BTreeSet, HashMap};

impl GitHub {
    /// Asks which repositories have news, in batches; the order is kept. An error concerns the
    /// whole source.
    pub async fn probe(&self, repos: &[Repository]) -> Result<Vec<Probe>, SourceError> {
        self.probe_about(About::Everything, repos).await
    }

    /// Asks which repositories have new deployments, as [`GitHub::probe`] does.
    pub async fn newest_deployments(
        &self,
        repos: &[Repository],
    ) -> Result<Vec<Probe>, SourceError> {
        self.probe_about(About::Deployments, repos).await
    }

    async fn probe_about(
        &self,
        about: About,
        repos: &[Repository],
    ) -> Result<Vec<Probe>, SourceError> {
        let labels =
            |repo: &Repository| IssueRule::of(&self.parsing.incidents, &repo.full_name).labels();
        let has_deployments =
            |repo: &Repository| self.source_of(repo) == DeploymentSource::GitHubDeployments;
        let is_production = |repo: &Repository, environment: &str| {
            self.parsing.production.of(&repo.full_name).contains(environment)
        };
        let (client, closed, runs) = (&self.client, &self.closed, &self.runs);
        let probing =
            probe::Probing { client, closed, runs, has_deployments, labels, is_production, about };
        let mut probes = probing.run(repos).await?;
        self.probe_elsewhere(repos, &mut probes).await?;
        Ok(probes)
    }

    /// The owners all of whose repositories are asked for, or those that match a glob; in lower
    /// case. Of these [`GitHub::moved`] can tell.
    pub fn owners(&self) -> BTreeSet<String> {
        repositories::Wanted::by(&self.settings).owners()
    }

    /// Asks what was pushed to, merged or changed in an owner's repositories since `since`, in at
    /// most `pages` pages of each; nothing where that is not enough. Search is only eventually
    /// consistent, so it may lack what is minutes old.
    pub async fn moved(
        &self,
        owner: &str,
        is_organization: bool,
        since: Time,
        pages: usize,
    ) -> Result<Option<Moved>, SourceError> {
        let labels = incidents::labels(&self.parsing.incidents);
        let client = &self.client;
        moves::Search { client, owner, is_organization, since, pages }.run(&labels).await
    }

    /// The repository of an answer, unless the configuration does not ask for it: it is as it was
    /// `known`, under its present name and with its present head.
    pub fn pushed(&self, pushed: &Pushed, known: Option<&Repository>) -> Option<Repository> {
        let listed = repositories::listed(&pushed.node, &self.settings.host, known).ok()?;
        match known {
            Some(known) => Some(Repository { state: known.state, ..listed.repository }),
            None => {
                let wanted = repositories::Wanted::by(&self.settings);
                wanted.includes(&listed, &HashMap::new()).then_some(listed.repository)
            }
        }
    }
}
