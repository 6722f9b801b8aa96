//! `Commit`, `GitActor`, `Ref`, `Comparison`, and the history of a commit.

use super::{Call, node_id, null, repository, status, tree, web};
use crate::graphql::args::{Args, show_time};
use crate::graphql::connection::{Connection, Key, invalid_cursor, page};
use crate::graphql::exec::{Ctx, Node, Out};
use crate::id::encode;
use crate::state::{AccountKind, Repository};

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    index: u32,
    call: Call<'_>,
) -> Out<'s> {
    let commit = repo.graph.get(index);
    match call.name {
        "id" => node_id(&Node::Commit(repo, index)).into(),
        "oid" => commit.oid.clone().into(),
        "abbreviatedOid" => commit.oid[..7].into(),
        "message" => commit.message.clone().into(),
        "messageHeadline" => commit.headline().into(),
        "messageBody" => commit.body().into(),
        "authoredDate" => Out::time(commit.authored_at),
        "committedDate" => Out::time(commit.committed_at),
        "author" => Out::node(Node::GitActor(repo, index, true)),
        "committer" => Out::node(Node::GitActor(repo, index, false)),
        "authoredByCommitter" => true.into(),
        "additions" => ((index % 11 + 1) * 7).into(),
        "deletions" => ((index % 11 + 1) * 3).into(),
        "changedFilesIfAvailable" => 1.into(),
        "repository" => Out::node(Node::Repository(repo)),
        "url" | "commitUrl" => format!("{}/commit/{}", web(repo), commit.oid).into(),
        "status" => status::of(repo, index),
        "parents" => {
            let parents = commit.parents.iter().enumerate();
            let items = parents.map(|(n, parent)| (Key::at(n as i64, 0), *parent)).collect();
            page(call.args, call.bounds, false, items, |parent| Node::Commit(repo, parent))
        }
        "history" => history(ctx, repo, index, call),
        "associatedPullRequests" => repository::pulls(repo, repo.pulls_of(index), call),
        "deployments" => repository::deployments(repo, call, Some(&commit.oid)),
        _ => null(),
    }
}

/// The log of a commit. A cursor is the head's id and a position, so a page stays where it was
/// while the branch moves on.
fn history<'s>(ctx: &Ctx<'s>, repo: &'s Repository, head: u32, call: Call<'_>) -> Out<'s> {
    let args = call.args;
    let parse = |cursor: &str| {
        let (oid, position) = cursor.split_once(' ')?;
        Some((repo.graph.find(oid)?, position.parse::<usize>().ok()?))
    };
    let mut head = head;
    let (mut from, mut to) = (0, None);
    for name in ["after", "before"] {
        let Some(cursor) = args.text(name) else { continue };
        let Some((at, position)) = parse(cursor) else {
            return Out::Fail(invalid_cursor(cursor, name));
        };
        head = at;
        match name {
            "after" => from = position + 1,
            _ => to = Some(position),
        }
    }
    let (since, until) = (args.time("since"), args.time("until"));
    let order = ctx.histories.of(repo, head);
    let shown: Vec<u32> = order
        .iter()
        .copied()
        .filter(|commit| {
            let at = repo.graph.get(*commit).committed_at;
            since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until)
        })
        .collect();
    let to = to.unwrap_or(shown.len()).min(shown.len());
    let (from, to) = call.bounds.cut(from.min(to), to);
    let oid = &repo.graph.get(head).oid;
    let items = shown[from..to].iter().enumerate();
    let items =
        items.map(|(n, commit)| (format!("{oid} {}", from + n), Node::Commit(repo, *commit)));
    Out::Connection(Connection {
        items: items.collect(),
        total: shown.len(),
        before: from > 0,
        after: to < shown.len(),
    })
}

pub(super) fn actor<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    commit: u32,
    author: bool,
    call: Call<'_>,
) -> Out<'s> {
    let commit = repo.graph.get(commit);
    let login = commit.author.as_deref();
    let account = login.and_then(|login| ctx.state.account(login));
    match call.name {
        "name" => login.unwrap_or("Somebody").into(),
        "email" => match login {
            Some(login) => format!("{login}@users.noreply.github.com").into(),
            None => "somebody@example.invalid".into(),
        },
        "date" => {
            let at = if author { commit.authored_at } else { commit.committed_at };
            show_time(at).into()
        }
        "user" => Out::Node(account.map(|mut account| {
            // A bot that commits is shown as the user it commits as.
            if account.kind == AccountKind::Bot {
                account.login.push_str("[bot]");
                account.kind = AccountKind::User;
            }
            Node::Account(account)
        })),
        _ => null(),
    }
}

pub(super) fn reference<'s>(repo: &'s Repository, branch: &'s str, call: Call<'_>) -> Out<'s> {
    let Some(tip) = repo.branches.get(branch).copied() else { return null() };
    match call.name {
        "id" => encode("REF", &[repo.id], Some(&format!("refs/heads/{branch}"))).into(),
        "name" => branch.into(),
        "prefix" => "refs/heads/".into(),
        "repository" => Out::node(Node::Repository(repo)),
        "target" => Out::node(Node::Commit(repo, tip)),
        "compare" => {
            let head = resolve(repo, call.args.text("headRef").unwrap_or_default());
            Out::Node(head.map(|head| Node::Comparison(repo, tip, head)))
        }
        "associatedPullRequests" => {
            repository::pulls(repo, repo.pulls.values().filter(|pull| pull.head == branch), call)
        }
        _ => null(),
    }
}

pub(super) fn comparison<'s>(
    repo: &'s Repository,
    base: u32,
    head: u32,
    call: Call<'_>,
) -> Out<'s> {
    let ahead = || repo.graph.range(Some(base), head);
    let behind = || repo.graph.range(Some(head), base);
    match call.name {
        "id" => encode("CMP", &[repo.id, u64::from(base), u64::from(head)], None).into(),
        "aheadBy" => ahead().len().into(),
        "behindBy" => behind().len().into(),
        "status" => match (ahead().is_empty(), behind().is_empty()) {
            (true, true) => "IDENTICAL".into(),
            (false, true) => "AHEAD".into(),
            (true, false) => "BEHIND".into(),
            (false, false) => "DIVERGED".into(),
        },
        "commits" => {
            let items = ahead().into_iter();
            let items = items.map(|commit| (Key::at(0, u64::from(commit)), commit)).collect();
            page(call.args, call.bounds, false, items, |commit| Node::Commit(repo, commit))
        }
        _ => null(),
    }
}

/// `object(oid:)` or `object(expression:)`. Files and folders are those of the default branch's head.
pub(super) fn object<'s>(repo: &'s Repository, args: Args<'_>) -> Out<'s> {
    let expression = args.text("expression").unwrap_or_default();
    if let (None, Some((revision, path))) = (args.text("oid"), expression.split_once(':')) {
        let head = repo.branches.get(&repo.default_branch).copied();
        let is_head = head.is_some() && resolve(repo, revision) == head;
        return Out::Node(tree::at_path(repo, path).filter(|_| is_head));
    }
    let found = match (args.text("oid"), args.text("expression")) {
        (Some(oid), _) => repo.graph.find(oid),
        (None, Some(expression)) => resolve(repo, expression),
        (None, None) => repo.branches.get(&repo.default_branch).copied(),
    };
    let found = found.map(|commit| Node::Commit(repo, commit));
    Out::Node(found.or_else(|| tree::by_id(repo, args.text("oid")?)))
}

/// What a revision names: a branch, `HEAD`, or a commit id, whole or shortened.
pub(crate) fn resolve(repo: &Repository, revision: &str) -> Option<u32> {
    let branch = match revision {
        "HEAD" => &repo.default_branch,
        other => other.strip_prefix("refs/heads/").unwrap_or(other),
    };
    let branch = repo.branches.get(branch).copied();
    branch.or_else(|| repo.graph.find(revision)).or_else(|| repo.graph.find_short(revision))
}
