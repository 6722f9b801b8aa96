//! Resolvers, a file per family of types. Each takes a node and a field's name, and knows nothing
//! of the query around it.

mod commit;
mod deployment;
mod issue;
mod pull_request;
mod query;
mod release;
mod repository;
mod search;
mod status;
mod team;
mod thread;
pub(crate) mod timeline;
mod tree;

pub(crate) use commit::resolve;
pub(crate) use thread::database_id;

use super::args::Args;
use super::connection::{Bounds, Connection};
use super::exec::{Ctx, Failure, Node, Out, Owner};
use crate::id;
use crate::state::{Account, AccountKind, Repository};
use apollo_compiler::executable::Selection;
use apollo_compiler::resolvers::ResolveInfo;
use serde_json::{Value, json};
use std::rc::Rc;

/// Fields of connections that need no page.
const COUNTS: [&str; 7] = [
    "totalCount",
    "issueCount",
    "repositoryCount",
    "codeCount",
    "userCount",
    "discussionCount",
    "wikiCount",
];

/// Resolves one field of a node.
pub(crate) fn field<'s>(
    ctx: &Ctx<'s>,
    node: &Node<'s>,
    info: &ResolveInfo<'_>,
    args: Args<'_>,
) -> Out<'s> {
    let name = info.field_name();
    let bounds = match bounds(ctx, info, args) {
        Ok(bounds) => bounds,
        Err(failure) => return Out::Fail(failure),
    };
    let call = Call { name, args, bounds: &bounds };
    match node {
        Node::Query => query::field(ctx, call),
        Node::Repository(repo) | Node::Granted(repo, _) => repository::field(ctx, repo, call),
        Node::Team(team) => team::field(ctx, team, call),
        Node::Tree(repo, path) => tree::tree(repo, path, call),
        Node::Entry(repo, path, is_folder) => tree::entry(repo, path, *is_folder, call),
        Node::Blob(repo, path) => tree::blob(repo, path, call),
        Node::Deployment(repo, deployment) => deployment::field(ctx, repo, deployment, call),
        Node::Status(repo, deployment, index) => deployment::status(repo, deployment, *index, call),
        Node::Thread(repo, Owner::Pull(pull)) => pull_request::field(ctx, repo, pull, call),
        Node::Thread(repo, Owner::Issue(issue)) => issue::field(ctx, repo, issue, call),
        Node::PullCommit(repo, pull, commit) => pull_request::commit(repo, pull, *commit, call),
        Node::Review(repo, pull, index) => pull_request::review(ctx, repo, pull, *index, call),
        Node::Comment(repo, owner, index) => thread::comment(ctx, repo, *owner, *index, call),
        Node::Timeline(repo, owner, index) => timeline::field(ctx, repo, *owner, *index, call),
        Node::Label(repo, label) => repository::label(repo, label, call),
        Node::CommitStatus(repo, commit) => status::field(repo, *commit, call),
        Node::Commit(repo, commit) => commit::field(ctx, repo, *commit, call),
        Node::GitActor(repo, commit, author) => commit::actor(ctx, repo, *commit, *author, call),
        Node::Ref(repo, branch) => commit::reference(repo, branch, call),
        Node::Release(repo, one) => release::field(repo, one, call),
        Node::TagRef(repo, tag) => release::reference(repo, tag, call),
        Node::Tag(repo, tag) => release::tag(repo, tag, call),
        Node::Comparison(repo, base, head) => commit::comparison(repo, *base, *head, call),
        Node::Account(account) => account_field(ctx, account, call),
        Node::Record(_, fields) => Out::Leaf(fields.get(name).cloned().unwrap_or_default()),
        Node::Topic(topic) => topic_field(topic, call),
        Node::Connection(_, connection) => connection_field(info, connection, name),
        Node::Edge(_, connection, index) => edge_field(connection, *index, name),
    }
}

/// A field with its arguments, and the bounds of its page if it is a connection.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) name: &'a str,
    pub(crate) args: Args<'a>,
    pub(crate) bounds: &'a Bounds,
}

fn bounds(ctx: &Ctx<'_>, info: &ResolveInfo<'_>, args: Args<'_>) -> Result<Bounds, Failure> {
    let is_connection = info.field_definition().ty.inner_named_type().ends_with("Connection");
    let only_counts = || {
        info.field_selections().iter().all(|field| {
            let counts = |selection: &Selection| {
                matches!(selection, Selection::Field(field) if COUNTS.contains(&field.name.as_str()))
            };
            field.selection_set.selections.iter().all(counts)
        })
    };
    let bounds = Bounds::read(args, info.field_name(), !is_connection || only_counts())?;
    if is_connection {
        ctx.faults.on_page(args.number("first").or(args.number("last")).unwrap_or(0))?;
    }
    Ok(bounds)
}

fn connection_field<'s>(
    info: &ResolveInfo<'_>,
    connection: &Rc<Connection<'s>>,
    name: &str,
) -> Out<'s> {
    match name {
        "nodes" => Out::List(connection.items.iter().map(|(_, node)| Ok(node.clone())).collect()),
        "edges" => {
            let edge = info.field_definition().ty.inner_named_type().to_string();
            let edges = 0..connection.items.len();
            let edge = |index| Ok(Node::Edge(edge.clone(), connection.clone(), index));
            Out::List(edges.map(edge).collect())
        }
        "pageInfo" => Out::node(Node::Record(
            "PageInfo",
            json!({
                "hasNextPage": connection.after,
                "hasPreviousPage": connection.before,
                "startCursor": connection.items.first().map(|(cursor, _)| cursor),
                "endCursor": connection.items.last().map(|(cursor, _)| cursor),
            }),
        )),
        "totalCount" => connection.total.into(),
        "authorCount" => {
            let author = |node: &Node<'s>| match node {
                Node::Commit(repo, commit) => repo.graph.get(*commit).author.clone(),
                _ => None,
            };
            let authors = connection.items.iter().map(|(_, node)| author(node));
            authors.collect::<std::collections::HashSet<_>>().len().into()
        }
        // A search counts under the name of what it searched; the rest is zero.
        "issueCount" | "repositoryCount" => {
            let is_repository = matches!(connection.items.first(), Some((_, Node::Repository(_))));
            let asked = is_repository == (name == "repositoryCount");
            (if asked { connection.total } else { 0 }).into()
        }
        _ => 0.into(),
    }
}

fn edge_field<'s>(connection: &Rc<Connection<'s>>, index: usize, name: &str) -> Out<'s> {
    match (connection.items.get(index), name) {
        (Some((cursor, _)), "cursor") => cursor.clone().into(),
        (Some((_, Node::Granted(_, permission))), "permission") => {
            format!("{permission:?}").to_uppercase().into()
        }
        (Some((_, node)), _) => Out::node(node.clone()),
        (None, _) => Out::unknown(),
    }
}

fn account_field<'s>(ctx: &Ctx<'s>, account: &Account, call: Call<'_>) -> Out<'s> {
    let login = account.login.as_str();
    match call.name {
        "id" => account_id(account).into(),
        "databaseId" => id::name_hash(login).into(),
        "login" => login.into(),
        "name" => Out::unknown(),
        "email" if account.kind == AccountKind::User => "".into(),
        "email" => Out::unknown(),
        "url" if account.kind == AccountKind::Bot => {
            format!("https://github.com/apps/{login}").into()
        }
        "url" => format!("https://github.com/{login}").into(),
        "repository" => query::repository(ctx, login, call.args),
        "repositories" => repository::list(ctx, login, call),
        "teams" => team::list(ctx, login, call),
        _ => Out::unknown(),
    }
}

fn topic_field<'s>(topic: &str, call: Call<'_>) -> Out<'s> {
    let id = |prefix: &str| id::encode(prefix, &[id::name_hash(topic)], None);
    match call.name {
        "id" => id("RT").into(),
        "topic" => Out::node(Node::Record("Topic", json!({"id": id("T"), "name": topic}))),
        _ => format!("https://github.com/topics/{topic}").into(),
    }
}

/// A node's global id; empty for what has none.
pub(crate) fn node_id(node: &Node<'_>) -> String {
    match node {
        Node::Repository(repo) | Node::Granted(repo, _) => id::encode("R", &[repo.id], None),
        Node::Team(team) => team::id(team),
        Node::Deployment(repo, deployment) => id::encode("DE", &[repo.id, deployment.id], None),
        Node::Release(repo, release) => id::encode("RE", &[repo.id, release.id], None),
        Node::Status(_, deployment, index) => {
            id::encode("DES", &[deployment.id, *index as u64], None)
        }
        Node::Thread(repo, Owner::Pull(pull)) => thread::id("PR", repo, pull.thread.number),
        Node::Thread(repo, Owner::Issue(issue)) => thread::id("I", repo, issue.thread.number),
        Node::Commit(repo, commit) => {
            id::encode("C", &[repo.id], Some(&repo.graph.get(*commit).oid))
        }
        Node::Account(account) => account_id(account),
        _ => String::new(),
    }
}

fn account_id(account: &Account) -> String {
    let prefix = match account.kind {
        AccountKind::User => "U",
        AccountKind::Bot => "BOT",
        AccountKind::Organization => "O",
    };
    id::encode(prefix, &[id::name_hash(&account.login)], Some(&account.login))
}

/// The actor of a login; null for deleted accounts.
pub(crate) fn actor<'s>(ctx: &Ctx<'s>, login: &str) -> Out<'s> {
    Out::Node(ctx.state.account(login).map(Node::Account))
}

/// The app that GitHub Actions deploys as; nothing in the log says otherwise.
fn deployer<'s>() -> Out<'s> {
    Out::node(Node::Account(Account::new("github-actions", AccountKind::Bot)))
}

fn owner_of<'s>(ctx: &Ctx<'s>, repo: &Repository) -> Out<'s> {
    let user = || Account::new(&repo.owner, AccountKind::User);
    Out::node(Node::Account(ctx.state.account(&repo.owner).unwrap_or_else(user)))
}

fn web(repo: &Repository) -> String {
    format!("https://github.com/{}", repo.full_name())
}

fn null<'s>() -> Out<'s> {
    Out::Leaf(Value::Null)
}
