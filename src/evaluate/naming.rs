//! What incidents' texts name in other repositories than that of the component they count for: a
//! central repository's incident names `acme/shop#12`, an outage of one component is another's fault.

use super::estate::RepositoryFacts;
use crate::config::Components;
use delivery::domain::{
    ChangeReference, Deployment, DeploymentState, DeploymentStatus, Incident, IncidentId,
    IncidentLink, OidPrefix, RepoId, RepositoryName, Time,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The outcome for all incidents.
#[derive(Debug, Default)]
pub struct Naming {
    names: HashMap<RepositoryName, RepoId>,
    by_repository: BTreeMap<RepoId, Vec<IncidentId>>,
    /// Incidents of a component whose text names a known cause in another repository, with the time
    /// since when it is there: what happened later does not exist for a judgement before.
    pub caused_elsewhere: BTreeMap<IncidentId, Time>,
    /// Whether any text looks beyond its component, so that news of other repositories matter.
    pub looks_abroad: bool,
}

impl Naming {
    /// Finds what the incidents' texts name. `home` tells whose component an incident counts for.
    pub fn of(
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        incidents: &BTreeMap<IncidentId, Incident>,
        components: &Components,
        home: impl Fn(&IncidentId) -> Option<RepoId>,
    ) -> Naming {
        let has_several = |(_, facts): &(&RepoId, &RepositoryFacts)| {
            facts.active().is_some_and(|repository| components.of(repository).len() > 1)
        };
        let several = repositories.iter().filter(has_several).map(|(repo, _)| *repo).collect();
        let world = World { repositories, names: names(repositories), several };
        let mut naming = Naming::default();
        for (id, incident) in incidents {
            let home = home(id);
            for link in incident.causes.iter().chain(&incident.fixes) {
                if world.is_at(home, incident, *link) {
                    continue;
                }
                naming.looks_abroad = true;
                let Some((repo, _)) = world.holder(incident, *link) else { continue };
                let named = naming.by_repository.entry(repo).or_default();
                if named.last() != Some(id) {
                    named.push(id.clone());
                }
            }
            let abroad = incident.causes.iter().filter(|link| !world.is_at(home, incident, **link));
            let known = abroad.filter_map(|link| world.holder(incident, *link)).map(|(_, at)| at);
            if let Some(since) = known.min().filter(|_| home.is_some()) {
                naming.caused_elsewhere.insert(id.clone(), since);
            }
        }
        naming.names = world.names;
        naming
    }

    /// The repository with a component that a text means by a name.
    pub fn repository_named(&self, name: RepositoryName) -> Option<RepoId> {
        self.names.get(&name).copied()
    }

    /// The incidents whose text names something of a repository, though they count elsewhere.
    pub fn of_repository(&self, repo: RepoId) -> &[IncidentId] {
        self.by_repository.get(&repo).map_or(&[], Vec::as_slice)
    }

    /// Whether an incident's text names something that is there, though it counts elsewhere.
    pub fn is_abroad(&self, incident: &IncidentId) -> bool {
        self.by_repository.values().any(|named| named.contains(incident))
    }

    /// The repositories that are to be judged again after `before`: those that other incidents name,
    /// or that one of the `changed` incidents names.
    pub fn touched(&self, before: &Naming, changed: &BTreeSet<IncidentId>) -> BTreeSet<RepoId> {
        let repositories = before.by_repository.keys().chain(self.by_repository.keys());
        let is_touched = |repo: &&RepoId| {
            let (old, new) = (before.of_repository(**repo), self.of_repository(**repo));
            old != new || new.iter().any(|id| changed.contains(id))
        };
        repositories.filter(is_touched).copied().collect()
    }
}

/// The present names of repositories with a component, and former names that are free.
fn names(repositories: &BTreeMap<RepoId, RepositoryFacts>) -> HashMap<RepositoryName, RepoId> {
    let active = || {
        repositories.iter().filter_map(|(repo, facts)| {
            let repository = facts.active().filter(|_| facts.has_component())?;
            Some((*repo, repository))
        })
    };
    let mut names: HashMap<RepositoryName, RepoId> = active()
        .map(|(repo, repository)| (RepositoryName::of(&repository.full_name), repo))
        .collect();
    for (repo, repository) in active() {
        for name in &repository.former_names {
            names.entry(RepositoryName::of(name)).or_insert(repo);
        }
    }
    names
}

struct World<'a> {
    repositories: &'a BTreeMap<RepoId, RepositoryFacts>,
    names: HashMap<RepositoryName, RepoId>,
    /// Repositories whose texts may name another component of the same repository.
    several: BTreeSet<RepoId>,
}

impl World<'_> {
    /// Whether a link can only lead to the component that the incident counts for.
    fn is_at(&self, home: Option<RepoId>, incident: &Incident, link: IncidentLink) -> bool {
        let Some(home) = home.filter(|home| !self.several.contains(home)) else { return false };
        match link {
            IncidentLink::Deployment(id) => self
                .repositories
                .get(&home)
                .is_some_and(|facts| facts.deployments.contains_key(&id)),
            IncidentLink::Change(ChangeReference::Commit(id)) => {
                incident.repo.is_none_or(|repo| repo == home) || self.holds(home, id)
            }
            IncidentLink::Change(ChangeReference::Pull(_)) => {
                incident.repo.is_none_or(|repo| repo == home)
            }
            IncidentLink::ChangeOf(name, _) => self.names.get(&name) == Some(&home),
        }
    }

    /// The repository that holds what a link names, and since when.
    fn holder(&self, incident: &Incident, link: IncidentLink) -> Option<(RepoId, Time)> {
        let (repo, change) = match link {
            IncidentLink::Deployment(id) => {
                let mut all = self.repositories.iter();
                let found =
                    all.find_map(|(repo, facts)| Some((*repo, facts.deployments.get(&id)?)));
                return found.and_then(|(repo, it)| Some((repo, finished_at(it)?)));
            }
            IncidentLink::Change(change) => (incident.repo?, change),
            IncidentLink::ChangeOf(name, change) => (*self.names.get(&name)?, change),
        };
        let facts = self.repositories.get(&repo)?;
        let since = match change {
            ChangeReference::Pull(number) => facts.pulls.get(&number)?.merged_at,
            ChangeReference::Commit(id) => held_since(facts, id)?,
        };
        // Without a deployment nothing was shipped that could be the cause.
        let deployed_at = facts.deployments.values().filter_map(finished_at).min()?;
        Some((repo, since.max(deployed_at)))
    }

    fn holds(&self, repo: RepoId, id: OidPrefix) -> bool {
        self.repositories.get(&repo).is_some_and(|facts| held_since(facts, id).is_some())
    }
}

/// Since when a repository holds a commit. An abbreviated id is believed: the component's own rules
/// find out.
fn held_since(facts: &RepositoryFacts, id: OidPrefix) -> Option<Time> {
    let whole = id.lowest();
    if OidPrefix::from(whole) != id {
        return Some(Time(i64::MIN));
    }
    if let Some(at) = facts.graph.find(&whole) {
        return Some(facts.graph.commit(at).committed_at);
    }
    let left_behind = facts.pulls.values().filter(|pull| {
        pull.merge_commit == Some(whole) || pull.commits.iter().any(|commit| commit.oid == whole)
    });
    left_behind.map(|pull| pull.merged_at).min()
}

/// When a deployment first succeeded.
fn finished_at(deployment: &Deployment) -> Option<Time> {
    let succeeded = |status: &&DeploymentStatus| status.state == DeploymentState::Success;
    deployment.statuses.iter().filter(succeeded).map(|status| status.at).min()
}
