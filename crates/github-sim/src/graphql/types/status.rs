//! `Status` and `StatusContext`: what checks of other services say of a commit.

use super::{Call, node_id, null};
use crate::graphql::args::show_time;
use crate::graphql::exec::{Node, Out};
use crate::id::{encode, name_hash};
use crate::state::{CommitStatus, Repository};
use serde_json::json;

/// A commit's statuses together; null where it has none.
pub(super) fn of<'s>(repo: &'s Repository, commit: u32) -> Out<'s> {
    let has_any = !statuses(repo, commit).is_empty();
    Out::Node(has_any.then_some(Node::CommitStatus(repo, commit)))
}

fn statuses(repo: &Repository, commit: u32) -> &[CommitStatus] {
    repo.statuses.get(&repo.graph.get(commit).oid).map_or(&[], Vec::as_slice)
}

pub(super) fn field<'s>(repo: &'s Repository, commit: u32, call: Call<'_>) -> Out<'s> {
    let all = statuses(repo, commit);
    match call.name {
        "id" => encode("ST", &[repo.id], Some(&repo.graph.get(commit).oid)).into(),
        "commit" => Out::node(Node::Commit(repo, commit)),
        "contexts" => Out::List(all.iter().map(|one| Ok(context(repo, commit, one))).collect()),
        "context" => {
            let name = call.args.text("name");
            let found = all.iter().find(|one| Some(one.context.as_str()) == name);
            Out::Node(found.map(|one| context(repo, commit, one)))
        }
        "state" => together(all).into(),
        _ => null(),
    }
}

/// The worst of all, as GitHub combines them.
fn together(all: &[CommitStatus]) -> &'static str {
    let any = |states: &[&str]| all.iter().any(|one| states.contains(&one.state.as_str()));
    if any(&["ERROR", "FAILURE"]) {
        "FAILURE"
    } else if any(&["PENDING", "EXPECTED"]) {
        "PENDING"
    } else {
        "SUCCESS"
    }
}

fn context<'s>(repo: &'s Repository, commit: u32, status: &CommitStatus) -> Node<'s> {
    let oid = &repo.graph.get(commit).oid;
    Node::Record(
        "StatusContext",
        json!({
            "id": encode("SC", &[repo.id, name_hash(&status.context)], Some(oid)),
            "context": status.context,
            "state": status.state,
            "description": status.description,
            "createdAt": show_time(status.at),
            "targetUrl": format!("https://ci.example.com/{}", node_id(&Node::Commit(repo, commit))),
        }),
    )
}
