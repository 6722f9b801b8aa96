//! `[[overrides]]`: what some repositories have instead of `[production]`, `[measures]` and `[failures]`.

use crate::config::ci::{CiRule, CiSettings};
use crate::config::deployments::DeploymentTeller;
use crate::config::patterns::{EnvironmentRule, Glob, RepositoryPattern};
use crate::config::rules::{FailuresSettings, MeasuresSettings};
use delivery::domain::{Span, Window};
use delivery::ledger::{LeadTimeStart, Reason};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::Arc;

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
    pub(super) fn matches(&self, full_name: &str) -> bool {
        self.repositories.iter().any(|pattern| pattern.matches(full_name))
    }

    pub(super) fn apply(&self, rules: &mut RepositoryRules) {
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
pub struct Overrides(pub(super) Arc<[OverrideSettings]>);

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
