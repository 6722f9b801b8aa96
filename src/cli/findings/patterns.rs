//! Names and globs that meet nothing, repositories that are met twice, teams that own nothing.

use super::mapped::misnamed;
use super::{Finding, Ownership, Seen, Severity, named};
use crate::config::{GitHubSettings, OwnershipRule, RepositoryPattern, Settings};
use crate::evaluate::{Owner, UNOWNED};
use delivery::domain::{Repository, TeamName};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn find(settings: &Settings, seen: &[Seen], owners: &Ownership) -> Vec<Finding> {
    let mut search = Search { settings, seen, owners, found: Vec::new() };
    for (at, (github, seen)) in settings.github.iter().zip(seen).enumerate() {
        search.source(at, github, seen);
    }
    search.twice();
    // What could not be listed may be what a name or a team is about.
    if seen.iter().all(|seen| seen.is_whole) && search.repositories().next().is_some() {
        search.components();
        search.ownership();
        search.incidents();
        search.deployments();
        search.overrides();
    }
    if owners.is_whole() {
        search.unowned();
    }
    search.found
}

struct Search<'a> {
    settings: &'a Settings,
    seen: &'a [Seen],
    owners: &'a Ownership,
    found: Vec<Finding>,
}

impl<'a> Search<'a> {
    /// Every collected repository, once.
    fn repositories(&self) -> impl Iterator<Item = &'a Repository> + use<'a> {
        let sections = self.settings.github.iter().zip(self.seen);
        let all = sections.flat_map(|(github, seen)| {
            seen.repositories.iter().map(move |one| (&github.graphql_url, one))
        });
        let mut known = BTreeSet::new();
        all.filter(move |(url, one)| known.insert((*url, one.id))).map(|(_, one)| one)
    }

    /// The names of repositories that are asked for and not collected.
    fn left_out(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.seen.iter().flat_map(|seen| &seen.left_out).map(|name| &**name)
    }

    fn warn(&mut self, key: impl Into<String>, message: impl Into<String>) {
        self.found.push(Finding::warning(key, message));
    }

    /// What one section asks for and does not get.
    fn source(&mut self, at: usize, github: &GitHubSettings, seen: &Seen) {
        if !seen.is_whole || seen.repositories.is_empty() {
            return;
        }
        let names = || seen.repositories.iter().map(|one| &*one.full_name);
        for (place, pattern) in github.repositories.iter().enumerate() {
            // A name that is not found is a failure of its own.
            if !pattern.is_exact() && !names().any(|name| pattern.matches(name)) {
                self.matches_nothing(format!("github[{at}].repositories[{place}]"), pattern);
            }
        }
        for (place, login) in github.organizations.iter().enumerate() {
            let owners = names().filter_map(|name| name.split('/').next());
            if !owners.into_iter().any(|owner| owner.eq_ignore_ascii_case(login)) {
                let message = format!(
                    "`{login}` has no repository to collect; check the login and what the token may see"
                );
                self.warn(format!("github[{at}].organizations[{place}]"), message);
            }
        }
        for (place, pattern) in github.exclude.iter().enumerate() {
            if !seen.left_out.iter().any(|name| pattern.matches(name)) {
                let message = format!(
                    "`{}` takes out nothing: no repository that this section asks for is called so; \
                     correct or remove it",
                    pattern.text()
                );
                self.warn(format!("github[{at}].exclude[{place}]"), message);
            }
        }
    }

    /// Repositories that two sections collect.
    fn twice(&mut self) {
        let mut first: BTreeMap<(&str, u64), usize> = BTreeMap::new();
        let mut twice: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        for (at, (github, seen)) in self.settings.github.iter().zip(self.seen).enumerate() {
            for repository in &seen.repositories {
                let before = *first.entry((&github.graphql_url, repository.id.0)).or_insert(at);
                if before != at {
                    twice.entry((before, at)).or_default().push(&repository.full_name);
                }
            }
        }
        for ((before, at), names) in twice {
            let message = format!(
                "{} would be collected by github[{before}] too, and count once for twice the points: \
                 name it in the `exclude` of one of them",
                named(&names)
            );
            self.warn(format!("github[{at}]"), message);
        }
    }

    /// Components of repositories that are not collected.
    fn components(&mut self) {
        let components = &self.settings.components;
        let mut collected: BTreeSet<usize> = BTreeSet::new();
        for repository in self.repositories() {
            let own = components.of(repository);
            let is_own = |one| own.iter().any(|own| std::ptr::eq(*own, one));
            let places = components.iter().enumerate().filter(|(_, one)| is_own(*one));
            collected.extend(places.map(|(at, _)| at));
        }
        for (at, component) in components.iter().enumerate() {
            if collected.contains(&at) {
                continue;
            }
            let repo = &component.repo;
            let remedy = if self.left_out().any(|name| name.eq_ignore_ascii_case(repo)) {
                "it is excluded, archived or a fork; have it included, or remove this section"
            } else {
                "add it to the `repositories` of one, or correct the name"
            };
            let message = format!("`{repo}` is collected by no [[github]] section: {remedy}");
            self.warn(format!("components[{at}].repo"), message);
        }
    }

    fn ownership(&mut self) {
        let owned = self.owned();
        let mut told = BTreeSet::new();
        for (at, rule) in self.settings.ownership.rules.iter().enumerate() {
            let unmatched = self.unmatched(&rule.repositories);
            let is_shadowed = unmatched.len() < rule.repositories.len();
            for (place, pattern) in unmatched {
                let key = format!("ownership.rules[{at}].repositories[{place}]");
                self.matches_nothing(key, pattern);
            }
            let is_idle = self.owners.knows_rules() && !owned.contains(&rule.team);
            if is_idle && told.insert(&rule.team) {
                let why = if is_shadowed { self.why_shadowed(rule) } else { "" };
                let message = format!("team {:?} owns nothing by its rules{why}", &*rule.team);
                self.warn(format!("ownership.rules[{at}].team"), message);
            }
        }
    }

    /// The teams that own, by the configuration, a component or a repository that may become one.
    fn owned(&self) -> BTreeSet<TeamName> {
        let mut owned = BTreeSet::new();
        for repository in self.repositories() {
            let declared = self.settings.components.of(repository);
            let whole = declared.is_empty().then(|| self.owners.owner(None, repository));
            let components = declared.iter().map(|one| self.owners.owner(Some(one), repository));
            let configured = |owner: &Owner| matches!(owner.source, "rules" | "components");
            owned
                .extend(whole.into_iter().chain(components).filter(configured).map(|one| one.team));
        }
        owned
    }

    fn why_shadowed(&self, rule: &OwnershipRule) -> &'static str {
        let matches = |one: &Repository| {
            rule.repositories.iter().any(|pattern| pattern.matches(&one.full_name))
        };
        let mut met = self.repositories().filter(|one| matches(one)).peekable();
        if met.peek().is_none() {
            ": its repositories are excluded, archived or forks"
        } else if met.all(|one| !self.settings.components.of(one).is_empty()) {
            ": [[components]] name the teams of all of its repositories, and go first"
        } else {
            ": others before it answer for all of its repositories, and the first answer wins"
        }
    }

    fn incidents(&mut self) {
        for (at, entry) in self.settings.incidents.iter().enumerate() {
            for (place, pattern) in self.unmatched(&entry.repositories) {
                self.matches_nothing(format!("incidents[{at}].repositories[{place}]"), pattern);
            }
            for (place, mapping) in entry.mappings.iter().enumerate() {
                let key = format!("incidents[{at}].mappings[{place}].component");
                self.mapped_to(key, &mapping.component, "issue");
            }
        }
        for account in &self.settings.pagerduty {
            for (service, component) in &account.services {
                let key = format!("incidents \"{}\", services.{service}", account.name);
                self.mapped_to(key, component, "incident");
            }
        }
    }

    /// Whether incidents are mapped to something that is there.
    fn mapped_to(&mut self, key: String, component: &str, what: &str) {
        let home = self.repositories().find(|one| is_of(component, &one.full_name));
        if let Some(home) = home {
            if let Some(message) = misnamed(self.settings, self.owners, home, component) {
                self.warn(key, message);
            }
        } else if !self.left_out().any(|name| is_of(component, name)) {
            let message = format!(
                "`{component}` is of no collected repository, and maps no {what}: correct or \
                 remove it"
            );
            self.warn(key, message);
        }
    }

    fn deployments(&mut self) {
        for (at, entry) in self.settings.deployments.iter().enumerate() {
            for (place, pattern) in self.unmatched(&entry.repositories) {
                self.matches_nothing(format!("deployments[{at}].repositories[{place}]"), pattern);
            }
        }
    }

    fn overrides(&mut self) {
        for (at, entry) in self.settings.overrides.iter().enumerate() {
            for (place, pattern) in self.unmatched(&entry.repositories) {
                self.matches_nothing(format!("overrides[{at}].repositories[{place}]"), pattern);
            }
        }
    }

    /// Repositories that nobody owns; not amiss, but worth knowing.
    fn unowned(&mut self) {
        let is_unowned = |one: &&Repository| &*self.owners.owner(None, one).team == UNOWNED;
        let has_team = |one: &Repository| {
            let declared = self.settings.components.of(one);
            !declared.is_empty() && declared.iter().all(|component| component.team.is_some())
        };
        let unowned = self.repositories().filter(|one| is_unowned(one) && !has_team(one));
        let unowned: Vec<&str> = unowned.map(|one| &*one.full_name).collect();
        if !unowned.is_empty() {
            let message = format!(
                "{} of {} repositories are shown under the team `{UNOWNED}` ({}): write \
                 [[ownership.rules]], or let another source of ownership.order name a team",
                unowned.len(),
                self.repositories().count(),
                named(&unowned)
            );
            let key = "ownership.rules".to_owned();
            self.found.push(Finding { severity: Severity::Note, key, message });
        }
    }

    fn unmatched<'p>(
        &self,
        patterns: &'p [RepositoryPattern],
    ) -> Vec<(usize, &'p RepositoryPattern)> {
        let matches = |pattern: &RepositoryPattern| {
            let names = self.repositories().map(|one| &*one.full_name);
            // Who owns what is archived may be said, and is of use once it is not.
            names.chain(self.left_out()).any(|name| pattern.matches(name))
        };
        patterns.iter().enumerate().filter(|(_, pattern)| !matches(pattern)).collect()
    }

    fn matches_nothing(&mut self, key: String, pattern: &RepositoryPattern) {
        let message =
            format!("`{}` matches no collected repository; correct or remove it", pattern.text());
        self.warn(key, message);
    }
}

/// Whether `owner/repo` or `owner/repo/component` is of the repository `owner/repo`.
fn is_of(component: &str, full_name: &str) -> bool {
    let component = component.to_lowercase();
    let rest = component.strip_prefix(&full_name.to_lowercase());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
