//! What a source and its repositories are reported to be, by what is known of all sources together.

use super::cost::{self, Depth, Prices};
use super::declared::Declared;
use super::looked::{Looked, RECENT};
use super::report::{
    ComponentReport, EnvironmentReport, LimitReport, ListReport, RepositoryReport, SeriesReport,
    SourceReport,
};
use super::{environments, incidents, ownership, permissions};
use crate::cli::findings::Ownership;
use crate::config::{
    ByRepository, ComponentSettings, GitHubSettings, RepositoryRules, Settings, have_paths,
    need_paths,
};
use crate::evaluate::{Directory, Owner};
use crate::exposition::{Exposure, Subjects, expected_series};
use crate::sources::github::Survey;
use delivery::domain::{Collector, Repository, TeamName, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of all sources together.
pub(super) struct Place<'a> {
    settings: &'a Settings,
    /// Which rules are whose.
    rules: ByRepository<RepositoryRules>,
    owners: Ownership,
    now: Time,
    /// A team's components, to find its only one.
    components: BTreeMap<TeamName, Vec<String>>,
    /// Which component an incident means.
    directory: Directory,
}

impl<'a> Place<'a> {
    pub(super) fn new(settings: &'a Settings, looked: &[Looked], now: Time) -> Place<'a> {
        let owners = ownership::heard(&settings.ownership, looked);
        let rules = settings.by_repository(RepositoryRules::clone);
        let (components, directory) = (BTreeMap::new(), Directory::default());
        let mut place = Place { settings, rules, owners, now, components, directory };
        for (repository, survey) in looked.iter().flat_map(|source| &source.repositories) {
            let components = place.components_of(repository, survey);
            let whole = place.owners.owner(None, repository);
            let is_declared = !settings.components.of(repository).is_empty();
            incidents::enter(&mut place.directory, repository, whole, &components, is_declared);
            for (component, owner) in components {
                place.components.entry(owner.team).or_default().push(component);
            }
        }
        place
    }

    /// The components of a repository, by name: those that are declared, else itself once deployed.
    fn components_of(&self, repository: &Repository, survey: &Survey) -> Vec<(String, Owner)> {
        let declared = self.settings.components.of(repository);
        if declared.is_empty() {
            let whole =
                || (repository.short_name().to_owned(), self.owners.owner(None, repository));
            return self.has_component(repository, survey).then(whole).into_iter().collect();
        }
        let owner = |one| self.owners.owner(Some(one), repository);
        declared.into_iter().map(|one| (one.name.to_string(), owner(one))).collect()
    }

    /// How much of a repository is read.
    fn depth(&self, repository: &Repository, survey: &Survey) -> Depth {
        let rules = self.settings.platform.self_service.of(&repository.full_name);
        match self.has_component(repository, survey) {
            false if !rules.is_empty() => Depth::Infrastructure,
            false => Depth::Alone,
            true if need_paths(&rules) => Depth::ChangedPaths,
            true if have_paths(&self.settings.components.of(repository)) => Depth::ChangedPaths,
            true => Depth::Changes,
        }
    }

    /// Whether a production deployment is among the newest.
    fn has_component(&self, repository: &Repository, survey: &Survey) -> bool {
        let rules = self.rules.of(&repository.full_name);
        let environments = environments::seen(survey, &rules.production, Time(0));
        environments.iter().any(|one| one.production && one.deployments > 0)
    }

    pub(super) fn source(&self, github: &GitHubSettings, looked: &Looked) -> SourceReport {
        let lists = Collector::ALL.map(|collector| {
            let closed = |(_, survey): &&(Repository, Survey)| {
                survey.unreadable.iter().any(|(list, _)| *list == collector)
            };
            let unreadable = looked.repositories.iter().filter(closed).count();
            let readable = looked.repositories.len() - unreadable;
            ListReport { list: collector.name(), readable, unreadable }
        });
        // Whatever counts elsewhere is collected here all the same.
        let surveys = looked.collected();
        let surveys = surveys.map(|(one, survey)| (survey, self.depth(one, survey)));
        let before = looked.shown_before.iter().map(|(one, _)| one.full_name.to_string());
        SourceReport {
            name: github.name.clone(),
            api_url: github.api_url.clone(),
            token: github.credential.origin(),
            installation: looked
                .installation
                .as_ref()
                .map(|one| permissions::report(one, self.settings)),
            reachable: looked.broken.is_none(),
            limit: looked
                .limit
                .map(|(points_an_hour, remaining)| LimitReport { points_an_hour, remaining }),
            spent_points: looked.spent,
            lists: lists.to_vec(),
            repositories: looked
                .repositories
                .iter()
                .map(|(repository, survey)| self.repository(repository, survey, looked))
                .collect(),
            counted_before: before.collect(),
            cost: cost::cost(
                surveys,
                &Prices::of(&looked.costs),
                &self.settings.collection,
                self.now,
            ),
            requests: looked.costs.iter().map(cost::report).collect(),
        }
    }

    fn repository(
        &self,
        repository: &Repository,
        survey: &Survey,
        looked: &Looked,
    ) -> RepositoryReport {
        let since = self.now.plus(-RECENT);
        let owner = self.owners.owner(None, repository);
        let incidents = survey.incidents.newest.iter().filter(|at| **at >= since).count();
        let count_for = self.component_of_incidents(repository, survey, &owner);
        let read = looked.declared.get(&repository.id);
        let unmapped = match incidents::count(&self.directory, looked, repository, since, None) {
            Some(unmapped) => unmapped,
            None if count_for.is_some() => 0,
            None => incidents,
        };
        let rules = self.rules.of(&repository.full_name);
        let environments = environments::seen(survey, &rules.production, since);
        let production = environments.iter().filter(|one| one.production);
        let oldest = survey.deployments.newest.last().map(|one| one.created_at);
        let seen = survey.deployments.newest.len() as u64;
        RepositoryReport {
            name: repository.full_name.to_string(),
            team: owner.team.to_string(),
            owned_by: owner.source,
            deployment_source: rules.deployments.source().name(),
            production_deployments: production.map(|one| one.deployments).sum(),
            there_may_be_more: survey.deployments.total > seen
                && oldest.is_some_and(|oldest| oldest > since),
            environments,
            incidents,
            incidents_count_for: count_for,
            unmapped_incidents: unmapped,
            components: read
                .map(|read| self.declared(repository, read, looked, incidents))
                .unwrap_or_default(),
        }
    }

    /// The component of a repository's incidents that name none: its only one, else its team's.
    fn component_of_incidents(
        &self,
        repository: &Repository,
        survey: &Survey,
        owner: &Owner,
    ) -> Option<String> {
        match &self.components_of(repository, survey)[..] {
            [(only, _)] => Some(only.clone()),
            [_, _, ..] => None,
            [] => {
                let of_team = self.components.get(&owner.team)?;
                let only = of_team.first().filter(|_| of_team.len() == 1)?;
                (owner.source != "none").then(|| only.clone())
            }
        }
    }

    fn declared(
        &self,
        repository: &Repository,
        read: &Declared,
        looked: &Looked,
        incidents: usize,
    ) -> Vec<ComponentReport> {
        let all = self.settings.components.of(repository);
        let rules = self.rules.of(&repository.full_name);
        let (rule, since) = (&rules.production, self.now.plus(-RECENT));
        let report = |one: &&ComponentSettings| {
            let owner = self.owners.owner(Some(one), repository);
            let environments = read.own(one, &all, rule, since);
            let id = incidents::id(repository, &one.name, true);
            let own = incidents::count(&self.directory, looked, repository, since, Some(&id));
            let environment = |(name, deployments): (String, usize)| EnvironmentReport {
                name,
                production: true,
                deployments,
            };
            ComponentReport {
                name: one.name.to_string(),
                team: owner.team.to_string(),
                owned_by: owner.source,
                deployment_source: rules.deployments.source().name(),
                production_deployments: environments.values().sum(),
                there_may_be_more: read.there_may_be_more,
                environments: environments.into_iter().map(environment).collect(),
                // The only component has all of the repository's.
                incidents: own.unwrap_or(incidents),
            }
        };
        all.iter().map(report).collect()
    }

    pub(super) fn series(&self, looked: &[Looked]) -> SeriesReport {
        let repositories = looked.iter().flat_map(|source| &source.repositories);
        let shown =
            repositories.clone().map(|(one, survey)| (one, self.components_of(one, survey).len()));
        let shown = shown.filter(|(_, components)| *components > 0);
        let orgs: BTreeSet<&str> =
            shown.clone().filter_map(|(one, _)| one.full_name.split('/').next()).collect();
        let subjects = Subjects {
            components: self.components.values().map(Vec::len).sum(),
            teams: self.components.len(),
            orgs: orgs.len(),
            repositories: repositories.count(),
            templates: ownership::templates(looked),
            workflows: ownership::workflows(looked),
        };
        let exposure = Exposure::from(self.settings);
        let windows = self.settings.measures.windows.len();
        let windows_of = |one: &Repository| self.rules.of(&one.full_name).measures.windows.len();
        // Components with windows of their own, beside what they would have with everyone's.
        let expected = shown.fold(
            expected_series(subjects, windows, &exposure),
            |expected, (repository, components)| {
                let own = Subjects { components, ..Subjects::default() };
                let of = |windows| expected_series(own, windows, &exposure);
                expected + of(windows_of(repository)) - of(windows)
            },
        );
        SeriesReport { expected, max: exposure.max_series }
    }
}
