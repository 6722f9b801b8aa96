//! The components of a repository that is several: which changes and deployments are whose.

use crate::config::patterns::{Glob, PathPattern};
use delivery::domain::{
    ComponentName, Deployment, DeploymentMark, DeploymentStatus, Repository, TeamName,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which of a repository's deployments are a component's; what is not written does not decide.
#[derive(Clone, Debug, Default)]
pub struct DeploymentSelector {
    /// `environment`: of the deployment, or of one of its statuses.
    pub(super) environment: Option<Glob>,
    /// `task` and `payload`: all of them must be there.
    pub(super) marks: BTreeSet<DeploymentMark>,
}

impl DeploymentSelector {
    /// Whether it selects every deployment.
    pub fn is_empty(&self) -> bool {
        self.environment.is_none() && self.marks.is_empty()
    }

    /// Whether the deployment is the component's.
    pub fn matches(&self, deployment: &Deployment) -> bool {
        let moved = |status: &DeploymentStatus| status.environment.clone();
        let in_environment = self.environment.as_ref().is_none_or(|glob| {
            let own = std::iter::once(Arc::clone(&deployment.environment));
            own.chain(deployment.statuses.iter().filter_map(moved)).any(|name| glob.matches(&name))
        });
        in_environment && self.marks.iter().all(|mark| deployment.marks.contains(mark))
    }

    /// A text that is the same for selectors that select alike.
    pub(super) fn text(&self) -> String {
        let environment = self.environment.as_ref().map(|glob| glob.text().to_lowercase());
        format!("{environment:?} {:?}", self.marks)
    }
}

/// `[[components]]`
#[derive(Clone, Debug)]
pub struct ComponentSettings {
    /// `repo`: `owner/name`, as it is called now or was before.
    pub repo: Arc<str>,
    /// `name`: what the label `component` shows.
    pub name: ComponentName,
    /// `paths`: which changes are its own; empty: all of the repository.
    pub paths: Vec<PathPattern>,
    /// `deployments`: which deployments are its own.
    pub deployments: DeploymentSelector,
    /// `team`: whose it is, before any other source of ownership.
    pub team: Option<TeamName>,
}

impl ComponentSettings {
    /// The folder that holds it, without a `/` at its end: the part of its only glob that is no
    /// pattern. Empty where that is the whole repository, or where it has several.
    pub fn root(&self) -> &str {
        let [only] = &self.paths[..] else { return "" };
        only.folder()
    }
}

/// All declared components, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Components(Arc<[ComponentSettings]>);

impl Components {
    /// The components that are written.
    pub fn new(components: Vec<ComponentSettings>) -> Components {
        Components(components.into())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ComponentSettings> {
        self.0.iter()
    }

    /// Those of a repository; by its former names only where nothing is declared by its present
    /// one, since a name may be used again.
    pub fn of(&self, repository: &Repository) -> Vec<&ComponentSettings> {
        let named = |name: &str| -> Vec<&ComponentSettings> {
            self.iter().filter(|one| one.repo.eq_ignore_ascii_case(name)).collect()
        };
        let names = std::iter::once(&repository.full_name).chain(&repository.former_names);
        names.map(|name| named(name)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The marks that any selector names: all that is kept of deployments' tasks and payloads.
    pub fn marks(&self) -> BTreeSet<&DeploymentMark> {
        self.iter().flat_map(|one| &one.deployments.marks).collect()
    }
}

/// Whether any of a repository's components has globs, so that changed paths matter.
pub fn have_paths(components: &[&ComponentSettings]) -> bool {
    components.iter().any(|one| !one.paths.is_empty())
}

/// The component that a deployment is of: the first that selects it, and the next, if another does.
pub fn claimants<'a>(
    components: &[&'a ComponentSettings],
    deployment: &Deployment,
) -> (Option<&'a ComponentSettings>, Option<&'a ComponentSettings>) {
    let mut claiming = components.iter().filter(|one| one.deployments.matches(deployment));
    (claiming.next().copied(), claiming.next().copied())
}

/// The names of those components whose globs match one of the changed paths, in order.
pub fn touched<'p>(
    components: &[&ComponentSettings],
    paths: impl Iterator<Item = &'p str> + Clone,
) -> Vec<ComponentName> {
    let matches = |one: &&&ComponentSettings| {
        one.paths.iter().any(|pattern| paths.clone().any(|path| pattern.matches(path)))
    };
    let mut names: Vec<ComponentName> =
        components.iter().filter(matches).map(|one| Arc::clone(&one.name)).collect();
    names.sort();
    names
}

/// A text that changes whenever the components' globs do: pull requests are marked at the source.
pub fn paths_fingerprint(components: &[&ComponentSettings]) -> String {
    let mut texts: Vec<String> = components
        .iter()
        .map(|one| {
            let mut paths: Vec<&str> = one.paths.iter().map(PathPattern::text).collect();
            paths.sort_unstable();
            format!("{:?} {paths:?}", one.name)
        })
        .collect();
    texts.sort();
    texts.join("\n")
}

/// A text that changes whenever what is kept of deployments, or the search for each component's
/// baseline, does.
pub fn selectors_fingerprint(components: &[&ComponentSettings]) -> String {
    // Their order decides whose a deployment is that two of them select.
    let texts = components.iter().map(|one| format!("{:?} {}", one.name, one.deployments.text()));
    texts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[path = "components_tests.rs"]
mod tests;
