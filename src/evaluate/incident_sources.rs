//! Sources of incidents that live in no repository, and whose incidents they tell.

use delivery::domain::{ComponentId, Incident, RepoId, Repository};
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
    pub fn of_component(&self, component: &ComponentId, repository: &Repository) -> Vec<RepoId> {
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
