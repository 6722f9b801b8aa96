//! `check`: connects, and tells what would be collected, at what cost, and what is amiss. Nothing
//! is stored, and a daemon may run meanwhile.

mod cost;
mod environments;
mod findings;
mod look;
mod report;
mod text;

use super::args::CheckArgs;
use super::output;
use crate::clock::{SharedClock, SystemClock};
use crate::config::{self, ByRepository, GitHubSettings, Problems, RepositoryRules, Settings};
use crate::evaluate::{OrderedOwners, Owners};
use crate::exposition::{Exposure, Subjects, expected_series};
use crate::sources::github::Survey;
use delivery::domain::{Collector, DAY, Repository, Span, TeamName, Time};
use look::{Looked, look};
use report::{
    Finding, LimitReport, ListReport, Report, RepositoryReport, SeriesReport, Severity,
    SourceReport,
};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

/// Over how long deployments and incidents are counted.
const RECENT: Span = 30 * DAY;
/// Exit codes for the worst finding.
const WARNED: u8 = 1;
const FAILED: u8 = 2;

/// Checks, prints, and gives 0 where nothing is amiss, 1 for warnings, 2 for errors.
pub async fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let report = match config::load(&args.into_sources()) {
        Ok(settings) => check(&settings, Arc::new(SystemClock)).await,
        Err(problems) => refused(&problems),
    };
    output::print(&if json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        text::text(&report)
    })?;
    Ok(match report.worst() {
        Some(Severity::Error) => ExitCode::from(FAILED),
        Some(Severity::Warning) => ExitCode::from(WARNED),
        Some(Severity::Note) | None => ExitCode::SUCCESS,
    })
}

fn refused(problems: &Problems) -> Report {
    let finding = |problem: &config::Problem| {
        let place = problem.place.as_ref().map(|place| format!("({place}) ")).unwrap_or_default();
        Finding {
            severity: Severity::Error,
            key: problem.key.clone(),
            message: format!("{place}{}", problem.message),
        }
    };
    Report { findings: problems.iter().map(finding).collect(), ..Report::default() }
}

async fn check(settings: &Settings, clock: SharedClock) -> Report {
    let now = clock.now();
    let since = now.plus(-settings.collection.lookback);
    let mut looked = Vec::new();
    for github in &settings.github {
        looked.push(look(github, settings, Arc::clone(&clock), since).await);
    }
    let place = Place::new(settings, &looked, now);
    let sources: Vec<SourceReport> = settings
        .github
        .iter()
        .zip(&looked)
        .map(|(github, looked)| place.source(github, looked))
        .collect();
    let series = place.series(&looked);
    let mut findings = findings::find(settings, &looked, now);
    limits(settings, &sources, series, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Report { sources, series: Some(series), findings }
}

/// What is known of all sources together.
struct Place<'a> {
    settings: &'a Settings,
    /// Which rules are whose.
    rules: ByRepository<RepositoryRules>,
    owners: OrderedOwners,
    now: Time,
    /// A team's components, to find its only one.
    components: BTreeMap<TeamName, Vec<String>>,
}

impl<'a> Place<'a> {
    fn new(settings: &'a Settings, looked: &[Looked], now: Time) -> Place<'a> {
        let owners = OrderedOwners::new(&settings.ownership);
        let rules = settings.by_repository(RepositoryRules::clone);
        let mut place = Place { settings, rules, owners, now, components: BTreeMap::new() };
        for (repository, survey) in looked.iter().flat_map(|source| &source.repositories) {
            if place.has_component(repository, survey) {
                let team = place.owners.owner(repository).team;
                let component = repository.short_name().to_owned();
                place.components.entry(team).or_default().push(component);
            }
        }
        place
    }

    /// Whether a production deployment is among the newest.
    fn has_component(&self, repository: &Repository, survey: &Survey) -> bool {
        let rules = self.rules.of(&repository.full_name);
        let environments = environments::seen(survey, &rules.production, Time(0));
        environments.iter().any(|one| one.production && one.deployments > 0)
    }

    fn source(&self, github: &GitHubSettings, looked: &Looked) -> SourceReport {
        let lists = Collector::ALL.map(|collector| {
            let closed = |(_, survey): &&(Repository, Survey)| {
                survey.unreadable.iter().any(|(list, _)| *list == collector)
            };
            let unreadable = looked.repositories.iter().filter(closed).count();
            let readable = looked.repositories.len() - unreadable;
            ListReport { list: collector.name(), readable, unreadable }
        });
        let surveys = looked.repositories.iter();
        let surveys = surveys.map(|(one, survey)| (survey, self.has_component(one, survey)));
        SourceReport {
            name: github.name.clone(),
            api_url: github.api_url.clone(),
            token: github.token_origin.clone(),
            reachable: looked.broken.is_none(),
            limit: looked
                .limit
                .map(|(points_an_hour, remaining)| LimitReport { points_an_hour, remaining }),
            spent_points: looked.spent,
            lists: lists.to_vec(),
            repositories: looked
                .repositories
                .iter()
                .map(|(repository, survey)| self.repository(repository, survey))
                .collect(),
            cost: cost::cost(surveys, &self.settings.collection, self.now),
        }
    }

    fn repository(&self, repository: &Repository, survey: &Survey) -> RepositoryReport {
        let since = self.now.plus(-RECENT);
        let owner = self.owners.owner(repository);
        let rules = self.rules.of(&repository.full_name);
        let environments = environments::seen(survey, &rules.production, since);
        let production = environments.iter().filter(|one| one.production);
        let oldest = survey.deployments.newest.last().map(|one| one.created_at);
        let seen = survey.deployments.newest.len() as u64;
        let only = self.components.get(&owner.team).filter(|components| components.len() == 1);
        let component = if self.has_component(repository, survey) {
            Some(repository.short_name().to_owned())
        } else {
            only.and_then(|components| components.first().cloned())
                .filter(|_| owner.source != "none")
        };
        RepositoryReport {
            name: repository.full_name.to_string(),
            team: owner.team.to_string(),
            owned_by: owner.source,
            deployment_source: "github_deployments",
            production_deployments: production.map(|one| one.deployments).sum(),
            there_may_be_more: survey.deployments.total > seen
                && oldest.is_some_and(|oldest| oldest > since),
            environments,
            incidents: survey.incidents.newest.iter().filter(|at| **at >= since).count(),
            incidents_count_for: component,
        }
    }

    fn series(&self, looked: &[Looked]) -> SeriesReport {
        let repositories = looked.iter().flat_map(|source| &source.repositories);
        let deployed = repositories.clone().filter(|(one, survey)| self.has_component(one, survey));
        let orgs: BTreeSet<&str> =
            deployed.clone().filter_map(|(one, _)| one.full_name.split('/').next()).collect();
        let subjects = Subjects {
            components: self.components.values().map(Vec::len).sum(),
            teams: self.components.len(),
            orgs: orgs.len(),
            repositories: repositories.count(),
        };
        let exposure = Exposure::from(self.settings);
        let windows = self.settings.measures.windows.len();
        let windows_of = |one: &Repository| self.rules.of(&one.full_name).measures.windows.len();
        // Components with windows of their own, beside what they would have with everyone's.
        let expected = deployed.map(|(one, _)| windows_of(one)).fold(
            expected_series(subjects, windows, &exposure),
            |expected, own| {
                let one = Subjects { components: 1, ..Subjects::default() };
                let of = |windows| expected_series(one, windows, &exposure);
                expected + of(own) - of(windows)
            },
        );
        SeriesReport { expected, max: exposure.max_series }
    }
}

/// What does not fit into the limits.
fn limits(
    settings: &Settings,
    sources: &[SourceReport],
    series: SeriesReport,
    findings: &mut Vec<Finding>,
) {
    let mut warn = |key: &str, message: String| {
        findings.push(Finding { severity: Severity::Warning, key: key.to_owned(), message });
    };
    for source in sources {
        let Some(limit) = source.limit else { continue };
        let share = settings.collection.budget_share;
        let a_day = (limit.points_an_hour as f64 * share) as u64 * 24;
        if source.cost.daily_points > a_day {
            let (name, cost) = (&source.name, source.cost.daily_points);
            warn(
                "collection.sweep_interval",
                format!(
                    "{name}: a day costs about {cost} points, and {a_day} may be spent: write a \
                     longer sweep_interval, or divide the repositories among several tokens"
                ),
            );
        }
    }
    if series.expected > series.max {
        let SeriesReport { expected, max } = series;
        warn(
            "exposition.max_series",
            format!(
                "up to {expected} series, of which {max} may be shown: raise it, or set \
                 component_detail to \"none\""
            ),
        );
    }
}
