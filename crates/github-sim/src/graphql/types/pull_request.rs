//! `PullRequest`, its commits and its reviews.

use super::{Call, actor, null, owner_of, thread};
use crate::event::Verdict;
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Node, Out, Owner};
use crate::id::encode;
use crate::state::{PullRequest, Repository};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    pull: &'s PullRequest,
    call: Call<'_>,
) -> Out<'s> {
    let commit = |commit: Option<u32>| {
        let resolves = commit.filter(|commit| !repo.graph.get(*commit).lost);
        Out::Node(resolves.map(|commit| Node::Commit(repo, commit)))
    };
    let oid = |commit: Option<u32>| {
        Out::from(commit.map_or("", |commit| repo.graph.get(commit).oid.as_str()))
    };
    let branch = |name: &str| {
        Out::Node(repo.branches.get_key_value(name).map(|(name, _)| Node::Ref(repo, name)))
    };
    match call.name {
        "state" => state(pull).into(),
        "isDraft" => pull.draft.into(),
        "merged" => pull.merged_at.is_some().into(),
        "mergedAt" => Out::maybe_time(pull.merged_at),
        "mergedBy" => pull.merged_by.as_ref().map_or(null(), |login| actor(ctx, login)),
        "mergeCommit" => commit(pull.merge_commit),
        "baseRef" => branch(&pull.base),
        "baseRefName" => pull.base.clone().into(),
        "baseRefOid" => oid(pull.base_oid),
        "headRef" => branch(&pull.head),
        "headRefName" => pull.head.clone().into(),
        "headRefOid" => oid(pull.head_oid),
        "baseRepository" | "headRepository" => Out::node(Node::Repository(repo)),
        "headRepositoryOwner" => owner_of(ctx, repo),
        "isCrossRepository" => false.into(),
        "additions" => lines(pull, 7).into(),
        "deletions" => lines(pull, 3).into(),
        "changedFiles" => files(pull).len().into(),
        "reviewDecision" => decision(pull),
        "totalCommentsCount" => pull.thread.comments.len().into(),
        _ => lists(ctx, repo, pull, call),
    }
}

fn lists<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    pull: &'s PullRequest,
    call: Call<'_>,
) -> Out<'s> {
    match call.name {
        "files" => {
            let files: Vec<String> = files(pull).into_iter().collect();
            let items = (0..files.len()).map(|n| (Key::at(n as i64, 0), n)).collect();
            page(call.args, call.bounds, false, items, |n| {
                let file = json!({
                    "path": files[n],
                    "additions": 7,
                    "deletions": 3,
                    "changeType": "MODIFIED",
                });
                Node::Record("PullRequestChangedFile", file)
            })
        }
        "reviewRequests" => {
            page(call.args, call.bounds, false, Vec::<(Key, &str)>::new(), Node::Topic)
        }
        "commits" => {
            let items = pull.commits.iter().map(|commit| (Key::at(0, u64::from(*commit)), *commit));
            page(call.args, call.bounds, false, items.collect(), |commit| {
                Node::PullCommit(repo, pull, commit)
            })
        }
        "reviews" => {
            let author = call.args.text("author");
            let reviews = pull.reviews.iter().enumerate().filter(|(_, review)| {
                call.args.admits("states", verdict(review.verdict))
                    && author.is_none_or(|author| review.author.eq_ignore_ascii_case(author))
            });
            let items = reviews.map(|(n, review)| (Key::at(review.at, n as u64), n)).collect();
            page(call.args, call.bounds, false, items, |n| Node::Review(repo, pull, n))
        }
        "latestReviews" => {
            let mut latest = HashMap::new();
            for (n, review) in pull.reviews.iter().enumerate() {
                latest.insert(review.author.as_str(), (Key::at(review.at, n as u64), n));
            }
            page(call.args, call.bounds, false, latest.into_values().collect(), |n| {
                Node::Review(repo, pull, n)
            })
        }
        _ => thread::field(ctx, repo, Owner::Pull(pull), call),
    }
}

pub(crate) fn state(pull: &PullRequest) -> &'static str {
    match (pull.merged_at, pull.thread.closed_at) {
        (Some(_), _) => "MERGED",
        (None, Some(_)) => "CLOSED",
        (None, None) => "OPEN",
    }
}

/// Lines changed: the log has no diffs, so they are made of the commits, always the same.
fn lines(pull: &PullRequest, factor: usize) -> usize {
    pull.commits.iter().map(|commit| (*commit as usize % 11 + 1) * factor).sum()
}

/// Changed files; where the log tells none, made of the commits like the lines: each commit touches
/// one of a few.
fn files(pull: &PullRequest) -> BTreeSet<String> {
    match &pull.files {
        Some(files) => files.iter().cloned().collect(),
        None => pull.commits.iter().map(|commit| format!("src/part_{}.rs", commit % 7)).collect(),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "APPROVED",
        Verdict::ChangesRequested => "CHANGES_REQUESTED",
        Verdict::Commented => "COMMENTED",
    }
}

/// What the latest opinions come to; none where nobody gave one, since no review is required.
fn decision<'s>(pull: &PullRequest) -> Out<'s> {
    let mut opinions: HashMap<&str, Verdict> = HashMap::new();
    for review in pull.reviews.iter().filter(|review| review.verdict != Verdict::Commented) {
        opinions.insert(&review.author, review.verdict);
    }
    if opinions.values().any(|opinion| *opinion == Verdict::ChangesRequested) {
        return "CHANGES_REQUESTED".into();
    }
    if opinions.is_empty() { null() } else { "APPROVED".into() }
}

pub(super) fn commit<'s>(
    repo: &'s Repository,
    pull: &'s PullRequest,
    commit: u32,
    call: Call<'_>,
) -> Out<'s> {
    let oid = &repo.graph.get(commit).oid;
    match call.name {
        "id" => encode("PURC", &[repo.id, u64::from(pull.thread.number)], Some(oid)).into(),
        "commit" => Out::node(Node::Commit(repo, commit)),
        "pullRequest" => Out::node(Node::Thread(repo, Owner::Pull(pull))),
        _ => format!("{}/commits/{oid}", thread::url(repo, Owner::Pull(pull))).into(),
    }
}

pub(super) fn review<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    pull: &'s PullRequest,
    index: usize,
    call: Call<'_>,
) -> Out<'s> {
    let Some(review) = pull.reviews.get(index) else { return null() };
    let number = thread::database_id(repo, pull.thread.number) * 1000 + index as u64;
    match call.name {
        "id" => encode("PRR", &[repo.id, number], None).into(),
        "databaseId" => Out::int32(number),
        "fullDatabaseId" => number.to_string().into(),
        "author" => actor(ctx, &review.author),
        "body" => "".into(),
        "state" => verdict(review.verdict).into(),
        "createdAt" | "updatedAt" | "submittedAt" | "publishedAt" => Out::time(review.at),
        "commit" => Out::Node(review.commit.map(|commit| Node::Commit(repo, commit))),
        "pullRequest" => Out::node(Node::Thread(repo, Owner::Pull(pull))),
        "repository" => Out::node(Node::Repository(repo)),
        "url" => {
            format!("{}#pullrequestreview-{number}", thread::url(repo, Owner::Pull(pull))).into()
        }
        _ => null(),
    }
}
