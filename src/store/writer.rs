//! The one writer. Changes that wait at the same time share a transaction, and so one wait for the
//! disk (group commit); each stands or falls alone in a savepoint of its own, and is acknowledged
//! only once the shared transaction is durable.

use super::file::Claim;
use super::forget::{self, Removal};
use super::{Birth, CursorUpdate, Hint, Observation, StoreError};
use super::{hints, logins, purge, rows, settled, surveys, totals};
use delivery::domain::{Fact, RepoId, Time};
use sqlx::{Connection, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// How many changes may share a transaction: enough to make waiting for the disk cheap, few enough
/// to keep each wait short.
const GROUP_LIMIT: usize = 256;

/// How many changes may wait for the writer before their senders wait too.
const QUEUE_LIMIT: usize = 1024;

/// What the writer is asked for.
pub(super) enum Order {
    /// Write a change.
    Write { change: Change, reply: oneshot::Sender<Result<Written, StoreError>> },
    /// Write what is in the queue, move it all into the database file, and stop.
    Close { reply: oneshot::Sender<()> },
}

/// What became of a change.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The newest change number after it.
    pub newest: u64,
    /// Whether a fact was new, beside how far collecting has come.
    pub has_news: bool,
    /// The places of rows that were settled before.
    pub repeated: Vec<usize>,
}

/// What is written in one piece.
pub(super) enum Change {
    /// Facts with the cursors from which their collectors go on.
    Facts { facts: Vec<Fact>, cursors: Vec<CursorUpdate> },
    /// What counters have counted.
    Settled { observations: Vec<Observation>, births: Vec<Birth> },
    /// Settled rows go, by their places.
    RemoveSettled { places: Vec<u64> },
    /// Facts of a repository are removed, as far as they have not changed since.
    Forget { repo: RepoId, through: u64, removals: Vec<Removal> },
    /// Deployments elsewhere than to production are removed that were requested before an instant.
    ForgetOthers { before: Time },
    /// A repository is forgotten; with `counted` also what its counters have counted.
    Purge { repo: RepoId, counted: bool },
    /// Hints are kept, others dropped.
    Hints { kept: Vec<Hint>, dropped: Vec<Hint> },
    /// Surveys are removed.
    RemoveSurveys { names: Vec<Arc<str>> },
    /// People are hashed by one more key.
    RotateLoginKey { key: [u8; 32] },
    /// A small named value.
    Named { name: String, value: String },
}

/// The writer's state; it lives in a task of its own.
pub(super) struct Writer {
    path: PathBuf,
    connection: SqliteConnection,
    /// The newest change number given.
    newest: i64,
    news: watch::Sender<u64>,
    _claim: Claim,
}

/// The writer's ends for the store: its queue, and the newest change number as it grows.
pub(super) struct WriterHandle {
    pub orders: mpsc::Sender<Order>,
    pub news: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the writer on a connection that nothing else writes through. It runs until it is
    /// closed or every sender is gone, and holds the claim on the file as long.
    pub async fn start(
        path: PathBuf,
        mut connection: SqliteConnection,
        claim: Claim,
    ) -> Result<WriterHandle, sqlx::Error> {
        let newest: i64 =
            sqlx::query_scalar("SELECT last FROM change_number").fetch_one(&mut connection).await?;
        let (news, news_end) = watch::channel(newest.cast_unsigned());
        let (orders, queue) = mpsc::channel(QUEUE_LIMIT);
        let writer = Writer { path, connection, newest, news, _claim: claim };
        tokio::spawn(writer.run(queue));
        Ok(WriterHandle { orders, news: news_end })
    }

    async fn run(mut self, mut queue: mpsc::Receiver<Order>) {
        let mut closing = None;
        let mut orders = Vec::new();
        while closing.is_none() && queue.recv_many(&mut orders, GROUP_LIMIT).await > 0 {
            let mut changes = Vec::with_capacity(orders.len());
            let mut replies = Vec::with_capacity(orders.len());
            for order in orders.drain(..) {
                match order {
                    Order::Write { change, reply } => {
                        changes.push(change);
                        replies.push(reply);
                    }
                    Order::Close { reply } => closing = Some(reply),
                }
            }
            for (outcome, reply) in self.write(&changes).await.into_iter().zip(replies) {
                // Whoever asked may have gone; the change is stored all the same.
                let _ = reply.send(outcome);
            }
        }
        // Without this the last changes would stay in the write-ahead log: safe, but a copy of the
        // database file alone would lack them. A failure loses nothing.
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut self.connection).await;
        let _ = self.connection.close().await;
        drop(self._claim);
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }

    /// Writes a group of changes in one transaction; one outcome for each.
    async fn write(&mut self, changes: &[Change]) -> Vec<Result<Written, StoreError>> {
        if changes.is_empty() {
            return Vec::new();
        }
        let before = self.newest;
        match self.transact(changes).await {
            Ok(outcomes) => {
                self.news.send_if_modified(|newest| {
                    let grown = *newest != self.newest.cast_unsigned();
                    *newest = self.newest.cast_unsigned();
                    grown
                });
                outcomes
            }
            Err(error) => {
                self.newest = before;
                // SQLite may have rolled back by itself (disk full); then this fails, as it should.
                let _ = self.execute("ROLLBACK").await;
                let error = self.failure(&error);
                changes.iter().map(|_| Err(error.clone())).collect()
            }
        }
    }

    /// Runs the group's transaction. An error means that nothing of the group is stored.
    async fn transact(
        &mut self,
        changes: &[Change],
    ) -> Result<Vec<Result<Written, StoreError>>, sqlx::Error> {
        let before = self.newest;
        let mut outcomes = Vec::with_capacity(changes.len());
        self.execute("BEGIN IMMEDIATE").await?;
        for change in changes {
            let before_this = self.newest;
            self.execute("SAVEPOINT change").await?;
            match self.apply(change).await {
                Ok(written) => {
                    outcomes.push(Ok(Written { newest: self.newest.cast_unsigned(), ..written }));
                }
                Err(error) => {
                    self.newest = before_this;
                    if self.execute("ROLLBACK TO change").await.is_err() {
                        return Err(error);
                    }
                    outcomes.push(Err(self.failure(&error)));
                }
            }
            self.execute("RELEASE change").await?;
        }
        if self.newest != before {
            sqlx::query("UPDATE change_number SET last = ?")
                .bind(self.newest)
                .execute(&mut self.connection)
                .await?;
        }
        self.execute("COMMIT").await?;
        Ok(outcomes)
    }

    /// Applies a change.
    async fn apply(&mut self, change: &Change) -> Result<Written, sqlx::Error> {
        let mut written = Written::default();
        match change {
            Change::Facts { facts, cursors } => {
                for fact in facts {
                    if rows::upsert(&mut self.connection, self.newest + 1, fact).await? {
                        self.newest += 1;
                        written.has_news |= !matches!(fact, Fact::Progress(_));
                    }
                }
                for update in cursors {
                    set_cursor(&mut self.connection, update).await?;
                }
            }
            Change::Settled { observations, births } => {
                written.repeated =
                    settled::settle(&mut self.connection, observations, births).await?;
            }
            Change::RemoveSettled { places } => {
                totals::remove_settled(&mut self.connection, places).await?;
            }
            Change::Forget { repo, through, removals } => {
                forget::forget(&mut self.connection, *repo, *through, removals).await?;
            }
            Change::ForgetOthers { before } => {
                forget::forget_others(&mut self.connection, *before).await?;
            }
            Change::Purge { repo, counted } => {
                purge::purge(&mut self.connection, *repo, *counted).await?;
            }
            Change::Hints { kept, dropped } => {
                hints::write(&mut self.connection, kept, dropped).await?;
            }
            Change::RotateLoginKey { key } => {
                self.newest = logins::rotate(&mut self.connection, key, self.newest).await?;
            }
            Change::RemoveSurveys { names } => surveys::remove(&mut self.connection, names).await?,
            Change::Named { name, value } => set_named(&mut self.connection, name, value).await?,
        }
        Ok(written)
    }

    async fn execute(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(statement).execute(&mut self.connection).await.map(|_| ())
    }

    fn failure(&self, error: &sqlx::Error) -> StoreError {
        StoreError::from_sqlx(&self.path, "writing", error)
    }
}

async fn set_cursor(
    connection: &mut SqliteConnection,
    update: &CursorUpdate,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO cursors (repo, collector, cursor) VALUES (?, ?, ?)
         ON CONFLICT (repo, collector) DO UPDATE SET cursor = excluded.cursor",
    )
    .bind(update.repo.0.cast_signed())
    .bind(update.of.name())
    .bind(&update.cursor)
    .execute(connection)
    .await
    .map(|_| ())
}

async fn set_named(
    connection: &mut SqliteConnection,
    name: &str,
    value: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO named_values (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(connection)
    .await
    .map(|_| ())
}
