//! Rules that differ by repository: `[[overrides]]` laid over `[production]`, `[measures]` and
//! `[failures]`, and what tells of its deployments. Of the entries that match a repository's present name, the first that gives a key
//! decides it; what none gives holds as it does everywhere.

use crate::config::ci::{CiRule, CiSettings};
use crate::config::deployments::{DeploymentTeller, Deployments};
use crate::config::patterns::{EnvironmentRule, Glob, RepositoryPattern};
use crate::config::settings::{FailuresSettings, MeasuresSettings, Settings};
use delivery::domain::{Span, Window};
use delivery::ledger::{LeadTimeStart, Reason};
use regex::Regex;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// `[[overrides]]`; a key that is not written is absent.
#[derive(Clone, Debug, Default)]
pub struct OverrideSettings {
    /// `repositories`: names and globs.
    pub repositories: Vec<RepositoryPattern>,
    /// `measures.windows`
    pub windows: Option<Vec<(String, Window)>>,
    /// `measures.lead_time_start`
    pub lead_time_start: Option<LeadTimeStart>,
    /// `measures.direct_commits`
    pub direct_commits: Option<bool>,
    /// `measures.exclude_authors`
    pub exclude_authors: Option<Vec<String>>,
    /// `measures.same_deployment_window`
    pub same_deployment_window: Option<Span>,
    /// `failures.rules`
    pub failure_rules: Option<BTreeSet<Reason>>,
    /// `failures.incident_window`
    pub incident_window: Option<Span>,
    /// `failures.severities`
    pub severities: Option<BTreeSet<Arc<str>>>,
    pub(super) hotfix_labels: Option<Vec<Glob>>,
    pub(super) hotfix_branches: Option<Vec<Glob>>,
    pub(super) hotfix_titles: Option<Vec<Regex>>,
    pub(super) environments: Option<Vec<Glob>>,
    pub(super) exclude: Option<Vec<Glob>>,
}

impl OverrideSettings {
    fn matches(&self, full_name: &str) -> bool {
        self.repositories.iter().any(|pattern| pattern.matches(full_name))
    }

    fn apply(&self, rules: &mut RepositoryRules) {
        let RepositoryRules { production, measures, failures, .. } = rules;
        replace(&mut measures.windows, self.windows.as_ref());
        replace(&mut measures.lead_time_start, self.lead_time_start.as_ref());
        replace(&mut measures.direct_commits, self.direct_commits.as_ref());
        replace(&mut measures.exclude_authors, self.exclude_authors.as_ref());
        replace(&mut measures.same_deployment_window, self.same_deployment_window.as_ref());
        replace(&mut failures.rules, self.failure_rules.as_ref());
        replace(&mut failures.incident_window, self.incident_window.as_ref());
        replace(&mut failures.severities, self.severities.as_ref());
        replace(&mut failures.hotfix.labels, self.hotfix_labels.as_ref());
        replace(&mut failures.hotfix.branches, self.hotfix_branches.as_ref());
        replace(&mut failures.hotfix.titles, self.hotfix_titles.as_ref());
        replace(&mut production.environments, self.environments.as_ref());
        replace(&mut production.exclude, self.exclude.as_ref());
    }
}

fn replace<T: Clone>(value: &mut T, by: Option<&T>) {
    if let Some(by) = by {
        value.clone_from(by);
    }
}

/// All entries, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Overrides(Arc<[OverrideSettings]>);

impl Overrides {
    /// The entries that are written.
    pub fn new(overrides: Vec<OverrideSettings>) -> Overrides {
        Overrides(overrides.into())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &OverrideSettings> {
        self.0.iter()
    }

    /// The key that says which environments of a repository are production beside the default
    /// pattern: `production.environments`, or that of the entry which decides it.
    pub fn environments_key(&self, full_name: &str) -> String {
        let decides = |one: &OverrideSettings| one.environments.is_some() && one.matches(full_name);
        let key = "production.environments";
        match self.iter().position(decides) {
            Some(at) => format!("overrides[{at}].{key}"),
            None => key.to_owned(),
        }
    }
}

/// The rules of one repository.
#[derive(Clone, Debug)]
pub struct RepositoryRules {
    /// Which environments are production.
    pub production: EnvironmentRule,
    /// How its figures are computed; what holds for all repositories alike is as it is everywhere.
    pub measures: MeasuresSettings,
    /// What makes its deployments change failures.
    pub failures: FailuresSettings,
    /// What tells of its deployments.
    pub deployments: DeploymentTeller,
    /// Which runs of workflows are continuous integration.
    pub ci: CiSettings,
}

impl RepositoryRules {
    /// Which runs of its workflows are continuous integration.
    pub fn ci(&self) -> CiRule {
        CiRule::of(&self.ci, &self.deployments)
    }
}

impl Settings {
    /// What `make` makes of each repository's rules. It is asked once for all repositories that the
    /// same entries match.
    pub fn by_repository<T>(
        &self,
        make: impl Fn(&RepositoryRules) -> T + Send + Sync + 'static,
    ) -> ByRepository<T> {
        let rules = RepositoryRules {
            production: self.production.clone(),
            measures: self.measures.clone(),
            failures: self.failures.clone(),
            deployments: DeploymentTeller::default(),
            ci: self.space.ci.clone(),
        };
        let everywhere = ByRepository::everywhere(make(&rules));
        let (overrides, tellers) = (Arc::clone(&self.overrides.0), self.deployments.clone());
        if overrides.is_empty() && tellers.0.is_empty() {
            return everywhere;
        }
        let known = Mutex::new(Known { by_name: HashMap::new(), by_entries: HashMap::new() });
        let overridden = Overridden { overrides, tellers, rules, make: Box::new(make), known };
        ByRepository { overridden: Some(Arc::new(overridden)), ..everywhere }
    }
}

/// Something that may differ by repository. Clones share what they have found out.
pub struct ByRepository<T> {
    everywhere: Arc<T>,
    overridden: Option<Arc<Overridden<T>>>,
}

struct Overridden<T> {
    overrides: Arc<[OverrideSettings]>,
    tellers: Deployments,
    rules: RepositoryRules,
    make: Box<dyn Fn(&RepositoryRules) -> T + Send + Sync>,
    known: Mutex<Known<T>>,
}

/// Answers that were given: globs are not matched again for every question.
struct Known<T> {
    by_name: HashMap<Box<str>, Arc<T>>,
    by_entries: HashMap<Matching, Arc<T>>,
}

/// The places of the `[[overrides]]` that match, and of the `[[deployments]]` that decides.
type Matching = (Vec<usize>, Option<usize>);

impl<T> ByRepository<T> {
    /// The same in every repository.
    pub fn everywhere(value: T) -> ByRepository<T> {
        ByRepository { everywhere: Arc::new(value), overridden: None }
    }

    /// That of the repository which is called `owner/name` now: a rename may change what matches.
    pub fn of(&self, full_name: &str) -> Arc<T> {
        match &self.overridden {
            None => Arc::clone(&self.everywhere),
            Some(overridden) => overridden.of(full_name, &self.everywhere),
        }
    }
}

impl<T> Overridden<T> {
    fn of(&self, full_name: &str, everywhere: &Arc<T>) -> Arc<T> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.by_name.get(full_name) {
            return Arc::clone(value);
        }
        let entries = self.overrides.iter().enumerate();
        let matching: Vec<usize> =
            entries.filter(|(_, one)| one.matches(full_name)).map(|(at, _)| at).collect();
        let matching = (matching, self.tellers.place(full_name));
        let value = match &matching {
            (none, None) if none.is_empty() => Arc::clone(everywhere),
            _ => {
                let made = known.by_entries.entry(matching);
                let made = made.or_insert_with_key(|matching| Arc::new(self.made_of(matching)));
                Arc::clone(made)
            }
        };
        known.by_name.insert(full_name.into(), Arc::clone(&value));
        value
    }

    fn made_of(&self, (matching, teller): &Matching) -> T {
        let mut rules = self.rules.clone();
        // The first entry is laid on last, over all others.
        matching.iter().rev().for_each(|at| self.overrides[*at].apply(&mut rules));
        if let Some(place) = teller {
            rules.deployments = self.tellers.0[*place].teller.clone();
        }
        if let Some(environment) = rules.deployments.environment() {
            rules.production = EnvironmentRule::told(environment);
        }
        (self.make)(&rules)
    }
}

impl<T> Clone for ByRepository<T> {
    fn clone(&self) -> ByRepository<T> {
        let overridden = self.overridden.as_ref().map(Arc::clone);
        ByRepository { everywhere: Arc::clone(&self.everywhere), overridden }
    }
}
