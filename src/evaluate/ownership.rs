//! Whose is it: the team of a repository, by the first source that answers.

use crate::config::{OwnershipRule, OwnershipSettings, OwnershipSource};
use delivery::domain::{Repository, TeamName};
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

/// Answers whose a repository is.
pub trait Owners: Send + Sync {
    /// The owner; every repository has exactly one.
    fn owner(&self, repository: &Repository) -> Owner;
}

/// One source of ownership.
trait Source: Send + Sync {
    /// The owner, where this source knows one.
    fn answer(&self, repository: &Repository) -> Option<Owner>;
}

/// Sources in the configured order; the first answer wins.
pub struct OrderedOwners {
    sources: Vec<Box<dyn Source>>,
}

impl OrderedOwners {
    /// The sources that `[ownership]` orders.
    pub fn new(settings: &OwnershipSettings) -> OrderedOwners {
        let source = |source: &OwnershipSource| -> Box<dyn Source> {
            match source {
                OwnershipSource::Rules => Box::new(Rules { rules: settings.rules.clone() }),
            }
        };
        OrderedOwners { sources: settings.order.iter().map(source).collect() }
    }
}

impl Owners for OrderedOwners {
    fn owner(&self, repository: &Repository) -> Owner {
        self.sources
            .iter()
            .find_map(|source| source.answer(repository))
            .unwrap_or_else(|| Owner { team: Arc::from(UNOWNED), source: "none" })
    }
}

/// `[[ownership.rules]]`, in the order in which they are written.
struct Rules {
    rules: Vec<OwnershipRule>,
}

impl Source for Rules {
    fn answer(&self, repository: &Repository) -> Option<Owner> {
        self.rules
            .iter()
            .find(|rule| {
                rule.repositories.iter().any(|pattern| pattern.matches(&repository.full_name))
            })
            .map(|rule| Owner { team: Arc::clone(&rule.team), source: "rules" })
    }
}
