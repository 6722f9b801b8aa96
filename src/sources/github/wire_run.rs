//! A run of a workflow, as GitHub tells it.

use super::page::{optional_time, required_time};
use delivery::domain::{Oid, Time};
use serde::Deserialize;

/// What matters of it, whatever it is read for.
#[derive(Deserialize)]
pub(super) struct WireRun {
    pub(super) id: u64,
    name: Option<String>,
    /// The workflow's file, with a reference where it is another repository's.
    #[serde(default)]
    pub(super) path: String,
    head_sha: String,
    status: Option<String>,
    /// What its last attempt came to, once it has completed.
    pub(super) conclusion: Option<String>,
    run_attempt: Option<u32>,
    #[serde(deserialize_with = "required_time")]
    pub(super) created_at: Time,
    /// When its last attempt began.
    #[serde(default, deserialize_with = "optional_time")]
    pub(super) run_started_at: Option<Time>,
    #[serde(deserialize_with = "required_time")]
    pub(super) updated_at: Time,
}

impl WireRun {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The commit that it ran for.
    pub(super) fn sha(&self) -> Result<Oid, String> {
        self.head_sha.parse().map_err(|error| format!("head_sha: {error}"))
    }

    pub(super) fn is_completed(&self) -> bool {
        self.status.as_deref() == Some("completed")
    }

    /// Which attempt is the last; the first is 1.
    pub(super) fn attempt(&self) -> u32 {
        self.run_attempt.unwrap_or(1).max(1)
    }
}
