//! Deployments, with their status history as JSON text.

use super::{Line, list};
use delivery::domain::{Deployment, DeploymentId, Fact, RepoId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

const UPSERT: &str = "INSERT INTO deployments
 (seq, id, node_id, repo, sha, environment, created_at, statuses, marks)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, node_id = excluded.node_id,
 repo = excluded.repo, sha = excluded.sha, environment = excluded.environment,
 created_at = excluded.created_at, statuses = excluded.statuses,
 marks = excluded.marks
 WHERE (node_id, repo, sha, environment, created_at, statuses, marks) IS NOT
 (excluded.node_id, excluded.repo, excluded.sha, excluded.environment, excluded.created_at,
 excluded.statuses, excluded.marks)";

/// Selects a page of deployments.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, id, hex(node_id), repo, hex(sha),
 hex(environment), created_at, statuses, marks), char(30)) FROM deployments WHERE seq > ?1 AND
 seq <= ?2";

/// Writes a deployment.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Deployment,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.id.0.cast_signed())
        .bind(&*fact.node_id)
        .bind(fact.repo.0.cast_signed())
        .bind(&fact.sha.0[..])
        .bind(&*fact.environment)
        .bind(fact.created_at.0)
        .bind(list::write(&fact.statuses)?)
        .bind(list::write(&fact.marks)?)
        .execute(connection)
        .await
}

/// Decodes a deployment.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Deployment(Deployment {
        id: DeploymentId(line.bits()?),
        node_id: line.name()?,
        repo: RepoId(line.bits()?),
        sha: line.oid()?,
        environment: line.name()?,
        created_at: line.time()?,
        statuses: list::read(line.text()?)?,
        marks: list::read(line.text()?)?,
    }))
}
