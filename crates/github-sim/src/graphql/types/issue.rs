//! `Issue`, as GraphQL shows it.

use super::{Call, thread};
use crate::event::CloseReason;
use crate::graphql::exec::{Ctx, Out, Owner};
use crate::state::{Issue, IssueReason, Repository};
use serde_json::Value;

pub(super) fn field<'s>(
    ctx: &Ctx<'s>,
    repo: &'s Repository,
    issue: &'s Issue,
    call: Call<'_>,
) -> Out<'s> {
    match call.name {
        "state" => (if issue.thread.closed_at.is_some() { "CLOSED" } else { "OPEN" }).into(),
        "stateReason" => match issue.reason {
            None => Out::Leaf(Value::Null),
            Some(IssueReason::Reopened) => "REOPENED".into(),
            Some(IssueReason::Closed(reason)) => {
                close_reason(reason, call.args.flag("enableDuplicate").unwrap_or(false)).into()
            }
        },
        _ => thread::field(ctx, repo, Owner::Issue(issue), call),
    }
}

/// Duplicates are shown as not planned to those who did not ask for them.
pub(super) fn close_reason(reason: CloseReason, duplicates: bool) -> &'static str {
    match reason {
        CloseReason::Completed => "COMPLETED",
        CloseReason::Duplicate if duplicates => "DUPLICATE",
        CloseReason::NotPlanned | CloseReason::Duplicate => "NOT_PLANNED",
    }
}
