//! What declared components take of what was read, and what of that must be a mistake: globs or a
//! selector that take nothing, and selectors that take the same deployment.

use super::Evaluator;
use super::repository_facts::RepositoryFacts;
use super::unselected::{quoted, unselected};
use crate::config::{ComponentSettings, Components, claimants};
use delivery::domain::{ComponentName, Deployment, PullRequest, RepoId, Repository, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What must be a mistake in `[[components]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The key of the configuration.
    pub key: String,
    /// The other component, where two do not fit together.
    pub with: Option<ComponentName>,
    /// What it is, and what to write.
    pub message: String,
}

/// What was read of a repository.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// Deployments to production.
    pub deployments: Vec<&'a Deployment>,
    /// How many of the newest went to which other environments, where that is known.
    pub elsewhere: BTreeMap<&'a str, usize>,
    /// Merged pull requests, marked with the components whose globs match.
    pub pulls: Vec<&'a PullRequest>,
    /// Whether that is enough to say that something matches nothing.
    pub is_enough: bool,
}

/// The mistakes in the components of one repository, in their order.
pub fn mistakes(
    components: &Components,
    repository: &Repository,
    evidence: &Evidence<'_>,
) -> Vec<Mistake> {
    let declared = components.of(repository);
    let mut found = Vec::new();
    for (at, component) in components.iter().enumerate() {
        if !declared.iter().any(|one| std::ptr::eq(*one, component)) {
            continue;
        }
        let key = |key: &str| format!("components[{at}].{key}");
        found.extend(contested(&declared, component, repository, evidence, key("deployments")));
        if !evidence.is_enough {
            continue;
        }
        found.extend(unselective(component, repository, evidence, key("deployments")));
        found.extend(unmatched(component, repository, evidence, key("paths")));
    }
    found
}

/// A component that selects what an earlier one has; told with each of those.
fn contested(
    declared: &[&ComponentSettings],
    component: &ComponentSettings,
    repository: &Repository,
    evidence: &Evidence<'_>,
    key: String,
) -> Vec<Mistake> {
    let mut pairs: BTreeMap<ComponentName, (u64, usize)> = BTreeMap::new();
    for deployment in &evidence.deployments {
        if let (Some(first), Some(second)) = claimants(declared, deployment)
            && std::ptr::eq(second, component)
        {
            let (_, count) = pairs.entry(Arc::clone(&first.name)).or_insert((deployment.id.0, 0));
            *count += 1;
        }
    }
    let mistake = |(first, (deployment, count)): (ComponentName, (u64, usize))| Mistake {
        key: key.clone(),
        message: format!(
            "two components of {} select the same deployments ({count}, such as {deployment}): \
             `{first}` stands first and has them, `{}` has not; write in their `deployments` what \
             tells them apart",
            repository.full_name, component.name
        ),
        with: Some(first),
    };
    pairs.into_iter().map(mistake).collect()
}

/// A selector that takes none of the deployments: what it names is not there, or no production.
fn unselective(
    component: &ComponentSettings,
    repository: &Repository,
    evidence: &Evidence<'_>,
    key: String,
) -> Option<Mistake> {
    let all = &evidence.deployments;
    if all.iter().any(|deployment| component.deployments.matches(deployment)) {
        return None;
    }
    let (component, selector) = (&component.name, &component.deployments);
    let named = evidence.elsewhere.iter().filter(|(name, _)| selector.names_environment(name));
    let (environments, counts): (BTreeSet<&str>, Vec<usize>) = named.unzip();
    let message = if !environments.is_empty() {
        format!(
            "`{component}` of {} selects {} deployments to {}, which is not production: see \
             production.environments and production.exclude, or correct its `environment`",
            repository.full_name,
            counts.iter().sum::<usize>(),
            quoted(environments),
        )
    } else if !all.is_empty() {
        format!(
            "`{component}` of {} selects none of the {} deployments to production that were read \
             (to {}); correct its `environment`, `task` or `payload`, or see \
             production.environments and production.exclude if what it selects is taken out there",
            repository.full_name,
            all.len(),
            quoted(all.iter().map(|one| &*one.environment).collect()),
        )
    } else {
        return None;
    };
    Some(Mistake { key, with: None, message })
}

/// Globs that match none of the changes whose paths are known.
fn unmatched(
    component: &ComponentSettings,
    repository: &Repository,
    evidence: &Evidence<'_>,
    key: String,
) -> Option<Mistake> {
    let known = || evidence.pulls.iter().filter_map(|pull| pull.components.as_ref());
    let is_matched = known().any(|names| names.contains(&component.name));
    let count = known().count();
    if component.paths.is_empty() || count == 0 || is_matched {
        return None;
    }
    let message = format!(
        "the globs of `{}` match no file of the {count} merged pull requests of {} that were read; \
         correct them: they start from the repository's root, and case matters",
        component.name, repository.full_name
    );
    Some(Mistake { key, with: None, message })
}

/// The mistakes that were told already: each is told once.
#[derive(Debug, Default)]
pub struct ToldMistakes {
    told: BTreeSet<(String, Option<ComponentName>)>,
    /// Repositories of which it was told that no component has some deployments.
    of_none: BTreeSet<RepoId>,
    /// Repositories that were looked at once they were read to the end.
    read: BTreeSet<RepoId>,
}

impl ToldMistakes {
    /// Tells of a repository's new mistakes in the log; `since` is when these components were first
    /// evaluated, and what was read before knows nothing of them.
    pub fn tell(
        &mut self,
        components: &Components,
        repository: &Repository,
        facts: &RepositoryFacts,
        has_news: bool,
        since: Option<Time>,
    ) {
        let is_enough = facts.is_complete() && facts.through() >= since;
        let is_first = is_enough && !self.read.contains(&repository.id);
        if !has_news && !is_first {
            return;
        }
        if is_enough {
            self.read.insert(repository.id);
        }
        let deployments: Vec<Deployment> = facts.deployments.all(repository.id).collect();
        let pulls: Vec<PullRequest> = facts.pulls.all(repository.id).collect();
        let evidence = Evidence {
            deployments: deployments.iter().collect(),
            // Deployments to other environments stay in the store.
            elsewhere: BTreeMap::new(),
            pulls: pulls.iter().collect(),
            is_enough,
        };
        for Mistake { key, with, message } in mistakes(components, repository, &evidence) {
            if self.told.insert((key.clone(), with)) {
                tracing::warn!("{key}: {message}");
            }
        }
        let declared = components.of(repository);
        let of_none = unselected(&declared, repository, &deployments).filter(|_| is_enough);
        if let Some(message) = of_none
            && self.of_none.insert(repository.id)
        {
            tracing::info!("components: {message}");
        }
    }
}

impl Evaluator {
    /// Tells of what must be a mistake in the components that are declared of a repository.
    pub(super) fn tell_mistakes(&mut self, repo: RepoId, has_news: bool) {
        let Some((facts, repository)) = self.estate.complete(repo) else { return };
        let declared = &self.rules.components;
        if !declared.of(repository).is_empty() {
            self.mistakes.tell(declared, repository, facts, has_news, self.since);
        }
    }
}

#[cfg(test)]
#[path = "mistakes_tests.rs"]
pub(super) mod tests;
