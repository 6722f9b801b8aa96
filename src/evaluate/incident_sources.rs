//! Sources of incidents that live in no repository: whose incidents they tell, and how far they have
//! to be read before anything of a component settles.

use super::estate::Estate;
use delivery::domain::{Collector, ComponentId, Incident, RepoId, Repository, Time};
use std::collections::{BTreeMap, BTreeSet};

/// The configured sources.
#[derive(Clone, Debug, Default)]
pub struct IncidentSources {
    /// The components that each tells of, as `owner/repo` or `owner/repo/component` in lower case,
    /// by where its progress is kept.
    components: BTreeMap<RepoId, BTreeSet<String>>,
}

impl IncidentSources {
    /// Adds a source by its name, with the components that its services are.
    pub fn add<'a>(&mut self, name: &str, components: impl IntoIterator<Item = &'a str>) {
        let components = components.into_iter().map(str::to_lowercase).collect();
        self.components.insert(RepoId::of_source(name), components);
    }

    /// Where the progress of each is kept.
    pub fn places(&self) -> impl Iterator<Item = RepoId> + '_ {
        self.components.keys().copied()
    }

    /// Whether the progress of one of them is kept there.
    pub fn has(&self, place: RepoId) -> bool {
        self.components.contains_key(&place)
    }

    /// The source that tells an incident, if it is one of these.
    pub fn of_incident(&self, incident: &Incident) -> Option<RepoId> {
        let place = RepoId::of_source(incident.id.source());
        Some(place).filter(|place| incident.repo.is_none() && self.has(*place))
    }

    /// The sources that tell of a component.
    fn of_component(&self, component: &ComponentId, repository: &Repository) -> Vec<RepoId> {
        let full_name = repository.full_name.to_lowercase();
        let name = match &*component.name {
            "" => repository.short_name().to_lowercase(),
            name => name.to_lowercase(),
        };
        let path = format!("{full_name}/{name}");
        let tells = |components: &BTreeSet<String>| {
            components.contains(&full_name) || components.contains(&path)
        };
        let sources = self.components.iter().filter(|(_, components)| tells(components));
        sources.map(|(place, _)| *place).collect()
    }
}

impl Estate {
    /// Where else than in its own repository incidents are told that a component is judged by, or
    /// will be: repositories and sources.
    pub fn homes(&self, component: &ComponentId) -> BTreeSet<RepoId> {
        let witnesses = self.witnesses(component).into_iter();
        let mut homes: BTreeSet<RepoId> = witnesses
            .filter_map(|incident| incident.repo.or_else(|| self.sources.of_incident(incident)))
            .collect();
        let repository = self.repositories.get(&component.repo).and_then(|facts| facts.active());
        homes.extend(
            repository.map(|it| self.sources.of_component(component, it)).unwrap_or_default(),
        );
        if self.has_service(component) {
            homes.extend(self.sources.places());
        }
        homes.remove(&component.repo);
        homes
    }

    /// Whether the catalog names a service at PagerDuty for a component; whose account it is in, it
    /// does not say.
    fn has_service(&self, component: &ComponentId) -> bool {
        let facts = self.repositories.get(&component.repo);
        let name = Some(&*component.name).filter(|name| !name.is_empty());
        let entry = facts.and_then(|facts| facts.claims.entry(name));
        entry.is_some_and(|entry| entry.pagerduty_service.is_some())
    }

    /// How far the incidents of a home are read; the outer nothing where nobody reads them.
    pub fn incidents_through(&self, home: RepoId) -> Option<Option<Time>> {
        let facts = self.repositories.get(&home);
        let through = facts.and_then(|facts| facts.through_of(Collector::Incidents));
        let is_read = facts.is_some_and(|facts| facts.active().is_some()) || self.sources.has(home);
        is_read.then_some(through)
    }

    /// The incidents of a source that belong to no component.
    pub fn homeless(&self, place: RepoId) -> impl Iterator<Item = &Incident> + '_ {
        let unmapped = self.mapped.unmapped.iter().filter(|(_, repo)| repo.is_none());
        let incidents = unmapped.filter_map(|(id, _)| self.incidents.get(id));
        incidents.filter(move |incident| self.sources.of_incident(incident) == Some(place))
    }
}
