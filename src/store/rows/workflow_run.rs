//! Runs of continuous integration.

use super::{Line, malformed};
use delivery::domain::{Fact, RepoId, RunVerdict, WorkflowRun};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

// The condition is `WorkflowRun::replaces`, so that the order of telling does not matter.
const UPSERT: &str = "INSERT INTO workflow_runs
 (seq, id, repo, workflow, sha, attempt, started_at, ended_at, verdict, selection)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, repo = excluded.repo,
 workflow = excluded.workflow, sha = excluded.sha, attempt = excluded.attempt,
 started_at = excluded.started_at, ended_at = excluded.ended_at, verdict = excluded.verdict,
 selection = excluded.selection
 WHERE excluded.selection <> selection OR excluded.attempt > attempt
 OR (excluded.attempt = attempt AND excluded.ended_at < ended_at)";

/// Selects a page of runs.
pub(super) const PAGE: &str = "SELECT group_concat(concat_ws(char(31), seq, id, repo, workflow,
 hex(sha), attempt, started_at, ended_at, verdict, selection), char(30)) FROM workflow_runs
 WHERE seq > ?1 AND seq <= ?2";

/// Writes a run, unless what is stored of it holds.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &WorkflowRun,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.id.cast_signed())
        .bind(fact.repo.0.cast_signed())
        .bind(fact.workflow.cast_signed())
        .bind(&fact.sha.0[..])
        .bind(fact.attempt)
        .bind(fact.started_at.0)
        .bind(fact.ended_at.0)
        .bind(name(fact.verdict))
        .bind(fact.selection)
        .execute(connection)
        .await
}

/// Decodes a run.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::WorkflowRun(WorkflowRun {
        id: line.bits()?,
        repo: RepoId(line.bits()?),
        workflow: line.bits()?,
        sha: line.oid()?,
        attempt: line.number()?,
        started_at: line.time()?,
        ended_at: line.time()?,
        verdict: verdict(line.text()?)?,
        selection: line.number()?,
    }))
}

fn name(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Passed => "passed",
        RunVerdict::Failed => "failed",
        RunVerdict::Nothing => "nothing",
    }
}

fn verdict(text: &str) -> Result<RunVerdict, sqlx::Error> {
    let all = [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Nothing];
    let found = all.into_iter().find(|verdict| name(*verdict) == text);
    found.ok_or_else(|| malformed(format!("an unknown verdict {text:?} of a run")))
}
