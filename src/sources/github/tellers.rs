//! Where deployments are told: by GitHub's own list, runs of a workflow, releases or tags.

use super::answers::{Mark, Probe, Probed, Reach, Rechecked};
use super::together::Place;
use super::{GitHub, deployments, releases, run, runs, told};
use crate::config::{DeploymentTeller, WorkflowName};
use crate::sources::{SourceError, Step};
use delivery::domain::{Collector, Deployment, DeploymentSource, Repository};
use std::collections::HashMap;
use std::sync::Arc;

impl GitHub {
    /// Puts in what is the newest where deployments are told elsewhere. Runs always have news: the
    /// list itself is asked by its mark, which costs nothing where there are none.
    pub(super) async fn probe_elsewhere(
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

    /// What tells of a repository's deployments.
    pub(super) fn source_of(&self, repo: &Repository) -> DeploymentSource {
        self.parsing.deployments.of(&repo.full_name).source()
    }

    /// Whether something else than GitHub's deployments tells of a repository's deployments.
    pub fn is_told_elsewhere(&self, repo: &Repository) -> bool {
        self.source_of(repo) != DeploymentSource::GitHubDeployments
    }

    /// Whether a deployment is kept that GitHub's own list of deployments tells.
    pub fn keeps(&self, repo: &Repository, deployment: &Deployment) -> bool {
        let production = self.parsing.production.of(&repo.full_name);
        !self.is_told_elsewhere(repo) && told::concerns_production(deployment, &production)
    }

    /// Whether a repository's deployments were looked for among the runs of a workflow that it does
    /// not have.
    pub fn lacks_workflow(&self, repo: &Repository) -> bool {
        self.source_of(repo) == DeploymentSource::WorkflowRun && self.runs.lacks_workflow(repo.id)
    }

    /// Reads a page of deployments, from what tells of them. Only those to production are given.
    pub async fn deployments<'a>(
        &self,
        repo: &Repository,
        place: impl Into<Place<'a>>,
        reach: &Reach,
    ) -> Result<Step, SourceError> {
        let (client, parsing) = (&self.client, &self.parsing);
        let (teller, production) =
            (parsing.deployments.of(&repo.full_name), parsing.production.of(&repo.full_name));
        // One state of the catalog for all of the page.
        let known = parsing.components.now();
        let told = &told::Told::of(&teller, &production, &known, repo);
        let place = place.into();
        let step = match &*teller {
            DeploymentTeller::GitHubDeployments => {
                deployments::step(client, (told, &known), repo, place, reach).await?
            }
            DeploymentTeller::WorkflowRun { workflow, branch } => {
                let (branch, known) = (branch.as_deref(), &self.runs);
                let asked = runs::Asked { workflow, branch, known };
                runs::step(client, (told, &asked), repo, place.cursor, reach).await?
            }
            DeploymentTeller::Release { .. } | DeploymentTeller::Tag { .. } => {
                releases::step(client, told, repo, place.cursor, reach).await?
            }
        };
        self.closed.open(repo.id, Collector::Deployments);
        Ok(step)
    }

    /// Asks runs again that the first page of their list does not show.
    pub(super) async fn recheck_runs(
        &self,
        paths: Vec<Arc<str>>,
        rechecked: &mut Rechecked,
    ) -> Result<(), SourceError> {
        for kept_by in paths {
            let Some(path) = runs::uncovered(&self.runs, &kept_by) else { continue };
            match run::again(&self.client, &path, |name| self.runs_of(name)).await? {
                run::Again::Told(fact) => rechecked.facts.push(*fact),
                run::Again::Missing => rechecked.missing.push(kept_by),
                run::Again::Nothing => {}
            }
        }
        Ok(())
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
