//! Merged pull requests that change infrastructure.

use super::Line;
use delivery::domain::{Fact, InfrastructurePull, RepoId, Time};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

// What was applied stays applied, though a later look may not see it any more: a comment is deleted,
// or a permission is taken away.
const UPSERT: &str = "INSERT INTO infrastructure_pulls
 (seq, repo, number, node_id, opened_at, merged_at, applied_at) VALUES (?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (repo, number) DO UPDATE SET seq = excluded.seq, node_id = excluded.node_id,
 opened_at = excluded.opened_at, merged_at = excluded.merged_at,
 applied_at = coalesce(excluded.applied_at, applied_at)
 WHERE (node_id, opened_at, merged_at, applied_at) IS NOT
 (excluded.node_id, excluded.opened_at, excluded.merged_at,
 coalesce(excluded.applied_at, applied_at))";

/// Selects a page of them.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, number, hex(node_id), opened_at, merged_at,
 coalesce(applied_at, '-')), char(30)) FROM infrastructure_pulls WHERE seq > ?1 AND seq <= ?2";

/// Writes one.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &InfrastructurePull,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.0.cast_signed())
        .bind(fact.number)
        .bind(&*fact.node_id)
        .bind(fact.opened_at.0)
        .bind(fact.merged_at.0)
        .bind(fact.applied_at.map(|at| at.0))
        .execute(connection)
        .await
}

/// Decodes one.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::InfrastructurePull(InfrastructurePull {
        repo: RepoId(line.bits()?),
        number: line.number()?,
        node_id: line.name()?,
        opened_at: line.time()?,
        merged_at: line.time()?,
        applied_at: line.optional_number()?.map(Time),
    }))
}
