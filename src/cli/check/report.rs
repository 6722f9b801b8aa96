//! What `check` tells, as data: printed for people or as JSON.

use crate::cli::findings::{Finding, Severity};
use serde::Serialize;

/// Everything.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Which part of the repositories was looked at; absent where it was all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// The sources, in the order of the configuration; none where that is refused.
    pub sources: Vec<SourceReport>,
    /// The accounts at PagerDuty, likewise.
    pub pagerduty: Vec<AccountReport>,
    /// How many series there will be; absent where the configuration is refused.
    pub series: Option<SeriesReport>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// One `[[github]]`, or what it asks for of one account.
#[derive(Clone, Debug, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub name: String,
    /// Its REST address.
    pub api_url: String,
    /// Where the token came from.
    pub token: String,
    /// Where the GitHub App is installed; absent where a token is used, or none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installation: Option<InstallationReport>,
    /// Whether it answered.
    pub reachable: bool,
    /// Points an hour and how many are left; absent where it sets no limit.
    pub limit: Option<LimitReport>,
    /// What this check spent.
    pub spent_points: u64,
    /// What may be read.
    pub lists: Vec<ListReport>,
    /// What would be collected.
    pub repositories: Vec<RepositoryReport>,
    /// The names of those that would be collected here, too, and are counted by a source before.
    pub counted_before: Vec<String>,
    /// What collecting will cost, about.
    pub cost: CostReport,
    /// What requests cost by the server's own word; none where it does not tell.
    pub requests: Vec<RequestReport>,
}

/// What one kind of request costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestReport {
    /// The GraphQL operation.
    pub operation: &'static str,
    /// What it asks for.
    pub what: &'static str,
    /// How many of these at most.
    pub size: usize,
    /// Points for so many.
    pub points: u64,
}

/// One account at PagerDuty.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AccountReport {
    /// Its name.
    pub name: String,
    /// Its REST address.
    pub api_url: String,
    /// Where the key came from.
    pub token: String,
    /// Whether it answered, and may be read.
    pub reachable: bool,
    /// How many services it shows.
    pub services: usize,
    /// How many of these are mapped to a component.
    pub mapped: usize,
}

/// An installation of a GitHub App.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstallationReport {
    /// Its id.
    pub id: u64,
    /// On which account.
    pub account: String,
    /// Which of the account's repositories it covers: `all` or `selected`.
    pub repositories: &'static str,
    /// The permissions that the configuration needs and it lacks, with what they are for.
    pub lacks: Vec<String>,
}

/// The state of a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LimitReport {
    /// Points an hour.
    pub points_an_hour: u64,
    /// Points left in this hour.
    pub remaining: u64,
}

/// Whether one kind of list may be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListReport {
    /// Which: the collector that reads it.
    pub list: &'static str,
    /// In how many repositories it may be read.
    pub readable: usize,
    /// In how many it may not.
    pub unreadable: usize,
}

/// A repository.
#[derive(Clone, Debug, Serialize)]
pub struct RepositoryReport {
    /// `owner/name`.
    pub name: String,
    /// Its team.
    pub team: String,
    /// Who said so: `rules`, or `none`.
    pub owned_by: &'static str,
    /// Where its deployments come from.
    pub deployment_source: &'static str,
    /// Successful production deployments of the last 30 days, among its newest 100 deployments.
    pub production_deployments: usize,
    /// Whether there are older deployments of the last 30 days than the newest 100.
    pub there_may_be_more: bool,
    /// Its environments.
    pub environments: Vec<EnvironmentReport>,
    /// Incidents of the last 30 days.
    pub incidents: usize,
    /// The component that they count for; absent where they are unmapped, or told by component.
    pub incidents_count_for: Option<String>,
    /// Incidents of the last 30 days that count for no component.
    pub unmapped_incidents: usize,
    /// What `[[components]]` declare of it; empty where it is one component, or none.
    pub components: Vec<ComponentReport>,
}

/// A declared component.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentReport {
    /// Its name.
    pub name: String,
    /// Its team.
    pub team: String,
    /// Who said so: `components`, `rules`, or `none`.
    pub owned_by: &'static str,
    /// Where its deployments come from.
    pub deployment_source: &'static str,
    /// Its successful production deployments of the last 30 days.
    pub production_deployments: usize,
    /// Whether there may be more of these than were read.
    pub there_may_be_more: bool,
    /// The environments of production that it was deployed to.
    pub environments: Vec<EnvironmentReport>,
    /// Incidents of the last 30 days that count for it.
    pub incidents: usize,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentReport {
    /// Its name.
    pub name: String,
    /// Whether it is production.
    pub production: bool,
    /// Successful deployments to it in the last 30 days.
    pub deployments: usize,
}

/// Estimates, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CostReport {
    /// A first collection.
    pub first_collection_points: u64,
    /// A day after that.
    pub daily_points: u64,
}

/// Series, without the exporter's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SeriesReport {
    /// The most there can be of what has deployments now.
    pub expected: usize,
    /// `exposition.max_series`.
    pub max: usize,
}

impl Report {
    /// The worst finding's severity.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}
