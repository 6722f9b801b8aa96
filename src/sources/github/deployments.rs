//! Deployments with their statuses.

use super::answers::{Mark, Reach};
use super::client::Client;
use super::cursor::{Seen, Walking};
use super::page::{
    Missing, decode, next_page, nodes, optional_time, page, required_time, why_missing,
};
use super::queries::{DEPLOYMENT_REST, DEPLOYMENTS};
use super::walk::{Elements, lost};
use crate::config::EnvironmentRule;
use crate::sources::{SourceError, Step};
use delivery::domain::{
    Deployment, DeploymentId, DeploymentState, DeploymentStatus, Fact, RepoId, Repository, Time,
};
use delivery::ledger::ProductionEnvironments;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The permission that the list needs.
pub(super) const REMEDY: &str = "Deployments: read (classic token: repo_deployment or repo)";

/// The nested lists of a deployment.
pub(super) const NESTED: [&str; 1] = ["statuses"];

/// Where the list is in an answer.
const PATH: [&str; 2] = ["node", "deployments"];

/// Reads a page.
pub(super) async fn step(
    client: &Client,
    production: &EnvironmentRule,
    repo: &Repository,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("deployments of {}", repo.full_name);
    let now = client.clock.now();
    let mut walking =
        Walking::open(cursor, &fingerprint(production), reach, Some(reach.floor), now);
    let mut environments = walking.is_first() && walking.is_at_start();
    let answer = loop {
        let variables = |size: usize| {
            json!({
                "id": &*repo.node_id,
                "first": size,
                "after": walking.after(),
                "names": walking.names(),
                "environments": environments,
            })
        };
        let answer = client.ask(&DEPLOYMENTS, &what, variables).await?.graph;
        match why_missing(&answer.errors, &["node", "environments"]) {
            // The names only save pages; without them the list is read as it is.
            Missing::Forbidden(_) | Missing::Broken(_)
                if environments && answer.data.get("node").is_none_or(Value::is_null) =>
            {
                environments = false;
            }
            _ => match page(&answer, &PATH) {
                Err(Missing::StaleCursor) if walking.after().is_some() => walking.start_over(),
                _ => break answer,
            },
        }
    };
    let page = page(&answer, &PATH).map_err(|missing| missing.into_error(&what, REMEDY))?;
    let mut elements = Elements::of(page);
    elements.complete(client, &DEPLOYMENT_REST, &what, &NESTED).await?;
    let read = elements.decode(client, repo, &what, |node| listed(node, repo.id));
    let begun = walking.begun();
    let newest = read.good.first().map(|listed| listed.mark.clone());
    let mut next = read.next.clone();
    if environments
        && let Some(names) = production_only(&answer, &read.good, production)
        && next.is_some()
    {
        if !names.is_empty() {
            // The narrowed list shows the same deployments to production again.
            let cursor = walking.narrow(names, newest);
            return Ok(Step { facts: Vec::new(), cursor, done: false, begun });
        }
        // No environment is production: there is nothing to read on for.
        next = None;
    }
    let seen = Seen {
        newest,
        oldest: read.good.last().map(|listed| listed.deployment.created_at),
        lost: lost(&read, |listed| listed.deployment.created_at),
        found: read.good.iter().any(|listed| listed.is_baseline(production, reach.since)),
        next,
    };
    let facts = facts(asked_for(read.good, &walking, production, reach), production);
    let (cursor, done) = walking.note(seen);
    Ok(Step { facts, cursor, done, begun })
}

/// Leaves out what a page holds beyond what is asked for, which would make facts, and so the
/// baseline, depend on the size of pages: a first walk goes on to one baseline and not further.
fn asked_for(
    read: Vec<Listed>,
    walking: &Walking,
    production: &EnvironmentRule,
    reach: &Reach,
) -> Vec<Listed> {
    let mut searching = walking.is_first();
    let kept = read.into_iter().filter(|listed| {
        let at = listed.deployment.created_at;
        let is_kept = at >= walking.until() || (searching && at >= reach.floor);
        searching &= !listed.is_baseline(production, reach.since);
        is_kept
    });
    kept.collect()
}

/// Only deployments to production are kept, so other patterns mean other facts.
pub(super) fn fingerprint(production: &EnvironmentRule) -> String {
    super::walk::digest(&["deployments", &production.fingerprint()])
}

fn facts(read: Vec<Listed>, production: &EnvironmentRule) -> Vec<Fact> {
    let deployments = read.into_iter().map(|listed| listed.deployment);
    deployments
        .filter(|deployment| concerns_production(deployment, production))
        .map(Fact::Deployment)
        .collect()
}

/// Whether a deployment was to production, or moved there.
pub(super) fn concerns_production(deployment: &Deployment, production: &EnvironmentRule) -> bool {
    let moved = deployment.statuses.iter().filter_map(|status| status.environment.as_deref());
    std::iter::once(&*deployment.environment).chain(moved).any(|name| production.contains(name))
}

/// The environments to ask for, where that leaves some out for certain.
fn production_only(
    answer: &super::verdict::GraphAnswer,
    read: &[Listed],
    production: &EnvironmentRule,
) -> Option<Vec<String>> {
    let repository = answer.data.get("node")?;
    if next_page(repository.get("environments")?).is_some() {
        return None;
    }
    let all: Vec<&str> =
        nodes(repository, "environments").filter_map(|node| node.get("name")?.as_str()).collect();
    let knows = |name: &str| all.contains(&name);
    let names_all = read.iter().all(|listed| {
        let moved = listed.deployment.statuses.iter();
        knows(&listed.deployment.environment)
            && moved.filter_map(|status| status.environment.as_deref()).all(knows)
    });
    let wanted: Vec<String> =
        all.iter().filter(|name| production.contains(name)).map(|&name| name.to_owned()).collect();
    (names_all && wanted.len() < all.len()).then_some(wanted)
}

/// A deployment of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) deployment: Deployment,
    /// Whether its commit still resolves.
    pub(super) resolves: bool,
    mark: Mark,
}

impl Listed {
    /// Whether it says what was live when the look-back begins.
    fn is_baseline(&self, production: &EnvironmentRule, since: Time) -> bool {
        let success = self.deployment.statuses.iter().find(|status| {
            status.state == DeploymentState::Success
                && production
                    .contains(status.environment.as_deref().unwrap_or(&self.deployment.environment))
        });
        self.resolves && success.is_some_and(|success| success.at < since)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    database_id: u64,
    commit_oid: String,
    environment: Option<String>,
    original_environment: Option<String>,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    commit: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    state: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    created_at: Option<Time>,
    environment: Option<String>,
}

/// Decodes a deployment.
pub(super) fn listed(node: &Value, repo: RepoId) -> Result<Listed, String> {
    let wire: Wire = decode(node)?;
    let sha = wire.commit_oid.parse().map_err(|error| format!("commitOid: {error}"))?;
    let environment = wire
        .original_environment
        .or(wire.environment)
        .ok_or_else(|| "it names no environment".to_owned())?;
    let mut statuses = Vec::new();
    for status in nodes(node, "statuses") {
        let status: WireStatus = decode(status)?;
        let at = status.created_at.ok_or_else(|| "a status has no time".to_owned())?;
        statuses.push(DeploymentStatus {
            at,
            state: state(status.state.as_deref().unwrap_or_default()),
            environment: status
                .environment
                .filter(|name| *name != environment && !name.is_empty())
                .map(Arc::from),
        });
    }
    // GitHub does not document the order.
    statuses.sort_by_key(|status| status.at);
    Ok(Listed {
        mark: Mark { id: wire.id.clone(), at: wire.created_at },
        deployment: Deployment {
            id: DeploymentId(wire.database_id),
            node_id: Arc::from(wire.id),
            repo,
            sha,
            environment: Arc::from(environment),
            created_at: wire.created_at,
            statuses,
        },
        resolves: wire.commit.is_some_and(|commit| !commit.is_null()),
    })
}

fn state(name: &str) -> DeploymentState {
    match name.to_ascii_uppercase().as_str() {
        "SUCCESS" => DeploymentState::Success,
        "FAILURE" => DeploymentState::Failure,
        "ERROR" => DeploymentState::Error,
        "INACTIVE" => DeploymentState::Inactive,
        "PENDING" | "QUEUED" | "IN_PROGRESS" | "WAITING" => DeploymentState::Pending,
        _ => DeploymentState::Other,
    }
}

#[cfg(test)]
#[path = "deployments_tests.rs"]
mod tests;
