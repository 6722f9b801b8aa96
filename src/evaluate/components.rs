//! Which components a repository holds: those that the configuration declares, else itself, once it
//! was ever deployed.

use super::estate::RepositoryFacts;
use super::ownership::{Owner, Owners};
use crate::config::{ComponentSettings, Components, claimants};
use delivery::domain::{ComponentId, Deployment, Repository};
use delivery::ledger::Scope;
use std::sync::Arc;

/// A component of a repository.
#[derive(Clone, Debug)]
pub struct Component<'a> {
    /// What identifies it.
    pub id: ComponentId,
    /// How it is declared; absent where it is the whole repository.
    pub declared: Option<&'a ComponentSettings>,
    /// All declared components of its repository, in order.
    all: Vec<&'a ComponentSettings>,
}

/// The components of a collected repository.
pub fn components_of<'a>(
    components: &'a Components,
    repository: &Repository,
    facts: &RepositoryFacts,
) -> Vec<Component<'a>> {
    let all = components.of(repository);
    if all.is_empty() {
        let whole = Component { id: ComponentId::whole(repository.id), declared: None, all };
        return facts.has_component().then_some(whole).into_iter().collect();
    }
    let declared = all.iter().map(|one| Component {
        id: ComponentId { repo: repository.id, name: Arc::clone(&one.name) },
        declared: Some(one),
        all: all.clone(),
    });
    declared.collect()
}

impl Component<'_> {
    /// The deployments that are its own.
    pub fn deployments<'f>(&self, facts: &'f RepositoryFacts) -> Vec<&'f Deployment> {
        let all = facts.deployments.values();
        let Some(declared) = self.declared else { return all.collect() };
        let is_own = |deployment: &&Deployment| {
            claimants(&self.all, deployment).0.is_some_and(|first| first.name == declared.name)
        };
        all.filter(is_own).collect()
    }

    /// Which of the repository's changes are its own.
    pub fn scope(&self) -> Scope<'_> {
        match self.declared {
            Some(declared) if !declared.paths.is_empty() => Scope::Paths(&declared.name),
            _ => Scope::Repository,
        }
    }

    /// Whose it is.
    pub fn owner(&self, repository: &Repository, owners: &dyn Owners) -> Owner {
        owner_of(self.declared, repository, owners)
    }

    /// Its name, as the label `component` shows it.
    pub fn label(&self, repository: &Repository) -> Arc<str> {
        match self.declared {
            Some(declared) => Arc::clone(&declared.name),
            None => Arc::from(repository.short_name()),
        }
    }
}

/// Whose a component is: whoever its declaration names, else whoever owns the repository.
pub fn owner_of(
    declared: Option<&ComponentSettings>,
    repository: &Repository,
    owners: &dyn Owners,
) -> Owner {
    match declared.and_then(|declared| declared.team.clone()) {
        Some(team) => Owner { team, source: "components" },
        None => owners.owner(repository),
    }
}

/// Whose a repository is: its components' only team, else whoever owns the repository.
pub fn owner_of_repository(
    components: &[Component<'_>],
    repository: &Repository,
    owners: &dyn Owners,
) -> Owner {
    let mut found: Vec<Owner> =
        components.iter().map(|component| component.owner(repository, owners)).collect();
    found.dedup_by(|one, other| one.team == other.team);
    match found.pop() {
        Some(only) if found.is_empty() => only,
        _ => owners.owner(repository),
    }
}
