//! Asking deployments and incidents again by node id: what a list's news does not show.

use super::answers::{Parsing, Rechecked};
use super::client::Client;
use super::page::{Missing, below, reason};
use super::queries::{DEPLOYMENT_REST, INCIDENT_REST, RECHECK};
use super::verdict::{GraphAnswer, GraphError};
use super::{deployments, incidents};
use crate::sources::SourceError;
use delivery::domain::{DeploymentMark, Fact, RepoId, Repository, RepositoryState};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// GitHub takes at most so many ids in one list.
const IDS_A_LIST: usize = 100;

/// How many nested lists an incident has: each is fetched, as a deployment's only one is.
const FETCHES_AN_INCIDENT: usize = incidents::NESTED.len();

/// What is still to be asked.
struct Rest<'a> {
    deployments: &'a [Arc<str>],
    incidents: &'a [Arc<str>],
    /// Whether any selector names tasks or payloads.
    marks: bool,
}

impl<'a> Rest<'a> {
    fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.incidents.is_empty()
    }

    /// The next batch, for so many fetches: mostly all of both, which one request can ask.
    fn batch(&self, fetches: usize) -> Rest<'a> {
        let deployments = fetches.min(IDS_A_LIST).min(self.deployments.len());
        let left = (fetches - deployments) / FETCHES_AN_INCIDENT;
        let at_least = usize::from(deployments == 0);
        let incidents = left.max(at_least).min(IDS_A_LIST).min(self.incidents.len());
        Rest {
            deployments: &self.deployments[..deployments],
            incidents: &self.incidents[..incidents],
            marks: self.marks,
        }
    }

    fn variables(&self) -> Value {
        json!({
            "deployments": text(self.deployments),
            "incidents": text(self.incidents),
            "d": !self.deployments.is_empty(),
            "i": !self.incidents.is_empty(),
            "marks": self.marks,
        })
    }
}

/// Asks deployments and incidents again.
pub(super) async fn recheck(
    client: &Client,
    parsing: &Parsing,
    deployments: &[Arc<str>],
    incidents: &[Arc<str>],
) -> Result<Rechecked, SourceError> {
    let mut rechecked = Rechecked { facts: Vec::new(), missing: Vec::new() };
    let components = parsing.components.now();
    let marks = components.marks();
    let mut rest = Rest { deployments, incidents, marks: !marks.is_empty() };
    while !rest.is_empty() {
        let (answer, size) = ask(client, &rest).await?;
        let batch = rest.batch(size);
        rest.deployments = &rest.deployments[batch.deployments.len()..];
        rest.incidents = &rest.incidents[batch.incidents.len()..];
        let Some(answer) = answer else { continue };
        for (place, id) in batch.deployments.iter().enumerate() {
            match entry(&answer, "deployments", place) {
                Entry::Lost(why) => client.warn_lost("", "a known deployment", &why),
                Entry::Missing => rechecked.missing.push(id.clone()),
                Entry::There(node) => {
                    let fact = deployment(client, &marks, node.clone()).await?;
                    rechecked.facts.extend(fact);
                }
            }
        }
        for (place, id) in batch.incidents.iter().enumerate() {
            match entry(&answer, "incidents", place) {
                Entry::Lost(why) => client.warn_lost("", "a known incident", &why),
                Entry::Missing => rechecked.missing.push(id.clone()),
                Entry::There(node) => {
                    rechecked.facts.extend(incident(client, parsing, node.clone()).await?);
                }
            }
        }
    }
    Ok(rechecked)
}

/// Asks for a batch; without an answer where only this batch could not be asked.
async fn ask(
    client: &Client,
    rest: &Rest<'_>,
) -> Result<(Option<GraphAnswer>, usize), SourceError> {
    let what = "known deployments and incidents";
    match client.ask(&RECHECK, what, |size| rest.batch(size).variables()).await {
        Ok(answered) => Ok((Some(answered.graph), answered.size)),
        Err(refusal) if refusal.error.concerns_the_whole_source() => Err(refusal.error),
        Err(refusal) => {
            client.warn_lost("", what, &refusal.error.to_string());
            Ok((None, refusal.size))
        }
    }
}

fn text(ids: &[Arc<str>]) -> Vec<&str> {
    ids.iter().map(|id| &**id).collect()
}

enum Entry<'a> {
    There(&'a Value),
    Missing,
    Lost(String),
}

fn entry<'a>(answer: &'a GraphAnswer, list: &str, place: usize) -> Entry<'a> {
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

async fn deployment(
    client: &Client,
    marks: &BTreeSet<&DeploymentMark>,
    mut node: Value,
) -> Result<Option<Fact>, SourceError> {
    let what = "a known deployment";
    if !client.complete(&DEPLOYMENT_REST, what, &mut node, &deployments::NESTED).await? {
        client.warn_lost("", what, "its statuses could not be read whole");
        return Ok(None);
    }
    let Some((repo, full_name)) = home(&node) else { return Ok(None) };
    match deployments::listed(&node, repo, marks) {
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
    let rule = incidents::IssueRule::of(&parsing.incidents, full_name);
    match incidents::listed(&node, &repo, &rule) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_costs_no_more_than_it_may_and_always_asks_something() {
        let ids: Vec<Arc<str>> = (0..200).map(|n| Arc::from(format!("id-{n}"))).collect();
        for (deployments, incidents, fetches, expected) in [
            (2, 3, 149, (2, 3)),
            (200, 200, 149, (100, 16)),
            (0, 200, 149, (0, 49)),
            (140, 0, 149, (100, 0)),
            (5, 5, 4, (4, 0)),
            (0, 5, 1, (0, 1)),
            (1, 5, 1, (1, 0)),
        ] {
            let rest = Rest {
                deployments: &ids[..deployments],
                incidents: &ids[..incidents],
                marks: false,
            };
            let batch = rest.batch(fetches);
            assert_eq!((batch.deployments.len(), batch.incidents.len()), expected);
        }
    }
}
