//! The list of environments of deployments that are counted nowhere: those that are not production, and
//! production where no component selects them.

use super::{Entry, value};
use crate::evaluate::{OtherEnvironment, OtherEnvironments, WebAddresses};
use crate::serve::api::instant::Instant;
use crate::serve::api::links::Links;
use serde::Serialize;

/// Deployments of a repository to an environment that are counted nowhere.
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
    /// Why: `not_production`, or `not_selected` by any component of the repository.
    pub left_out: &'static str,
    /// The key that decides it: `production.exclude` names the environment, or neither the default
    /// pattern nor `production.environments` does; or `components` selects none of them.
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
            key: {
                let (repo, by) = (&one.repository.full_name, one.decided_by.omission());
                format!("{repo}/{}/{by}", one.environment)
            },
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
        left_out: one.decided_by.omission(),
        decided_by: one.decided_by.key(),
        url: Links::to(&one.repository, web).environment(&one.environment),
    }
}
