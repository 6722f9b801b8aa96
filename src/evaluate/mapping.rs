//! Which component an incident belongs to, by the first that answers: the component that the source
//! names, the repository it lives in where that has one component, a configured rule, its team's
//! only component; else it is unmapped, and counts for the team and the organisation only.

use super::components::{components_of, owner_of_repository};
use super::ownership::Owners;
use super::repository_facts::RepositoryFacts;
use crate::config::Components;
use delivery::domain::{
    ComponentId, Incident, IncidentId, RepoId, Repository, TeamName, pagerduty_service,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The outcome for all incidents, and by what it was found.
#[derive(Debug, Default)]
pub struct IncidentMap {
    directory: Directory,
    by_component: BTreeMap<ComponentId, Vec<IncidentId>>,
    by_incident: HashMap<IncidentId, ComponentId>,
    /// Incidents without a component, in order of id, with the repository they live in, if any.
    pub unmapped: Vec<(IncidentId, Option<RepoId>)>,
}

impl IncidentMap {
    /// The incidents of a component, in order of id.
    pub fn of(&self, component: &ComponentId) -> &[IncidentId] {
        self.by_component.get(component).map_or(&[], Vec::as_slice)
    }

    /// All components that have incidents.
    pub fn components(&self) -> impl Iterator<Item = &ComponentId> {
        self.by_component.keys()
    }

    /// Maps an incident again that has changed, while names and owners have not.
    pub fn update(&mut self, id: &IncidentId, incident: Option<&Incident>) {
        if let Some(component) = self.by_incident.remove(id)
            && let Some(incidents) = self.by_component.get_mut(&component)
        {
            incidents.retain(|one| one != id);
            if incidents.is_empty() {
                self.by_component.remove(&component);
            }
        }
        if let Ok(at) = self.unmapped.binary_search_by(|(one, _)| one.cmp(id)) {
            self.unmapped.remove(at);
        }
        if let Some(incident) = incident {
            self.add(id, incident);
        }
    }

    fn add(&mut self, id: &IncidentId, incident: &Incident) {
        match self.directory.component_of(incident) {
            Some(component) => {
                let incidents = self.by_component.entry(component.clone()).or_default();
                incidents.insert(incidents.partition_point(|one| one < id), id.clone());
                self.by_incident.insert(id.clone(), component);
            }
            None => {
                let at = self.unmapped.partition_point(|(one, _)| one < id);
                self.unmapped.insert(at, (id.clone(), incident.repo));
            }
        }
    }

    /// The repository whose component an incident belongs to.
    pub fn repository_of(&self, incident: &IncidentId) -> Option<RepoId> {
        self.by_incident.get(incident).map(|component| component.repo)
    }
}

/// Maps every incident.
pub fn map_incidents(
    repositories: &BTreeMap<RepoId, RepositoryFacts>,
    incidents: &BTreeMap<IncidentId, Incident>,
    components: &Components,
    owners: &dyn Owners,
) -> IncidentMap {
    let directory = Directory::new(repositories, components, owners);
    let mut map = IncidentMap { directory, ..IncidentMap::default() };
    incidents.iter().for_each(|(id, incident)| map.add(id, incident));
    map
}

/// Names and owners of everything that is deployed.
#[derive(Debug, Default)]
pub struct Directory {
    by_repo: HashMap<RepoId, ComponentId>,
    /// By component name, `owner/repo`, `owner/repo/name` and service at PagerDuty, in lower case; `None` where two share it.
    by_name: HashMap<String, Option<ComponentId>>,
    team_of_repo: HashMap<RepoId, TeamName>,
    by_team: HashMap<TeamName, Option<ComponentId>>,
}

/// A component, as incidents may call it.
#[derive(Clone, Debug)]
pub struct Called {
    /// What identifies it.
    pub id: ComponentId,
    /// Its name.
    pub name: Arc<str>,
    /// Its team.
    pub team: TeamName,
    /// Its service at PagerDuty, by which the catalog knows it.
    pub service: Option<Arc<str>>,
}

impl Directory {
    fn new(
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        components: &Components,
        owners: &dyn Owners,
    ) -> Directory {
        let mut directory = Directory::default();
        for facts in repositories.values() {
            let Some(repository) = facts.active() else { continue };
            let components = components_of(components, repository, facts);
            let team = owner_of_repository(&components, repository, &facts.claims, owners).team;
            let called = components.iter().map(|component| Called {
                id: component.id.clone(),
                name: component.label(repository),
                team: component.owner(repository, owners).team,
                service: component.entry().and_then(|entry| entry.pagerduty_service.clone()),
            });
            directory.add(repository, team, &called.collect::<Vec<_>>());
        }
        directory
    }

    /// Enters a collected repository, whose it is, and its components.
    pub fn add(&mut self, repository: &Repository, team: TeamName, components: &[Called]) {
        self.team_of_repo.insert(repository.id, team);
        let full_name = repository.full_name.to_lowercase();
        for component in components {
            let name = component.name.to_lowercase();
            let path = format!("{full_name}/{name}");
            let service = component.service.as_ref();
            let service = service.map(|id| pagerduty_service(id).to_lowercase());
            for name in [name, path].into_iter().chain(service) {
                only(&mut self.by_name, name, &component.id);
            }
            only(&mut self.by_team, TeamName::clone(&component.team), &component.id);
        }
        if let [component] = components {
            only(&mut self.by_name, full_name, &component.id);
            self.by_repo.insert(repository.id, component.id.clone());
        }
    }

    /// The component that an incident belongs to; absent where it is unmapped.
    pub fn component_of(&self, incident: &Incident) -> Option<ComponentId> {
        // A name that nothing bears, or that two share, answers nothing.
        let called = |name: &Option<Arc<str>>| {
            self.by_name.get(&name.as_ref()?.to_lowercase()).cloned().flatten()
        };
        let home = || self.by_repo.get(incident.repo.as_ref()?).cloned();
        let found = called(&incident.component).or_else(home).or_else(|| called(&incident.ruled));
        if found.is_some() {
            return found;
        }
        let team = self.team_of_repo.get(incident.repo.as_ref()?)?;
        if &**team == super::ownership::UNOWNED {
            return None;
        }
        self.by_team.get(team).cloned().flatten()
    }
}

/// Remembers the one thing of that name, or that there are several.
fn only<K: std::hash::Hash + Eq>(
    names: &mut HashMap<K, Option<ComponentId>>,
    name: K,
    component: &ComponentId,
) {
    names
        .entry(name)
        .and_modify(|known| {
            if known.as_ref() != Some(component) {
                *known = None;
            }
        })
        .or_insert_with(|| Some(component.clone()));
}
