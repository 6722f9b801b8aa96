//! How the REST API shows things.

use super::rest_urls;
use crate::event::CloseReason;
use crate::graphql::{Node, Owner, database_id, node_id, show_time};
use crate::id;
use crate::state::{
    Account, AccountKind, Deployment, IssueReason, PullRequest, Repository, State, Thread,
};
use serde_json::{Value, json};

/// A user, a bot (with `[bot]` behind its login, unlike in GraphQL) or an organisation.
pub(super) fn user(state: &State, login: &str) -> Value {
    state.account(login).map_or(Value::Null, |account| shown_account(&account))
}

fn shown_account(account: &Account) -> Value {
    let (login, kind) = match account.kind {
        AccountKind::User => (account.login.clone(), "User"),
        AccountKind::Bot => (format!("{}[bot]", account.login), "Bot"),
        AccountKind::Organization => (account.login.clone(), "Organization"),
    };
    let id = id::name_hash(&account.login);
    let mut shown = json!({
        "login": login,
        "id": id,
        "node_id": node_id(&Node::Account(account.clone())),
        "html_url": format!("https://github.com/{}", account.login),
        "type": kind,
        "site_admin": false,
    });
    rest_urls::add_accounts(&mut shown, &account.login, id);
    shown
}

fn time(at: Option<i64>) -> Value {
    at.map_or(Value::Null, |at| json!(show_time(at)))
}

fn url(repo: &Repository, base: &str) -> String {
    format!("{base}/repos/{}", repo.full_name())
}

fn html(repo: &Repository) -> String {
    format!("https://github.com/{}", repo.full_name())
}

pub(super) fn repository(state: &State, repo: &Repository, base: &str) -> Value {
    let nobody = || Account::new(&repo.owner, AccountKind::User);
    let owner = state.account(&repo.owner).unwrap_or_else(nobody);
    let mut shown = json!({
        "id": repo.id,
        "node_id": node_id(&Node::Repository(repo)),
        "name": repo.name,
        "full_name": repo.full_name(),
        "owner": shown_account(&owner),
        "private": false,
        "visibility": "public",
        "html_url": html(repo),
        "url": url(repo, base),
        "description": null,
        "fork": repo.fork,
        "archived": repo.archived,
        "disabled": false,
        "topics": repo.topics,
        "default_branch": repo.default_branch,
        "has_issues": true,
        "created_at": show_time(repo.created_at),
        "updated_at": show_time(repo.updated_at),
        "pushed_at": time(repo.pushed_at),
        "open_issues_count": open_count(repo),
        "open_issues": open_count(repo),
        "permissions": {"admin": false, "push": false, "pull": true},
        "has_projects": false,
        "has_wiki": false,
        "has_pages": false,
        "has_discussions": false,
        "has_downloads": true,
        "homepage": null,
        "language": null,
        "license": null,
        "mirror_url": null,
        "size": 0,
        "forks": 0,
        "forks_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "stargazers_count": 0,
    });
    rest_urls::add_repositories(&mut shown, &repo.full_name());
    shown
}

/// A repository by itself, which shows more than a list of them.
pub(super) fn whole_repository(state: &State, repo: &Repository, base: &str) -> Value {
    let mut shown = repository(state, repo, base);
    shown["network_count"] = json!(0);
    shown["subscribers_count"] = json!(0);
    shown
}

fn open_count(repo: &Repository) -> usize {
    let pulls = repo.pulls.values().map(|pull| &pull.thread);
    let threads = pulls.chain(repo.issues.values().map(|issue| &issue.thread));
    threads.filter(|thread| thread.closed_at.is_none()).count()
}

pub(super) fn deployment(
    state: &State,
    repo: &Repository,
    deployment: &Deployment,
    base: &str,
) -> Value {
    let url = format!("{}/deployments/{}", url(repo, base), deployment.id);
    // The payload is shown as it was given: JSON where it is JSON, else text.
    let payload = serde_json::from_str(&deployment.payload);
    json!({
        "id": deployment.id,
        "node_id": node_id(&Node::Deployment(repo, deployment)),
        "sha": deployment.sha,
        "ref": deployment.branch.as_ref().unwrap_or(&deployment.sha),
        "task": deployment.task,
        "payload": payload.unwrap_or_else(|_| json!(deployment.payload)),
        "original_environment": deployment.original_environment,
        "environment": deployment.environment,
        "description": null,
        "creator": actions(state),
        "created_at": show_time(deployment.created_at),
        "updated_at": show_time(deployment.updated_at()),
        "statuses_url": format!("{url}/statuses"),
        "repository_url": self::url(repo, base),
        "url": url,
        "transient_environment": false,
        "production_environment": deployment.environment == "production",
    })
}

fn actions(state: &State) -> Value {
    let declared = state.accounts.get("github-actions").cloned();
    let bot = || Account::new("github-actions", AccountKind::Bot);
    shown_account(&declared.unwrap_or_else(bot))
}

/// A deployment's statuses, newest first.
pub(super) fn statuses(
    state: &State,
    repo: &Repository,
    deployment: &Deployment,
    base: &str,
) -> Vec<Value> {
    let url = format!("{}/deployments/{}", url(repo, base), deployment.id);
    let statuses = deployment.statuses.iter().enumerate().rev();
    let shown = statuses.map(|(index, status)| {
        let id = deployment.id * 1000 + index as u64;
        json!({
            "id": id,
            "node_id": node_id(&Node::Status(repo, deployment, index)),
            "state": status.state.to_lowercase(),
            "environment": status.environment,
            "description": "",
            "creator": actions(state),
            "created_at": show_time(status.at),
            "updated_at": show_time(status.at),
            "log_url": format!("{}/actions/runs/{}", html(repo), deployment.id),
            "target_url": "",
            "url": format!("{url}/statuses/{id}"),
            "environment_url": "",
            "deployment_url": url,
            "repository_url": self::url(repo, base),
        })
    });
    shown.collect()
}

fn labels(repo: &Repository, thread: &Thread, base: &str) -> Vec<Value> {
    let shown = thread.labels.iter().map(|label| {
        let id = id::name_hash(label);
        json!({
            "id": id,
            "node_id": id::encode("LA", &[repo.id, id], None),
            "url": format!("{}/labels/{label}", url(repo, base)),
            "name": label,
            "description": "",
            "color": "ededed",
            "default": false,
        })
    });
    shown.collect()
}

pub(super) fn pull(state: &State, repo: &Repository, pull: &PullRequest, base: &str) -> Value {
    let thread = &pull.thread;
    let oid = |commit: Option<u32>| commit.map(|commit| repo.graph.get(commit).oid.clone());
    let merged_by = pull.merged_by.as_ref().map(|login| user(state, login));
    let side = |branch: &str, commit| json!({"ref": branch, "sha": oid(commit), "label": format!("{}:{branch}", repo.owner)});
    json!({
        "id": database_id(repo, thread.number),
        "node_id": node_id(&Node::Thread(repo, Owner::Pull(pull))),
        "number": thread.number,
        "state": if thread.closed_at.is_some() { "closed" } else { "open" },
        "draft": pull.draft,
        "locked": false,
        "title": thread.title,
        "body": thread.body,
        "user": user(state, &thread.author),
        "labels": labels(repo, thread, base),
        "created_at": show_time(thread.created_at),
        "updated_at": show_time(thread.updated_at),
        "closed_at": time(thread.closed_at),
        "merged_at": time(pull.merged_at),
        "merged": pull.merged_at.is_some(),
        "merged_by": merged_by,
        "merge_commit_sha": oid(pull.merge_commit),
        "head": side(&pull.head, pull.head_oid),
        "base": side(&pull.base, pull.base_oid),
        "commits": pull.commits.len(),
        "html_url": format!("{}/pull/{}", html(repo), thread.number),
        "url": format!("{}/pulls/{}", url(repo, base), thread.number),
    })
}

pub(super) fn issue(state: &State, repo: &Repository, owner: Owner<'_>, base: &str) -> Value {
    let thread = owner.thread();
    let mut shown = json!({
        "id": database_id(repo, thread.number),
        "node_id": node_id(&Node::Thread(repo, owner)),
        "number": thread.number,
        "state": if thread.closed_at.is_some() { "closed" } else { "open" },
        "state_reason": null,
        "locked": false,
        "title": thread.title,
        "body": thread.body,
        "user": user(state, &thread.author),
        "labels": labels(repo, thread, base),
        "comments": thread.comments.len(),
        "created_at": show_time(thread.created_at),
        "updated_at": show_time(thread.updated_at),
        "closed_at": time(thread.closed_at),
        "url": format!("{}/issues/{}", url(repo, base), thread.number),
    });
    match owner {
        Owner::Pull(pull) => {
            let url = format!("{}/pulls/{}", url(repo, base), thread.number);
            shown["pull_request"] = json!({"url": url, "merged_at": time(pull.merged_at)});
            shown["html_url"] = json!(format!("{}/pull/{}", html(repo), thread.number));
        }
        Owner::Issue(issue) => {
            shown["state_reason"] = match issue.reason {
                None => Value::Null,
                Some(IssueReason::Reopened) => json!("reopened"),
                Some(IssueReason::Closed(CloseReason::Completed)) => json!("completed"),
                Some(IssueReason::Closed(CloseReason::NotPlanned)) => json!("not_planned"),
                Some(IssueReason::Closed(CloseReason::Duplicate)) => json!("duplicate"),
            };
            shown["html_url"] = json!(format!("{}/issues/{}", html(repo), thread.number));
        }
    }
    shown
}

pub(super) fn commit(state: &State, repo: &Repository, index: u32, base: &str) -> Value {
    let commit = repo.graph.get(index);
    let url = |oid: &str| format!("{}/commits/{oid}", url(repo, base));
    let login = commit.author.as_deref();
    let account = login.map_or(Value::Null, |login| user(state, login));
    let email = login.map_or_else(
        || "somebody@example.invalid".to_owned(),
        |login| format!("{login}@users.noreply.github.com"),
    );
    let name = login.unwrap_or("Somebody");
    let parents = commit.parents.iter().map(|parent| {
        let oid = &repo.graph.get(*parent).oid;
        json!({"sha": oid, "url": url(oid)})
    });
    json!({
        "sha": commit.oid,
        "node_id": node_id(&Node::Commit(repo, index)),
        "commit": {
            "author": {"name": name, "email": email, "date": show_time(commit.authored_at)},
            "committer": {"name": name, "email": email, "date": show_time(commit.committed_at)},
            "message": commit.message,
        },
        "author": account,
        "committer": account,
        "parents": parents.collect::<Vec<_>>(),
        "url": url(&commit.oid),
        "html_url": format!("{}/commit/{}", html(repo), commit.oid),
    })
}
