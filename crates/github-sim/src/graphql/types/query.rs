//! The root: how everything is found.

use super::{Call, node_id, null, repository as repositories, search};
use crate::graphql::args::{Args, show_time};
use crate::graphql::exec::{Ctx, Failure, Node, Out, Owner};
use crate::id;
use crate::state::{Account, AccountKind};
use serde_json::json;

/// The most ids that `nodes` takes.
const IDS_LIMIT: usize = 100;

pub(super) fn field<'s>(ctx: &Ctx<'s>, call: Call<'_>) -> Out<'s> {
    let args = call.args;
    match call.name {
        "id" => "MDU6UXVlcnk=".into(),
        "node" => match find(ctx, args.text("id").unwrap_or_default()) {
            Ok(node) => Out::node(node),
            Err(failure) => Out::Fail(failure),
        },
        "nodes" => nodes(ctx, &args.texts("ids").unwrap_or_default()),
        "repository" => repository(ctx, args.text("owner").unwrap_or_default(), args),
        "organization" => {
            account(ctx, args, |kind| kind == AccountKind::Organization, "an Organization")
        }
        "user" => account(ctx, args, |kind| kind == AccountKind::User, "a User"),
        "repositoryOwner" => {
            let login = args.text("login").unwrap_or_default();
            Out::Node(ctx.state.account(login).filter(|_| known(ctx, login)).map(Node::Account))
        }
        "viewer" => Out::node(Node::Account(Account::new(ctx.viewer, AccountKind::User))),
        "rateLimit" => rate_limit(ctx),
        "search" => search::field(ctx, call),
        _ => null(),
    }
}

fn nodes<'s>(ctx: &Ctx<'s>, ids: &[&str]) -> Out<'s> {
    if ids.len() > IDS_LIMIT {
        let count = ids.len();
        let message =
            format!("You may not provide more than {IDS_LIMIT} node ids; you provided {count}.");
        return Out::Fail(Failure::of("ARGUMENT_LIMIT", message));
    }
    let found = ids.iter().enumerate().map(|(index, id)| {
        ctx.faults.on_page(index as i64 + 1)?;
        find(ctx, id)
    });
    Out::List(found.collect())
}

/// The node of a global id. Labels, refs, topics and the like are found through their repository.
fn find<'s>(ctx: &Ctx<'s>, id: &str) -> Result<Node<'s>, Failure> {
    let missing =
        || Failure::not_found(format!("Could not resolve to a node with the global id of '{id}'"));
    let decoded = id::decode(id).ok_or_else(missing)?;
    let repo =
        |index: usize| decoded.numbers.get(index).and_then(|repo| ctx.state.repositories.get(repo));
    let number = || decoded.numbers.get(1).and_then(|number| u32::try_from(*number).ok());
    let deployment = |index: usize| {
        let (repo, at) = ctx.state.deployments.get(decoded.numbers.get(index)?)?;
        let repo = ctx.state.repositories.get(repo)?;
        Some((repo, repo.deployments.get(*at)?))
    };
    let text = decoded.text.as_deref().unwrap_or_default();
    let node = match decoded.prefix.as_str() {
        "R" => repo(0).map(Node::Repository),
        "DE" => deployment(1).map(|(repo, deployment)| Node::Deployment(repo, deployment)),
        "DES" => deployment(0).and_then(|(repo, deployment)| {
            let index = usize::try_from(*decoded.numbers.get(1)?).ok()?;
            deployment.statuses.get(index).map(|_| Node::Status(repo, deployment, index))
        }),
        "RE" => repo(0).and_then(|repo| {
            let release = repo.releases.get(decoded.numbers.get(1)?)?;
            Some(Node::Release(repo, release))
        }),
        "PR" => repo(0).and_then(|repo| {
            repo.pulls.get(&number()?).map(|pull| Node::Thread(repo, Owner::Pull(pull)))
        }),
        "I" => repo(0).and_then(|repo| {
            repo.issues.get(&number()?).map(|issue| Node::Thread(repo, Owner::Issue(issue)))
        }),
        "C" => {
            repo(0).and_then(|repo| repo.graph.find(text).map(|commit| Node::Commit(repo, commit)))
        }
        "T" => {
            let mut teams = ctx.state.teams.values().filter(|team| team.slug == text);
            teams.find(|team| super::team::id(team) == id).map(Node::Team)
        }
        "O" | "U" | "BOT" => ctx.state.account(text).map(Node::Account),
        _ => None,
    };
    node.filter(|node| node_id(node) == id).ok_or_else(missing)
}

/// `repository(owner:, name:)`, of the root or of an owner.
pub(super) fn repository<'s>(ctx: &Ctx<'s>, owner: &str, args: Args<'_>) -> Out<'s> {
    let name = args.text("name").unwrap_or_default();
    let follow = args.flag("followRenames").unwrap_or(true);
    match ctx.state.find(owner, name) {
        Some((repo, present)) if present || follow => Out::node(Node::Repository(repo)),
        _ => Out::Fail(Failure::not_found(format!(
            "Could not resolve to a Repository with the name '{owner}/{name}'."
        ))),
    }
}

/// Whether anything in the log bears the login; others are nobody, though they may author.
fn known(ctx: &Ctx<'_>, login: &str) -> bool {
    ctx.state.accounts.contains_key(&login.to_ascii_lowercase())
        || repositories::owned(ctx, login).next().is_some()
}

fn account<'s>(
    ctx: &Ctx<'s>,
    args: Args<'_>,
    is_kind: impl Fn(AccountKind) -> bool,
    what: &str,
) -> Out<'s> {
    let login = args.text("login").unwrap_or_default();
    let account = ctx.state.account(login).filter(|account| is_kind(account.kind));
    match account.filter(|_| known(ctx, login)) {
        Some(account) => Out::node(Node::Account(account)),
        None => Out::Fail(Failure::not_found(format!(
            "Could not resolve to {what} with the login of '{login}'."
        ))),
    }
}

fn rate_limit<'s>(ctx: &Ctx<'s>) -> Out<'s> {
    let window = &ctx.window;
    if window.unlimited {
        return null();
    }
    Out::node(Node::Record(
        "RateLimit",
        json!({
            "cost": ctx.cost.points(),
            "limit": window.limit,
            "nodeCount": ctx.cost.nodes,
            "remaining": window.remaining(),
            "resetAt": show_time(window.reset_at),
            "used": window.used,
        }),
    ))
}
