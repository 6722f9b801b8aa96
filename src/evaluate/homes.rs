//! Where the incidents are told that a component is judged by, and how far they are read: before that
//! nothing of it settles.

use super::estate::Estate;
use delivery::domain::{Collector, ComponentId, Incident, RepoId, Time};
use std::collections::BTreeSet;

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
