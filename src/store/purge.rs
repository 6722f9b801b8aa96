//! Forgetting a repository: its facts and cursors, and where it is asked for what was counted too.
//!
//! Whoever keeps facts in memory does not hear of it, so nothing else may use the store meanwhile.

use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::RepoId;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// What is known of a repository: the tables, what one row is called, and the repository's column.
const FACTS: [(&str, &str, &str); 15] = [
    ("repositories", "repository", "id"),
    ("deployments", "deployment", "repo"),
    ("other_deployments", "deployment elsewhere", "repo"),
    ("pull_requests", "pull request", "repo"),
    ("infrastructure_pulls", "infrastructure pull request", "repo"),
    ("open_pull_requests", "list of open pull requests", "repo"),
    ("commits", "commit", "repo"),
    ("lost_commits", "lost commit", "repo"),
    ("frontier", "frontier commit", "repo"),
    ("incidents", "incident", "repo"),
    ("workflow_runs", "workflow run", "repo"),
    ("progress", "progress", "repo"),
    ("claims", "claim", "repo"),
    ("cursors", "cursor", "repo"),
    ("hints", "hint", "repo"),
];
/// What its counters and histograms stand on.
const COUNTED: [(&str, &str, &str); 3] =
    [("settled", "settled row", "repo"), ("totals", "total", "repo"), ("births", "birth", "repo")];

/// How many rows there were, by what one is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Facts and cursors; all of them are gone.
    pub facts: Vec<(&'static str, u64)>,
    /// What counters stand on; kept unless it was asked for.
    pub counted: Vec<(&'static str, u64)>,
}

impl Store {
    /// Removes everything known of a repository; with `counted` also what its counters and
    /// histograms have counted, which then start over. The freed pages are overwritten.
    pub async fn purge(&self, repo: RepoId, counted: bool) -> Result<Purged, StoreError> {
        let purged = Purged {
            facts: self.count(repo, &FACTS).await?,
            counted: self.count(repo, &COUNTED).await?,
        };
        self.write(Change::Purge { repo, counted }).await?;
        Ok(purged)
    }

    async fn count(
        &self,
        repo: RepoId,
        tables: &[(&'static str, &'static str, &'static str)],
    ) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let mut counts = Vec::new();
        for (table, name, column) in tables {
            let count = format!("SELECT count(*) FROM {table} WHERE {column} = ?");
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .bind(repo.0.cast_signed())
                .fetch_one(&self.readers)
                .await
                .map_err(|error| self.failure("counting rows", &error))?;
            counts.push((*name, rows.cast_unsigned()));
        }
        Ok(counts)
    }
}

/// Removes the rows in the writer's transaction.
pub(super) async fn purge(
    connection: &mut SqliteConnection,
    repo: RepoId,
    counted: bool,
) -> Result<(), sqlx::Error> {
    // Without it the bytes of removed rows would stay in the file until they are overwritten.
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    let counted = if counted { &COUNTED[..] } else { &[] };
    for (table, _, column) in FACTS.iter().chain(counted) {
        let delete = format!("DELETE FROM {table} WHERE {column} = ?");
        sqlx::query(AssertSqlSafe(delete))
            .bind(repo.0.cast_signed())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
