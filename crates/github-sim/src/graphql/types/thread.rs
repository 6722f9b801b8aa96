//! What `PullRequest` and `Issue` have in common, and `IssueComment`.

use super::{Call, actor, null};
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Node, Out, Owner};
use crate::id::encode;
use crate::state::{Repository, Thread};

/// Database ids are made of the repository's id and the number, so that they never change.
pub(crate) fn database_id(repo: &Repository, number: u32) -> u64 {
    repo.id * 1_000_000 + u64::from(number)
}

pub(crate) fn id(prefix: &str, repo: &Repository, number: u32) -> String {
    encode(prefix, &[repo.id, u64::from(number)], None)
}

/// The sort key for an `IssueOrder` field.
pub(super) fn key(thread: &Thread, field: &str) -> Key {
    let number = u64::from(thread.number);
    match field {
        "UPDATED_AT" => Key::at(thread.updated_at, number),
        "COMMENTS" => Key::at(thread.comments.len() as i64, number),
        _ => Key::at(thread.created_at, number),
    }
}

/// Whether one of the labels is there; GitHub's label filter is an "or" without regard to case.
pub(super) fn has_any(thread: &Thread, labels: &[&str]) -> bool {
    let has = |wanted: &&str| thread.labels.iter().any(|label| label.eq_ignore_ascii_case(wanted));
    labels.iter().any(has)
}

impl<'s> Owner<'s> {
    pub(crate) fn thread(self) -> &'s Thread {
        match self {
            Owner::Pull(pull) => &pull.thread,
            Owner::Issue(issue) => &issue.thread,
        }
    }
}

pub(super) fn url(repo: &Repository, owner: Owner<'_>) -> String {
    format!("https://github.com{}", path(repo, owner))
}

fn path(repo: &Repository, owner: Owner<'_>) -> String {
    let kind = if matches!(owner, Owner::Pull(_)) { "pull" } else { "issues" };
    format!("/{}/{kind}/{}", repo.full_name(), owner.thread().number)
}

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    owner: Owner<'s>,
    call: Call<'_>,
) -> Out<'s> {
    let thread = owner.thread();
    match call.name {
        "id" => super::node_id(&Node::Thread(repo, owner)).into(),
        "number" => thread.number.into(),
        "title" => thread.title.clone().into(),
        "body" | "bodyText" => thread.body.clone().into(),
        "url" | "permalink" => url(repo, owner).into(),
        "resourcePath" => path(repo, owner).into(),
        "author" => actor(ctx, &thread.author),
        "createdAt" | "publishedAt" => Out::time(thread.created_at),
        "updatedAt" => Out::time(thread.updated_at),
        "closedAt" => Out::maybe_time(thread.closed_at),
        "closed" => thread.closed_at.is_some().into(),
        "locked" | "createdViaEmail" => false.into(),
        "lastEditedAt" => Out::maybe_time(thread.edited_at),
        "databaseId" => Out::int32(database_id(repo, thread.number)),
        "fullDatabaseId" => database_id(repo, thread.number).to_string().into(),
        "repository" => Out::node(Node::Repository(repo)),
        "labels" => {
            let labels = thread.labels.iter().enumerate();
            let by_name = call.args.order().is_some_and(|(field, _)| field == "NAME");
            let key = |n: usize, label: &str| match by_name {
                true => Key(0, label.to_owned(), 0),
                false => Key::at(n as i64, 0),
            };
            let items = labels.map(|(n, label)| (key(n, label), label.as_str())).collect();
            let descending = call.args.order().is_some_and(|(_, descending)| descending);
            page(call.args, call.bounds, descending, items, |label| Node::Label(repo, label))
        }
        "comments" => {
            let comments = thread.comments.iter().enumerate();
            let items = comments.map(|(n, comment)| (Key::at(comment.at, n as u64), n)).collect();
            let descending = call.args.order().is_some_and(|(_, descending)| descending);
            page(call.args, call.bounds, descending, items, |n| Node::Comment(repo, owner, n))
        }
        "timelineItems" => super::timeline::list(repo, owner, call),
        _ => null(),
    }
}

pub(super) fn comment<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    owner: Owner<'s>,
    index: usize,
    call: Call<'_>,
) -> Out<'s> {
    let thread = owner.thread();
    let Some(comment) = thread.comments.get(index) else { return null() };
    let number = database_id(repo, thread.number) * 1000 + index as u64;
    match call.name {
        "id" => encode("IC", &[repo.id, number], None).into(),
        "databaseId" => Out::int32(number),
        "fullDatabaseId" => number.to_string().into(),
        "author" => actor(ctx, &comment.author),
        "body" | "bodyText" => comment.body.clone().into(),
        "createdAt" | "updatedAt" => Out::time(comment.at),
        "pullRequest" => {
            let is_pull = matches!(owner, Owner::Pull(_));
            Out::Node(is_pull.then_some(Node::Thread(repo, owner)))
        }
        "repository" => Out::node(Node::Repository(repo)),
        "url" => format!("{}#issuecomment-{number}", url(repo, owner)).into(),
        _ => null(),
    }
}
