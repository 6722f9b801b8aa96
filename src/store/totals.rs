//! Folding settled rows into totals: what counters show stays, what each of them was goes.

use super::rows::Columns;
use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::{ComponentId, PullNumber, RepoId, Span, Time};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// How many ids are named in one statement.
const IDS_A_STATEMENT: usize = 1_000;

/// The sum of settled rows that differ in nothing that counters and histograms tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The family that counts them.
    pub family: String,
    /// The component they belong to.
    pub component: ComponentId,
    /// Their team; empty where they count for none.
    pub team: String,
    /// Their organisation; empty where they count for none.
    pub org: String,
    /// The value of the family's label beyond the level's; empty where it has none.
    pub label: String,
    /// The upper bound of a histogram's bucket, in seconds; absent above all bounds, and for
    /// counters.
    pub upto: Option<Span>,
    /// How many there were.
    pub count: u64,
    /// The sum of their values.
    pub sum: Span,
    /// When the newest happened.
    pub newest: Time,
    /// The last pull request among them, with its value.
    pub exemplar: Option<(PullNumber, Span)>,
}

const ADD: &str = "INSERT INTO totals
 (family, repo, component, team, org, label, upto, count, sum, newest, pull, pull_value)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (family, repo, component, team, org, label, upto) DO UPDATE SET
 count = count + excluded.count, sum = sum + excluded.sum, newest = max(newest, excluded.newest),
 pull_value = iif(excluded.pull IS NULL, pull_value, excluded.pull_value),
 pull = coalesce(excluded.pull, pull)";

const TOTALS: &str = "SELECT family, repo, component, team, org, label, upto, count, sum, newest,
 pull, pull_value FROM totals ORDER BY family, repo, component, team, org, label, upto";

impl Store {
    /// Replaces the settled rows at these places by what they add to totals, in one transaction.
    pub async fn fold(&self, places: Vec<u64>, totals: Vec<Total>) -> Result<(), StoreError> {
        self.write(Change::Folded { places, totals }).await.map(|_| ())
    }

    /// All totals.
    pub async fn totals(&self) -> Result<Vec<Total>, StoreError> {
        let read = sqlx::query(TOTALS).try_map(|row| {
            let mut columns = Columns::of(&row);
            Ok(Total {
                family: columns.take()?,
                component: ComponentId {
                    repo: RepoId(columns.bits()?),
                    name: columns.take::<&str>()?.into(),
                },
                team: columns.take()?,
                org: columns.take()?,
                label: columns.take()?,
                upto: Some(columns.take()?).filter(|upto| *upto != Span::MAX),
                count: columns.bits()?,
                sum: columns.take()?,
                newest: columns.time()?,
                exemplar: columns
                    .take::<Option<PullNumber>>()?
                    .zip(columns.take::<Option<Span>>()?),
            })
        });
        let read = read.fetch_all(&self.readers).await;
        read.map_err(|error| self.failure("reading totals", &error))
    }
}

/// Folds in the writer's transaction. Rows that are gone were folded before: then nothing is.
pub(super) async fn fold(
    connection: &mut SqliteConnection,
    places: &[u64],
    totals: &[Total],
) -> Result<(), sqlx::Error> {
    let mut removed = 0;
    for some in places.chunks(IDS_A_STATEMENT) {
        let mut delete: QueryBuilder<Sqlite> =
            QueryBuilder::new("DELETE FROM settled WHERE position IN (");
        let mut list = delete.separated(", ");
        for place in some {
            list.push_bind(place.cast_signed());
        }
        delete.push(")");
        removed += delete.build().execute(&mut *connection).await?.rows_affected();
    }
    if removed != places.len() as u64 {
        let what = format!("{removed} of {} settled rows to fold", places.len());
        return Err(sqlx::Error::Protocol(what));
    }
    for total in totals {
        sqlx::query(ADD)
            .bind(&total.family)
            .bind(total.component.repo.0.cast_signed())
            .bind(&*total.component.name)
            .bind(&total.team)
            .bind(&total.org)
            .bind(&total.label)
            .bind(total.upto.unwrap_or(Span::MAX))
            .bind(total.count.cast_signed())
            .bind(total.sum)
            .bind(total.newest.0)
            .bind(total.exemplar.map(|(pull, _)| pull))
            .bind(total.exemplar.map(|(_, value)| value))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
