//! Questions that collecting asks of stored facts, where it keeps none of them itself.

use super::rows::Columns;
use super::{Store, StoreError, reader, rows};
use delivery::domain::{Fact, Oid, RepoId, Repository, Time};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::{BTreeMap, BTreeSet};

/// How many ids are asked for in one statement; SQLite takes up to 32,766.
const IDS_A_STATEMENT: usize = 1_000;

impl Store {
    /// Of these commits those that are stored, with the time of committing, or without one where
    /// they are known to be lost, or were forgotten.
    pub async fn known_commits(
        &self,
        repo: RepoId,
        oids: &[Oid],
    ) -> Result<BTreeMap<Oid, Option<Time>>, StoreError> {
        let mut known = self.look_up(("lost_commits", "NULL"), repo, oids).await?;
        known.extend(self.look_up(("frontier", "NULL"), repo, oids).await?);
        known.extend(self.look_up(("commits", "committed_at"), repo, oids).await?);
        Ok(known)
    }

    /// Of these commits those below which everything is forgotten.
    pub async fn frontier(&self, repo: RepoId, oids: &[Oid]) -> Result<BTreeSet<Oid>, StoreError> {
        Ok(self.look_up(("frontier", "NULL"), repo, oids).await?.into_keys().collect())
    }

    async fn look_up(
        &self,
        (table, time): (&str, &str),
        repo: RepoId,
        oids: &[Oid],
    ) -> Result<BTreeMap<Oid, Option<Time>>, StoreError> {
        let read = self.read_ids((table, time), repo, oids).await;
        let read = read.map_err(|error| self.failure("looking up commits", &error));
        self.trouble.note("looking up commits", &read);
        read
    }

    async fn read_ids(
        &self,
        (table, time): (&str, &str),
        repo: RepoId,
        oids: &[Oid],
    ) -> Result<BTreeMap<Oid, Option<Time>>, sqlx::Error> {
        let mut found = BTreeMap::new();
        for some in oids.chunks(IDS_A_STATEMENT) {
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new(format!("SELECT oid, {time} FROM {table} WHERE repo = "));
            query.push_bind(repo.0.cast_signed()).push(" AND oid IN (");
            let mut list = query.separated(", ");
            for oid in some {
                list.push_bind(oid.0.to_vec());
            }
            query.push(")");
            let rows = query.build().try_map(|row| {
                let mut columns = Columns::of(&row);
                let oid = columns.oid()?;
                Ok((oid, columns.take::<Option<i64>>()?.map(Time)))
            });
            found.extend(rows.fetch_all(&self.readers).await?);
        }
        Ok(found)
    }

    /// All repositories, in order of their last change.
    pub async fn repositories(&self) -> Result<Vec<Repository>, StoreError> {
        let read = async {
            let mut reader = self.readers.acquire().await?;
            reader::rows(&mut reader, &rows::REPOSITORIES, (0, i64::MAX)).await
        };
        let read = read.await;
        let mut rows = read.map_err(|error| self.failure("reading repositories", &error))?;
        rows.sort_unstable_by_key(|(seq, _)| *seq);
        let repository = |fact| match fact {
            Fact::Repository(repository) => Some(repository),
            _ => None,
        };
        Ok(rows.into_iter().filter_map(|(_, fact)| repository(fact)).collect())
    }
}
