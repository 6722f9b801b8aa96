//! Whose is it: the team of a component, by the first source that answers.

use super::repository_claims::RepositoryClaims;
use crate::config::{OwnershipRule, OwnershipSettings, OwnershipSource};
use delivery::domain::{CatalogComponent, ClaimSource, Repository, TeamName};
use std::sync::Arc;

/// The team of what nobody claims, so that nothing disappears.
pub const UNOWNED: &str = "unowned";

/// An answer, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The team.
    pub team: TeamName,
    /// The source, as `dora_component_info` shows it: `rules`, or `none` for `unowned`.
    pub source: &'static str,
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The folder that holds the component; empty for the whole repository.
    pub root: &'a str,
    /// What sources say of the repository.
    pub claims: &'a RepositoryClaims,
    /// The component's entry in the catalog.
    pub entry: Option<&'a CatalogComponent>,
}

impl<'a> Subject<'a> {
    /// A repository as a whole.
    pub fn whole(repository: &'a Repository, claims: &'a RepositoryClaims) -> Subject<'a> {
        Subject { repository, root: "", claims, entry: claims.entry(None) }
    }
}

/// Answers whose a component is.
pub trait Owners: Send + Sync {
    /// The owner; everything has exactly one.
    fn owner(&self, subject: &Subject<'_>) -> Owner;

    /// Whether the catalog is asked at all: then it also says which components there are.
    fn asks_catalog(&self) -> bool;
}

/// One source of ownership.
trait Source: Send + Sync {
    /// The owner, where this source knows one.
    fn answer(&self, subject: &Subject<'_>) -> Option<Owner>;
}

/// Sources in the configured order; the first answer wins.
pub struct OrderedOwners {
    asks_catalog: bool,
    sources: Vec<Box<dyn Source>>,
}

impl OrderedOwners {
    /// The sources that `[ownership]` orders.
    pub fn new(settings: &OwnershipSettings) -> OrderedOwners {
        let source = |source: &OwnershipSource| -> Box<dyn Source> {
            match source {
                OwnershipSource::Rules => Box::new(Rules { rules: settings.rules.clone() }),
                OwnershipSource::Catalog => Box::new(Catalog),
                OwnershipSource::CustomProperty => Box::new(Said(ClaimSource::CustomProperty)),
                OwnershipSource::GitHubTeam => Box::new(Said(ClaimSource::GitHubTeam)),
                OwnershipSource::CodeOwners => Box::new(CodeOwners),
                OwnershipSource::Topic => Box::new(Said(ClaimSource::Topic)),
            }
        };
        OrderedOwners {
            asks_catalog: settings.order.contains(&OwnershipSource::Catalog),
            sources: settings.order.iter().map(source).collect(),
        }
    }
}

impl Owners for OrderedOwners {
    fn owner(&self, subject: &Subject<'_>) -> Owner {
        self.sources
            .iter()
            .find_map(|source| source.answer(subject))
            .unwrap_or_else(|| Owner { team: Arc::from(UNOWNED), source: "none" })
    }

    fn asks_catalog(&self) -> bool {
        self.asks_catalog
    }
}

/// `[[ownership.rules]]`, in the order in which they are written.
struct Rules {
    rules: Vec<OwnershipRule>,
}

impl Source for Rules {
    fn answer(&self, subject: &Subject<'_>) -> Option<Owner> {
        self.rules
            .iter()
            .find(|rule| {
                let full_name = &subject.repository.full_name;
                rule.repositories.iter().any(|pattern| pattern.matches(full_name))
            })
            .map(|rule| Owner { team: Arc::clone(&rule.team), source: "rules" })
    }
}

/// The owner that the component's entry in the catalog names.
struct Catalog;

impl Source for Catalog {
    fn answer(&self, subject: &Subject<'_>) -> Option<Owner> {
        let team = subject.entry?.team.clone()?;
        Some(Owner { team, source: "catalog" })
    }
}

/// The only team that a source names for the repository. Of several none is guessed.
struct Said(ClaimSource);

impl Source for Said {
    fn answer(&self, subject: &Subject<'_>) -> Option<Owner> {
        let team = only(subject.claims.teams(self.0))?;
        Some(Owner { team: Arc::clone(team), source: self.0.name() })
    }
}

/// The only team on the line of `CODEOWNERS` that the component's folder falls under.
struct CodeOwners;

impl Source for CodeOwners {
    fn answer(&self, subject: &Subject<'_>) -> Option<Owner> {
        let teams = subject.claims.code_owners(subject.root);
        let team = only(teams.iter())?;
        Some(Owner { team: Arc::clone(team), source: ClaimSource::CodeOwners.name() })
    }
}

/// The team that is named, where no other is.
fn only<'a>(mut teams: impl Iterator<Item = &'a TeamName>) -> Option<&'a TeamName> {
    let first = teams.next()?;
    teams.all(|other| other == first).then_some(first)
}

#[cfg(test)]
#[path = "ownership_tests.rs"]
mod tests;
