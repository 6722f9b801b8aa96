//! Repositories as GitHub lists them, decoded; and which of them the configuration asks for.

use super::GitHub;
use super::answers::Ending;
use super::page::{decode, optional_time};
use crate::config::GitHubSettings;
use delivery::domain::{Oid, RepoId, Repository, RepositoryState, Time};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A repository with what decides whether it is collected.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// With the state left `Active`.
    pub(super) repository: Repository,
    /// When anything was last pushed, where the question asked for it.
    pub(super) pushed_at: Option<Time>,
    archived: bool,
    fork: bool,
    /// Whether its owner is an organisation.
    pub(super) in_organization: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    database_id: u64,
    name_with_owner: String,
    #[serde(default)]
    is_archived: bool,
    #[serde(default)]
    is_fork: bool,
    #[serde(default)]
    is_in_organization: bool,
    #[serde(default, deserialize_with = "optional_time")]
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "optional_time")]
    pushed_at: Option<Time>,
    default_branch_ref: Option<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    oid: Option<String>,
}

/// Decodes a repository found at `host`. What it was `known` as stays known: its former names.
pub(super) fn listed(
    node: &Value,
    host: &str,
    known: Option<&Repository>,
) -> Result<Listed, String> {
    let wire: Wire = decode(node)?;
    let mut former_names = known.map(|known| known.former_names.clone()).unwrap_or_default();
    if let Some(known) = known.filter(|known| *known.full_name != *wire.name_with_owner) {
        remember(&mut former_names, &known.full_name);
    }
    former_names.retain(|name| **name != *wire.name_with_owner);
    let head = wire.default_branch_ref.and_then(|branch| branch.target?.oid?.parse::<Oid>().ok());
    Ok(Listed {
        repository: Repository {
            id: RepoId(wire.database_id),
            node_id: Arc::from(wire.id),
            full_name: Arc::from(wire.name_with_owner),
            former_names,
            host: Arc::from(host),
            state: RepositoryState::Active,
            head,
            created_at: wire.created_at,
        },
        pushed_at: wire.pushed_at,
        archived: wire.is_archived,
        fork: wire.is_fork,
        in_organization: wire.is_in_organization,
    })
}

/// Adds a name to former names, once.
pub(super) fn remember(names: &mut Vec<Arc<str>>, name: &str) {
    if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        names.push(Arc::from(name));
    }
}

/// The names that a repository's texts may call it by.
pub(super) fn names_of(repo: &Repository) -> Vec<&str> {
    let former = repo.former_names.iter().map(|name| &**name);
    std::iter::once(&*repo.full_name).chain(former).collect()
}

impl GitHub {
    /// The same with what else is asked for at the same GitHub: a repository may go from one to
    /// another.
    pub fn beside(self, neighbours: Vec<GitHubSettings>) -> GitHub {
        GitHub { neighbours, ..self }
    }

    /// Whether a repository that is not its own any more may have gone to a neighbour, who has not
    /// found it yet.
    pub fn may_have_left(&self, repository: &Repository) -> bool {
        match repository.state {
            RepositoryState::Active => false,
            // Who may not see it does not know where it went.
            RepositoryState::Gone => !self.neighbours.is_empty(),
            RepositoryState::Excluded => {
                let mut wanted = self.neighbours.iter().map(Wanted::by);
                wanted.any(|wanted| wanted.covers(&repository.full_name))
            }
        }
    }

    /// Whether the configuration asks for a repository by the name that it has now, or had.
    pub fn still_asks_for(&self, repository: &Repository) -> bool {
        let wanted = Wanted::by(&self.settings);
        let exact = wanted.names();
        let is_exact = |name: &&str| exact.iter().any(|one| one.eq_ignore_ascii_case(name));
        wanted.covers(&repository.full_name) || names_of(repository).iter().any(is_exact)
    }
}

/// What the configuration asks for.
pub(super) struct Wanted<'a> {
    settings: &'a GitHubSettings,
}

impl<'a> Wanted<'a> {
    pub(super) fn by(settings: &'a GitHubSettings) -> Wanted<'a> {
        Wanted { settings }
    }

    /// Whose repositories have to be listed, in lower case: organisations, and the owners of globs.
    pub(super) fn owners(&self) -> BTreeSet<String> {
        let globs = self.settings.repositories.iter().filter(|pattern| !pattern.is_exact());
        let owners =
            globs.filter_map(|pattern| pattern.text().split_once('/')).map(|(owner, _)| owner);
        let organizations = self.settings.organizations.iter().map(String::as_str);
        organizations.chain(owners).map(str::to_ascii_lowercase).collect()
    }

    /// The repositories that are asked for by name.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let exact = self.settings.repositories.iter().filter(|pattern| pattern.is_exact());
        exact.map(|pattern| pattern.text()).collect()
    }

    /// Whether it is of the part that this process collects.
    pub(super) fn shares(&self, listed: &Listed) -> bool {
        self.settings.shard.has(listed.repository.id)
    }

    /// Whether an organisation, a name or a glob asks for it, be it excluded, archived or a fork.
    pub(super) fn covers(&self, full_name: &str) -> bool {
        let owner = full_name.split('/').next().unwrap_or_default();
        self.settings.organizations.iter().any(|org| org.eq_ignore_ascii_case(owner))
            || self.settings.repositories.iter().any(|pattern| pattern.matches(full_name))
    }

    /// Whether a repository is collected.
    pub(super) fn includes(&self, listed: &Listed, named: &HashMap<String, RepoId>) -> bool {
        self.ending(listed, named).is_none()
    }

    /// Why a repository is not collected, if it is not. One that is asked for by name is meant as it is, archived
    /// or fork. `named` tells what names mean at GitHub, which redirects from former names until
    /// they are used again; names that could not be asked mean what they meant before.
    pub(super) fn ending(
        &self,
        listed: &Listed,
        named: &HashMap<String, RepoId>,
    ) -> Option<Ending> {
        let names = names_of(&listed.repository);
        let full_name = &*listed.repository.full_name;
        let settings = self.settings;
        let is_excluded = settings.exclude.iter().any(|pattern| pattern.matches(full_name));
        if is_excluded {
            return Some(Ending::Excluded);
        }
        if !self.shares(listed) {
            return Some(Ending::AnotherPart);
        }
        let is_named =
            self.names().iter().any(|name| match named.get(&name.to_ascii_lowercase()) {
                Some(id) => *id == listed.repository.id,
                None => names.iter().any(|known| known.eq_ignore_ascii_case(name)),
            });
        if is_named {
            return None;
        }
        if !self.covers(full_name) {
            return Some(Ending::Unasked);
        }
        if listed.archived && !settings.include_archived {
            return Some(Ending::Archived);
        }
        (listed.fork && !settings.include_forks).then_some(Ending::Fork)
    }
}
