//! The list of merged changes: those that were shipped, and those that were left out.

use super::{Entry, Told};
use crate::serve::api::instant::Instant;
use delivery::domain::Time;
use delivery::ledger::{ChangeId, ChangeOmission};
use delivery::measures::Phase;
use serde::Serialize;

/// A merged change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// `owner/name` of its repository.
    pub repo: String,
    /// The component's name.
    pub component: String,
    /// The pull request's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u32>,
    /// The commit, of one that belongs to no pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When work on it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Instant>,
    /// By what that is known: `first_commit`, `no_commit_list` (opened), `clock_skew` (opened),
    /// `opened` or `merged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_by: Option<&'static str>,
    /// When it was merged, or committed.
    pub merged_at: Instant,
    /// When it was shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Instant>,
    /// The deployment that shipped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_by: Option<u64>,
    /// Its change lead time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_time_seconds: Option<i64>,
    /// First commit to ready for review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coding_seconds: Option<i64>,
    /// Ready for review to first review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_seconds: Option<i64>,
    /// First review to merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_seconds: Option<i64>,
    /// Merge to deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy_seconds: Option<i64>,
    /// Whether it counts for every component of its repository since its paths are not known.
    pub unknown_paths: bool,
    /// Whether it was shipped, and so counts.
    pub counted: bool,
    /// Why not: `promotion`, `excluded_author`, `direct_commit`, `no_component`, `baseline`,
    /// `waiting`, `no_baseline`, `unknown_commit` or `off_branch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<&'static str>,
    /// The change at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Told<'_> {
    pub(super) fn changes(&self, entries: &mut Vec<Entry>) {
        let examination = &self.component.examination;
        let shipped = examination.history.changes.iter().zip(&examination.starts);
        for (one, start) in shipped {
            let phase = |phase: Phase| phase.of(&one.phases);
            let by = examination.history.deployments.get(one.deployment as usize);
            let change = Change {
                started_at: Some(Instant(one.started_at)),
                started_by: Some(start.name()),
                shipped_at: Some(Instant(one.finished_at)),
                shipped_by: by.map(|by| by.id.0),
                lead_time_seconds: Some(one.lead_time()),
                coding_seconds: phase(Phase::Coding),
                pickup_seconds: phase(Phase::Pickup),
                review_seconds: phase(Phase::Review),
                deploy_seconds: phase(Phase::Deploy),
                unknown_paths: one.unknown_paths,
                counted: true,
                ..self.change(one.id, one.merged_at)
            };
            let at = one.finished_at;
            entries.push(self.entry((at, at), &change_key(one.id), &change));
        }
        for one in &examination.changes {
            let left_out = Some(one.why.name());
            let change = Change { left_out, ..self.change(one.id, one.merged_at) };
            // What waits goes on doing so.
            let waits = one.why == ChangeOmission::Waiting;
            let over_at = if waits { Time::MAX } else { one.merged_at };
            entries.push(self.entry((one.merged_at, over_at), &change_key(one.id), &change));
        }
    }

    /// A change of which only its merge is known.
    fn change(&self, id: ChangeId, merged_at: Time) -> Change {
        let (pull_request, commit) = change_names(id);
        Change {
            repo: self.repo(),
            component: self.name(),
            pull_request,
            commit,
            started_at: None,
            started_by: None,
            merged_at: Instant(merged_at),
            shipped_at: None,
            shipped_by: None,
            lead_time_seconds: None,
            coding_seconds: None,
            pickup_seconds: None,
            review_seconds: None,
            deploy_seconds: None,
            unknown_paths: false,
            counted: false,
            left_out: None,
            url: self.links.change(id),
        }
    }
}

/// The number of a pull request, or a direct commit.
pub(super) fn change_names(id: ChangeId) -> (Option<u32>, Option<String>) {
    match id {
        ChangeId::Pull(number) => (Some(number), None),
        ChangeId::Commit(sha) => (None, Some(sha.to_string())),
    }
}

fn change_key(id: ChangeId) -> String {
    match id {
        ChangeId::Pull(number) => format!("pull/{number:010}"),
        ChangeId::Commit(sha) => format!("commit/{sha}"),
    }
}
