//! The configuration: layers merged, every problem reported at once, with its key path and the fix.
//!
//! A TOML file, over it variables such as `DORA__LOG__LEVEL`, over those the flags. Nothing here
//! reaches out: whether a token works, or an organisation exists, shows when it is collected.

mod by_repository;
mod ci;
mod components;
mod credential;
mod deployments;
mod duration;
mod fingerprint;
mod keys;
mod layers;
mod merged;
mod overrides;
mod parts;
mod patterns;
mod problems;
mod reader;
mod reference;
mod rules;
mod sections;
mod self_service;
mod settings;
mod shard;
mod sources;
mod surveys;

#[cfg(test)]
mod tests;

pub use by_repository::ByRepository;
pub use ci::{CiRule, CiSettings};
pub use components::{
    ComponentSettings, Components, DeploymentSelector, claimants, deployed, have_paths,
    paths_fingerprint, selectors_fingerprint, touched,
};
pub use credential::{AppSettings, Credential, TokenSettings};
pub use deployments::{DeploymentSettings, DeploymentTeller, Deployments, TagNames, WorkflowName};
pub use duration::parse as duration;
pub use keys::{Default as KeyDefault, Key, Section, nearest_names};
pub use overrides::{OverrideSettings, Overrides, RepositoryRules};
pub use patterns::{EnvironmentRule, HotfixRule, PathPattern, RepositoryPattern};
pub use problems::{Problem, Problems};
pub use reference::reference;
pub use rules::{FailuresSettings, MeasuresSettings};
pub use sections::{ALL as SECTIONS, listen_address};
pub use self_service::{
    AppliedBy, SelfService, SelfServiceRule, need_paths, self_service_fingerprint,
};
pub use settings::{
    CatalogSettings, CollectionSettings, ComponentDetail, ExpositionSettings, GitHubSettings,
    HashLogins, IncidentMapping, IncidentSettings, IssuePattern, LogFormat, LogSettings,
    OwnershipRule, OwnershipSettings, OwnershipSource, PagerDutySettings, PagesSettings,
    PlatformSettings, ServerSettings, Settings, SpaceSettings, StoreSettings, Urgency,
};
pub use sources::{ConfigFile, Flags, Sources};

pub use shard::Shard;
pub use surveys::{KnownTeams, SurveyQuestion, SurveySettings, plain};

use problems::Report;

/// Reads `[store]` alone, for commands that need neither sources nor credentials: what is wrong
/// elsewhere does not matter to them.
pub fn load_store(sources: &Sources) -> Result<StoreSettings, Problems> {
    let mut report = Report::default();
    let merged = layers::merge(sources, &mut report);
    let store = merged.map(|merged| sections::read_store(merged, &report));
    let problems = report.into_problems();
    match store {
        Some(store) if problems.is_empty() => Ok(store),
        _ => Err(problems),
    }
}

/// Reads the configuration for commands that only look at what is stored: nothing has to be
/// collected, and no secret or certificate has to be there.
pub fn load_offline(sources: &Sources) -> Result<Settings, Problems> {
    let mut report = Report::default();
    let merged = layers::merge(sources, &mut report);
    let settings = merged.map(|merged| sections::read(merged, sources, &report));
    let problems = report.into_problems().without(|problem| {
        let key = problem.key.rsplit('.').next().unwrap_or_default();
        [
            "github",
            "token_env",
            "token_file",
            "private_key_file",
            "ca_file",
            "webhook_secret_env",
            "webhook_secret_file",
        ]
        .contains(&key)
    });
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(problems),
    }
}

/// Reads the configuration, or tells everything that is wrong with it.
pub fn load(sources: &Sources) -> Result<Settings, Problems> {
    let mut report = Report::default();
    let merged = layers::merge(sources, &mut report);
    let settings = merged.map(|merged| sections::read(merged, sources, &report));
    let problems = report.into_problems();
    match settings {
        Some(settings) if problems.is_empty() => Ok(settings),
        _ => Err(problems),
    }
}
