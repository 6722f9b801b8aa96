//! Opening a store only to look at it, beside the process that has it.

use super::logins::LoginHasher;
use super::{MIGRATIONS, READERS, Store, StoreError, file, reading};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqlitePoolOptions;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

impl Store {
    /// Opens the database for reading, whoever else has it open. It must be of this version. Nothing
    /// can be written through it: writing gives [`StoreError::Closed`].
    pub async fn open_to_read(path: &Path) -> Result<Store, StoreError> {
        let failed = |error| StoreError::from_sqlx(path, "opening", &error);
        file::look(path)?;
        let mut connection = reading(path).connect().await.map_err(failed)?;
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await
            .map_err(failed)?;
        let known = MIGRATIONS.iter().map(|migration| migration.version).max();
        if newest < known {
            return Err(StoreError::Older { path: path.into() });
        }
        if let Some(migration) = newest.filter(|_| newest > known) {
            return Err(StoreError::Newer { path: path.into(), migration });
        }
        let hasher = LoginHasher::read(&mut connection).await.map_err(failed)?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(reading(path));
        Ok(Store {
            path: path.into(),
            // Nobody is at the other ends: nothing is written, and no news is told.
            orders: mpsc::channel(1).0,
            news: watch::channel(0).1,
            readers,
            hasher: Arc::new(hasher),
            trouble: Arc::default(),
        })
    }
}
