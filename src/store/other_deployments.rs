//! What is told of deployments that are not to production: how many went to which environment.

use super::rows::Columns;
use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::{RepoId, Time};
use sqlx::{QueryBuilder, Sqlite};
use std::sync::Arc;

/// How many repositories are asked for in one statement; SQLite takes up to 32,766.
const REPOSITORIES_A_STATEMENT: usize = 1_000;

/// Deployments of a repository to an environment that is not production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDeployments {
    /// The repository.
    pub repo: RepoId,
    /// The environment that they were created for.
    pub environment: Arc<str>,
    /// How many are known.
    pub deployments: u64,
    /// When the first of them was requested.
    pub first_at: Time,
    /// When the newest was.
    pub newest_at: Time,
}

impl Store {
    /// What these repositories deployed elsewhere than to production, by environment: all that is known,
    /// or what was requested after the one instant and until the other. A deployment that is among the
    /// facts of production, because patterns changed, is not counted here.
    pub async fn other_deployments(
        &self,
        repositories: &[RepoId],
        during: Option<(Time, Time)>,
    ) -> Result<Vec<OtherDeployments>, StoreError> {
        let mut found = Vec::new();
        for some in repositories.chunks(REPOSITORIES_A_STATEMENT) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
                "SELECT repo, environment, count(*), min(created_at), max(created_at)
                 FROM other_deployments AS other WHERE NOT EXISTS
                 (SELECT 1 FROM deployments WHERE deployments.id = other.id) AND repo IN (",
            );
            let mut list = query.separated(", ");
            for repo in some {
                list.push_bind(repo.0.cast_signed());
            }
            query.push(")");
            if let Some((from, to)) = during {
                query.push(" AND created_at > ").push_bind(from.0);
                query.push(" AND created_at <= ").push_bind(to.0);
            }
            query.push(" GROUP BY repo, environment");
            let rows = query.build().try_map(|row| {
                let mut columns = Columns::of(&row);
                Ok(OtherDeployments {
                    repo: RepoId(columns.bits()?),
                    environment: Arc::from(columns.take::<&str>()?),
                    deployments: columns.bits()?,
                    first_at: columns.time()?,
                    newest_at: columns.time()?,
                })
            });
            let rows = rows.fetch_all(&self.readers).await;
            found.extend(
                rows.map_err(|error| self.failure("reading left out deployments", &error))?,
            );
        }
        Ok(found)
    }

    /// Removes what was requested before an instant.
    pub async fn forget_other_deployments(&self, before: Time) -> Result<(), StoreError> {
        self.write(Change::ForgetOthers { before }).await.map(|_| ())
    }
}
