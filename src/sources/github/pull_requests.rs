//! Merged pull requests.

use super::answers::{Mark, Parsing, Reach};
use super::applies::{self, Found};
use super::client::Client;
use super::cursor::{Seen, Walking};
use super::page::{decode, nodes, optional_time, page, required_time};
use super::parse::{branch_reversion, headline, looks_like_merge, reversions};
use super::people::actor;
use super::queries::{PULL_REQUESTS, PULL_REQUESTS_WITH_FILES};
use super::repositories::names_of;
use super::together::Place;
use super::walk::{Elements, List, lost};
use crate::config::{
    ComponentSettings, SelfServiceRule, have_paths, paths_fingerprint, self_service_fingerprint,
    touched,
};
use crate::sources::markdown::prose;
use crate::sources::{SourceError, Step};
use delivery::domain::{
    ComponentName, Fact, Headline, InfrastructurePull, Oid, PullCommit, PullNumber, PullRequest,
    ReadinessEvent, Repository, Reversion, Review, ReviewState, Time,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The permission that the list needs.
pub(super) const REMEDY: &str = "Pull requests: read and Contents: read (classic token: repo)";

/// Where the list is in an answer.
const PATH: [&str; 2] = ["node", "pullRequests"];

/// Reads a page.
pub(super) async fn step(
    client: &Client,
    parsing: &Parsing,
    repo: &Repository,
    Place { cursor, first }: Place<'_>,
    reach: &Reach,
) -> Result<Step, SourceError> {
    let what = format!("pull requests of {}", repo.full_name);
    let now = client.now();
    // One state of the catalog for all of the page.
    let known = parsing.components.now();
    let components = known.of(repo);
    let rules = parsing.platform.self_service.of(&repo.full_name);
    let with_paths = parsing.needs_changed_paths(repo, &components);
    let query = match with_paths {
        true => &PULL_REQUESTS_WITH_FILES,
        false => &PULL_REQUESTS,
    };
    let fingerprint = fingerprint_of(parsing, repo, &components);
    let mut walking = Walking::open(cursor, &fingerprint, reach, None, now);
    let first = first.filter(|_| walking.is_at_start() && !with_paths);
    let first = first.and_then(|first| Some((page(&first.answer, &PATH).ok()?, first.asked_at)));
    let page = match first {
        Some((page, asked_at)) => {
            walking.began_by(asked_at);
            page
        }
        None => {
            let list = List { query, path: &PATH, remedy: REMEDY };
            let variables = |size: usize, after: Option<&str>| {
                json!({
                    "id": &*repo.node_id,
                    "first": size,
                    "after": after,
                })
            };
            list.page(client, &mut walking, &what, variables).await?
        }
    };
    let mut elements = Elements::of(page);
    elements.complete_pulls(client, &what).await?;
    let read = elements
        .decode(client, repo, &what, |node| listed(node, repo, parsing, &components, &rules));
    let (until, begun) = (walking.until(), walking.begun());
    let (cursor, done) = walking.note(Seen {
        newest: read.good.first().map(|listed| listed.mark.clone()),
        oldest: read.good.last().map(|listed| listed.mark.at),
        lost: lost(&read, |listed| listed.mark.at),
        found: false,
        next: read.next.clone(),
    });
    // What a page holds beyond would make facts depend on the size of pages.
    let asked_for = read.good.into_iter().filter(|listed| listed.mark.at >= until);
    let (pulls, found): (Vec<_>, Vec<_>) =
        asked_for.map(|listed| (listed.pull, listed.infrastructure)).unzip();
    let mut facts = applies::complete(client, found.into_iter().flatten().collect()).await?;
    facts.extend(pulls.into_iter().flatten().map(Fact::PullRequest));
    Ok(Step { facts, cursor, done, begun })
}

/// Marks of hotfixes and components are made here, so other patterns mean other facts.
pub(super) fn fingerprint(parsing: &Parsing, repo: &Repository) -> String {
    fingerprint_of(parsing, repo, &parsing.components.now().of(repo))
}

fn fingerprint_of(
    parsing: &Parsing,
    repo: &Repository,
    components: &[&ComponentSettings],
) -> String {
    let hotfix = parsing.hotfix.of(&repo.full_name).fingerprint();
    let applies = self_service_fingerprint(&parsing.platform.self_service.of(&repo.full_name));
    let paths = have_paths(components).then(|| paths_fingerprint(components));
    let applies = Some(applies).filter(|applies| !applies.is_empty());
    let parts = ["pull requests", &hotfix].into_iter().chain(paths.as_deref());
    // By a word of their own they cannot be taken for paths.
    let applies = applies.as_deref().map(|applies| ["applies", applies]);
    super::walk::digest(&parts.chain(applies.into_iter().flatten()).collect::<Vec<_>>())
}

/// A pull request of a list; without a fact where GitHub lists it as merged without a time.
#[derive(Debug)]
struct Listed<'a> {
    pull: Option<PullRequest>,
    /// The same where it changes infrastructure.
    infrastructure: Option<Found<'a>>,
    mark: Mark,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: String,
    number: PullNumber,
    #[serde(default)]
    title: String,
    body: Option<String>,
    head_ref_name: Option<String>,
    head_ref_oid: Option<String>,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    #[serde(default, deserialize_with = "optional_time")]
    merged_at: Option<Time>,
    #[serde(deserialize_with = "required_time")]
    updated_at: Time,
    additions: Option<u32>,
    deletions: Option<u32>,
    changed_files: Option<u32>,
    merge_commit: Option<WireOid>,
}

#[derive(Deserialize)]
struct WireOid {
    oid: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCommit {
    oid: String,
    #[serde(default, deserialize_with = "optional_time")]
    authored_date: Option<Time>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReview {
    state: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    submitted_at: Option<Time>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    #[serde(rename = "__typename")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "optional_time")]
    created_at: Option<Time>,
}

fn listed<'a>(
    node: &Value,
    repo: &Repository,
    parsing: &Parsing,
    components: &[&ComponentSettings],
    rules: &[&'a SelfServiceRule],
) -> Result<Listed<'a>, String> {
    let wire: Wire = decode(node)?;
    let mark = Mark { id: wire.id.clone(), at: wire.updated_at };
    let Some(merged_at) = wire.merged_at else {
        return Ok(Listed { pull: None, infrastructure: None, mark });
    };
    let branch = wire.head_ref_name.as_deref();
    let labels: Vec<&str> =
        nodes(node, "labels").filter_map(|node| node.get("name")?.as_str()).collect();
    let (commits, mut reverts) = commits(node, repo)?;
    let names = names_of(repo);
    reverts.extend(reversions(
        &prose(wire.body.as_deref().unwrap_or_default()),
        &wire.title,
        &names,
    ));
    reverts.extend(reversions(&wire.title, &wire.title, &names));
    reverts.extend(branch.and_then(|branch| branch_reversion(branch, &wire.title)));
    reverts.sort_unstable();
    reverts.dedup();
    let pull = PullRequest {
        repo: repo.id,
        number: wire.number,
        author: actor(node.get("author"), &*parsing.logins),
        opened_at: wire.created_at,
        merged_at,
        merge_commit: wire.merge_commit.and_then(|commit| commit.oid?.parse().ok()),
        head: wire.head_ref_oid.and_then(|oid| oid.parse().ok()),
        commits,
        readiness: readiness(node)?,
        reviews: reviews(node, parsing)?,
        reverts,
        hotfix: parsing.hotfix.of(&repo.full_name).matches(&labels, branch, &wire.title),
        additions: wire.additions.unwrap_or_default(),
        deletions: wire.deletions.unwrap_or_default(),
        changed_files: wire.changed_files.unwrap_or_default(),
        components: components_of(node, components, wire.changed_files.unwrap_or_default()),
    };
    let paths = || nodes(node, "files").filter_map(|file| file["path"].as_str());
    let rule = rules.iter().find(|rule| rule.changes_infrastructure(paths()));
    let infrastructure = rule.map(|rule| Found { pull: as_infrastructure(&pull, &mark), rule });
    Ok(Listed { pull: Some(pull), infrastructure, mark })
}

fn as_infrastructure(pull: &PullRequest, mark: &Mark) -> InfrastructurePull {
    InfrastructurePull {
        repo: pull.repo,
        number: pull.number,
        node_id: mark.id.as_str().into(),
        opened_at: pull.opened_at,
        merged_at: pull.merged_at,
        applied_at: None,
    }
}

fn commits(node: &Value, repo: &Repository) -> Result<(Vec<PullCommit>, Vec<Reversion>), String> {
    let names = names_of(repo);
    let (mut commits, mut reverts) = (Vec::new(), Vec::new());
    for entry in nodes(node, "commits") {
        let Some(commit) = entry.get("commit").filter(|commit| !commit.is_null()) else { continue };
        let wire: WireCommit = decode(commit)?;
        let oid: Oid = wire.oid.parse().map_err(|error| format!("oid of a commit: {error}"))?;
        let message = wire.message.unwrap_or_default();
        let headline = headline(&message);
        reverts.extend(reversions(&message, headline, &names));
        commits.push(PullCommit {
            oid,
            authored_at: wire.authored_date,
            headline: Headline::of(headline),
            looks_like_merge: looks_like_merge(headline),
        });
    }
    Ok((commits, reverts))
}

/// The components whose globs match a changed path; nothing where paths decide nothing, or where
/// GitHub lists fewer files than have changed (it stops at 3,000).
fn components_of(
    node: &Value,
    components: &[&ComponentSettings],
    changed_files: u32,
) -> Option<Vec<ComponentName>> {
    if !have_paths(components) {
        return None;
    }
    let paths: Vec<&str> = nodes(node, "files").filter_map(|file| file["path"].as_str()).collect();
    let is_whole = node["files"].is_object() && paths.len() as u64 >= u64::from(changed_files);
    is_whole.then(|| touched(components, paths.iter().copied()))
}

fn readiness(node: &Value) -> Result<Vec<ReadinessEvent>, String> {
    let mut events = Vec::new();
    for item in nodes(node, "timelineItems") {
        let wire: WireEvent = decode(item)?;
        let ready = match wire.kind.as_deref() {
            Some("ReadyForReviewEvent") => true,
            Some("ConvertToDraftEvent") => false,
            _ => continue,
        };
        events.extend(wire.created_at.map(|at| ReadinessEvent { at, ready }));
    }
    events.sort_unstable();
    Ok(events)
}

/// The submitted reviews of a pull request, in order of time.
pub(super) fn reviews(node: &Value, parsing: &Parsing) -> Result<Vec<Review>, String> {
    let mut reviews = Vec::new();
    for item in nodes(node, "reviews") {
        let wire: WireReview = decode(item)?;
        let state = match wire.state.as_deref() {
            // A pending review is a draft that only its author sees.
            Some("PENDING") => continue,
            Some("APPROVED") => ReviewState::Approved,
            Some("CHANGES_REQUESTED") => ReviewState::ChangesRequested,
            Some("COMMENTED") => ReviewState::Commented,
            Some("DISMISSED") => ReviewState::Dismissed,
            _ => ReviewState::Other,
        };
        let Some(at) = wire.submitted_at else { continue };
        reviews.push(Review { at, state, author: actor(item.get("author"), &*parsing.logins) });
    }
    reviews.sort_unstable();
    Ok(reviews)
}

#[cfg(test)]
#[path = "pull_requests_tests.rs"]
mod tests;
