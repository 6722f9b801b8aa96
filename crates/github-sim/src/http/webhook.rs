//! What webhooks tell of events, as GitHub documents it: as far as the REST API shows the same things.

use super::rest_json::{deployment, issue, pull, repository, statuses, user};
use crate::event::{Event, NewCommit, RepoId, Verdict};
use crate::graphql::{Owner, show_time};
use crate::state::{Repository, State, Thread, TimelineKind};
use serde_json::{Value, json};

/// Where its REST API is, in payloads.
const BASE: &str = "https://api.github.com";
/// No commit.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// The kind and the payload of what is sent when an event has happened, in the state after it; none
/// where GitHub sends nothing, or the simulation does not know what.
pub(crate) fn delivery(state: &State, event: &Event) -> Option<(&'static str, Value)> {
    let (kind, repo, mut payload) = match event {
        Event::DeploymentCreated { id, .. } => of_deployment(state, *id)?,
        // GitHub sends nothing of these.
        Event::DeploymentStatus { state, .. } if state == "INACTIVE" => return None,
        Event::DeploymentStatus { id, .. } => {
            let (_, repo, mut payload) = of_deployment(state, *id)?;
            let (_, place) = state.deployments.get(id)?;
            let newest = statuses(state, repo, &repo.deployments[*place], BASE).into_iter().next();
            payload["deployment_status"] = newest?;
            ("deployment_status", repo, payload)
        }
        Event::PullMerged { repo, number, .. } | Event::PullClosed { repo, number } => {
            of_pull(state, *repo, *number, "closed")?
        }
        Event::PullOpened { repo, number, .. } => of_pull(state, *repo, *number, "opened")?,
        Event::PullReopened { repo, number } => of_pull(state, *repo, *number, "reopened")?,
        Event::PullReadiness { repo, number, ready } => {
            let action = if *ready { "ready_for_review" } else { "converted_to_draft" };
            of_pull(state, *repo, *number, action)?
        }
        Event::PullReviewed { repo, number, .. } => of_review(state, *repo, *number)?,
        Event::IssueOpened { repo, number, .. } => of_issue(state, *repo, *number, "opened")?,
        Event::IssueClosed { repo, number, .. } => of_issue(state, *repo, *number, "closed")?,
        Event::IssueReopened { repo, number } => of_issue(state, *repo, *number, "reopened")?,
        Event::Labeled { repo, number, .. } => labeled(state, *repo, *number)?,
        Event::Commented { repo, number, author, body } => {
            let (_, home, mut payload) = of_issue(state, *repo, *number, "created")?;
            payload["comment"] = json!({"body": body, "user": user(state, author)});
            ("issue_comment", home, payload)
        }
        Event::Push { repo, branch, head, commits } => {
            ("push", state.repositories.get(repo)?, push(branch, head, commits))
        }
        Event::RepositoryMoved { repo, .. } => {
            ("repository", state.repositories.get(repo)?, json!({"action": "renamed"}))
        }
        Event::RepositoryArchived { repo, archived } => {
            let action = if *archived { "archived" } else { "unarchived" };
            ("repository", state.repositories.get(repo)?, json!({"action": action}))
        }
        _ => return None,
    };
    let mut home = repository(state, repo, BASE);
    if let Some(fields) = home.as_object_mut() {
        // What the viewer may do is of no viewer.
        fields.remove("permissions");
    }
    if kind == "push" {
        // Of pushes alone these are numbers.
        home["created_at"] = json!(repo.created_at);
        home["pushed_at"] = json!(repo.pushed_at);
    }
    payload["repository"] = home;
    payload["sender"] = user(state, &repo.owner);
    Some((kind, payload))
}

type Told<'a> = (&'static str, &'a Repository, Value);

fn of_deployment(state: &State, id: u64) -> Option<Told<'_>> {
    let (repo, place) = state.deployments.get(&id)?;
    let repo = state.repositories.get(repo)?;
    let shown = deployment(state, repo, repo.deployments.get(*place)?, BASE);
    Some(("deployment", repo, json!({"action": "created", "deployment": shown})))
}

fn of_pull<'a>(state: &'a State, repo: RepoId, number: u32, action: &str) -> Option<Told<'a>> {
    let repo = state.repositories.get(&repo)?;
    let shown = pull(state, repo, repo.pulls.get(&number)?, BASE);
    let payload = json!({"action": action, "number": number, "pull_request": shown});
    Some(("pull_request", repo, payload))
}

/// The last review that was submitted.
fn of_review(state: &State, repo: RepoId, number: u32) -> Option<Told<'_>> {
    let (_, home, mut payload) = of_pull(state, repo, number, "submitted")?;
    let pull = home.pulls.get(&number)?;
    let review = pull.reviews.last()?;
    let verdict = match review.verdict {
        Verdict::Approved => "approved",
        Verdict::ChangesRequested => "changes_requested",
        Verdict::Commented => "commented",
    };
    payload["review"] = json!({
        "id": pull.reviews.len(),
        "user": user(state, &review.author),
        "body": null,
        "state": verdict,
        "submitted_at": show_time(review.at),
        "commit_id": review.commit.map(|commit| home.graph.get(commit).oid.clone()),
    });
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("number");
    }
    if let Some(fields) = payload["pull_request"].as_object_mut() {
        // Payloads of reviews show less of it.
        fields.retain(|field, _| !["merged", "merged_by", "commits"].contains(&field.as_str()));
    }
    Some(("pull_request_review", home, payload))
}

fn of_issue<'a>(state: &'a State, repo: RepoId, number: u32, action: &str) -> Option<Told<'a>> {
    let repo = state.repositories.get(&repo)?;
    let owner = match repo.issues.get(&number) {
        Some(issue) => Owner::Issue(issue),
        None => Owner::Pull(repo.pulls.get(&number)?),
    };
    let payload = json!({"action": action, "issue": issue(state, repo, owner, BASE)});
    Some(("issues", repo, payload))
}

/// The last label that was given or taken away.
fn labeled(state: &State, repo: RepoId, number: u32) -> Option<Told<'_>> {
    let home = state.repositories.get(&repo)?;
    let an_issue = home.issues.get(&number).map(|issue| &issue.thread);
    let thread: &Thread = match an_issue {
        Some(thread) => thread,
        None => &home.pulls.get(&number)?.thread,
    };
    let (action, label) = thread.timeline.iter().rev().find_map(|item| match &item.what {
        TimelineKind::Labeled(label) => Some(("labeled", label)),
        TimelineKind::Unlabeled(label) => Some(("unlabeled", label)),
        _ => None,
    })?;
    let mut told = match an_issue {
        Some(_) => of_issue(state, repo, number, action)?,
        None => of_pull(state, repo, number, action)?,
    };
    told.2["label"] = json!({"name": label});
    Some(told)
}

fn push(branch: &str, head: &str, commits: &[NewCommit]) -> Value {
    let shown = commits.iter().map(|commit| {
        let nobody = commit.author.as_deref().unwrap_or("Somebody");
        json!({
            "id": commit.oid,
            "message": commit.message,
            "timestamp": show_time(commit.committed_at),
            "author": {"name": nobody, "email": format!("{nobody}@example.invalid")},
            "added": [],
            "removed": [],
            "modified": [format!("src/{}.rs", &commit.oid[..7])],
        })
    });
    let shown: Vec<Value> = shown.collect();
    let before = commits.first().and_then(|commit| commit.parents.first());
    json!({
        "ref": format!("refs/heads/{branch}"),
        "before": before.map_or(NOTHING, String::as_str),
        "after": head,
        "created": before.is_none(),
        "deleted": false,
        "forced": false,
        "base_ref": null,
        "head_commit": shown.last(),
        "commits": shown,
        "pusher": {"name": "somebody", "email": "somebody@example.invalid"},
    })
}
