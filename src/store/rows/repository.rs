//! Repositories. Former names are the one thing that is merged: a source tells the names it knows,
//! and a rename that we saw is remembered whatever later answers say. Who lost sight of a repository
//! knows it by its last name there: where another source has it under a new name, it was transferred
//! and is not gone; nor is it where another source has it as its own. Who takes it over does not know
//! yet how far its commits are read: its head stays.

use super::{Line, malformed};
use delivery::domain::{Fact, RepoId, Repository, RepositoryState, Time};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::collections::BTreeSet;
use std::sync::Arc;

const UPSERT: &str = "INSERT INTO repositories
 (seq, id, node_id, full_name, former_names, host, state, head, created_at)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, node_id = excluded.node_id,
 full_name = excluded.full_name, former_names = excluded.former_names, host = excluded.host,
 state = excluded.state, created_at = excluded.created_at,
 head = iif(excluded.host = host, excluded.head, coalesce(excluded.head, head))
 WHERE (node_id, full_name, former_names, host, state, head, created_at) IS NOT
 (excluded.node_id, excluded.full_name, excluded.former_names, excluded.host, excluded.state,
 iif(excluded.host = host, excluded.head, coalesce(excluded.head, head)), excluded.created_at)
 AND NOT (excluded.state = 'gone' AND excluded.full_name <> full_name)
 AND NOT (excluded.state <> 'active' AND excluded.host <> host AND state = 'active')";

/// Selects a page of repositories.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, id, hex(node_id), hex(full_name), former_names,
 hex(host), state, iif(head IS NULL, '-', hex(head)), coalesce(created_at, '-')), char(30))
 FROM repositories WHERE seq > ?1 AND seq <= ?2";

const NAMES: &str = "SELECT full_name, former_names FROM repositories WHERE id = ?";

/// Writes a repository.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Repository,
) -> Result<SqliteQueryResult, sqlx::Error> {
    let id = fact.id.0.cast_signed();
    let stored: Option<(String, String)> =
        sqlx::query_as(NAMES).bind(id).fetch_optional(&mut *connection).await?;
    let mut former: BTreeSet<String> =
        fact.former_names.iter().map(|name| name.to_string()).collect();
    if let Some((full_name, former_names)) = stored {
        former.extend(read_names(&former_names)?);
        former.insert(full_name);
    }
    // A repository that got an old name back is not formerly called so.
    former.remove(&*fact.full_name);
    let former =
        serde_json::to_string(&former).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(id)
        .bind(&*fact.node_id)
        .bind(&*fact.full_name)
        .bind(former)
        .bind(&*fact.host)
        .bind(state_name(fact.state))
        .bind(fact.head.as_ref().map(|head| &head.0[..]))
        .bind(fact.created_at.map(|at| at.0))
        .execute(connection)
        .await
}

/// Decodes a repository.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Repository(Repository {
        id: RepoId(line.bits()?),
        node_id: line.name()?,
        full_name: line.name()?,
        former_names: read_names(line.text()?)?.into_iter().map(Arc::from).collect(),
        host: line.name()?,
        state: state(line.text()?)?,
        head: line.optional_oid()?,
        created_at: line.optional_number()?.map(Time),
    }))
}

fn read_names(text: &str) -> Result<Vec<String>, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn state_name(state: RepositoryState) -> &'static str {
    match state {
        RepositoryState::Active => "active",
        RepositoryState::Excluded => "excluded",
        RepositoryState::Gone => "gone",
    }
}

fn state(name: &str) -> Result<RepositoryState, sqlx::Error> {
    [RepositoryState::Active, RepositoryState::Excluded, RepositoryState::Gone]
        .into_iter()
        .find(|state| state_name(*state) == name)
        .ok_or_else(|| malformed(format!("an unknown repository state {name:?}")))
}
