//! `Release`, tags among the refs, and `Tag`.

use super::{Call, node_id, null, web};
use crate::graphql::args::show_time;
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Node, Out};
use crate::id::{encode, name_hash};
use crate::state::{Release, Repository, Tag};
use serde_json::json;

/// `Repository.releases`.
pub(super) fn list<'s>(repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    let (field, descending) = call.args.order().unwrap_or(("CREATED_AT", false));
    let key = |release: &Release| match field {
        "NAME" => Key(0, release.tag.clone(), release.id),
        _ => Key::at(release.created_at, release.id),
    };
    let items = repo.releases.values().map(|release| (key(release), release)).collect();
    page(call.args, call.bounds, descending, items, |release| Node::Release(repo, release))
}

pub(super) fn field<'s>(repo: &'s Repository, release: &'s Release, call: Call<'_>) -> Out<'s> {
    match call.name {
        "id" => node_id(&Node::Release(repo, release)).into(),
        "databaseId" => Out::int32(release.id),
        "tagName" | "name" => release.tag.clone().into(),
        "isDraft" => release.draft.into(),
        "isPrerelease" => release.prerelease.into(),
        "isLatest" => {
            let full = repo.releases.values().filter(|one| !one.draft && !one.prerelease);
            let latest = full.max_by_key(|one| (one.created_at, one.id));
            latest.is_some_and(|latest| latest.id == release.id).into()
        }
        "createdAt" => Out::time(release.created_at),
        "publishedAt" => Out::maybe_time(release.published_at),
        "updatedAt" => Out::time(release.updated_at),
        "url" => format!("{}/releases/tag/{}", web(repo), release.tag).into(),
        "description" => "".into(),
        "tagCommit" => {
            Out::Node(repo.commit_of_tag(&release.tag).map(|commit| Node::Commit(repo, commit)))
        }
        "repository" => Out::node(Node::Repository(repo)),
        _ => null(),
    }
}

/// `Repository.refs` below `refs/tags/`.
pub(super) fn tags<'s>(repo: &'s Repository, call: Call<'_>) -> Out<'s> {
    let by_date = call.args.order().filter(|(field, _)| *field == "TAG_COMMIT_DATE");
    let descending = match call.args.order() {
        Some((_, descending)) => descending,
        None => call.args.text("direction") == Some("DESC"),
    };
    let committed = |tag: &Tag| {
        let commit = repo.graph.find(&tag.sha);
        commit.map_or(0, |commit| repo.graph.get(commit).committed_at)
    };
    let at = |tag: &Tag| if by_date.is_some() { committed(tag) } else { 0 };
    let items = repo.tags.values().map(|tag| (Key(at(tag), tag.name.clone(), 0), tag)).collect();
    page(call.args, call.bounds, descending, items, |tag| Node::TagRef(repo, tag))
}

/// A `Ref` that is a tag.
pub(super) fn reference<'s>(repo: &'s Repository, tag: &'s Tag, call: Call<'_>) -> Out<'s> {
    let commit = || repo.graph.find(&tag.sha).map(|commit| Node::Commit(repo, commit));
    match call.name {
        "id" => encode("REF", &[repo.id], Some(&format!("refs/tags/{}", tag.name))).into(),
        "name" => tag.name.clone().into(),
        "prefix" => "refs/tags/".into(),
        "repository" => Out::node(Node::Repository(repo)),
        "target" if tag.made_at.is_some() => Out::node(Node::Tag(repo, tag)),
        "target" => Out::Node(commit()),
        _ => null(),
    }
}

/// A `Tag`, which only annotated tags have.
pub(super) fn tag<'s>(repo: &'s Repository, tag: &'s Tag, call: Call<'_>) -> Out<'s> {
    let oid = || {
        let part = |salt: &str| name_hash(&format!("{salt} {} {}", tag.name, tag.sha));
        format!(
            "{:08x}{:08x}{:08x}{:08x}{:08x}",
            part("a"),
            part("b"),
            part("c"),
            part("d"),
            part("e")
        )
    };
    match call.name {
        "id" => encode("TA", &[repo.id], Some(&oid())).into(),
        "oid" => oid().into(),
        "abbreviatedOid" => oid()[..7].into(),
        "name" => tag.name.clone().into(),
        "message" => "".into(),
        "tagger" => {
            let date = show_time(tag.made_at.unwrap_or_default());
            let tagger =
                json!({"name": "dev", "email": "dev@users.noreply.github.com", "date": date});
            Out::node(Node::Record("GitActor", tagger))
        }
        "target" => Out::Node(repo.graph.find(&tag.sha).map(|commit| Node::Commit(repo, commit))),
        "repository" => Out::node(Node::Repository(repo)),
        "commitUrl" => format!("{}/commit/{}", web(repo), oid()).into(),
        _ => null(),
    }
}
