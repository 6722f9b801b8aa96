//! Which components a repository holds: those that the configuration declares, else itself, once it
//! was ever deployed.

use super::estate::RepositoryFacts;
use super::ownership::{Owner, Owners, Subject};
use super::repository_claims::RepositoryClaims;
use crate::config::{ComponentSettings, Components, claimants, deployed};
use delivery::domain::{CatalogComponent, ComponentId, Deployment, RepoId, Repository};
use delivery::ledger::Scope;
use std::collections::BTreeSet;
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
    pub fn deployments<'f>(&self, facts: &'f RepositoryFacts) -> Vec<&'f Deployment> {
        let all = facts.deployments.values();
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
        let declared = self.declared.and_then(|declared| declared.team.clone());
        match declared {
            Some(team) => Owner { team, source: "components" },
            None => owners.owner(&self.subject(repository)),
        }
    }

    fn subject<'s>(&'s self, repository: &'s Repository) -> Subject<'s> {
        let root = self.declared.map_or("", ComponentSettings::root);
        Subject { repository, root, claims: self.claims, entry: self.entry() }
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

/// Pairs of components that select the same deployment, each told in the log once.
#[derive(Debug, Default)]
pub struct Contested {
    told: BTreeSet<(RepoId, Arc<str>, Arc<str>)>,
}

impl Contested {
    /// Tells of new pairs, and how many deployments the first took.
    pub fn tell(
        &mut self,
        components: &Components,
        repository: &Repository,
        facts: &RepositoryFacts,
    ) {
        let declared = components.of(repository);
        // Of names within names the longest is meant, and nobody has to tell them apart.
        if declared.iter().any(|one| one.is_catalogued()) {
            return;
        }
        let pairs = facts.deployments.values().filter_map(|deployment| {
            let (first, second) = claimants(&declared, deployment);
            Some((deployment.id.0, first?, second?))
        });
        for (deployment, first, second) in pairs {
            let pair = (repository.id, Arc::clone(&first.name), Arc::clone(&second.name));
            if self.told.insert(pair) {
                tracing::warn!(
                    repo = &*repository.full_name,
                    deployment,
                    component = &*first.name,
                    also = &*second.name,
                    "two components select this deployment, and the first has it: write in their \
                     `deployments` what tells them apart"
                );
            }
        }
    }
}
