//! Surveys: read as a whole by who imports them, and removed by name.

use super::writer::Change;
use super::{Store, StoreError, reader, rows};
use delivery::domain::{Fact, Survey};
use sqlx::SqliteConnection;
use std::sync::Arc;

impl Store {
    /// All surveys, in order of their last change.
    pub async fn surveys(&self) -> Result<Vec<Survey>, StoreError> {
        let read = async {
            let mut reader = self.readers.acquire().await?;
            reader::rows(&mut reader, &rows::SURVEYS, (0, i64::MAX)).await
        };
        let read = read.await;
        let mut rows = read.map_err(|error| self.failure("reading surveys", &error))?;
        rows.sort_unstable_by_key(|(seq, _)| *seq);
        let survey = |fact| match fact {
            Fact::Survey(survey) => Some(survey),
            _ => None,
        };
        Ok(rows.into_iter().filter_map(|(_, fact)| survey(fact)).collect())
    }

    /// Removes surveys with all their answers; the freed pages are overwritten. Whoever keeps facts in
    /// memory does not hear of it.
    pub async fn remove_surveys(&self, names: &[Arc<str>]) -> Result<(), StoreError> {
        if names.is_empty() {
            return Ok(());
        }
        self.write(Change::RemoveSurveys { names: names.to_vec() }).await.map(|_| ())
    }
}

/// Removes surveys in the writer's transaction.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    names: &[Arc<str>],
) -> Result<(), sqlx::Error> {
    // Without it the bytes of removed rows would stay in the file until they are overwritten.
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    for name in names {
        sqlx::query("DELETE FROM surveys WHERE name = ?")
            .bind(&**name)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
