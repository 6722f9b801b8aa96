//! `Repository`, its lists, labels and environments.

use super::{Call, commit, null, owner_of, release, thread, web};
use crate::graphql::args::Args;
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Failure, Node, Out, Owner};
use crate::id;
use crate::state::{PullRequest, Repository};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) fn field<'s>(ctx: &Ctx<'s>, repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    match call.name {
        "id" => super::node_id(&Node::Repository(repo)).into(),
        "databaseId" => Out::int32(repo.id),
        "name" => repo.name.clone().into(),
        "nameWithOwner" => repo.full_name().into(),
        "owner" => owner_of(ctx, repo),
        "isArchived" => repo.archived.into(),
        "archivedAt" => Out::maybe_time(repo.archived.then_some(repo.updated_at)),
        "isFork" => repo.fork.into(),
        "isEmpty" => repo.branches.is_empty().into(),
        "isInOrganization" => super::search::in_organization(ctx, repo).into(),
        "hasIssuesEnabled" | "mergeCommitAllowed" | "squashMergeAllowed" | "rebaseMergeAllowed" => {
            true.into()
        }
        "isDisabled" | "isLocked" | "isMirror" | "isTemplate" | "isPrivate" => false.into(),
        "visibility" => "PUBLIC".into(),
        "stargazerCount" | "forkCount" => 0.into(),
        "createdAt" => Out::time(repo.created_at),
        "pushedAt" => Out::maybe_time(repo.pushed_at),
        "updatedAt" => Out::time(repo.updated_at),
        "url" => web(repo).into(),
        "resourcePath" => format!("/{}", repo.full_name()).into(),
        "sshUrl" => format!("git@github.com:{}.git", repo.full_name()).into(),
        "defaultBranchRef" => branch(repo, &repo.default_branch),
        "ref" => {
            let name = call.args.text("qualifiedName").unwrap_or_default();
            branch(repo, name.strip_prefix("refs/heads/").unwrap_or(name))
        }
        "object" => commit::object(repo, call.args),
        "environment" => {
            let found = repo.environments.get_key_value(call.args.text("name").unwrap_or_default());
            Out::Node(found.map(|(name, _)| environment_node(repo, name)))
        }
        "pullRequest" | "issue" | "issueOrPullRequest" => numbered(repo, call),
        "label" => {
            let wanted = call.args.text("name").unwrap_or_default();
            let found = labels_of(repo).into_iter().find(|label| *label == wanted);
            Out::Node(found.map(|label| Node::Label(repo, label)))
        }
        _ => lists(repo, call),
    }
}

fn lists<'s>(repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    let Call { args, bounds, .. } = call;
    let order = args.order();
    let descending = order.is_some_and(|(_, descending)| descending);
    match call.name {
        "refs" if args.text("refPrefix").is_some_and(|prefix| prefix.starts_with("refs/tags")) => {
            release::tags(repo, call)
        }
        "refs" => {
            let wanted =
                args.text("refPrefix").is_some_and(|prefix| prefix.starts_with("refs/heads"));
            let names = repo.branches.keys().filter(|_| wanted);
            let items = names.map(|name| (Key(0, name.clone(), 0), name.as_str())).collect();
            page(args, bounds, args.text("direction") == Some("DESC"), items, |name| {
                Node::Ref(repo, name)
            })
        }
        "repositoryTopics" => {
            let items = repo.topics.iter().enumerate();
            let items = items.map(|(n, topic)| (Key::at(0, n as u64), topic.as_str())).collect();
            page(args, bounds, false, items, Node::Topic)
        }
        "environments" => {
            let names = repo.environments.keys().filter(|name| args.admits("names", name));
            let items = names.map(|name| (Key(0, name.clone(), 0), name.as_str())).collect();
            page(args, bounds, descending, items, |name| environment_node(repo, name))
        }
        "deployments" => deployments(repo, call, None),
        "pullRequests" => pulls(repo, repo.pulls.values(), call),
        "issues" => issues(repo, call),
        "releases" => release::list(repo, call),
        "labels" => {
            let labels = labels_of(repo).into_iter();
            let items = labels.map(|label| (Key(0, label.to_owned(), 0), label)).collect();
            page(args, bounds, descending, items, |label| Node::Label(repo, label))
        }
        _ => null(),
    }
}

fn branch<'s>(repo: &'s Repository, name: &str) -> Out<'s> {
    let found = repo.branches.get_key_value(name);
    Out::Node(found.map(|(name, _)| Node::Ref(repo, name)))
}

fn environment_node<'s>(repo: &Repository, name: &str) -> Node<'s> {
    let number = id::name_hash(name);
    let id = id::encode("EN", &[repo.id, number], None);
    Node::Record("Environment", json!({"id": id, "databaseId": number, "name": name}))
}

fn numbered<'s>(repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    let number = call.args.number("number").unwrap_or(0);
    let key = u32::try_from(number).unwrap_or(0);
    let pull = repo.pulls.get(&key).map(|pull| Node::Thread(repo, Owner::Pull(pull)));
    let issue = repo.issues.get(&key).map(|issue| Node::Thread(repo, Owner::Issue(issue)));
    let (found, what) = match call.name {
        "pullRequest" => (pull, "a PullRequest"),
        "issue" => (issue, "an Issue"),
        _ => (pull.or(issue), "an issue or pull request"),
    };
    match found {
        Some(node) => Out::node(node),
        None => Out::Fail(Failure::not_found(format!(
            "Could not resolve to {what} with the number of {number}."
        ))),
    }
}

/// Deployments of a repository, or of one of its commits.
pub(super) fn deployments<'s>(repo: &'s Repository, call: Call<'_>, sha: Option<&str>) -> Out<'s> {
    let args = call.args;
    let environments = args.texts("environments");
    let wanted = repo.deployments.iter().filter(|deployment| {
        let named = |names: &Vec<&str>| names.contains(&deployment.environment.as_str());
        environments.as_ref().is_none_or(named) && sha.is_none_or(|sha| deployment.sha == sha)
    });
    let items = wanted.map(|one| (Key::at(one.created_at, one.id), one)).collect();
    let descending = args.order().is_some_and(|(_, descending)| descending);
    page(args, call.bounds, descending, items, |one| Node::Deployment(repo, one))
}

/// Pull requests out of `pulls` that pass the usual filters.
pub(super) fn pulls<'s>(
    repo: &'s Repository,
    pulls: impl Iterator<Item = &'s PullRequest>,
    call: Call<'_>,
) -> Out<'s> {
    let args = call.args;
    let (field, descending) = args.order().unwrap_or(("CREATED_AT", false));
    let (base, head) = (args.text("baseRefName"), args.text("headRefName"));
    let (states, labels) = (args.texts("states"), args.texts("labels"));
    let wanted = pulls.filter(|pull| {
        states.as_ref().is_none_or(|states| states.contains(&super::pull_request::state(pull)))
            && labels.as_ref().is_none_or(|any| thread::has_any(&pull.thread, any))
            && base.is_none_or(|base| pull.base == base)
            && head.is_none_or(|head| pull.head == head)
    });
    let items = wanted.map(|pull| (thread::key(&pull.thread, field), pull)).collect();
    page(args, call.bounds, descending, items, |pull| Node::Thread(repo, Owner::Pull(pull)))
}

fn issues<'s>(repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    let args = call.args;
    let filter = args.object("filterBy");
    let since = filter.and_then(|filter| filter.time("since"));
    let (field, descending) = args.order().unwrap_or(("CREATED_AT", false));
    let lists = |name| [args.texts(name), filter.and_then(|filter: Args<'_>| filter.texts(name))];
    let (labels, states) = (lists("labels"), lists("states"));
    let wanted = repo.issues.values().filter(|issue| {
        let thread = &issue.thread;
        let state = if thread.closed_at.is_some() { "CLOSED" } else { "OPEN" };
        labels.iter().flatten().all(|any| thread::has_any(thread, any))
            && states.iter().flatten().all(|states| states.contains(&state))
            && since.is_none_or(|since| thread.updated_at >= since)
    });
    let items = wanted.map(|issue| (thread::key(&issue.thread, field), issue)).collect();
    page(args, call.bounds, descending, items, |issue| Node::Thread(repo, Owner::Issue(issue)))
}

/// The repositories an owner has now.
pub(super) fn owned<'s>(ctx: &Ctx<'s>, login: &str) -> impl Iterator<Item = &'s Repository> {
    let all = ctx.state.repositories.values();
    all.filter(move |repo| repo.owner.eq_ignore_ascii_case(login) && ctx.faults.shows(repo))
}

/// `repositories` of an owner.
pub(super) fn list<'s>(ctx: &Ctx<'s>, login: &str, call: Call<'_>) -> Out<'s> {
    let args = call.args;
    let (field, descending) = args.order().unwrap_or(("CREATED_AT", false));
    let is = |name: &str, value: bool| args.flag(name).is_none_or(|wanted| wanted == value);
    let shown = |name: &str| args.text(name).is_none_or(|wanted| wanted == "PUBLIC");
    let wanted = owned(ctx, login).filter(|repo| {
        is("isFork", repo.fork)
            && is("isArchived", repo.archived)
            && is("isLocked", false)
            && is("hasIssuesEnabled", true)
            && shown("privacy")
            && shown("visibility")
    });
    let key = |repo: &Repository| match field {
        "NAME" => Key(0, repo.name.to_ascii_lowercase(), repo.id),
        "PUSHED_AT" => Key::at(repo.pushed_at.unwrap_or(repo.created_at), repo.id),
        "UPDATED_AT" => Key::at(repo.updated_at, repo.id),
        "STARGAZERS" => Key::at(0, repo.id),
        _ => Key::at(repo.created_at, repo.id),
    };
    let items = wanted.map(|repo| (key(repo), repo)).collect();
    page(args, call.bounds, descending, items, Node::Repository)
}

fn labels_of(repo: &Repository) -> BTreeSet<&str> {
    let pulls = repo.pulls.values().flat_map(|pull| &pull.thread.labels);
    let issues = repo.issues.values().flat_map(|issue| &issue.thread.labels);
    pulls.chain(issues).map(String::as_str).collect()
}

pub(super) fn label<'s>(repo: &'s Repository, label: &str, call: Call<'_>) -> Out<'s> {
    match call.name {
        "id" => id::encode("LA", &[repo.id, id::name_hash(label)], None).into(),
        "name" => label.into(),
        "color" => format!("{:06x}", id::name_hash(label) & 0xff_ffff).into(),
        "isDefault" => false.into(),
        "createdAt" | "updatedAt" => Out::time(repo.created_at),
        "url" => format!("{}/labels/{label}", web(repo)).into(),
        "repository" => Out::node(Node::Repository(repo)),
        _ => null(),
    }
}
