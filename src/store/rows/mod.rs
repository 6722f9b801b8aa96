//! Facts as rows: one table a file, each with the statement that writes a row only if it differs,
//! and the decoding of what it wrote. The domain knows nothing of this, nor of serde.

mod claims;
mod commit;
mod deployment;
mod incident;
mod infrastructure_pull;
mod line;
mod list;
mod open_pull_requests;
mod other_deployment;
mod progress;
mod pull_request;
mod repository;
mod survey;
mod workflow_run;

pub(super) use line::lines;
pub(super) use progress::cursor_of;

use delivery::domain::{Author, Fact, Oid, Person, Time};
use line::Line;
use sqlx::sqlite::{SqliteQueryResult, SqliteRow};
use sqlx::{Decode, Row, Sqlite, SqliteConnection, Type};

/// A table of facts, as the reader pages through it.
pub(super) struct Table {
    /// Selects the rows with `?1 < seq <= ?2` as lines, `seq` first.
    pub page: &'static str,
    /// Decodes such a line after its `seq`.
    pub decode: fn(&mut Line<'_>) -> Result<Fact, sqlx::Error>,
}

/// The table of repositories.
pub(super) const REPOSITORIES: Table = Table { page: repository::PAGE, decode: repository::decode };

/// The table of surveys.
pub(super) const SURVEYS: Table = Table { page: survey::PAGE, decode: survey::decode };

/// All tables of facts.
pub(super) const TABLES: [Table; 13] = [
    REPOSITORIES,
    Table { page: deployment::PAGE, decode: deployment::decode },
    Table { page: pull_request::PAGE, decode: pull_request::decode },
    Table { page: infrastructure_pull::PAGE, decode: infrastructure_pull::decode },
    Table { page: open_pull_requests::PAGE, decode: open_pull_requests::decode },
    Table { page: commit::PAGE, decode: commit::decode },
    Table { page: commit::LOST_PAGE, decode: commit::decode_lost },
    Table { page: commit::FRONTIER_PAGE, decode: commit::decode_frontier },
    Table { page: incident::PAGE, decode: incident::decode },
    Table { page: progress::PAGE, decode: progress::decode },
    Table { page: claims::PAGE, decode: claims::decode },
    SURVEYS,
    Table { page: workflow_run::PAGE, decode: workflow_run::decode },
];

/// The change numbers after `?1` over all tables, in order, `?3` skipped and at most `?2` given.
pub(super) const CHANGES: &str = "SELECT seq FROM repositories WHERE seq > ?1
 UNION ALL SELECT seq FROM deployments WHERE seq > ?1
 UNION ALL SELECT seq FROM pull_requests WHERE seq > ?1
 UNION ALL SELECT seq FROM infrastructure_pulls WHERE seq > ?1
 UNION ALL SELECT seq FROM open_pull_requests WHERE seq > ?1
 UNION ALL SELECT seq FROM commits WHERE seq > ?1
 UNION ALL SELECT seq FROM lost_commits WHERE seq > ?1
 UNION ALL SELECT seq FROM frontier WHERE seq > ?1
 UNION ALL SELECT seq FROM incidents WHERE seq > ?1
 UNION ALL SELECT seq FROM progress WHERE seq > ?1
 UNION ALL SELECT seq FROM claims WHERE seq > ?1
 UNION ALL SELECT seq FROM surveys WHERE seq > ?1
 UNION ALL SELECT seq FROM workflow_runs WHERE seq > ?1
 ORDER BY seq LIMIT ?2 OFFSET ?3";

/// Writes a fact under the change number `seq`, unless the same is stored already; tells whether
/// it was written. What has no change number never tells.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Fact,
) -> Result<bool, sqlx::Error> {
    let result: SqliteQueryResult = match fact {
        Fact::Repository(fact) => repository::upsert(connection, seq, fact).await?,
        Fact::Deployment(fact) => deployment::upsert(connection, seq, fact).await?,
        Fact::OtherDeployment(fact) => {
            other_deployment::upsert(connection, fact).await?;
            return Ok(false);
        }
        Fact::PullRequest(fact) => pull_request::upsert(connection, seq, fact).await?,
        Fact::InfrastructurePull(fact) => {
            infrastructure_pull::upsert(connection, seq, fact).await?
        }
        Fact::OpenPullRequests(fact) => open_pull_requests::upsert(connection, seq, fact).await?,
        Fact::Commit(fact) => commit::upsert(connection, seq, fact).await?,
        Fact::LostCommit { repo, oid } => {
            commit::upsert_id(connection, commit::UPSERT_LOST, seq, *repo, oid).await?
        }
        Fact::Frontier { repo, oid } => {
            commit::upsert_id(connection, commit::UPSERT_FRONTIER, seq, *repo, oid).await?
        }
        Fact::Incident(fact) => incident::upsert(connection, seq, fact).await?,
        Fact::Progress(fact) => progress::upsert(connection, seq, fact).await?,
        Fact::Claims(fact) => claims::upsert(connection, seq, fact).await?,
        Fact::Survey(fact) => survey::upsert(connection, seq, fact).await?,
        Fact::WorkflowRun(fact) => workflow_run::upsert(connection, seq, fact).await?,
    };
    Ok(result.rows_affected() > 0)
}

/// A row's columns, read from left to right.
pub(super) struct Columns<'r> {
    row: &'r SqliteRow,
    next: usize,
}

impl<'r> Columns<'r> {
    /// Starts at the first column.
    pub fn of(row: &'r SqliteRow) -> Columns<'r> {
        Columns { row, next: 0 }
    }

    /// The next column.
    pub fn take<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> Result<T, sqlx::Error> {
        let value = self.row.try_get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, bits of a 64-bit hash or id.
    pub fn bits(&mut self) -> Result<u64, sqlx::Error> {
        Ok(self.take::<i64>()?.cast_unsigned())
    }

    /// The next column, an instant.
    pub fn time(&mut self) -> Result<Time, sqlx::Error> {
        Ok(Time(self.take()?))
    }

    /// The next column, an object id.
    pub fn oid(&mut self) -> Result<Oid, sqlx::Error> {
        oid(self.take()?)
    }
}

/// An object id from its bytes.
fn oid(bytes: &[u8]) -> Result<Oid, sqlx::Error> {
    bytes.try_into().map(Oid).map_err(|_| malformed("an object id that is not 20 bytes"))
}

/// The error for what this program never wrote.
fn malformed(what: impl Into<String>) -> sqlx::Error {
    sqlx::Error::Decode(what.into().into())
}

/// Decodes an author from two columns: the person, and whether it is a bot.
fn author(line: &mut Line<'_>) -> Result<Author, sqlx::Error> {
    Ok(Author { person: line.optional_bits()?.map(Person), is_bot: line.flag()? })
}
