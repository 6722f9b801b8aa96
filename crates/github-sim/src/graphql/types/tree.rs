//! `Tree`, `TreeEntry` and `Blob`: the files at the head of the default branch.

use super::{Call, null, web};
use crate::graphql::exec::{Node, Out};
use crate::id::encode;
use crate::state::{Repository, object_id};

/// The file or folder at a path; the root's path is empty.
pub(super) fn at_path<'s>(repo: &'s Repository, path: &str) -> Option<Node<'s>> {
    let path = path.trim_end_matches('/');
    if let Some((path, _)) = repo.files.get_key_value(path) {
        return Some(Node::Blob(repo, path));
    }
    let is_folder = path.is_empty() && !repo.branches.is_empty() || !repo.entries(path).is_empty();
    is_folder.then(|| Node::Tree(repo, path.to_owned()))
}

/// The file with this object id.
pub(super) fn by_id<'s>(repo: &'s Repository, oid: &str) -> Option<Node<'s>> {
    let found = repo.files.iter().find(|(_, text)| object_id("blob", text) == oid);
    found.map(|(path, _)| Node::Blob(repo, path))
}

fn tree_id(repo: &Repository, path: &str) -> String {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    let files = repo.files.iter().filter_map(|(file, text)| {
        let rest = file.strip_prefix(&prefix)?;
        Some(format!("{rest}\0{text}\0"))
    });
    object_id("tree", &files.collect::<String>())
}

pub(super) fn tree<'s>(repo: &'s Repository, path: &str, call: Call<'_>) -> Out<'s> {
    let oid = tree_id(repo, path);
    match call.name {
        "entries" => {
            let entries = repo.entries(path);
            let inside = |name: &str| {
                if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
            };
            let entries = entries
                .into_iter()
                .map(|(name, is_folder)| Ok(Node::Entry(repo, inside(name), is_folder)));
            Out::List(entries.collect())
        }
        name => object(repo, "T", &oid, name),
    }
}

pub(super) fn entry<'s>(
    repo: &'s Repository,
    path: &str,
    is_folder: bool,
    call: Call<'_>,
) -> Out<'s> {
    let text = repo.files.get(path).map(String::as_str).unwrap_or_default();
    match call.name {
        "name" => path.rsplit('/').next().unwrap_or(path).into(),
        "path" => path.into(),
        "type" if is_folder => "tree".into(),
        "type" => "blob".into(),
        "mode" => (if is_folder { 0o040_000 } else { 0o100_644 }).into(),
        "size" => text.len().into(),
        "oid" if is_folder => tree_id(repo, path).into(),
        "oid" => object_id("blob", text).into(),
        "object" => Out::Node(at_path(repo, path)),
        "repository" => Out::node(Node::Repository(repo)),
        _ => null(),
    }
}

pub(super) fn blob<'s>(repo: &'s Repository, path: &str, call: Call<'_>) -> Out<'s> {
    let text = repo.files.get(path).map(String::as_str).unwrap_or_default();
    let is_binary = text.contains('\0');
    match call.name {
        "byteSize" => text.len().into(),
        "isBinary" => is_binary.into(),
        "isTruncated" => false.into(),
        "text" if is_binary => null(),
        "text" => text.into(),
        name => object(repo, "B", &object_id("blob", text), name),
    }
}

/// What all objects of Git have.
fn object<'s>(repo: &'s Repository, prefix: &str, oid: &str, name: &str) -> Out<'s> {
    match name {
        "id" => encode(prefix, &[repo.id], Some(oid)).into(),
        "oid" => oid.into(),
        "abbreviatedOid" => oid[..7].into(),
        "commitUrl" => format!("{}/commit/{oid}", web(repo)).into(),
        "repository" => Out::node(Node::Repository(repo)),
        _ => null(),
    }
}
