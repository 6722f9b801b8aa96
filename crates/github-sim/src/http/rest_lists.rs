//! REST lists: their filters and orders.

use super::rest::{Found, Parameters};
use super::{rest_json, rest_pulls};
use crate::graphql::{Owner, resolve};
use crate::state::{Deployment, Repository, State};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn repositories(
    state: &State,
    login: &str,
    parameters: &Parameters,
    base: &str,
) -> Found {
    let sort = parameters.get("sort").unwrap_or("created");
    let wanted = state.repositories.values().filter(|repo| {
        repo.owner.eq_ignore_ascii_case(login)
            && match parameters.get("type") {
                Some("forks") => repo.fork,
                Some("sources") => !repo.fork,
                Some("private" | "member") => false,
                _ => true,
            }
    });
    let mut wanted: Vec<&Repository> = wanted.collect();
    if sort == "full_name" {
        wanted.sort_by_key(|repo| repo.full_name().to_ascii_lowercase());
    } else {
        wanted.sort_by_key(|repo| match sort {
            "pushed" => (repo.pushed_at.unwrap_or(repo.created_at), repo.id),
            "updated" => (repo.updated_at, repo.id),
            _ => (repo.created_at, repo.id),
        });
    }
    if parameters.descends(sort != "full_name") {
        wanted.reverse();
    }
    let shown = wanted.into_iter().map(|repo| rest_json::repository(state, repo, base));
    Found::Many(shown.collect())
}

/// The custom properties of an organisation's repositories; those that a repository lacks are null.
pub(super) fn property_values(state: &State, login: &str) -> Found {
    let owned = || {
        let repositories = state.repositories.values();
        repositories.filter(|repo| repo.owner.eq_ignore_ascii_case(login))
    };
    let names: BTreeSet<&String> = owned().flat_map(|repo| repo.properties.keys()).collect();
    let shown = owned().map(|repo| {
        let properties = names.iter().map(|name| {
            let values = repo.properties.get(*name).map(Vec::as_slice).unwrap_or_default();
            let value = match values {
                [] => Value::Null,
                [one] => json!(one),
                several => json!(several),
            };
            json!({"property_name": name, "value": value})
        });
        json!({
            "repository_id": repo.id,
            "repository_name": repo.name,
            "repository_full_name": repo.full_name(),
            "properties": properties.collect::<Vec<_>>(),
        })
    });
    Found::Many(shown.collect())
}

pub(super) fn deployment<'s>(repo: &'s Repository, id: &str) -> Option<&'s Deployment> {
    let id: u64 = id.parse().ok()?;
    repo.deployments.iter().find(|deployment| deployment.id == id)
}

pub(super) fn deployments(
    state: &State,
    repo: &Repository,
    parameters: &Parameters,
    base: &str,
) -> Found {
    let is = |name: &str, value: &str| parameters.get(name).is_none_or(|wanted| wanted == value);
    let wanted = repo.deployments.iter().rev().filter(|deployment| {
        is("sha", &deployment.sha)
            && is("task", &deployment.task)
            && is("environment", &deployment.environment)
            && is("ref", deployment.branch.as_deref().unwrap_or(&deployment.sha))
    });
    Found::Many(wanted.map(|one| rest_json::deployment(state, repo, one, base)).collect())
}

pub(super) fn pulls(
    state: &State,
    repo: &Repository,
    parameters: &Parameters,
    base: &str,
) -> Found {
    let head =
        parameters.get("head").map(|head| head.split_once(':').map_or(head, |(_, head)| head));
    let wanted = repo.pulls.values().filter(|pull| {
        is_in_state(pull.thread.closed_at, parameters)
            && parameters.get("base").is_none_or(|base| pull.base == base)
            && head.is_none_or(|head| pull.head == head)
    });
    let mut wanted: Vec<_> = wanted.collect();
    match parameters.get("sort") {
        Some("updated") => wanted.sort_by_key(|pull| (pull.thread.updated_at, pull.thread.number)),
        Some("popularity") => {
            wanted.sort_by_key(|pull| (pull.thread.comments.len(), pull.thread.number));
        }
        _ => wanted.sort_by_key(|pull| (pull.thread.created_at, pull.thread.number)),
    }
    // Newest first when sorted by creation or not at all; else oldest first.
    if parameters.descends(matches!(parameters.get("sort"), None | Some("created"))) {
        wanted.reverse();
    }
    Found::Many(rest_pulls::listed(state, repo, wanted.into_iter(), base))
}

fn is_in_state(closed_at: Option<i64>, parameters: &Parameters) -> bool {
    match parameters.get("state").unwrap_or("open") {
        "all" => true,
        "closed" => closed_at.is_some(),
        _ => closed_at.is_none(),
    }
}

pub(super) fn numbered<'s>(repo: &'s Repository, number: &str) -> Option<Owner<'s>> {
    let number: u32 = number.parse().ok()?;
    let pull = repo.pulls.get(&number).map(Owner::Pull);
    pull.or_else(|| repo.issues.get(&number).map(Owner::Issue))
}

/// Issues, among them the pull requests, as the REST API has it.
pub(super) fn issues(
    state: &State,
    repo: &Repository,
    parameters: &Parameters,
    base: &str,
) -> Found {
    let labels: Vec<&str> =
        parameters.get("labels").map(|labels| labels.split(',').collect()).unwrap_or_default();
    let since = parameters.time("since");
    let pulls = repo.pulls.values().map(Owner::Pull);
    let wanted = pulls.chain(repo.issues.values().map(Owner::Issue)).filter(|owner| {
        let thread = owner.thread();
        let has = |wanted: &&str| thread.labels.iter().any(|one| one.eq_ignore_ascii_case(wanted));
        is_in_state(thread.closed_at, parameters)
            && labels.iter().all(has)
            && since.is_none_or(|since| thread.updated_at >= since)
    });
    let mut wanted: Vec<Owner<'_>> = wanted.collect();
    let sort = parameters.get("sort");
    wanted.sort_by_key(|owner| {
        let thread = owner.thread();
        let key = match sort {
            Some("updated") => thread.updated_at,
            Some("comments") => thread.comments.len() as i64,
            _ => thread.created_at,
        };
        (key, thread.number)
    });
    if parameters.descends(true) {
        wanted.reverse();
    }
    Found::Many(
        wanted.into_iter().map(|owner| rest_json::issue(state, repo, owner, base)).collect(),
    )
}

pub(super) fn commits(
    state: &State,
    repo: &Repository,
    parameters: &Parameters,
    base: &str,
) -> Found {
    let Some(head) = resolve(repo, parameters.get("sha").unwrap_or("HEAD")) else {
        return Found::Status(404, "Not Found");
    };
    let (since, until) = (parameters.time("since"), parameters.time("until"));
    let log = repo.graph.log(head).into_iter().filter(|commit| {
        let at = repo.graph.get(*commit).committed_at;
        since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until)
    });
    Found::Many(log.map(|commit| rest_json::commit(state, repo, commit, base)).collect())
}

/// The most commits that a comparison lists.
const COMPARED: usize = 250;

pub(super) fn compare(state: &State, repo: &Repository, range: &str, base: &str) -> Found {
    let Some((from, to)) = range.split_once("...") else {
        return Found::Status(404, "Not Found");
    };
    let (Some(from), Some(to)) = (resolve(repo, from), resolve(repo, to)) else {
        return Found::Status(404, "Not Found");
    };
    let (ahead, behind) = (repo.graph.range(Some(from), to), repo.graph.range(Some(to), from));
    let status = match (ahead.is_empty(), behind.is_empty()) {
        (true, true) => "identical",
        (false, true) => "ahead",
        (true, false) => "behind",
        (false, false) => "diverged",
    };
    let shown = ahead.iter().take(COMPARED);
    let commits: Vec<Value> =
        shown.map(|commit| rest_json::commit(state, repo, *commit, base)).collect();
    Found::One(json!({
        "status": status,
        "ahead_by": ahead.len(),
        "behind_by": behind.len(),
        "total_commits": ahead.len(),
        "commits": commits,
        "files": [],
    }))
}
