//! The components of a repository that is several: which changes and deployments are whose.

use crate::config::patterns::{Glob, PathPattern};
use delivery::domain::{
    CatalogComponent, ComponentName, Deployment, DeploymentMark, DeploymentStatus, RepoId,
    Repository, TeamName,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// Which of a repository's deployments are a component's; what is not written does not decide.
#[derive(Clone, Debug, Default)]
pub struct DeploymentSelector {
    /// `environment`: of the deployment, or of one of its statuses.
    pub(super) environment: Option<Glob>,
    /// `task` and `payload`: all of them must be there.
    pub(super) marks: BTreeSet<DeploymentMark>,
    /// The name that any of them gives, where nothing is written: of a component that the catalog
    /// has.
    by_name: Option<ByName>,
}

/// How a deployment names a component of the catalog: in its environment, or by a mark.
#[derive(Clone, Debug)]
struct ByName {
    name: String,
    marks: BTreeSet<DeploymentMark>,
}

/// Fields of a deployment's payload that name what is deployed.
const NAMING_FIELDS: [&str; 3] = ["app", "component", "service"];

impl ByName {
    fn new(name: &str) -> ByName {
        let tasks = [format!("deploy:{name}"), name.to_owned()].into_iter();
        let tasks = tasks.map(|task| DeploymentMark::Task(Arc::from(task)));
        let fields = NAMING_FIELDS.into_iter();
        let fields = fields.map(|field| DeploymentMark::Payload(field.into(), name.into()));
        ByName { name: name.to_lowercase(), marks: tasks.chain(fields).collect() }
    }

    /// Whether the name stands in an environment's, with nothing but signs or the ends around it.
    fn is_in(&self, environment: &str) -> bool {
        let environment = environment.to_lowercase();
        let is_edge = |letter: Option<char>| letter.is_none_or(|one| !one.is_alphanumeric());
        environment.match_indices(&self.name).any(|(at, found)| {
            is_edge(environment[..at].chars().next_back())
                && is_edge(environment[at + found.len()..].chars().next())
        })
    }
}

impl DeploymentSelector {
    /// Whether it selects every deployment.
    pub fn is_empty(&self) -> bool {
        self.environment.is_none() && self.marks.is_empty() && self.by_name.is_none()
    }

    /// Whether the deployment is the component's.
    pub fn matches(&self, deployment: &Deployment) -> bool {
        if let Some(by_name) = &self.by_name {
            let moved = deployment.statuses.iter().filter_map(|status| status.environment.as_ref());
            return std::iter::once(&deployment.environment)
                .chain(moved)
                .any(|one| by_name.is_in(one))
                || by_name.marks.iter().any(|mark| deployment.marks.contains(mark));
        }
        let moved = |status: &DeploymentStatus| status.environment.clone();
        let in_environment = self.environment.as_ref().is_none_or(|glob| {
            let own = std::iter::once(Arc::clone(&deployment.environment));
            own.chain(deployment.statuses.iter().filter_map(moved)).any(|name| glob.matches(&name))
        });
        in_environment && self.marks.iter().all(|mark| deployment.marks.contains(mark))
    }

    /// Whether it names environments, and this is one of them.
    pub fn names_environment(&self, environment: &str) -> bool {
        self.environment.as_ref().is_some_and(|glob| glob.matches(environment))
    }

    /// A text that is the same for selectors that select alike.
    pub(super) fn text(&self) -> String {
        let environment = self.environment.as_ref().map(|glob| glob.text().to_lowercase());
        match &self.by_name {
            Some(by_name) => format!("by name {:?}", by_name.name),
            None => format!("{environment:?} {:?}", self.marks),
        }
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
    /// A component that the catalog has in a repository which holds several: its folder's changes,
    /// and the deployments that name it.
    pub fn catalogued(repo: &Arc<str>, entry: &CatalogComponent) -> ComponentSettings {
        // A folder such as `.backstage` keeps the catalog's files and nothing else.
        let folder = Some(&*entry.root).filter(|root| !root.starts_with('.'));
        let paths = folder.and_then(|folder| PathPattern::of_folder(folder).ok());
        ComponentSettings {
            repo: Arc::clone(repo),
            name: Arc::clone(&entry.name),
            paths: paths.into_iter().collect(),
            deployments: DeploymentSelector {
                by_name: Some(ByName::new(&entry.name)),
                ..DeploymentSelector::default()
            },
            team: None,
        }
    }

    /// Whether the catalog has it, rather than the configuration.
    pub fn is_catalogued(&self) -> bool {
        self.deployments.by_name.is_some()
    }

    /// The folder that holds it, without a `/` at its end: the part of its only glob that is no
    /// pattern. Empty where that is the whole repository, or where it has several.
    pub fn root(&self) -> &str {
        let [only] = &self.paths[..] else { return "" };
        only.folder()
    }
}

/// The components that the catalog has, of repositories that hold several.
type Catalogued = Arc<HashMap<RepoId, Vec<ComponentSettings>>>;

/// All declared components, in the order in which they are written; and those of the catalog, which
/// come and go while the process runs. Clones share what [`Components::publish`] told last.
#[derive(Clone, Debug, Default)]
pub struct Components {
    declared: Arc<[ComponentSettings]>,
    catalogued: Catalogued,
    published: Arc<RwLock<Catalogued>>,
    /// The services at PagerDuty that the catalog knows, in upper case.
    services: Arc<RwLock<BTreeSet<String>>>,
}

impl Components {
    /// The components that are written.
    pub fn new(components: Vec<ComponentSettings>) -> Components {
        Components { declared: components.into(), ..Components::default() }
    }

    /// With the components of the catalog that were published last.
    pub fn now(&self) -> Components {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        Components { catalogued: Arc::clone(&published), ..self.clone() }
    }

    /// Makes the components of the catalog known to all clones.
    pub fn publish(&mut self, catalogued: HashMap<RepoId, Vec<ComponentSettings>>) {
        self.catalogued = Arc::new(catalogued);
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        *published = Arc::clone(&self.catalogued);
    }

    /// Makes the services at PagerDuty known to all clones that the catalog knows.
    pub fn publish_services<'a>(&self, ids: impl Iterator<Item = &'a str>) {
        let ids = ids.map(str::to_uppercase).collect();
        *self.services.write().unwrap_or_else(PoisonError::into_inner) = ids;
    }

    /// Whether the catalog knows a service at PagerDuty.
    pub fn has_service(&self, id: &str) -> bool {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        services.contains(&id.to_uppercase())
    }

    /// The components of the catalog in a repository that declares none.
    pub fn catalogued(&self, repo: RepoId) -> &[ComponentSettings] {
        self.catalogued.get(&repo).map_or(&[], Vec::as_slice)
    }

    /// All that are declared.
    pub fn iter(&self) -> impl Iterator<Item = &ComponentSettings> {
        self.declared.iter()
    }

    /// Those of a repository, else those that the catalog has; by its former names only where nothing is declared by its present
    /// one, since a name may be used again.
    pub fn of(&self, repository: &Repository) -> Vec<&ComponentSettings> {
        let named = |name: &str| -> Vec<&ComponentSettings> {
            self.iter().filter(|one| one.repo.eq_ignore_ascii_case(name)).collect()
        };
        let names = std::iter::once(&repository.full_name).chain(&repository.former_names);
        let declared = names.map(|name| named(name)).find(|found| !found.is_empty());
        declared.unwrap_or_else(|| self.catalogued(repository.id).iter().collect())
    }

    /// The marks that any selector names: all that is kept of deployments' tasks and payloads.
    pub fn marks(&self) -> BTreeSet<&DeploymentMark> {
        let declared = self.iter().flat_map(|one| &one.deployments.marks);
        let catalogued = self.catalogued.values().flatten();
        let catalogued = catalogued.filter_map(|one| one.deployments.by_name.as_ref());
        declared.chain(catalogued.flat_map(|by_name| &by_name.marks)).collect()
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

/// The components that a deployment is of: its only one, or all that the catalog has where it names
/// none of them.
pub fn deployed<'a>(
    components: &[&'a ComponentSettings],
    deployment: &Deployment,
) -> Vec<&'a ComponentSettings> {
    match claimants(components, deployment).0 {
        Some(first) => vec![first],
        None => components.iter().copied().filter(|one| one.is_catalogued()).collect(),
    }
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
