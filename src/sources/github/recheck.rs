//! Asking deployments and incidents again by node id: what a list's news does not show.

use super::answers::{Parsing, Rechecked};
use super::client::Client;
use super::page::{Missing, below, reason};
use super::queries::{
    DEPLOYMENT_REST, INCIDENT_REST, Query, RECHECK_DEPLOYMENTS, RECHECK_INCIDENTS,
};
use super::verdict::{GraphAnswer, GraphError};
use super::{deployments, incidents};
use crate::sources::SourceError;
use delivery::domain::{Fact, RepoId, Repository, RepositoryState};
use serde_json::{Value, json};
use std::sync::Arc;

/// GitHub takes at most so many ids in one list.
const IDS_A_LIST: usize = 100;

/// Asks deployments and incidents again.
pub(super) async fn recheck(
    client: &Client,
    parsing: &Parsing,
    deployments: &[Arc<str>],
    incidents: &[Arc<str>],
) -> Result<Rechecked, SourceError> {
    let mut rechecked = Rechecked { facts: Vec::new(), missing: Vec::new() };
    let mut rest = deployments;
    while !rest.is_empty() {
        let variables = |size: usize| deployment_variables(&rest[..size.min(rest.len())]);
        let (answer, asked) =
            ask(client, &RECHECK_DEPLOYMENTS, "known deployments", variables).await?;
        let (batch, later) = rest.split_at(asked.min(rest.len()));
        for (place, id) in batch.iter().enumerate() {
            let Some(answer) = &answer else { continue };
            match entry(answer, place) {
                Entry::Lost(why) => client.warn_lost("", "a known deployment", &why),
                Entry::Missing => rechecked.missing.push(id.clone()),
                Entry::There(node) => {
                    rechecked.facts.extend(deployment(client, node.clone()).await?);
                }
            }
        }
        rest = later;
    }
    let mut rest = incidents;
    while !rest.is_empty() {
        let variables = |size: usize| json!({ "ids": text(&rest[..size.min(rest.len())]) });
        let (answer, asked) = ask(client, &RECHECK_INCIDENTS, "known incidents", variables).await?;
        let (batch, later) = rest.split_at(asked.min(rest.len()));
        for (place, id) in batch.iter().enumerate() {
            let Some(answer) = &answer else { continue };
            match entry(answer, place) {
                Entry::Lost(why) => client.warn_lost("", "a known incident", &why),
                Entry::Missing => rechecked.missing.push(id.clone()),
                Entry::There(node) => {
                    rechecked.facts.extend(incident(client, parsing, node.clone()).await?);
                }
            }
        }
        rest = later;
    }
    Ok(rechecked)
}

/// Asks for a batch; without an answer where only this batch could not be asked.
async fn ask(
    client: &Client,
    query: &Query,
    what: &str,
    variables: impl Fn(usize) -> Value,
) -> Result<(Option<GraphAnswer>, usize), SourceError> {
    match client.ask(query, what, variables).await {
        Ok(answered) => Ok((Some(answered.graph), answered.size)),
        Err(refusal) if refusal.error.concerns_the_whole_source() => Err(refusal.error),
        Err(refusal) => {
            client.warn_lost("", what, &refusal.error.to_string());
            Ok((None, refusal.size))
        }
    }
}

fn deployment_variables(ids: &[Arc<str>]) -> Value {
    let (first, more) = ids.split_at(ids.len().min(IDS_A_LIST));
    json!({ "ids": text(first), "more": text(more), "both": !more.is_empty() })
}

fn text(ids: &[Arc<str>]) -> Vec<&str> {
    ids.iter().map(|id| &**id).collect()
}

enum Entry<'a> {
    There(&'a Value),
    Missing,
    Lost(String),
}

fn entry(answer: &GraphAnswer, place: usize) -> Entry<'_> {
    let (list, place) =
        if place < IDS_A_LIST { ("nodes", place) } else { ("more", place - IDS_A_LIST) };
    let about = |error: &&GraphError| {
        below(error, &[list])
            .and_then(<[Value]>::first)
            .is_some_and(|at| at.as_u64() == Some(place as u64))
    };
    let node = answer.data.get(list).and_then(|nodes| nodes.get(place));
    match (node.filter(|node| !node.is_null()), answer.errors.iter().find(about)) {
        (Some(node), None) => Entry::There(node),
        (None, None) => Entry::Missing,
        (_, Some(error)) => match reason(error) {
            Missing::NotFound => Entry::Missing,
            _ => Entry::Lost(error.words()),
        },
    }
}

async fn deployment(client: &Client, mut node: Value) -> Result<Option<Fact>, SourceError> {
    let what = "a known deployment";
    if !client.complete(&DEPLOYMENT_REST, what, &mut node, &deployments::NESTED).await? {
        client.warn_lost("", what, "its statuses could not be read whole");
        return Ok(None);
    }
    let Some((repo, full_name)) = home(&node) else { return Ok(None) };
    match deployments::listed(&node, repo) {
        Ok(listed) => Ok(Some(Fact::Deployment(listed.deployment))),
        Err(why) => {
            client.warn_lost(full_name, what, &why);
            Ok(None)
        }
    }
}

async fn incident(
    client: &Client,
    parsing: &Parsing,
    mut node: Value,
) -> Result<Option<Fact>, SourceError> {
    let what = "a known incident";
    if !client.complete(&INCIDENT_REST, what, &mut node, &incidents::NESTED).await? {
        client.warn_lost("", what, "a nested list could not be read whole");
        return Ok(None);
    }
    let Some((id, full_name)) = home(&node) else { return Ok(None) };
    let repo = Repository {
        id,
        node_id: Arc::from(""),
        full_name: Arc::from(full_name),
        former_names: Vec::new(),
        host: Arc::from(&*client.source),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    };
    let labels = incidents::labels_of(&parsing.incidents, full_name);
    match incidents::listed(&node, &repo, &labels) {
        Ok(listed) => Ok(Some(Fact::Incident(listed.incident))),
        Err(why) => {
            client.warn_lost(full_name, what, &why);
            Ok(None)
        }
    }
}

/// The repository that a node is in, by id and name.
fn home(node: &Value) -> Option<(RepoId, &str)> {
    let repository = node.get("repository")?;
    let id = repository.get("databaseId")?.as_u64()?;
    Some((RepoId(id), repository.get("nameWithOwner")?.as_str()?))
}
