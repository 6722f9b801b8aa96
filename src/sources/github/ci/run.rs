//! A run of a workflow as continuous integration.

use crate::config::CiRule;
use crate::sources::github::page::decode;
use crate::sources::github::wire_run::WireRun;
use delivery::domain::{RepoId, RunVerdict, Time, WorkflowRun};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Wire {
    #[serde(flatten)]
    run: WireRun,
    event: String,
    workflow_id: u64,
}

/// A run of a list.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) id: u64,
    pub(super) created_at: Time,
    pub(super) is: State,
}

/// What it is.
#[derive(Debug)]
pub(super) enum State {
    /// Not continuous integration, or cancelled before it said anything.
    Nothing,
    /// Not ended yet.
    Open,
    /// Ended.
    Ended(WorkflowRun),
}

impl Seen {
    /// When it failed, if it did.
    pub(super) fn failed_at(&self) -> Option<Time> {
        match &self.is {
            State::Ended(run) if run.verdict == RunVerdict::Failed => Some(run.ended_at),
            _ => None,
        }
    }
}

/// Decodes a run.
pub(super) fn seen(
    node: &Value,
    repo: RepoId,
    rule: &CiRule,
    selection: u32,
) -> Result<Seen, String> {
    let Wire { run, event, workflow_id } = decode(node)?;
    let (id, created_at) = (run.id, run.created_at);
    if !rule.includes(&event, run.name(), &run.path) {
        return Ok(Seen { id, created_at, is: State::Nothing });
    }
    if !run.is_completed() {
        return Ok(Seen { id, created_at, is: State::Open });
    }
    let (sha, attempt) = (run.sha()?, run.attempt());
    let verdict = match run.conclusion.as_deref() {
        Some("success") => RunVerdict::Passed,
        Some("failure" | "timed_out" | "startup_failure") => RunVerdict::Failed,
        // Nobody was told anything; but what an earlier attempt said holds no more.
        _ if attempt > 1 => RunVerdict::Nothing,
        _ => return Ok(Seen { id, created_at, is: State::Nothing }),
    };
    let run = WorkflowRun {
        id,
        repo,
        workflow: workflow_id,
        sha,
        attempt,
        started_at: run.run_started_at.unwrap_or(created_at),
        ended_at: run.updated_at,
        verdict,
        selection,
    };
    Ok(Seen { id, created_at, is: State::Ended(run) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use serde_json::json;

    fn of(changes: Value) -> State {
        let mut node = json!({
            "id": 7, "name": "CI", "path": ".github/workflows/ci.yml", "event": "push",
            "workflow_id": 3, "head_sha": "0123456789012345678901234567890123456789",
            "status": "completed", "conclusion": "success", "run_attempt": 1,
            "created_at": "2026-03-01T10:00:00Z", "run_started_at": "2026-03-01T10:00:05Z",
            "updated_at": "2026-03-01T10:10:05Z",
        });
        let changes = changes.as_object().cloned().unwrap();
        node.as_object_mut().unwrap().extend(changes);
        seen(&node, RepoId(1), &CiRule::of_events(&["push"]), 9).unwrap().is
    }

    #[test]
    fn a_run_is_what_its_last_attempt_came_to() {
        for (conclusion, attempt, expected) in [
            ("success", 1, Some(RunVerdict::Passed)),
            ("success", 2, Some(RunVerdict::Passed)),
            ("failure", 1, Some(RunVerdict::Failed)),
            ("timed_out", 1, Some(RunVerdict::Failed)),
            ("startup_failure", 1, Some(RunVerdict::Failed)),
            ("cancelled", 1, None),
            ("skipped", 1, None),
            ("neutral", 1, None),
            ("stale", 1, None),
            ("action_required", 1, None),
            ("cancelled", 2, Some(RunVerdict::Nothing)),
        ] {
            let found = match of(json!({"conclusion": conclusion, "run_attempt": attempt})) {
                State::Ended(run) => {
                    assert_eq!((run.attempt, run.selection, run.workflow), (attempt, 9, 3));
                    assert_eq!(run.ended_at.since(run.started_at), 600);
                    Some(run.verdict)
                }
                State::Nothing => None,
                State::Open => panic!("{conclusion} is an end"),
            };
            assert_eq!(found, expected, "{conclusion}, attempt {attempt}");
        }
    }

    #[test]
    fn what_has_not_ended_is_open_and_other_events_are_nothing() {
        for status in ["queued", "in_progress", "requested", "waiting", "pending"] {
            let running = of(json!({"status": status, "conclusion": null}));
            assert!(matches!(running, State::Open), "{status}");
        }
        assert!(matches!(of(json!({"event": "schedule"})), State::Nothing));
        assert!(matches!(of(json!({"event": "schedule", "status": "queued"})), State::Nothing));
    }
}
