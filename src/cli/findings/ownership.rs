//! Whose everything is, as far as the configuration alone, or what sources of ownership said, tells.

use crate::config::{ComponentSettings, OwnershipSettings, OwnershipSource};
use crate::evaluate::{OrderedOwners, Owner, RepositoryClaims, claims_by_repository, owner_of};
use delivery::domain::{Claims, RepoId, Repository};
use std::collections::BTreeMap;

/// Tells owners.
pub struct Ownership {
    owners: OrderedOwners,
    /// Absent where no source was asked.
    claims: Option<BTreeMap<RepoId, RepositoryClaims>>,
    rules_come_first: bool,
    nothing: RepositoryClaims,
}

impl Ownership {
    /// By the configuration alone.
    pub fn new(settings: &OwnershipSettings) -> Ownership {
        Ownership {
            owners: OrderedOwners::new(settings),
            claims: None,
            rules_come_first: settings.order.first() == Some(&OwnershipSource::Rules),
            nothing: RepositoryClaims::default(),
        }
    }

    /// By what the sources said of these repositories, too.
    pub fn heard(
        self,
        repositories: impl IntoIterator<Item = Repository>,
        claims: impl IntoIterator<Item = Claims>,
    ) -> Ownership {
        Ownership { claims: Some(claims_by_repository(repositories, claims)), ..self }
    }

    /// Whose a component is; without a declaration, the repository as a whole.
    pub fn owner(&self, declared: Option<&ComponentSettings>, repository: &Repository) -> Owner {
        owner_of(declared, repository, self.claims_of(repository), &self.owners)
    }

    /// What was said of a repository.
    pub fn claims_of(&self, repository: &Repository) -> &RepositoryClaims {
        self.claims.as_ref().and_then(|all| all.get(&repository.id)).unwrap_or(&self.nothing)
    }

    /// Whether it is known who owns nothing: all sources were asked.
    pub fn is_whole(&self) -> bool {
        self.claims.is_some()
    }

    /// Whether it is known what `[[ownership.rules]]` decide.
    pub fn knows_rules(&self) -> bool {
        self.is_whole() || self.rules_come_first
    }
}
