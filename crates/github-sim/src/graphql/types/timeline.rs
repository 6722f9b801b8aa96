//! Timeline items of pull requests and issues.

use super::{Call, actor, issue, null};
use crate::graphql::connection::{Key, page};
use crate::graphql::exec::{Ctx, Node, Out, Owner};
use crate::id::encode;
use crate::state::{Repository, TimelineKind};

/// The GraphQL type of an item.
pub(crate) fn type_name(owner: Owner<'_>, index: usize) -> &'static str {
    match owner.thread().timeline.get(index).map(|item| &item.what) {
        Some(TimelineKind::ReadyForReview) => "ReadyForReviewEvent",
        Some(TimelineKind::ConvertToDraft) => "ConvertToDraftEvent",
        Some(TimelineKind::Merged) => "MergedEvent",
        Some(TimelineKind::Reopened) => "ReopenedEvent",
        Some(TimelineKind::Labeled(_)) => "LabeledEvent",
        Some(TimelineKind::Unlabeled(_)) => "UnlabeledEvent",
        Some(TimelineKind::HeadRefForcePushed { .. }) => "HeadRefForcePushedEvent",
        Some(TimelineKind::Review(_)) => "PullRequestReview",
        Some(TimelineKind::Comment(_)) => "IssueComment",
        Some(TimelineKind::Closed(_)) | None => "ClosedEvent",
    }
}

/// The name of an item's type in `itemTypes`.
fn item_type(what: &TimelineKind) -> &'static str {
    match what {
        TimelineKind::ReadyForReview => "READY_FOR_REVIEW_EVENT",
        TimelineKind::ConvertToDraft => "CONVERT_TO_DRAFT_EVENT",
        TimelineKind::Merged => "MERGED_EVENT",
        TimelineKind::Closed(_) => "CLOSED_EVENT",
        TimelineKind::Reopened => "REOPENED_EVENT",
        TimelineKind::Labeled(_) => "LABELED_EVENT",
        TimelineKind::Unlabeled(_) => "UNLABELED_EVENT",
        TimelineKind::HeadRefForcePushed { .. } => "HEAD_REF_FORCE_PUSHED_EVENT",
        TimelineKind::Review(_) => "PULL_REQUEST_REVIEW",
        TimelineKind::Comment(_) => "ISSUE_COMMENT",
    }
}

pub(super) fn list<'s>(repo: &'s Repository, owner: Owner<'s>, call: Call<'_>) -> Out<'s> {
    let args = call.args;
    let since = args.time("since");
    let types = args.texts("itemTypes");
    let items = owner.thread().timeline.iter().enumerate().filter(|(_, item)| {
        types.as_ref().is_none_or(|types| types.contains(&item_type(&item.what)))
            && since.is_none_or(|since| item.at >= since)
    });
    let skip = args.number("skip").and_then(|skip| usize::try_from(skip).ok()).unwrap_or(0);
    let items = items.skip(skip).map(|(n, item)| (Key::at(item.at, n as u64), n)).collect();
    page(args, call.bounds, false, items, |n| {
        match (owner, owner.thread().timeline.get(n).map(|item| &item.what)) {
            (Owner::Pull(pull), Some(TimelineKind::Review(review))) => {
                Node::Review(repo, pull, *review)
            }
            (_, Some(TimelineKind::Comment(comment))) => Node::Comment(repo, owner, *comment),
            _ => Node::Timeline(repo, owner, n),
        }
    })
}

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    owner: Owner<'s>,
    index: usize,
    call: Call<'_>,
) -> Out<'s> {
    let Some(item) = owner.thread().timeline.get(index) else { return null() };
    let commit = |commit: u32| {
        let lost = repo.graph.get(commit).lost;
        Out::Node((!lost).then_some(Node::Commit(repo, commit)))
    };
    match (call.name, &item.what, owner) {
        ("id", ..) => {
            let number = u64::from(owner.thread().number);
            encode("EV", &[repo.id, number, index as u64], None).into()
        }
        ("createdAt", ..) => Out::time(item.at),
        ("actor", ..) => item.actor.as_ref().map_or(null(), |login| actor(ctx, login)),
        ("pullRequest" | "closable", ..) => Out::node(Node::Thread(repo, owner)),
        ("stateReason", TimelineKind::Closed(Some(reason)), _) => {
            issue::close_reason(*reason, true).into()
        }
        ("stateReason", TimelineKind::Reopened, Owner::Issue(_)) => "REOPENED".into(),
        ("label", TimelineKind::Labeled(label) | TimelineKind::Unlabeled(label), _) => {
            Out::node(Node::Label(repo, label))
        }
        ("commit", TimelineKind::Merged, Owner::Pull(pull)) => {
            pull.merge_commit.map_or(null(), commit)
        }
        ("mergeRefName", _, Owner::Pull(pull)) => pull.base.clone().into(),
        ("beforeCommit", TimelineKind::HeadRefForcePushed { before, .. }, _) => commit(*before),
        ("afterCommit", TimelineKind::HeadRefForcePushed { after, .. }, _) => commit(*after),
        ("ref", _, Owner::Pull(pull)) => {
            let branch = repo.branches.get_key_value(&pull.head);
            Out::Node(branch.map(|(name, _)| Node::Ref(repo, name)))
        }
        _ => null(),
    }
}
