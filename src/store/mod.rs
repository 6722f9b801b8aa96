//! The store: facts, cursors and settled rows in one SQLite file.
//!
//! Facts go in with the cursor of the collector that read them, in one transaction, and come out
//! in the order in which they changed. Figures are not kept: they are judged anew from the facts.
//! There is no rule about deployments or failures here, and no fact is interpreted.

mod error;
mod file;
mod forget;
mod hints;
mod logins;
mod look;
mod lookup;
mod other_deployments;
mod purge;
mod reader;
mod rows;
mod settled;
mod surveys;
mod totals;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use forget::Forgotten;
pub use hints::Hint;
pub use other_deployments::OtherDeployments;
pub use purge::Purged;
pub use reader::FactPage;
pub use settled::{Birth, Observation, SettledPage, SettledRow};
pub use totals::Total;

use crate::config::HashLogins;
use delivery::domain::{Collector, Fact, RepoId};
use logins::LoginHasher;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use trouble::Trouble;
use writer::{Change, Order, Writer, Written};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How many readers may read at once; each is a thread of its own.
const READERS: u32 = 4;
/// How long to wait for another program that has the database, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The writer's page cache in KiB: a large store's index of commits is hit at random.
const WRITER_CACHE: &str = "-16000";
/// What is left of the write-ahead log's file after a burst, in bytes.
const LOG_LIMIT: &str = "16777216";

/// A page of facts, or why it could not be read.
pub type PageRead = Result<FactPage, StoreError>;

/// What a cursor is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CursorOf {
    /// A list of its history.
    History(Collector),
    /// The files that say whose it is.
    OwnerFiles,
    /// Its open pull requests.
    OpenPullRequests,
}

impl CursorOf {
    fn name(self) -> &'static str {
        match self {
            CursorOf::History(collector) => collector.name(),
            CursorOf::OwnerFiles => "owner_files",
            CursorOf::OpenPullRequests => "open_pull_requests",
        }
    }
}

/// Where a collector goes on with a repository. Opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorUpdate {
    /// The repository.
    pub repo: RepoId,
    /// What it is of.
    pub of: CursorOf,
    /// The cursor, as the source gave it.
    pub cursor: String,
}

/// The open store. Clones share it; it is open until [`Store::close`] or until the last clone is
/// gone.
#[derive(Clone)]
pub struct Store {
    path: Arc<Path>,
    orders: mpsc::Sender<Order>,
    news: watch::Receiver<u64>,
    readers: SqlitePool,
    hasher: Arc<LoginHasher>,
    trouble: Arc<Trouble>,
}

impl Store {
    /// Opens the database, creating it (readable by this user only) and bringing it to this
    /// version as needed. A file that is not this program's, or that another process has open, is
    /// refused unchanged.
    pub async fn open(path: &Path) -> Result<Store, StoreError> {
        Store::open_by(path, writing(path)).await
    }

    /// Opens it with a writer of these options.
    async fn open_by(path: &Path, options: SqliteConnectOptions) -> Result<Store, StoreError> {
        let failed = |error| StoreError::from_sqlx(path, "opening", &error);
        let claim = file::claim(path)?;
        if claim.unmarked {
            mark(path).await.map_err(failed)?;
        }
        let mut connection = options.connect().await.map_err(failed)?;
        MIGRATIONS
            .run(&mut connection)
            .await
            .map_err(|error| StoreError::from_migration(path, &error))?;
        let hasher = LoginHasher::load(&mut connection).await.map_err(failed)?;
        let writer = Writer::start(path.into(), connection, claim).await.map_err(failed)?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(reading(path));
        Ok(Store {
            path: path.into(),
            orders: writer.orders,
            news: writer.news,
            readers,
            hasher: Arc::new(hasher),
            trouble: Arc::default(),
        })
    }

    /// Stores facts and cursors in one transaction, and returns the newest change number once they
    /// are on the disk. A fact that is stored already, field by field, is no news. Former names of
    /// a repository add up, and a collector's progress never goes back; otherwise the last fact
    /// told replaces the one before.
    pub async fn commit(
        &self,
        facts: &[Fact],
        cursors: &[CursorUpdate],
    ) -> Result<u64, StoreError> {
        self.commit_facts(facts, cursors).await.map(|written| written.newest)
    }

    /// The same; tells whether any of the facts was new, beside how far collecting has come.
    pub async fn commit_news(
        &self,
        facts: &[Fact],
        cursors: &[CursorUpdate],
    ) -> Result<bool, StoreError> {
        self.commit_facts(facts, cursors).await.map(|written| written.has_news)
    }

    async fn commit_facts(
        &self,
        facts: &[Fact],
        cursors: &[CursorUpdate],
    ) -> Result<Written, StoreError> {
        if facts.is_empty() && cursors.is_empty() {
            // That nothing can be written says nothing of whether the disk takes anything.
            return Ok(Written { newest: *self.news.borrow(), ..Written::default() });
        }
        let change = Change::Facts { facts: facts.to_vec(), cursors: cursors.to_vec() };
        self.write(change).await
    }

    /// The facts whose rows changed after the change number `after` (0: all), oldest change first,
    /// at most `limit` of them (at least one).
    pub async fn facts_since(&self, after: u64, limit: usize) -> Result<FactPage, StoreError> {
        let read = async {
            let mut snapshot = self.readers.begin().await?;
            let page = reader::facts_since(&mut snapshot, after, limit).await?;
            snapshot.commit().await?;
            Ok(page)
        };
        let read = read.await.map_err(|error| self.failure("reading facts", &error));
        self.trouble.note("reading facts", &read);
        read
    }

    /// The same pages one after the other, each read while the one before is used, up to the first
    /// that says that there is no more, or an error.
    pub fn pages_since(&self, after: u64, limit: usize) -> mpsc::Receiver<PageRead> {
        let (pages, receiver) = mpsc::channel(1);
        let (store, mut after) = (self.clone(), after);
        tokio::spawn(async move {
            loop {
                let page = store.facts_since(after, limit).await;
                after = page.as_ref().map_or(after, |page| page.last);
                let is_last = page.as_ref().map_or(true, |page| !page.more);
                // Who stops listening wants no more.
                if pages.send(page).await.is_err() || is_last {
                    return;
                }
            }
        });
        receiver
    }

    /// The newest change number, as it grows: wakes whoever follows the facts. Late news of
    /// several commits may arrive as one.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.clone()
    }

    /// All cursors, in order of repository.
    pub async fn cursors(&self) -> Result<Vec<CursorUpdate>, StoreError> {
        let read =
            sqlx::query("SELECT repo, collector, cursor FROM cursors ORDER BY repo, collector")
                .try_map(|row| {
                    let mut columns = rows::Columns::of(&row);
                    Ok(CursorUpdate {
                        repo: RepoId(columns.bits()?),
                        of: rows::cursor_of(columns.take()?)?,
                        cursor: columns.take()?,
                    })
                });
        let read = read.fetch_all(&self.readers).await;
        read.map_err(|error| self.failure("reading cursors", &error))
    }

    /// The small value of that name, such as the cursor of an organisation's discovery.
    pub async fn meta_get(&self, name: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar("SELECT value FROM named_values WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.readers)
            .await
            .map_err(|error| self.failure("reading a named value", &error))
    }

    /// Sets the small value of that name.
    pub async fn meta_set(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.write(Change::Named { name: name.into(), value: value.into() }).await.map(|_| ())
    }

    /// Hashes logins with this store's key.
    pub fn login_hasher(&self) -> Arc<dyn HashLogins> {
        self.hasher.clone()
    }

    /// All births, in order of component.
    pub async fn births(&self) -> Result<Vec<Birth>, StoreError> {
        let read = async { settled::births(&mut *self.readers.acquire().await?).await };
        read.await.map_err(|error| self.failure("reading births", &error))
    }

    /// Settled rows after the place `after` (0: all), in the order in which they were settled, at
    /// most `limit` of them.
    pub async fn settled(&self, after: u64, limit: usize) -> Result<SettledPage, StoreError> {
        let read =
            async { settled::settled(&mut *self.readers.acquire().await?, after, limit).await };
        read.await.map_err(|error| self.failure("reading settled rows", &error))
    }

    /// Settles rows and births in one transaction, and adds the rows to totals. A row whose family
    /// and subject are settled already is left untouched and adds nothing: the places of such rows
    /// are returned. A birth keeps its first `born_at` and `primed_at`, and its `settled_through`
    /// only advances.
    pub async fn settle(
        &self,
        observations: Vec<Observation>,
        births: &[Birth],
    ) -> Result<Vec<usize>, StoreError> {
        let change = Change::Settled { observations, births: births.to_vec() };
        self.write(change).await.map(|written| written.repeated)
    }

    /// From now on the log tells trouble with reading and writing, once when it begins and once when
    /// it is over. Before, only whoever called is told, as one who starts and can still refuse to.
    pub fn tell_trouble(&self) {
        self.trouble.tell();
    }

    /// Waits for what is being written, moves everything into the database file and closes it.
    /// Other clones give [`StoreError::Closed`] from then on.
    pub async fn close(&self) {
        self.readers.close().await;
        let (reply, closed) = oneshot::channel();
        if self.orders.send(Order::Close { reply }).await.is_ok() {
            // An error means that the writer has stopped already.
            let _ = closed.await;
        }
    }

    async fn write(&self, change: Change) -> Result<Written, StoreError> {
        let closed = || StoreError::Closed { path: self.path.to_path_buf() };
        let (reply, outcome) = oneshot::channel();
        self.orders.send(Order::Write { change, reply }).await.map_err(|_| closed())?;
        let written = outcome.await.map_err(|_| closed())?;
        self.trouble.note("writing", &written);
        written
    }

    fn failure(&self, what: &'static str, error: &sqlx::Error) -> StoreError {
        StoreError::from_sqlx(&self.path, what, error)
    }
}

/// Marks a file as this program's database. That happens before the write-ahead log is
/// switched on, so that the mark stands in the file itself and not in the log.
async fn mark(path: &Path) -> Result<(), sqlx::Error> {
    let mut connection = quiet(path).connect().await?;
    let mark = format!("PRAGMA application_id = {}", file::APPLICATION_ID);
    sqlx::query(sqlx::AssertSqlSafe(mark)).execute(&mut connection).await?;
    connection.close().await
}

/// The writer's connection: every acknowledged transaction survives a loss of power.
fn writing(path: &Path) -> SqliteConnectOptions {
    quiet(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", WRITER_CACHE)
        .pragma("journal_size_limit", LOG_LIMIT)
}

fn reading(path: &Path) -> SqliteConnectOptions {
    quiet(path).read_only(true)
}

/// Options for every connection. Failures are logged by whoever handles them, so sqlx logs nothing.
fn quiet(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}
