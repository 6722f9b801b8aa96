//! When pull requests that change infrastructure were applied: by Atlantis' comments, by statuses of
//! their head or their merge commit, or by the merge itself.
//!
//! Only those are asked about whose changed paths match, in batches by node id; of comments nothing is
//! kept but the instant. Absent here: which pull requests there are, and which of them are asked again.

use super::GitHub;
use super::client::Client;
use super::further_pages;
use super::page::{below, decode, nodes, optional_time, required_time};
use super::parse::{Told, atlantis};
use super::queries::APPLIES;
use super::verdict::{GraphAnswer, GraphError};
use crate::config::{AppliedBy, SelfService, SelfServiceRule};
use crate::sources::SourceError;
use delivery::domain::{Fact, InfrastructurePull, PullNumber, RepoId, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How Atlantis describes the status of a commit for which there was nothing to apply.
const NO_PROJECTS: &str = "0/0";

/// What is asked of a pull request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wants {
    comments: bool,
    head: bool,
    merged: bool,
    /// Changed paths, where these decide which rule holds.
    files: bool,
}

impl Wants {
    fn of(rules: &[&SelfServiceRule]) -> Wants {
        let by = |some: &[AppliedBy]| rules.iter().any(|rule| some.contains(&rule.applied_by));
        Wants {
            comments: by(&[AppliedBy::Atlantis]),
            head: by(&[AppliedBy::Atlantis, AppliedBy::Status]),
            merged: by(&[AppliedBy::MergeStatus]),
            files: rules.len() > 1,
        }
    }

    /// Where the merge itself applies, nothing is asked.
    fn is_nothing(self) -> bool {
        !(self.comments || self.head || self.merged)
    }
}

/// A pull request that changes infrastructure, as its list tells it, with the rule that found it.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) pull: InfrastructurePull,
    pub(super) rule: &'a SelfServiceRule,
}

impl GitHub {
    /// Asks merged pull requests again that change infrastructure, each named by its repository's
    /// present name and its node id; gives those that are applied by now. What could not be read this
    /// time is not among them. An error concerns the whole source.
    pub async fn applies(&self, pulls: &[(Arc<str>, Arc<str>)]) -> Result<Vec<Fact>, SourceError> {
        ask_again(&self.client, &self.parsing.platform.self_service, pulls).await
    }
}

/// Completes pull requests that were found: when each was applied, as far as that can be read now.
/// An error concerns the whole source.
pub(super) async fn complete(
    client: &Client,
    found: Vec<Found<'_>>,
) -> Result<Vec<Fact>, SourceError> {
    let mut facts = Vec::with_capacity(found.len());
    let mut asked: BTreeMap<Wants, Vec<Found<'_>>> = BTreeMap::new();
    for one in found {
        match Wants::of(&[one.rule]) {
            wants if wants.is_nothing() => {
                facts.push(InfrastructurePull { applied_at: Some(one.pull.merged_at), ..one.pull })
            }
            wants => asked.entry(wants).or_default().push(one),
        }
    }
    for (wants, found) in asked {
        let ids: Vec<Arc<str>> = found.iter().map(|one| Arc::clone(&one.pull.node_id)).collect();
        let answers = ask(client, wants, &ids).await?;
        for (one, answer) in found.into_iter().zip(answers) {
            // What cannot be read now is asked for again by id.
            let applied_at = answer.and_then(|node| applied_at(&node, one.rule));
            facts.push(InfrastructurePull { applied_at, ..one.pull });
        }
    }
    Ok(facts.into_iter().map(Fact::InfrastructurePull).collect())
}

async fn ask_again(
    client: &Client,
    rules: &SelfService,
    pulls: &[(Arc<str>, Arc<str>)],
) -> Result<Vec<Fact>, SourceError> {
    let mut asked: BTreeMap<Wants, Vec<Arc<str>>> = BTreeMap::new();
    for (full_name, id) in pulls {
        let wants = Wants::of(&rules.of(full_name));
        if !wants.is_nothing() {
            asked.entry(wants).or_default().push(Arc::clone(id));
        }
    }
    let mut facts = Vec::new();
    for (wants, ids) in asked {
        for node in ask(client, wants, &ids).await?.into_iter().flatten() {
            facts.extend(again(&node, rules));
        }
    }
    Ok(facts)
}

/// A pull request that was asked again, if it is applied.
fn again(node: &Value, rules: &SelfService) -> Option<Fact> {
    let wire: Wire = decode(node).ok()?;
    let rules = rules.of(&wire.repository.name_with_owner);
    let paths = || nodes(node, "files").filter_map(|file| file["path"].as_str());
    let rule = match rules[..] {
        [only] => only,
        _ => rules.into_iter().find(|rule| rule.changes_infrastructure(paths()))?,
    };
    let applied_at = applied_at(node, rule)?;
    Some(Fact::InfrastructurePull(InfrastructurePull {
        repo: RepoId(wire.repository.database_id),
        number: wire.number,
        node_id: wire.id.into(),
        opened_at: wire.created_at,
        merged_at: wire.merged_at?,
        applied_at: Some(applied_at),
    }))
}

/// Asks for what `wants` says; the order is kept, and what could not be read is absent.
async fn ask(
    client: &Client,
    wants: Wants,
    ids: &[Arc<str>],
) -> Result<Vec<Option<Value>>, SourceError> {
    let what = "whether infrastructure was applied";
    let mut found = Vec::with_capacity(ids.len());
    while found.len() < ids.len() {
        let rest = &ids[found.len()..];
        let variables = |size: usize| {
            json!({
                "ids": rest.iter().take(size).map(|id| &**id).collect::<Vec<&str>>(),
                "comments": wants.comments,
                "head": wants.head,
                "merged": wants.merged,
                "files": wants.files,
            })
        };
        let (answer, size) = match client.ask(&APPLIES, what, variables).await {
            Ok(answered) => (Some(answered.graph), answered.size),
            Err(refusal) if refusal.error.concerns_the_whole_source() => return Err(refusal.error),
            Err(refusal) => {
                client.warn_lost("", what, &refusal.error.to_string());
                (None, refusal.size)
            }
        };
        let node = |place| answer.as_ref().and_then(|answer| node(client, what, answer, place));
        let mut read: Vec<Option<Value>> = (0..size.clamp(1, rest.len())).map(node).collect();
        let nodes = read.iter_mut().flatten().collect();
        let mut is_whole = further_pages::complete(client, what, nodes).await?.into_iter();
        found.extend(read.into_iter().map(|node| node.filter(|_| is_whole.next() == Some(true))));
    }
    Ok(found)
}

/// What an answer holds of one pull request. Statuses that may not be read are none: comments may
/// tell alone.
fn node(client: &Client, what: &str, answer: &GraphAnswer, place: usize) -> Option<Value> {
    let node = answer.data.get("nodes")?.get(place).filter(|node| !node.is_null());
    let about = |error: &&GraphError| {
        let rest = below(error, &["nodes"]);
        rest.and_then(<[Value]>::first).is_some_and(|at| at.as_u64() == Some(place as u64))
    };
    let mut is_whole = node.is_some();
    for error in answer.errors.iter().filter(about) {
        let of_statuses = error.path.iter().any(|key| key.as_str() == Some("status"));
        is_whole &= of_statuses;
        let name = node.and_then(|node| node["repository"]["nameWithOwner"].as_str());
        let remedy = if of_statuses { "; grant Commit statuses: read" } else { "" };
        client.warn_lost(name.unwrap_or_default(), what, &format!("{}{remedy}", error.words()));
    }
    node.filter(|_| is_whole).cloned()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    number: PullNumber,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    #[serde(default, deserialize_with = "optional_time")]
    merged_at: Option<Time>,
    repository: WireRepository,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRepository {
    database_id: u64,
    name_with_owner: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireComment<'a> {
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    #[serde(borrow)]
    body: std::borrow::Cow<'a, str>,
    author: Option<WireActor>,
}

#[derive(Deserialize)]
struct WireActor {
    login: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    context: String,
    state: String,
    description: Option<String>,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
}

/// When the pull request of a node was applied, by its rule; absent where that is not known.
fn applied_at(node: &Value, rule: &SelfServiceRule) -> Option<Time> {
    let merged_at = node["mergedAt"].as_str().and_then(super::page::time)?;
    let head = || nodes(node, "head").next().map(|one| &one["commit"]["status"]);
    match rule.applied_by {
        AppliedBy::Merge => Some(merged_at),
        AppliedBy::MergeStatus => succeeded_at(&node["mergeCommit"]["status"], rule),
        AppliedBy::Status => succeeded_at(head()?, rule),
        AppliedBy::Atlantis => match commented(node, rule, merged_at) {
            Told::Applied(at) => Some(at),
            Told::NoChanges => None,
            Told::Nothing | Told::Waiting => succeeded_at(head()?, rule),
        },
    }
}

fn commented(node: &Value, rule: &SelfServiceRule, merged_at: Time) -> Told {
    let comments = nodes(node, "comments").filter_map(|comment| decode(comment).ok());
    let mut own: Vec<WireComment<'_>> = comments
        .filter(|comment: &WireComment<'_>| {
            let login = comment.author.as_ref().map_or("", |author| author.login.as_str());
            rule.is_commenter(login)
        })
        .collect();
    own.sort_by_key(|comment| comment.created_at);
    atlantis(own.iter().map(|comment| (comment.created_at, &*comment.body)), merged_at)
}

/// When the last of the statuses succeeded that the rule names, if all of them have.
fn succeeded_at(status: &Value, rule: &SelfServiceRule) -> Option<Time> {
    let contexts = status["contexts"].as_array()?.iter();
    let contexts: Vec<WireStatus> = contexts.filter_map(|one| decode(one).ok()).collect();
    let mut last = None;
    for one in contexts.iter().filter(|one| rule.is_status(&one.context)) {
        if one.state != "SUCCESS" {
            return None;
        }
        let is_empty = one.description.as_deref().is_some_and(|it| it.starts_with(NO_PROJECTS));
        if !is_empty {
            last = last.max(Some(one.created_at));
        }
    }
    last
}

#[cfg(test)]
#[path = "applies_tests.rs"]
mod tests;
