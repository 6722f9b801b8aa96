//! Collectors' progress. `through` never goes backwards: reading old pages again takes nothing away.

use super::{Line, malformed};
use crate::store::CursorOf;
use delivery::domain::{Collector, Fact, Progress, RepoId, Time};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

// The scalar max() is NULL where an argument is, hence coalesce.
const UPSERT: &str = "INSERT INTO progress (seq, repo, collector, complete, through)
 VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (repo, collector) DO UPDATE SET seq = excluded.seq, complete = excluded.complete,
 through = coalesce(max(through, excluded.through), through, excluded.through)
 WHERE (complete, through) IS NOT
 (excluded.complete, coalesce(max(through, excluded.through), through, excluded.through))";

/// Selects a page of progress.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, collector, complete, coalesce(through,
 '-')), char(30)) FROM progress WHERE seq > ?1 AND seq <= ?2";

/// Writes a collector's progress.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Progress,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.0.cast_signed())
        .bind(fact.collector.name())
        .bind(fact.complete)
        .bind(fact.through.map(|at| at.0))
        .execute(connection)
        .await
}

/// Decodes a collector's progress.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Progress(Progress {
        repo: RepoId(line.bits()?),
        collector: collector(line.text()?)?,
        complete: line.flag()?,
        through: line.optional_number()?.map(Time),
    }))
}

/// What a cursor of that name is of.
pub(in crate::store) fn cursor_of(name: &str) -> Result<CursorOf, sqlx::Error> {
    let others = [CursorOf::OwnerFiles, CursorOf::OpenPullRequests];
    match others.into_iter().find(|of| of.name() == name) {
        Some(of) => Ok(of),
        None => collector(name).map(CursorOf::History),
    }
}

fn collector(name: &str) -> Result<Collector, sqlx::Error> {
    Collector::EVERY
        .into_iter()
        .find(|collector| collector.name() == name)
        .ok_or_else(|| malformed(format!("an unknown collector {name:?}")))
}
