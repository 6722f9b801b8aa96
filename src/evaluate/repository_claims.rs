//! What sources say of one repository, as it is asked for: kept whole, so that another order of the
//! sources, or another component, has its answer at once.

use super::codeowners::teams_of;
use delivery::domain::{CatalogComponent, Claim, ClaimSource, TeamName};
use std::collections::BTreeMap;

/// What every source says of a repository.
#[derive(Clone, Debug, Default)]
pub struct RepositoryClaims {
    said: BTreeMap<ClaimSource, Vec<Claim>>,
    /// Whose the whole repository is by `CODEOWNERS`: asked at every evaluation.
    whole: Vec<TeamName>,
    /// The components that the catalog has in this repository, whoever says so.
    catalog: Vec<CatalogComponent>,
}

impl RepositoryClaims {
    /// Replaces what a source says.
    pub fn absorb(&mut self, source: ClaimSource, claims: Vec<Claim>) {
        if source == ClaimSource::CodeOwners {
            self.whole = teams_of(&claims, "");
        }
        self.said.insert(source, claims);
    }

    /// The teams that a source names for the whole repository.
    pub fn teams(&self, source: ClaimSource) -> impl Iterator<Item = &TeamName> {
        self.of(source).iter().filter_map(|claim| match claim {
            Claim::Team(team) => Some(team),
            Claim::Paths { .. } | Claim::Component(_) | Claim::Calls { .. } => None,
        })
    }

    /// The teams that `CODEOWNERS` names for what lies in the folder `root`.
    pub fn code_owners(&self, root: &str) -> Vec<TeamName> {
        if root.is_empty() {
            self.whole.clone()
        } else {
            teams_of(self.of(ClaimSource::CodeOwners), root)
        }
    }

    /// What a source says.
    pub fn of(&self, source: ClaimSource) -> &[Claim] {
        self.said.get(&source).map_or(&[], Vec::as_slice)
    }

    /// The components that the catalog has here.
    pub fn catalog(&self) -> &[CatalogComponent] {
        &self.catalog
    }

    /// Takes over what the catalog has here; tells whether that is news.
    pub fn set_catalog(&mut self, catalog: Vec<CatalogComponent>) -> bool {
        let news = self.catalog != catalog;
        self.catalog = catalog;
        news
    }
}
