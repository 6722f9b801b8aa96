//! What is missing or amiss, each with the key and the remedy.

use super::environments::{likely_production, seen};
use super::look::Looked;
use super::report::{Finding, Severity};
use crate::config::{GitHubSettings, RepositoryPattern, Settings};
use crate::evaluate::{OrderedOwners, Owners, UNOWNED};
use delivery::domain::{Collector, DAY, Repository, Time};
use std::collections::{BTreeMap, BTreeSet};

/// How many names a message lists.
const NAMED: usize = 3;
/// How many environments are suggested.
const SUGGESTED: usize = 3;

/// Findings as they come up.
pub struct Findings<'a> {
    settings: &'a Settings,
    sources: &'a [Looked],
    now: Time,
    found: Vec<Finding>,
}

/// Everything that is found, the worst first.
pub fn find(settings: &Settings, sources: &[Looked], now: Time) -> Vec<Finding> {
    let mut findings = Findings { settings, sources, now, found: Vec::new() };
    for (at, (github, looked)) in settings.github.iter().zip(sources).enumerate() {
        findings.source(at, github, looked);
    }
    findings.production();
    findings.twice();
    findings.ownership();
    findings.incidents();
    findings.found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings.found
}

impl Findings<'_> {
    fn add(&mut self, severity: Severity, key: impl Into<String>, message: impl Into<String>) {
        self.found.push(Finding { severity, key: key.into(), message: message.into() });
    }

    fn repositories(&self) -> impl Iterator<Item = &Repository> {
        self.sources.iter().flat_map(|source| source.repositories.iter().map(|(one, _)| one))
    }

    fn source(&mut self, at: usize, github: &GitHubSettings, looked: &Looked) {
        let key = |name: &str| format!("github[{at}]{name}");
        if let Some(error) = &looked.broken {
            self.add(Severity::Error, key(""), error.to_string());
            return;
        }
        for failure in &looked.failures {
            self.add(Severity::Error, key(""), failure.to_string());
        }
        if looked.repositories.is_empty() {
            let message = "there is no repository to collect: name organizations or repositories \
                           that the token may see; archived ones and forks need include_archived \
                           and include_forks";
            self.add(Severity::Error, key(""), message);
            return;
        }
        for (place, pattern) in github.repositories.iter().enumerate() {
            if !pattern.is_exact()
                && !matches_any(pattern, looked.repositories.iter().map(|(one, _)| one))
            {
                let key = key(&format!(".repositories[{place}]"));
                self.matches_nothing(key, pattern);
            }
        }
        for (place, login) in github.organizations.iter().enumerate() {
            let owner = |(one, _): &(Repository, _)| {
                let owner = one.full_name.split('/').next();
                owner.is_some_and(|owner| owner.eq_ignore_ascii_case(login))
            };
            if !looked.repositories.iter().any(owner) && looked.failures.is_empty() {
                let message = format!(
                    "`{login}` has no repository to collect; check the login and what the token may see"
                );
                self.add(Severity::Warning, key(&format!(".organizations[{place}]")), message);
            }
        }
        self.permissions(&key(""), looked);
    }

    fn permissions(&mut self, key: &str, looked: &Looked) {
        let total = looked.repositories.len();
        for collector in Collector::ALL {
            let errors = looked.repositories.iter().flat_map(|(_, survey)| &survey.unreadable);
            let errors: Vec<_> = errors.filter(|(list, _)| *list == collector).collect();
            let Some((_, first)) = errors.first() else { continue };
            // Without issues everything but incidents is right.
            let severity = if collector != Collector::Incidents && errors.len() == total {
                Severity::Error
            } else {
                Severity::Warning
            };
            let (list, count) = (collector.name(), errors.len());
            let message =
                format!("{list} cannot be read in {count} of {total} repositories: {first}");
            self.add(severity, key, message);
        }
        let failed = looked.repositories.iter().filter_map(|(_, survey)| survey.failure.as_ref());
        let failed: Vec<String> = failed.map(ToString::to_string).collect();
        if let Some(first) = failed.first() {
            let message = format!("{} repositories could not be looked at: {first}", failed.len());
            self.add(Severity::Warning, key, message);
        }
    }

    /// Repositories that deploy, but to nothing that is called production.
    fn production(&mut self) {
        let rules = self.settings.by_repository(|rules| rules.production.clone());
        let since = self.now.plus(-30 * DAY);
        let mut candidates: BTreeMap<(String, String), (usize, Vec<&str>)> = BTreeMap::new();
        let mut has_production = false;
        for (repository, survey) in self.sources.iter().flat_map(|source| &source.repositories) {
            let rule = rules.of(&repository.full_name);
            let environments = seen(survey, &rule, since);
            if environments.iter().any(|one| one.production && one.deployments > 0) {
                has_production = true;
                continue;
            }
            let likely = environments.into_iter().filter(|one| {
                one.deployments > 0 && likely_production(&one.name) && !rule.excludes(&one.name)
            });
            for one in likely {
                let key = self.settings.overrides.environments_key(&repository.full_name);
                let (count, names) = candidates.entry((key, one.name)).or_default();
                *count += one.deployments;
                names.push(&repository.full_name);
            }
        }
        let mut candidates: Vec<_> = candidates.into_iter().collect();
        candidates.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let suggestions: Vec<(String, String)> = candidates
            .iter()
            .take(SUGGESTED)
            .map(|((key, name), (count, names))| {
                let deployments = if *count == 1 { "deployment" } else { "deployments" };
                let names = named(names);
                let message = format!(
                    "{count} {deployments} to {name:?} in 30 days ({names}), and none to production \
                     there: add it to {key} if it is production"
                );
                (key.clone(), message)
            })
            .collect();
        let none =
            suggestions.is_empty() && !has_production && self.can_read(Collector::Deployments);
        for (key, message) in suggestions {
            self.add(Severity::Warning, key, message);
        }
        if none {
            let message = "no repository was deployed to production in 30 days, so there will be no \
                           figures: deployments are what workflows with `environment: production` \
                           make, or the deployments API";
            self.add(Severity::Warning, "production.environments", message);
        }
    }

    /// Repositories that two sources collect.
    fn twice(&mut self) {
        let mut first: BTreeMap<(String, u64), usize> = BTreeMap::new();
        let mut twice: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        for (at, (github, looked)) in self.settings.github.iter().zip(self.sources).enumerate() {
            for (repository, _) in &looked.repositories {
                let id = (github.graphql_url.clone(), repository.id.0);
                let before = *first.entry(id).or_insert(at);
                if before != at {
                    twice.entry((before, at)).or_default().push(&repository.full_name);
                }
            }
        }
        let twice: Vec<_> = twice.into_iter().map(|(pair, names)| (pair, named(&names))).collect();
        for ((before, at), names) in twice {
            let message = format!(
                "{names} would be collected by github[{before}] too: name it in the `exclude` of one \
                 of them"
            );
            self.add(Severity::Warning, format!("github[{at}]"), message);
        }
    }

    fn ownership(&mut self) {
        let rules = &self.settings.ownership.rules;
        let owners = OrderedOwners::new(&self.settings.ownership);
        let owned: BTreeSet<_> = self.repositories().map(|one| owners.owner(one).team).collect();
        if owned.is_empty() {
            return;
        }
        let mut told = BTreeSet::new();
        for (at, rule) in rules.iter().enumerate() {
            let unmatched: Vec<(usize, &RepositoryPattern)> = rule
                .repositories
                .iter()
                .enumerate()
                .filter(|(_, pattern)| !matches_any(pattern, self.repositories()))
                .collect();
            for (place, pattern) in &unmatched {
                self.matches_nothing(
                    format!("ownership.rules[{at}].repositories[{place}]"),
                    pattern,
                );
            }
            let is_shadowed = unmatched.len() < rule.repositories.len();
            if !owned.contains(&rule.team) && told.insert(&rule.team) {
                let why = if is_shadowed {
                    ": rules before it match all of its repositories, and the first match wins"
                } else {
                    ""
                };
                let message = format!("team {:?} owns nothing{why}", &*rule.team);
                self.add(Severity::Warning, format!("ownership.rules[{at}].team"), message);
            }
        }
        let unowned: Vec<&str> = self
            .repositories()
            .filter(|one| &*owners.owner(one).team == UNOWNED)
            .map(|one| &*one.full_name)
            .collect();
        if !unowned.is_empty() {
            let message = format!(
                "{} of {} repositories are shown under the team `{UNOWNED}` ({}): write [[ownership.rules]]",
                unowned.len(),
                self.repositories().count(),
                named(&unowned)
            );
            self.add(Severity::Note, "ownership.rules", message);
        }
    }

    fn incidents(&mut self) {
        for (at, entry) in self.settings.incidents.iter().enumerate() {
            for (place, pattern) in entry.repositories.iter().enumerate() {
                if !matches_any(pattern, self.repositories()) {
                    self.matches_nothing(format!("incidents[{at}].repositories[{place}]"), pattern);
                }
            }
        }
        let surveys = self.sources.iter().flat_map(|source| &source.repositories);
        let total: u64 = surveys.map(|(_, survey)| survey.incidents.total).sum();
        if total == 0 && self.can_read(Collector::Incidents) {
            let labels: Vec<&str> = self
                .settings
                .incidents
                .iter()
                .flat_map(|one| &one.labels)
                .map(|label| &**label)
                .collect();
            let message = format!(
                "no issue bears the label {}, so only rollbacks, reverts and hotfixes will show \
                 failures: label incidents, or name the labels that you use",
                named(&labels)
            );
            self.add(Severity::Note, "incidents.labels", message);
        }
    }

    /// Whether the list may be read anywhere: what may not be read is no evidence of emptiness.
    fn can_read(&self, collector: Collector) -> bool {
        self.sources.iter().flat_map(|source| &source.repositories).any(|(_, survey)| {
            survey.failure.is_none() && survey.unreadable.iter().all(|(list, _)| *list != collector)
        })
    }

    fn matches_nothing(&mut self, key: String, pattern: &RepositoryPattern) {
        if self.repositories().next().is_none() {
            return;
        }
        let message =
            format!("`{}` matches no collected repository; correct or remove it", pattern.text());
        self.add(Severity::Warning, key, message);
    }
}

fn matches_any<'a>(
    pattern: &RepositoryPattern,
    mut repositories: impl Iterator<Item = &'a Repository>,
) -> bool {
    repositories.any(|repository| pattern.matches(&repository.full_name))
}

/// The first few names, and how many more there are.
fn named(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
