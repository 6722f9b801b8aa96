//! All facts in memory, by repository, kept current by the store's news.

use super::catalog::Catalog;
use super::incident_sources::IncidentSources;
use super::mapping::{IncidentMap, map_incidents};
use super::naming::Naming;
use super::ownership::Owners;
use super::repository_claims::RepositoryClaims;
use super::repository_facts::RepositoryFacts;
use super::surveys::Surveys;
use crate::config::Components;
use delivery::domain::{
    ClaimSource, Claims, Collector, ComponentId, Fact, Incident, IncidentId, PullNumber, RepoId,
    Repository,
};
use delivery::ledger::Forgettable;
use std::collections::{BTreeMap, BTreeSet};

/// What a batch of facts changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// Repositories whose history has to be judged again.
    pub repositories: BTreeSet<RepoId>,
    /// Repositories of which more is collected, or of which it is known now how much or what waits.
    pub progressed: BTreeSet<RepoId>,
    /// Whether names, owners or components changed, so that all incidents have to be mapped again.
    pub mapping: bool,
    /// Whether the catalog or the names that it uses changed.
    pub catalog: bool,
    /// Whether calls of workflows, or the names of repositories, changed.
    pub workflows: bool,
    /// Incidents that changed.
    pub incidents: BTreeSet<IncidentId>,
}

/// All facts.
#[derive(Debug, Default)]
pub struct Estate {
    /// By repository.
    pub repositories: BTreeMap<RepoId, RepositoryFacts>,
    /// Incidents of all sources.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// Which incident belongs to which component.
    pub mapped: IncidentMap,
    /// What incidents name elsewhere.
    pub naming: Naming,
    /// What the catalog has.
    catalog: Catalog,
    /// What teams answered.
    pub surveys: Surveys,
    /// Who tells incidents that live in no repository.
    pub sources: IncidentSources,
    /// Pull requests that change infrastructure and were not settled since they were told.
    pub unsettled: BTreeSet<(RepoId, PullNumber)>,
    /// Repositories with news of runs, which change no judgement.
    pub runs_changed: BTreeSet<RepoId>,
}

impl Estate {
    /// Takes a fact over, and notes what it changes.
    pub fn absorb(&mut self, fact: Fact, changes: &mut Changes) {
        let repo = fact.repo();
        let is_of_workflows = |fact: &Fact| matches!(fact, Fact::Claims(claims) if claims.source == ClaimSource::WorkflowFiles);
        // Nothing of a component is judged by these.
        let is_beside = matches!(
            fact,
            Fact::Progress(_)
                | Fact::Incident(_)
                | Fact::InfrastructurePull(_)
                | Fact::OpenPullRequests(_)
                | Fact::WorkflowRun(_)
        );
        if !is_beside && !is_of_workflows(&fact) {
            changes.repositories.extend(repo);
        }
        match fact {
            Fact::Repository(repository) => {
                let facts = self.of(repository.id);
                // A head that moves changes nobody's name, and no entry of the catalog.
                let with_head = |known: Repository| Repository { head: repository.head, ..known };
                let is_same = facts.repository.take().map(with_head).as_ref() == Some(&repository);
                changes.mapping |= !is_same;
                changes.catalog |= !is_same;
                changes.workflows |= !is_same;
                facts.repository = Some(repository);
            }
            Fact::Deployment(deployment) => {
                let facts = self.of(deployment.repo);
                let had_component = facts.has_component();
                facts.deployments.insert(&deployment);
                changes.mapping |= facts.has_component() != had_component;
            }
            Fact::PullRequest(pull) => {
                self.of(pull.repo).pulls.insert(&pull);
            }
            Fact::InfrastructurePull(pull) => {
                self.unsettled.insert((pull.repo, pull.number));
                self.of(pull.repo).infrastructure.insert(pull.number, pull);
            }
            Fact::OpenPullRequests(open) => {
                changes.progressed.insert(open.repo);
                self.of(open.repo).open_pulls = Some(open.pulls);
            }
            Fact::Commit(commit) => {
                self.of(commit.repo).commits.insert(&commit);
            }
            Fact::LostCommit { .. } | Fact::OtherDeployment(_) => {}
            Fact::Frontier { repo, oid } => self.of(repo).commits.insert_frontier(oid),
            Fact::Incident(incident) => {
                changes.incidents.insert(incident.id.clone());
                self.incidents.insert(incident.id.clone(), incident);
            }
            Fact::WorkflowRun(run) => {
                self.runs_changed.insert(run.repo);
                self.of(run.repo).runs.insert(&run);
            }
            Fact::Claims(claims) => self.absorb_claims(claims, changes),
            Fact::Survey(survey) => self.surveys.absorb(survey),
            Fact::Progress(progress) => {
                if progress.collector == Collector::WorkflowRuns {
                    self.runs_changed.insert(progress.repo);
                }
                changes.progressed.insert(progress.repo);
                self.of(progress.repo).note(&progress);
            }
        }
    }

    /// A repository that is collected, and of which all history is there.
    pub fn complete(&self, repo: RepoId) -> Option<(&RepositoryFacts, &Repository)> {
        let facts = self.repositories.get(&repo).filter(|facts| facts.is_complete())?;
        Some((facts, facts.active()?))
    }

    /// Removes facts of a repository that are finished with. What they told is known in other ways,
    /// so nothing has to be judged again.
    pub fn forget(&mut self, repo: RepoId, gone: &Forgettable, incidents: &[IncidentId]) {
        let facts = self.of(repo);
        facts.deployments.forget(&gone.deployments);
        facts.pulls.forget(&gone.pulls);
        facts.commits.forget(&gone.commits, gone.frontier.clone());
        for incident in incidents {
            self.incidents.remove(incident);
        }
    }

    /// Removes pull requests that changed infrastructure.
    pub fn forget_infrastructure(&mut self, repo: RepoId, gone: &[PullNumber]) {
        for number in gone {
            self.of(repo).infrastructure.remove(number);
            self.unsettled.remove(&(repo, *number));
        }
    }

    /// Removes runs that no window holds any more.
    pub fn forget_runs(&mut self, repo: RepoId, gone: &[u64]) {
        self.of(repo).runs.forget(gone);
    }

    /// Gives repositories what the catalog has of them; returns those for which that is news.
    pub fn assign_catalog(&mut self) -> Vec<RepoId> {
        self.catalog.assign(&mut self.repositories)
    }

    /// How many entries the catalog has of repositories that are gone or not collected any more.
    pub fn entries_of_the_gone(&self) -> u64 {
        self.catalog.of_the_gone
    }

    fn absorb_claims(&mut self, claims: Claims, changes: &mut Changes) {
        let Claims { repo, source, claims } = claims;
        let is_of_workflows = source == ClaimSource::WorkflowFiles;
        changes.workflows |= is_of_workflows;
        // Whose something is does not depend on them.
        changes.mapping |= !is_of_workflows;
        changes.catalog |= matches!(source, ClaimSource::CatalogServer | ClaimSource::CatalogFiles);
        match repo {
            Some(repo) => self.of(repo).claims.absorb(source, claims),
            None => self.catalog.absorb(claims),
        }
    }

    fn of(&mut self, repo: RepoId) -> &mut RepositoryFacts {
        self.repositories.entry(repo).or_default()
    }

    /// Finds out anew whose the incidents are, and adds the repositories whose incidents changed to
    /// those that have to be judged again.
    pub fn map_incidents(
        &mut self,
        components: &Components,
        owners: &dyn Owners,
        changes: &mut Changes,
    ) {
        if changes.mapping {
            self.map_to_components(components, owners, changes);
            self.find_naming(components, changes);
        } else {
            self.map_changed(changes);
        }
    }

    /// While names, owners and components stay, only incidents that changed can belong to another
    /// component, and name something else only if there are news of what they name.
    fn map_changed(&mut self, changes: &mut Changes) {
        let mut read = self.naming.readers_of(&self.repositories, &changes.repositories);
        for id in &changes.incidents {
            changes.repositories.extend(self.mapped.repository_of(id));
            self.mapped.update(id, self.incidents.get(id));
            changes.repositories.extend(self.mapped.repository_of(id));
            read.insert(id.clone());
        }
        for id in &read {
            let home = self.mapped.repository_of(id);
            let caused = |naming: &Naming| naming.caused_elsewhere.get(id).copied();
            let before = caused(&self.naming);
            let touched = self.naming.read(&self.repositories, id, self.incidents.get(id), home);
            changes.repositories.extend(touched);
            if changes.incidents.contains(id) {
                changes.repositories.extend(self.naming.named_by(id));
            }
            if caused(&self.naming) != before {
                changes.repositories.extend(home);
            }
        }
    }

    fn map_to_components(
        &mut self,
        components: &Components,
        owners: &dyn Owners,
        changes: &mut Changes,
    ) {
        let mapped = map_incidents(&self.repositories, &self.incidents, components, owners);
        let before = std::mem::replace(&mut self.mapped, mapped);
        for incident in &changes.incidents {
            changes.repositories.extend(before.repository_of(incident));
            changes.repositories.extend(self.mapped.repository_of(incident));
        }
        for component in before.components().chain(self.mapped.components()) {
            if before.of(component) != self.mapped.of(component) {
                changes.repositories.insert(component.repo);
            }
        }
    }

    fn find_naming(&mut self, components: &Components, changes: &mut Changes) {
        let home = |incident: &IncidentId| self.mapped.repository_of(incident);
        let naming = Naming::of(&self.repositories, &self.incidents, components, home);
        let before = std::mem::replace(&mut self.naming, naming);
        changes.repositories.extend(self.naming.touched(&before, &changes.incidents));
        let (old, new) = (&before.caused_elsewhere, &self.naming.caused_elsewhere);
        let differs = |id: &&IncidentId| old.get(*id) != new.get(*id);
        changes.repositories.extend(old.keys().chain(new.keys()).filter(differs).filter_map(home));
    }

    /// How many facts of each kind there are.
    pub fn fact_counts(&self) -> Vec<(&'static str, u64)> {
        let sum = |count: fn(&RepositoryFacts) -> usize| {
            self.repositories.values().map(|facts| count(facts) as u64).sum()
        };
        vec![
            ("repository", sum(|facts| usize::from(facts.repository.is_some()))),
            ("deployment", sum(|facts| facts.deployments.len())),
            ("pull_request", sum(|facts| facts.pulls.len())),
            ("open_pull_request", sum(|facts| facts.open_pulls.as_ref().map_or(0, Vec::len))),
            ("commit", sum(|facts| facts.commits.len())),
            ("incident", self.incidents.len() as u64),
            ("workflow_run", sum(|facts| facts.runs.len())),
            ("survey", self.surveys.len() as u64),
        ]
    }

    /// The incidents of a component.
    pub fn incidents_of(&self, component: &ComponentId) -> Vec<&Incident> {
        self.mapped.of(component).iter().filter_map(|id| self.incidents.get(id)).collect()
    }

    /// The incidents that count elsewhere and name something of a repository.
    pub fn incidents_naming(&self, repo: RepoId) -> Vec<&Incident> {
        self.naming.of_repository(repo).iter().filter_map(|id| self.incidents.get(id)).collect()
    }

    /// All incidents that a component is judged by.
    pub fn witnesses(&self, component: &ComponentId) -> Vec<&Incident> {
        let mut incidents = self.incidents_of(component);
        incidents.extend(self.incidents_naming(component.repo));
        incidents
    }
}

/// What sources say of each of these repositories.
pub fn claims_by_repository(
    repositories: impl IntoIterator<Item = Repository>,
    claims: impl IntoIterator<Item = Claims>,
) -> BTreeMap<RepoId, RepositoryClaims> {
    let (mut estate, mut changes) = (Estate::default(), Changes::default());
    let repositories = repositories.into_iter().map(Fact::Repository);
    let facts = repositories.chain(claims.into_iter().map(Fact::Claims));
    facts.for_each(|fact| estate.absorb(fact, &mut changes));
    estate.catalog.assign(&mut estate.repositories);
    estate.repositories.into_iter().map(|(repo, facts)| (repo, facts.claims)).collect()
}
