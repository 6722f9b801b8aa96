//! Hints: where something has news, as others said, kept until somebody has looked. They are no
//! facts, and nothing but collecting reads them.

use super::rows::Columns;
use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::RepoId;
use sqlx::SqliteConnection;
use std::sync::Arc;

/// Where something has news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The source whose it is.
    pub source: Arc<str>,
    /// The repository; absent where it is about all of the source.
    pub repo: Option<RepoId>,
    /// Of what.
    pub news: String,
    /// The node id of what it is about; empty where there is none.
    pub node: Arc<str>,
    /// Grows with each hint of a source.
    pub number: u64,
}

const KEEP: &str = "INSERT INTO hints (source, repo, news, node, number) VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (source, repo, news, node) DO UPDATE SET number = max(number, excluded.number)";

const DROP: &str = "DELETE FROM hints
 WHERE source = ? AND repo = ? AND news = ? AND node = ? AND number <= ?";

impl Store {
    /// Keeps hints, in one transaction. One that is kept already keeps its larger number.
    pub async fn keep_hints(&self, hints: Vec<Hint>) -> Result<(), StoreError> {
        self.write(Change::Hints { kept: hints, dropped: Vec::new() }).await.map(|_| ())
    }

    /// Drops hints that were looked at, unless they came again since with a larger number.
    pub async fn drop_hints(&self, hints: Vec<Hint>) -> Result<(), StoreError> {
        self.write(Change::Hints { kept: Vec::new(), dropped: hints }).await.map(|_| ())
    }

    /// All hints of a source.
    pub async fn hints(&self, source: &str) -> Result<Vec<Hint>, StoreError> {
        let read =
            sqlx::query("SELECT source, repo, news, node, number FROM hints WHERE source = ?")
                .bind(source)
                .try_map(|row| {
                    let mut columns = Columns::of(&row);
                    Ok(Hint {
                        source: columns.take::<&str>()?.into(),
                        repo: Some(RepoId(columns.bits()?)).filter(|repo| repo.0 != 0),
                        news: columns.take()?,
                        node: columns.take::<&str>()?.into(),
                        number: columns.bits()?,
                    })
                });
        let read = read.fetch_all(&self.readers).await;
        read.map_err(|error| self.failure("reading hints", &error))
    }
}

/// Writes in the writer's transaction.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    kept: &[Hint],
    dropped: &[Hint],
) -> Result<(), sqlx::Error> {
    let all = kept.iter().map(|hint| (KEEP, hint));
    for (statement, hint) in all.chain(dropped.iter().map(|hint| (DROP, hint))) {
        sqlx::query(statement)
            .bind(&*hint.source)
            .bind(hint.repo.map_or(0, |repo| repo.0.cast_signed()))
            .bind(&hint.news)
            .bind(&*hint.node)
            .bind(hint.number.cast_signed())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
