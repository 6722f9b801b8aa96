//! The typed configuration that the rooms read: valid by construction, durations in seconds,
//! patterns compiled. Defaults are declared with the keys, beside the code that reads them
//! (`sections`).

use crate::config::ci::CiSettings;
use crate::config::components::Components;
use crate::config::credential::Credential;
use crate::config::deployments::Deployments;
use crate::config::overrides::Overrides;
use crate::config::patterns::{EnvironmentRule, RepositoryPattern};
use crate::config::rules::{FailuresSettings, MeasuresSettings};
use crate::config::self_service::SelfService;
use crate::config::shard::Shard;
use crate::config::surveys::SurveySettings;
use chrono_tz::Tz;
use delivery::domain::{Person, Span, TeamName};
use http::HeaderValue;
use regex::Regex;
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[server]`
    pub server: ServerSettings,
    /// `[store]`
    pub store: StoreSettings,
    /// `[collection]`
    pub collection: CollectionSettings,
    /// `[[github]]`: at least one.
    pub github: Vec<GitHubSettings>,
    /// `[production]`: which environments are production.
    pub production: EnvironmentRule,
    /// `[measures]`
    pub measures: MeasuresSettings,
    /// `[failures]`
    pub failures: FailuresSettings,
    /// `[exposition]`
    pub exposition: ExpositionSettings,
    /// `[space]`
    pub space: SpaceSettings,
    /// `[ownership]`
    pub ownership: OwnershipSettings,
    /// `[catalog]`, where it names a server.
    pub catalog: Option<CatalogSettings>,
    /// `[platform]`
    pub platform: PlatformSettings,
    /// `[[components]]`
    pub components: Components,
    /// `[[deployments]]`
    pub deployments: Deployments,
    /// `[[overrides]]`
    pub overrides: Overrides,
    /// `[[incidents]]` with `source = "github_issues"`
    pub incidents: Vec<IncidentSettings>,
    /// `[[incidents]]` with `source = "pagerduty"`
    pub pagerduty: Vec<PagerDutySettings>,
    /// `[surveys]`
    pub surveys: SurveySettings,
    /// `[pages]`
    pub pages: PagesSettings,
    /// `[log]`
    pub log: LogSettings,
}

/// `[server]`
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// `listen_address`: where to listen.
    pub listen_address: SocketAddr,
    /// `telemetry_path`: the path of the metrics.
    pub telemetry_path: String,
    /// `cors_origins`: whose pages may read the JSON API in a browser.
    pub cors_origins: Vec<HeaderValue>,
}

/// `[pages]`
#[derive(Clone, Debug)]
pub struct PagesSettings {
    /// `time_zone`: by which clock the pages tell times.
    pub time_zone: Tz,
    /// `frame_ancestors`: whose pages may show them in a frame.
    pub frame_ancestors: Vec<HeaderValue>,
}

/// `[store]`
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// `url`: the path of `sqlite:PATH`.
    pub path: PathBuf,
    /// `retention`: how long facts are kept that no figure needs any more; at least twice
    /// `collection.lookback`.
    pub retention: Span,
}

/// `[collection]`
#[derive(Clone, Debug)]
pub struct CollectionSettings {
    /// `lookback`: how much history a first collection reads; it exceeds the longest
    /// window by 30 d.
    pub lookback: Span,
    /// `sweep_interval`: how often every repository is asked for news.
    pub sweep_interval: Span,
    /// `reconcile_interval`: how often what was read is compared with the source again.
    pub reconcile_interval: Span,
    /// `budget_share`: the share of each hour's limit that may be spent, above 0, up to 1.
    pub budget_share: f64,
    /// `shard`: which part of the repositories is collected.
    pub shard: Shard,
}

/// `[[github]]`
#[derive(Clone, Debug)]
pub struct GitHubSettings {
    /// The label `source` of its health metrics: `name`, with the account where an App has several
    /// installations.
    pub name: String,
    /// `name`: what its repositories are stored under.
    pub host: String,
    /// `api_url`: the REST base, without a slash at the end; Enterprise Server: `https://HOST/api/v3`.
    pub api_url: String,
    /// `graphql_url`: derived from `api_url` unless given.
    pub graphql_url: String,
    /// `ca_file`: PEM certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// `organizations`: whose repositories are all collected.
    pub organizations: Vec<String>,
    /// `repositories`: names and globs, `owner/name` or `acme/*`.
    pub repositories: Vec<RepositoryPattern>,
    /// `exclude`: names and globs that are never collected.
    pub exclude: Vec<RepositoryPattern>,
    /// `include_archived`: whether archived repositories are collected.
    pub include_archived: bool,
    /// `include_forks`: whether forks are collected.
    pub include_forks: bool,
    /// Which part of the repositories is collected.
    pub shard: Shard,
    /// What authorizes requests.
    pub credential: Credential,
    /// What its webhooks are signed with, read from `webhook_secret_env` or `webhook_secret_file`;
    /// empty: none of its webhooks is taken.
    pub webhook_secrets: Vec<SecretString>,
}

/// How much is exposed per component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentDetail {
    /// The families and windows that dashboards need.
    Standard,
    /// Everything.
    Full,
    /// Nothing: teams and the organisation only.
    None,
}

/// `[exposition]`
#[derive(Clone, Debug)]
pub struct ExpositionSettings {
    /// `component_detail`: how much each component shows.
    pub component_detail: ComponentDetail,
    /// `max_series`: how many series may be shown; at least 1.
    pub max_series: usize,
    /// `created_timestamps`: whether OpenMetrics tells since when counters have counted.
    pub created_timestamps: bool,
}

/// `[space]`
#[derive(Clone, Debug)]
pub struct SpaceSettings {
    /// `min_contributors`: below so many contributors a team's figures are withheld; at least 3.
    pub min_contributors: usize,
    /// `ci`, `ci_…`: which runs of workflows are continuous integration.
    pub ci: CiSettings,
}

/// Where an answer to "whose is it" may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnershipSource {
    /// `[[ownership.rules]]`
    Rules,
    /// Catalog files and the catalog's server.
    Catalog,
    /// The organisation's custom property.
    CustomProperty,
    /// Teams at GitHub that may write.
    GitHubTeam,
    /// The file `CODEOWNERS`.
    CodeOwners,
    /// Topics with the prefix.
    Topic,
}

/// `[[ownership.rules]]`
#[derive(Clone, Debug)]
pub struct OwnershipRule {
    /// `repositories`: names and globs.
    pub repositories: Vec<RepositoryPattern>,
    /// `team`: the owner of what matches.
    pub team: TeamName,
}

/// `[ownership]`
#[derive(Clone, Debug, Default)]
pub struct OwnershipSettings {
    /// `order`: sources in the order in which they are asked; the first answer wins.
    pub order: Vec<OwnershipSource>,
    /// `refresh_interval`: how often sources that tell no news are asked again.
    pub refresh_interval: Span,
    /// `custom_property`: the property that names the team.
    pub custom_property: String,
    /// `topic_prefix`: what stands before the team in a topic.
    pub topic_prefix: String,
    /// `catalog.template_annotation`: the annotation that names a component's template.
    pub template_annotation: String,
    /// The rules, first match wins.
    pub rules: Vec<OwnershipRule>,
}

/// `[catalog]`
#[derive(Clone, Debug)]
pub struct CatalogSettings {
    /// `url`: the backend's address.
    pub url: String,
    /// `ca_file`: PEM certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The token, and where it came from; an open server needs none.
    pub token: Option<(SecretString, String)>,
    /// `template_annotation`, as in [`OwnershipSettings`].
    pub template_annotation: String,
}

/// `[platform]`
#[derive(Clone, Debug, Default)]
pub struct PlatformSettings {
    /// `workflow_files`: whether they are read.
    pub workflow_files: bool,
    /// `workflow_owners`, and the owners that `[[github]]` names, in lower case.
    pub workflow_owners: BTreeSet<String>,
    /// `[[platform.self_service]]`
    pub self_service: SelfService,
}

impl OwnershipSettings {
    /// What topics start with that name a team, where topics are asked at all.
    pub fn topic_prefix(&self) -> Option<&str> {
        self.order.contains(&OwnershipSource::Topic).then_some(&self.topic_prefix)
    }
}

/// What an issue is recognised by.
#[derive(Clone, Debug)]
pub enum IssuePattern {
    /// It bears this label, without regard to case.
    Label(String),
    /// Its title matches.
    Title(Regex),
}

/// Whose the issues are that a pattern recognises.
#[derive(Clone, Debug)]
pub struct IncidentMapping {
    /// `label` or `title`.
    pub pattern: IssuePattern,
    /// `component`: `owner/repo` or `owner/repo/component`.
    pub component: Arc<str>,
}

/// `[[incidents]]` with `source = "github_issues"`
#[derive(Clone, Debug, Default)]
pub struct IncidentSettings {
    /// `labels`: an issue with any of them is an incident, without regard to case.
    pub labels: Vec<String>,
    /// `repositories`: where to look; empty: in every collected repository.
    pub repositories: Vec<RepositoryPattern>,
    /// `severities`: labels, in lower case, of which an issue must bear one to count; empty: none.
    pub severities: BTreeSet<Arc<str>>,
    /// All severities that the configuration speaks of: facts keep these.
    pub told: BTreeSet<Arc<str>>,
    /// `mappings`: the first that matches decides.
    pub mappings: Vec<IncidentMapping>,
}

/// How urgently somebody is told of an incident at PagerDuty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// At once.
    High,
    /// In working hours, or never.
    Low,
}

/// `[[incidents]]` with `source = "pagerduty"`
#[derive(Clone, Debug)]
pub struct PagerDutySettings {
    /// `name`: the label `source` of its health metrics, different for each source.
    pub name: String,
    /// `api_url`: the REST API, without a slash at the end.
    pub api_url: String,
    /// The API access key, read from `token_env` or `token_file`.
    pub token: SecretString,
    /// Where the key came from, for messages.
    pub token_origin: String,
    /// `services`: components, as `owner/repo` or `owner/repo/component`, by the service's id in
    /// upper case.
    pub services: BTreeMap<String, Arc<str>>,
    /// `urgencies`: those that count; at least one.
    pub urgencies: BTreeSet<Urgency>,
    /// `priorities`: the names of those that count; empty: all, and incidents without one.
    pub priorities: Vec<String>,
    /// What its webhook subscriptions are signed with, read from `webhook_secret_file`; empty: none
    /// of its webhooks is taken.
    pub webhook_secrets: Vec<SecretString>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[log]`
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// `level`: a level or tracing's filter syntax.
    pub level: String,
    /// `format`: how lines are written.
    pub format: LogFormat,
}

/// Turns logins into keyed hashes; the key lives in the store.
pub trait HashLogins: Send + Sync {
    /// The keyed hash of a login, case-insensitive as logins are.
    fn person(&self, login: &str) -> Person;
}
