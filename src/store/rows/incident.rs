//! Incidents, with their transitions and links as JSON text.

use super::{Line, list};
use delivery::domain::{Fact, Incident, IncidentId, RepoId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

const UPSERT: &str = "INSERT INTO incidents
 (seq, id, node_id, repo, component, counts, opened_at, events, causes, fixes, ruled, severities,
 url)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, node_id = excluded.node_id,
 repo = excluded.repo, component = excluded.component, counts = excluded.counts,
 opened_at = excluded.opened_at, events = excluded.events, causes = excluded.causes,
 fixes = excluded.fixes, ruled = excluded.ruled, severities = excluded.severities,
 url = excluded.url
 WHERE (node_id, repo, component, counts, opened_at, events, causes, fixes, ruled, severities,
 url) IS NOT
 (excluded.node_id, excluded.repo, excluded.component, excluded.counts, excluded.opened_at,
 excluded.events, excluded.causes, excluded.fixes, excluded.ruled, excluded.severities, excluded.url)";

/// Selects a page of incidents.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, hex(id), hex(node_id), coalesce(repo, '-'),
 iif(component IS NULL, '-', hex(component)), counts, opened_at, events, causes, fixes,
 iif(ruled IS NULL, '-', hex(ruled)), severities,
 iif(url IS NULL, '-', hex(url))), char(30)) FROM incidents WHERE seq > ?1 AND seq <= ?2";

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
        .bind(fact.url.as_deref())
        .execute(connection)
        .await
}

/// Decodes an incident.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Incident(Incident {
        id: IncidentId(line.name()?),
        node_id: line.name()?,
        repo: line.optional_bits()?.map(RepoId),
        component: line.optional_name()?,
        counts: line.flag()?,
        opened_at: line.time()?,
        events: list::read(line.text()?)?,
        causes: list::read(line.text()?)?,
        fixes: list::read(line.text()?)?,
        ruled: line.optional_name()?,
        severities: list::read(line.text()?)?,
        url: line.optional_name()?,
    }))
}
