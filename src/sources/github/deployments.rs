//! Deployments with their statuses.

use super::answers::{Mark, Reach};
use super::client::Client;
use super::cursor::Walking;
use super::node_id::deployment_id;
use super::page::{
    Missing, decode, next_page, nodes, optional_time, page, required_time, why_missing,
};
use super::queries::{DEPLOYMENT_REST, DEPLOYMENTS};
use super::together::Place;
use super::told::{Listed, Told, concerns_production};
use super::walk::Elements;
use crate::config::{Components, EnvironmentRule};
use crate::sources::{SourceError, Step};
use delivery::domain::{
    Deployment, DeploymentMark, DeploymentState, DeploymentStatus, RepoId, Repository, Time,
};
use delivery::ledger::ProductionEnvironments;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
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
    (told, known): (&Told<'_>, &Components),
    repo: &Repository,
    Place { cursor, first }: Place<'_>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("deployments of {}", repo.full_name);
    let (now, production, fingerprint) = (client.now(), told.production, &told.fingerprint);
    let marks = known.marks();
    let mut walking = Walking::open(cursor, fingerprint, reach, Some(reach.floor), now);
    let mut first = first.filter(|first| walking.is_at_start() && first.marks != marks.is_empty());
    let mut environments = walking.is_first() && walking.is_at_start() && first.is_none();
    let answer = loop {
        if let Some(first) = first.take() {
            walking.began_by(first.asked_at);
            break first.answer;
        }
        let variables = |size: usize| {
            json!({
                "id": &*repo.node_id,
                "first": size,
                "after": walking.after(),
                "names": walking.names(),
                "environments": environments,
                "marks": !marks.is_empty(),
            })
        };
        let answer = client.ask(&DEPLOYMENTS, &what, variables).await?.graph;
        walking.began_by(client.skew.latest());
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
    let mut read = elements.decode(client, repo, &what, |node| listed(node, repo.id, &marks));
    let begun = walking.begun();
    let newest = read.good.first().map(|listed| listed.mark.clone());
    if environments
        && let Some(names) = production_only(&answer, &read.good, production)
        && read.next.is_some()
    {
        if !names.is_empty() {
            // The narrowed list shows the same deployments to production again, and no others.
            let cursor = walking.narrow(names, newest);
            let is_other = |one: &Listed| !concerns_production(&one.deployment, production);
            let others = read.good.into_iter().filter(is_other).collect();
            return Ok(Step { facts: told.facts(others, reach), cursor, done: false, begun });
        }
        // No environment is production: there is nothing to read on for.
        read.next = None;
    }
    let (facts, cursor, done) = told.conclude(walking, read, newest, reach);
    Ok(Step { facts, cursor, done, begun })
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    database_id: Option<Value>,
    commit_oid: String,
    environment: Option<String>,
    original_environment: Option<String>,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    commit: Option<Value>,
    task: Option<String>,
    payload: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    state: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    created_at: Option<Time>,
    environment: Option<String>,
}

/// Decodes a deployment with those of `marks` that it bears.
pub(super) fn listed(
    node: &Value,
    repo: RepoId,
    marks: &BTreeSet<&DeploymentMark>,
) -> Result<Listed, String> {
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
    let mark = Mark { id: wire.id.clone(), at: wire.created_at };
    let deployment = Deployment {
        id: deployment_id(repo, wire.database_id.as_ref(), &wire.id),
        node_id: Arc::from(wire.id),
        repo,
        sha,
        environment: Arc::from(environment),
        created_at: wire.created_at,
        marks: borne(marks, wire.task.as_deref(), wire.payload.as_deref()),
        statuses,
    };
    let resolves = wire.commit.is_some_and(|commit| !commit.is_null());
    Ok(Listed { resolves, ..Listed::told(deployment, mark, true) })
}

/// The marks that a deployment bears. Nothing else of a payload is kept: it may hold anything.
fn borne(
    marks: &BTreeSet<&DeploymentMark>,
    task: Option<&str>,
    payload: Option<&str>,
) -> Vec<DeploymentMark> {
    let fields = payload.and_then(fields);
    let bears = |mark: &&&DeploymentMark| match mark {
        DeploymentMark::Task(name) => task == Some(name),
        DeploymentMark::Payload(field, value) => {
            match fields.as_ref().and_then(|fields| fields.get(&**field)) {
                Some(Value::String(text)) => **value == *text,
                Some(scalar @ (Value::Number(_) | Value::Bool(_))) => {
                    **value == *scalar.to_string()
                }
                _ => false,
            }
        }
    };
    marks.iter().filter(bears).map(|mark| (*mark).clone()).collect()
}

/// The fields of a payload. One that was given as text is JSON within JSON.
fn fields(payload: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(payload).ok()? {
        Value::Object(fields) => Some(fields),
        Value::String(inner) => serde_json::from_str(&inner).ok(),
        _ => None,
    }
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
