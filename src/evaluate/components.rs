//! Which components a repository holds: those that the configuration declares, else itself, once it
//! was ever deployed.

use super::ownership::{Owner, Owners, Subject};
use super::repository_claims::RepositoryClaims;
use super::repository_facts::RepositoryFacts;
use crate::config::{ComponentSettings, Components, deployed};
use delivery::domain::{CatalogComponent, ComponentId, Deployment, Repository};
use delivery::ledger::Scope;
use std::sync::Arc;

/// A component of a repository.
#[derive(Clone, Debug)]
pub struct Component<'a> {
    /// What identifies it.
    pub id: ComponentId,
    /// How it is declared, or what the catalog has; absent where it is the whole repository.
    pub declared: Option<&'a ComponentSettings>,
    /// All declared components of its repository, in order.
    all: Vec<&'a ComponentSettings>,
    /// What sources say of its repository.
    claims: &'a RepositoryClaims,
}

/// The components of a collected repository.
pub fn components_of<'a>(
    components: &'a Components,
    repository: &Repository,
    facts: &'a RepositoryFacts,
) -> Vec<Component<'a>> {
    let all = components.of(repository);
    let claims = &facts.claims;
    if all.is_empty() {
        let whole =
            Component { id: ComponentId::whole(repository.id), declared: None, all, claims };
        return facts.has_component().then_some(whole).into_iter().collect();
    }
    let declared = all.iter().map(|one| Component {
        id: ComponentId { repo: repository.id, name: Arc::clone(&one.name) },
        declared: Some(one),
        all: all.clone(),
        claims,
    });
    declared.collect()
}

impl Component<'_> {
    /// The deployments that are its own.
    pub fn deployments<'f>(&self, all: &'f [Deployment]) -> Vec<&'f Deployment> {
        let all = all.iter();
        let Some(declared) = self.declared else { return all.collect() };
        let is_own = |deployment: &&Deployment| {
            deployed(&self.all, deployment).iter().any(|one| one.name == declared.name)
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
        owner_of(self.declared, repository, self.claims, owners)
    }

    /// Its entry in the catalog.
    pub fn entry(&self) -> Option<&CatalogComponent> {
        self.claims.entry(self.declared.map(|declared| &*declared.name))
    }

    /// Its name, as the label `component` shows it.
    pub fn label(&self, repository: &Repository) -> Arc<str> {
        match self.declared {
            Some(declared) => Arc::clone(&declared.name),
            None => Arc::from(repository.short_name()),
        }
    }
}

/// Whose a component is: whoever its declaration names, else whoever the sources name for its
/// folder and its entry in the catalog.
pub fn owner_of(
    declared: Option<&ComponentSettings>,
    repository: &Repository,
    claims: &RepositoryClaims,
    owners: &dyn Owners,
) -> Owner {
    if let Some(team) = declared.and_then(|declared| declared.team.clone()) {
        return Owner { team, source: "components" };
    }
    let root = declared.map_or("", ComponentSettings::root);
    let entry = claims.entry(declared.map(|declared| &*declared.name));
    owners.owner(&Subject { repository, root, claims, entry })
}

/// Whose a repository is: its components' only team, else whoever owns the repository.
pub fn owner_of_repository(
    components: &[Component<'_>],
    repository: &Repository,
    claims: &RepositoryClaims,
    owners: &dyn Owners,
) -> Owner {
    let mut found: Vec<Owner> =
        components.iter().map(|component| component.owner(repository, owners)).collect();
    found.dedup_by(|one, other| one.team == other.team);
    match found.pop() {
        Some(only) if found.is_empty() => only,
        _ => owners.owner(&Subject::whole(repository, claims)),
    }
}
