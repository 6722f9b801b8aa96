//! A run of a workflow as a deployment.

use super::answers::Mark;
use super::client::Client;
use super::page::decode;
use super::told::Listed;
use super::wire_run::WireRun;
use crate::config::WorkflowName;
use crate::sources::SourceError;
use delivery::domain::{
    Deployment, DeploymentId, DeploymentSource, DeploymentState, DeploymentStatus, Fact, RepoId,
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The permission that runs need.
pub(super) const REMEDY: &str = "Actions: read (classic token: repo)";

#[derive(Deserialize)]
struct Wire {
    #[serde(flatten)]
    run: WireRun,
    head_branch: Option<String>,
    head_commit: Option<Value>,
    repository: Option<WireRepository>,
    head_repository: Option<WireRepository>,
}

#[derive(Deserialize)]
struct WireRepository {
    id: u64,
    #[serde(default)]
    full_name: String,
}

impl Wire {
    /// What the last attempt came to.
    fn state(&self) -> DeploymentState {
        if !self.run.is_completed() {
            return DeploymentState::Pending;
        }
        match self.run.conclusion.as_deref() {
            Some("success") => DeploymentState::Success,
            Some("failure" | "timed_out" | "startup_failure") => DeploymentState::Failure,
            // Nothing was deployed, and nothing failed.
            Some("cancelled" | "skipped" | "neutral" | "stale") => DeploymentState::Inactive,
            Some("action_required") => DeploymentState::Pending,
            _ => DeploymentState::Other,
        }
    }
}

/// Decodes a run. While it runs again nothing is told, since its last conclusion holds until then;
/// a first walk, which knows of none, has to remember it.
pub(super) fn listed(
    node: &Value,
    repo: RepoId,
    environment: &Arc<str>,
    is_first: bool,
) -> Result<Listed, String> {
    let wire: Wire = decode(node)?;
    let (state, run) = (wire.state(), &wire.run);
    let is_again = run.attempt() > 1;
    // A fork's branch may be called alike; what runs for it deploys nothing of this repository.
    let is_own = wire.head_repository.as_ref().is_none_or(|head| head.id == repo.0);
    let is_final = state == DeploymentState::Inactive;
    let path = format!("/repositories/{}/actions/runs/{}", repo.0, run.id);
    let deployment = Deployment {
        id: DeploymentId::of(DeploymentSource::WorkflowRun, run.id),
        node_id: Arc::from(if is_final { String::new() } else { path }),
        repo,
        sha: run.sha()?,
        environment: Arc::clone(environment),
        // What was live when the last attempt began is what it was meant to replace.
        created_at: run.run_started_at.filter(|_| is_again).unwrap_or(run.created_at),
        marks: Vec::new(),
        statuses: vec![DeploymentStatus { at: run.updated_at, state, environment: None }],
    };
    let mark = Mark { id: run.id.to_string(), at: run.created_at };
    let is_news = !(is_again && state == DeploymentState::Pending) || is_first;
    Ok(Listed {
        resolves: wire.head_commit.is_some_and(|commit| !commit.is_null()),
        ..Listed::told(deployment, mark, is_own && is_news)
    })
}

/// Asks a run again by its path; nothing where it is gone, or not one of those asked for any more.
pub(super) async fn again(
    client: &Client,
    path: &str,
    asked_for: impl Fn(&str) -> Option<(WorkflowName, Option<String>, Arc<str>)>,
) -> Result<Again, SourceError> {
    let what = "a known run";
    let node = match client.object(path, what, REMEDY).await {
        Ok(node) => node,
        Err(SourceError::NotFound { .. }) => return Ok(Again::Missing),
        Err(error) if error.concerns_the_whole_source() => return Err(error),
        Err(error) => {
            client.warn_lost("", what, &error.to_string());
            return Ok(Again::Nothing);
        }
    };
    let Ok(wire) = decode::<Wire>(&node) else { return Ok(Again::Nothing) };
    let Some(repository) = wire.repository else { return Ok(Again::Nothing) };
    let Some((workflow, branch, environment)) = asked_for(&repository.full_name) else {
        return Ok(Again::Nothing);
    };
    let of_branch = branch.is_none() || branch == wire.head_branch;
    if !of_branch || !workflow.is(wire.run.name(), &wire.run.path) {
        return Ok(Again::Nothing);
    }
    match listed(&node, RepoId(repository.id), &environment, false) {
        Ok(listed) => Ok(listed.fact().map_or(Again::Nothing, |fact| Again::Told(Box::new(fact)))),
        Err(why) => {
            client.warn_lost(&repository.full_name, what, &why);
            Ok(Again::Nothing)
        }
    }
}

/// What asking a run again gave.
pub(super) enum Again {
    Told(Box<Fact>),
    Missing,
    Nothing,
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
