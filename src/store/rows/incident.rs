//! Incidents, with their transitions and links as JSON text.

use super::{Columns, list};
use delivery::domain::{Fact, Incident, IncidentId, RepoId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::sync::Arc;

const UPSERT: &str = "INSERT INTO incidents
 (seq, id, node_id, repo, component, counts, opened_at, events, causes, fixes, ruled, severities)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, node_id = excluded.node_id,
 repo = excluded.repo, component = excluded.component, counts = excluded.counts,
 opened_at = excluded.opened_at, events = excluded.events, causes = excluded.causes,
 fixes = excluded.fixes, ruled = excluded.ruled, severities = excluded.severities
 WHERE (node_id, repo, component, counts, opened_at, events, causes, fixes, ruled, severities)
 IS NOT
 (excluded.node_id, excluded.repo, excluded.component, excluded.counts, excluded.opened_at,
 excluded.events, excluded.causes, excluded.fixes, excluded.ruled, excluded.severities)";

/// Selects a page of incidents.
pub(super) const PAGE: &str = "SELECT seq, id, node_id, repo, component, counts, opened_at, events,
 causes, fixes, ruled, severities FROM incidents WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

/// Writes an incident.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Incident,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(&*fact.id.0)
        .bind(&*fact.node_id)
        .bind(fact.repo.map(|repo| repo.0.cast_signed()))
        .bind(fact.component.as_deref())
        .bind(fact.counts)
        .bind(fact.opened_at.0)
        .bind(list::write(&fact.events)?)
        .bind(list::write(&fact.causes)?)
        .bind(list::write(&fact.fixes)?)
        .bind(fact.ruled.as_deref())
        .bind(list::write(&fact.severities)?)
        .execute(connection)
        .await
}

/// Decodes an incident.
pub(super) fn decode(columns: &mut Columns<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Incident(Incident {
        id: IncidentId(columns.take::<&str>()?.into()),
        node_id: columns.take::<&str>()?.into(),
        repo: columns.take::<Option<i64>>()?.map(|bits| RepoId(bits.cast_unsigned())),
        component: columns.take::<Option<&str>>()?.map(Arc::from),
        counts: columns.take()?,
        opened_at: columns.time()?,
        events: list::read(columns.take()?)?,
        causes: list::read(columns.take()?)?,
        fixes: list::read(columns.take()?)?,
        ruled: columns.take::<Option<&str>>()?.map(Arc::from),
        severities: list::read(columns.take()?)?,
    }))
}
