//! Which components the catalog has in which repository. An entry may lie in another repository
//! than the one that it describes, and a catalog's server lies in none, so entries find their
//! repositories by name.

use super::repository_claims::RepositoryClaims;
use super::repository_facts::RepositoryFacts;
use crate::config::{ComponentSettings, paths_fingerprint, selectors_fingerprint};
use delivery::domain::{CatalogComponent, Claim, ClaimSource, RepoId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What a catalog's server says, and which names found no repository.
#[derive(Debug, Default)]
pub struct Catalog {
    server: Vec<Claim>,
    /// How many entries belong to repositories that are gone or not collected any more.
    pub of_the_gone: u64,
    told: BTreeSet<Arc<str>>,
}

impl Catalog {
    /// Replaces what the server says.
    pub fn absorb(&mut self, claims: Vec<Claim>) {
        self.server = claims;
    }

    /// Gives every repository its entries; returns those for which that is news.
    pub fn assign(&mut self, repositories: &mut BTreeMap<RepoId, RepositoryFacts>) -> Vec<RepoId> {
        let names = names(repositories);
        let former = former(repositories);
        let mut of_the_gone = BTreeSet::new();
        let mut found: HashMap<RepoId, Vec<CatalogComponent>> = HashMap::new();
        let mut unknown: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut take = |home: Option<RepoId>, claims: &[Claim]| {
            for component in claims.iter().filter_map(component_of) {
                let repo = match &component.repository {
                    None => home,
                    Some(name) => {
                        let known = names.get(&name.to_lowercase()).copied();
                        if known.is_none() && former.contains(&name.to_lowercase()) {
                            of_the_gone.insert((name.to_lowercase(), Arc::clone(&component.name)));
                        } else if known.is_none() {
                            unknown.insert(Arc::clone(name));
                        }
                        known
                    }
                };
                let Some(repo) = repo else { continue };
                let entries = found.entry(repo).or_default();
                // The server comes first: it has what the files say, and more.
                if !entries.iter().any(|known| is_same(known, component)) {
                    entries.push(component.clone());
                }
            }
        };
        take(None, &self.server);
        for (repo, facts) in repositories.iter() {
            take(Some(*repo), facts.claims.of(ClaimSource::CatalogFiles));
        }
        self.of_the_gone = of_the_gone.len() as u64;
        self.tell_unknown(unknown);
        let assign = |(repo, facts): (&RepoId, &mut RepositoryFacts)| {
            let mut entries = found.remove(repo).unwrap_or_default();
            entries.sort_by(|one, other| (&one.name, &one.root).cmp(&(&other.name, &other.root)));
            facts.claims.set_catalog(entries).then_some(*repo)
        };
        repositories.iter_mut().filter_map(assign).collect()
    }

    /// Says once of each name that it is the name of nothing that is collected.
    fn tell_unknown(&mut self, unknown: BTreeSet<Arc<str>>) {
        let news: Vec<&Arc<str>> = unknown.difference(&self.told).collect();
        if let Some(first) = news.first() {
            tracing::info!(
                entries = news.len(),
                repo = &***first,
                "the catalog has components of repositories that are not collected: correct their \
                 annotation github.com/project-slug, or collect these repositories"
            );
        }
        self.told = unknown;
    }
}

/// The components of repositories in which the catalog has several that are deployed.
pub fn catalogued(
    repositories: &BTreeMap<RepoId, RepositoryFacts>,
) -> HashMap<RepoId, Vec<ComponentSettings>> {
    let several = repositories.iter().filter_map(|(repo, facts)| {
        let repository = facts.active()?;
        let mut entries: Vec<&CatalogComponent> = facts.claims.deployed().collect();
        if entries.len() < 2 {
            return None;
        }
        // A deployment that names `pay-api` is not one of `api`.
        entries.sort_by_key(|entry| (Reverse(entry.name.len()), Arc::clone(&entry.name)));
        let component = |entry| ComponentSettings::catalogued(&repository.full_name, entry);
        Some((*repo, entries.into_iter().map(component).collect()))
    });
    several.collect()
}

fn component_of(claim: &Claim) -> Option<&CatalogComponent> {
    match claim {
        Claim::Component(component) => Some(component),
        Claim::Team(_) | Claim::Paths { .. } | Claim::Calls { .. } => None,
    }
}

fn is_same(one: &CatalogComponent, other: &CatalogComponent) -> bool {
    one.name.eq_ignore_ascii_case(&other.name)
}

/// The repositories that are collected, by their present names and by former ones that are free,
/// in lower case.
pub(super) fn names(repositories: &BTreeMap<RepoId, RepositoryFacts>) -> HashMap<String, RepoId> {
    let active = || {
        let repositories = repositories.iter();
        repositories.filter_map(|(repo, facts)| Some((*repo, facts.active()?)))
    };
    let mut names: HashMap<String, RepoId> =
        active().map(|(repo, one)| (one.full_name.to_lowercase(), repo)).collect();
    for (repo, repository) in active() {
        for name in &repository.former_names {
            names.entry(name.to_lowercase()).or_insert(repo);
        }
    }
    names
}

/// The names of repositories that were collected once, in lower case.
fn former(repositories: &BTreeMap<RepoId, RepositoryFacts>) -> BTreeSet<String> {
    let gone = repositories.values().filter(|facts| facts.active().is_none());
    let known = gone.filter_map(|facts| facts.repository.as_ref());
    known.map(|repository| repository.full_name.to_lowercase()).collect()
}

impl RepositoryClaims {
    /// The catalog's entry for a component, or for the whole repository where `name` is absent.
    pub fn entry(&self, name: Option<&str>) -> Option<&CatalogComponent> {
        match (name, self.catalog()) {
            (Some(name), entries) => {
                entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
            }
            (None, [only]) => Some(only),
            (None, _) => {
                let mut deployed = self.deployed();
                deployed.next().filter(|_| deployed.next().is_none())
            }
        }
    }

    /// The entries of what is deployed by itself.
    pub fn deployed(&self) -> impl Iterator<Item = &CatalogComponent> {
        self.catalog().iter().filter(|entry| !entry.is_library)
    }
}

/// Whether these components select the same.
pub fn are_alike(one: &[ComponentSettings], other: &[ComponentSettings]) -> bool {
    let texts = |components: &[ComponentSettings]| {
        let components: Vec<&ComponentSettings> = components.iter().collect();
        (paths_fingerprint(&components), selectors_fingerprint(&components))
    };
    texts(one) == texts(other)
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
