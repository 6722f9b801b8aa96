//! The list of environments that are not production: what was deployed there is counted nowhere.

use super::{Entry, value};
use crate::evaluate::{OtherEnvironment, OtherEnvironments, WebAddresses};
use crate::serve::api::instant::Instant;
use crate::serve::api::links::Links;
use serde::Serialize;

/// Deployments of a repository to an environment that is not production.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    /// `owner/name` of the repository.
    pub repo: String,
    /// The environment.
    pub environment: String,
    /// How many deployments are known, within the look-back.
    pub deployments: u64,
    /// When the first of them was requested.
    pub first_at: Instant,
    /// When the newest was.
    pub newest_at: Instant,
    /// Always false.
    pub counted: bool,
    /// Always `not_production`.
    pub left_out: &'static str,
    /// The key that decides it: `production.exclude` names the environment, or neither the default
    /// pattern nor `production.environments` does.
    pub decided_by: &'static str,
    /// The environment's deployments at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The list's entries, newest first.
pub fn environments(told: &OtherEnvironments, web: &WebAddresses) -> Vec<Entry> {
    let mut entries: Vec<Entry> = told
        .list
        .iter()
        .map(|one| Entry {
            at: one.first_at,
            over_at: one.newest_at,
            key: format!("{}/{}", one.repository.full_name, one.environment),
            windows_end: told.at,
            fact: value(&environment(one, web)),
        })
        .collect();
    super::sort(&mut entries);
    entries
}

fn environment(one: &OtherEnvironment, web: &WebAddresses) -> Environment {
    Environment {
        repo: one.repository.full_name.to_string(),
        environment: one.environment.to_string(),
        deployments: one.deployments,
        first_at: Instant(one.first_at),
        newest_at: Instant(one.newest_at),
        counted: false,
        left_out: "not_production",
        decided_by: match one.is_excluded {
            true => "production.exclude",
            false => "production.environments",
        },
        url: Links::to(&one.repository, web).environment(&one.environment),
    }
}
