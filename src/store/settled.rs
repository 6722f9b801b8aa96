//! What counters and histograms have counted, and since when: written once, never taken back.

use super::rows::Columns;
use delivery::domain::{ComponentId, RepoId, Time};
use sqlx::SqliteConnection;

/// One thing that a counter or histogram has counted, as it was judged when it was settled.
#[derive(Clone, Debug, PartialEq)]
pub struct SettledRow {
    /// The family that counts it.
    pub family: String,
    /// What was counted, unique within the family.
    pub subject: String,
    /// The component it belongs to.
    pub component: ComponentId,
    /// The component's team at the time of settling.
    pub team: String,
    /// The value of the label `reason`, for families that have it.
    pub reason: Option<String>,
    /// What it adds: 1 for a counter, the observation for a histogram, in the family's unit.
    pub value: f64,
    /// When it happened.
    pub at: Time,
}

/// A component's first exposition, and how far it is settled since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Birth {
    /// The component.
    pub component: ComponentId,
    /// When its counters were first exposed; they count what finishes later.
    pub born_at: Time,
    /// Everything that finished up to then is settled.
    pub settled_through: Time,
    /// When past observations entered the seed's histogram; absent until then.
    pub primed_at: Option<Time>,
}

const SETTLE: &str = "INSERT INTO settled
 (family, subject, repo, component, team, reason, value, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (family, subject) DO NOTHING";

const SETTLED: &str = "SELECT family, subject, repo, component, team, reason, value, at
 FROM settled ORDER BY position";

// A birth stays, and settling only advances: counters must not start over.
const BEAR: &str = "INSERT INTO births (repo, component, born_at, settled_through, primed_at)
 VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (repo, component) DO UPDATE SET
 settled_through = max(settled_through, excluded.settled_through),
 primed_at = coalesce(primed_at, excluded.primed_at)";

const BIRTHS: &str = "SELECT repo, component, born_at, settled_through, primed_at FROM births
 ORDER BY repo, component";

/// Writes settled rows, leaving those untouched that exist, and births.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    rows: &[SettledRow],
    births: &[Birth],
) -> Result<(), sqlx::Error> {
    for row in rows {
        sqlx::query(SETTLE)
            .bind(&row.family)
            .bind(&row.subject)
            .bind(row.component.repo.0.cast_signed())
            .bind(&*row.component.name)
            .bind(&row.team)
            .bind(&row.reason)
            .bind(row.value)
            .bind(row.at.0)
            .execute(&mut *connection)
            .await?;
    }
    for birth in births {
        sqlx::query(BEAR)
            .bind(birth.component.repo.0.cast_signed())
            .bind(&*birth.component.name)
            .bind(birth.born_at.0)
            .bind(birth.settled_through.0)
            .bind(birth.primed_at.map(|at| at.0))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// All settled rows, in the order in which they were settled.
pub(super) async fn settled(
    connection: &mut SqliteConnection,
) -> Result<Vec<SettledRow>, sqlx::Error> {
    sqlx::query(SETTLED)
        .try_map(|row| {
            let mut columns = Columns::of(&row);
            Ok(SettledRow {
                family: columns.take()?,
                subject: columns.take()?,
                component: component(&mut columns)?,
                team: columns.take()?,
                reason: columns.take()?,
                value: columns.take()?,
                at: columns.time()?,
            })
        })
        .fetch_all(connection)
        .await
}

/// All births, in order of component.
pub(super) async fn births(connection: &mut SqliteConnection) -> Result<Vec<Birth>, sqlx::Error> {
    sqlx::query(BIRTHS)
        .try_map(|row| {
            let mut columns = Columns::of(&row);
            Ok(Birth {
                component: component(&mut columns)?,
                born_at: columns.time()?,
                settled_through: columns.time()?,
                primed_at: columns.take::<Option<i64>>()?.map(Time),
            })
        })
        .fetch_all(connection)
        .await
}

/// Decodes a component from two columns: its repository and its name.
fn component(columns: &mut Columns<'_>) -> Result<ComponentId, sqlx::Error> {
    Ok(ComponentId { repo: RepoId(columns.bits()?), name: columns.take::<&str>()?.into() })
}
