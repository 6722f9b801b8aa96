//! Deployments with their statuses.

use super::answers::{Mark, Parsing, Reach};
use super::client::Client;
use super::cursor::{Seen, Walking};
use super::page::{
    Missing, decode, next_page, nodes, optional_time, page, required_time, why_missing,
};
use super::queries::{DEPLOYMENT_REST, DEPLOYMENTS};
use super::together::Place;
use super::walk::{Elements, lost};
use crate::config::{ComponentSettings, EnvironmentRule, deployed, selectors_fingerprint};
use crate::sources::{SourceError, Step};
use delivery::domain::{
    Deployment, DeploymentId, DeploymentMark, DeploymentState, DeploymentStatus, Fact, RepoId,
    Repository, Time,
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
    parsing: &Parsing,
    repo: &Repository,
    Place { cursor, first }: Place<'_>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("deployments of {}", repo.full_name);
    let (now, production) = (client.now(), &*parsing.production.of(&repo.full_name));
    // One state of the catalog for all of the page.
    let known = parsing.components.now();
    let (components, marks) = (known.of(repo), known.marks());
    let fingerprint = fingerprint_of(parsing, repo, &components);
    let mut walking = Walking::open(cursor, &fingerprint, reach, Some(reach.floor), now);
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
    let read = elements.decode(client, repo, &what, |node| listed(node, repo.id, &marks));
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
    let oldest = read.good.last().map(|listed| listed.deployment.created_at);
    let lost = lost(&read, |listed| listed.deployment.created_at);
    let mut search = Search::of(&walking, &components, production, reach);
    let kept = read.good.into_iter().filter(|listed| search.asks_for(listed)).collect();
    let found = search.missing.is_empty();
    walking.note_baselines(search.found);
    let (cursor, done) = walking.note(Seen { newest, oldest, lost, found, next });
    Ok(Step { facts: facts(kept, production), cursor, done, begun })
}

/// Leaves out what a page holds beyond what is asked for, which would make facts, and so baselines,
/// depend on the size of pages: a first walk goes on to one baseline of each component and not
/// further.
struct Search<'a> {
    components: &'a [&'a ComponentSettings],
    production: &'a EnvironmentRule,
    reach: &'a Reach,
    until: Time,
    is_first: bool,
    /// Components whose baseline is to be found; a whole repository has the empty name.
    missing: BTreeSet<String>,
    /// Those whose baseline was found, on this page or an earlier one.
    found: Vec<String>,
}

impl<'a> Search<'a> {
    fn of(
        walking: &Walking,
        components: &'a [&'a ComponentSettings],
        production: &'a EnvironmentRule,
        reach: &'a Reach,
    ) -> Search<'a> {
        let found = walking.baselines().to_vec();
        let mut missing: BTreeSet<String> =
            components.iter().map(|component| component.name.to_string()).collect();
        if components.is_empty() {
            missing.insert(String::new());
        }
        missing.retain(|name| !found.contains(name));
        let (until, is_first) = (walking.until(), walking.is_first());
        Search { components, production, reach, until, is_first, missing, found }
    }

    /// Whether the next deployment of the list is to be kept.
    fn asks_for(&mut self, listed: &Listed) -> bool {
        let at = listed.deployment.created_at;
        let searching = self.is_first && !self.missing.is_empty();
        if listed.is_baseline(self.production, self.reach.since) {
            let owners = deployed(self.components, &listed.deployment);
            let names = owners.iter().map(|component| &*component.name);
            let whole = owners.is_empty().then_some("");
            self.found.extend(names.chain(whole).filter_map(|name| self.missing.take(name)));
        }
        at >= self.until || (searching && at >= self.reach.floor)
    }
}

/// Only deployments to production are kept, so other patterns mean other facts; and with other
/// selectors other marks, and other baselines.
pub(super) fn fingerprint(parsing: &Parsing, repo: &Repository) -> String {
    fingerprint_of(parsing, repo, &parsing.components.now().of(repo))
}

fn fingerprint_of(
    parsing: &Parsing,
    repo: &Repository,
    components: &[&ComponentSettings],
) -> String {
    let production = parsing.production.of(&repo.full_name).fingerprint();
    if components.is_empty() {
        return super::walk::digest(&["deployments", &production]);
    }
    super::walk::digest(&["deployments", &production, &selectors_fingerprint(components)])
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
    Ok(Listed {
        mark: Mark { id: wire.id.clone(), at: wire.created_at },
        deployment: Deployment {
            id: DeploymentId(wire.database_id),
            node_id: Arc::from(wire.id),
            repo,
            sha,
            environment: Arc::from(environment),
            created_at: wire.created_at,
            marks: borne(marks, wire.task.as_deref(), wire.payload.as_deref()),
            statuses,
        },
        resolves: wire.commit.is_some_and(|commit| !commit.is_null()),
    })
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
