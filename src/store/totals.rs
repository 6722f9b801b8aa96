//! Totals: what counters and histograms show, summed as rows settle. A start reads them and no row.

use super::rows::lines;
use super::settled::Observation;
use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::{ComponentId, PullNumber, RepoId, Span, Time};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::BTreeMap;

/// How many ids are named in one statement.
const IDS_A_STATEMENT: usize = 1_000;
/// How many totals one statement adds to.
const TOTALS_A_STATEMENT: usize = 100;
/// How many totals are read at once.
const TOTALS_A_PAGE: i64 = 20_000;

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
 (family, repo, component, team, org, label, upto, count, sum, newest, pull, pull_value) ";

const ADDED: &str = " ON CONFLICT (family, repo, component, team, org, label, upto) DO UPDATE SET
 count = count + excluded.count, sum = sum + excluded.sum, newest = max(newest, excluded.newest),
 pull_value = iif(excluded.pull IS NULL, pull_value, excluded.pull_value),
 pull = coalesce(excluded.pull, pull)";

/// Selects totals as lines, those after the one with this key.
const TOTALS: &str = "SELECT group_concat(concat_ws(char(31), family, repo, hex(component),
 hex(team), hex(org), hex(label), upto, count, sum, newest, coalesce(pull, '-'),
 coalesce(pull_value, '-')), char(30)) FROM (SELECT * FROM totals
 WHERE (family, repo, component, team, org, label, upto) > (?, ?, ?, ?, ?, ?, ?)
 ORDER BY family, repo, component, team, org, label, upto LIMIT ?)";

impl Store {
    /// Removes the settled rows at these places, of which totals keep what they counted.
    pub async fn remove_settled(&self, places: Vec<u64>) -> Result<(), StoreError> {
        self.write(Change::RemoveSettled { places }).await.map(|_| ())
    }

    /// Totals in their order, after `last`, as many as are read at once; none at the end.
    pub async fn totals_after(&self, last: Option<&Total>) -> Result<Vec<Total>, StoreError> {
        let read = async { totals_after(&mut *self.readers.acquire().await?, last).await };
        read.await.map_err(|error| self.failure("reading totals", &error))
    }

    /// All totals.
    pub async fn totals(&self) -> Result<Vec<Total>, StoreError> {
        let mut all: Vec<Total> = Vec::new();
        loop {
            let page = self.totals_after(all.last()).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

#[cfg(test)]
impl Store {
    /// Lets the migration add up all rows, as of a store of the version before it.
    #[allow(clippy::unwrap_used)]
    pub async fn add_up_again(&self) {
        use sqlx::ConnectOptions;
        const MIGRATION: i64 = 9;
        let migration = super::MIGRATIONS.iter().find(|one| one.version == MIGRATION).unwrap();
        let mut connection = super::quiet(&self.path).connect().await.unwrap();
        sqlx::raw_sql("DELETE FROM totals").execute(&mut connection).await.unwrap();
        sqlx::raw_sql(migration.sql.clone()).execute(&mut connection).await.unwrap();
    }
}

async fn totals_after(
    connection: &mut SqliteConnection,
    last: Option<&Total>,
) -> Result<Vec<Total>, sqlx::Error> {
    // No family is called nothing, so everything comes after it.
    let text = |of: fn(&Total) -> &str| last.map_or("", of);
    let page = sqlx::query_scalar::<_, Option<String>>(TOTALS)
        .bind(text(|one| &one.family))
        .bind(last.map_or(0, |one| one.component.repo.0.cast_signed()))
        .bind(text(|one| &one.component.name))
        .bind(text(|one| &one.team))
        .bind(text(|one| &one.org))
        .bind(text(|one| &one.label))
        .bind(last.map_or(0, |one| one.upto.unwrap_or(Span::MAX)))
        .bind(TOTALS_A_PAGE)
        .fetch_one(connection)
        .await?;
    let mut totals = lines(page.as_deref())
        .map(|mut line| {
            Ok(Total {
                family: line.text()?.to_owned(),
                component: ComponentId { repo: RepoId(line.bits()?), name: line.name()? },
                team: line.name()?,
                org: line.name()?,
                label: line.name()?,
                upto: Some(line.number()?).filter(|upto| *upto != Span::MAX),
                count: line.bits()?,
                sum: line.number()?,
                newest: line.time()?,
                exemplar: line.optional_number()?.zip(line.optional_number()?),
            })
        })
        .collect::<Result<Vec<Total>, sqlx::Error>>()?;
    totals.sort_unstable_by(|one, other| key_of(one).cmp(&key_of(other)));
    Ok(totals)
}

/// The order of totals, as the table has it.
fn key_of(total: &Total) -> (&str, i64, &str, &str, &str, &str, Span) {
    let Total { family, component, team, org, label, upto, .. } = total;
    let repo = component.repo.0.cast_signed();
    (family, repo, &component.name, team, org, label, upto.unwrap_or(Span::MAX))
}

/// Removes rows in the writer's transaction.
pub(super) async fn remove_settled(
    connection: &mut SqliteConnection,
    places: &[u64],
) -> Result<(), sqlx::Error> {
    for some in places.chunks(IDS_A_STATEMENT) {
        let mut delete: QueryBuilder<Sqlite> =
            QueryBuilder::new("DELETE FROM settled WHERE position IN (");
        let mut list = delete.separated(", ");
        for place in some {
            list.push_bind(place.cast_signed());
        }
        delete.push(")");
        delete.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// What new rows add up to, before it is written.
#[derive(Debug, Default)]
pub(super) struct Sums<'a>(BTreeMap<Key<'a>, Total>);

/// All that tells one total from another.
type Key<'a> = (&'a str, &'a ComponentId, &'a str, &'a str, &'a str, Option<Span>);

impl<'a> Sums<'a> {
    /// Adds a row, later than all before.
    pub(super) fn add(&mut self, observation: &'a Observation) {
        let Observation { row, upto, pull, .. } = observation;
        let label = row.reason.as_deref().unwrap_or_default();
        let key = (row.family.as_str(), &row.component, &*row.team, &*row.org, label, *upto);
        let total = self.0.entry(key).or_insert_with(|| Total {
            family: row.family.clone(),
            component: row.component.clone(),
            team: row.team.clone(),
            org: row.org.clone(),
            label: label.to_owned(),
            upto: *upto,
            count: 0,
            sum: 0,
            newest: row.at,
            exemplar: None,
        });
        let value = row.value as Span;
        total.count += 1;
        total.sum = total.sum.saturating_add(value);
        total.newest = total.newest.max(row.at);
        total.exemplar = pull.map(|pull| (pull, value)).or(total.exemplar);
    }

    /// Writes them in the transaction of their rows.
    pub(super) async fn write(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let totals: Vec<Total> = self.0.into_values().collect();
        for some in totals.chunks(TOTALS_A_STATEMENT) {
            let mut statement = QueryBuilder::new(ADD);
            statement.push_values(some, |mut values, total| {
                values
                    .push_bind(&total.family)
                    .push_bind(total.component.repo.0.cast_signed())
                    .push_bind(&*total.component.name)
                    .push_bind(&total.team)
                    .push_bind(&total.org)
                    .push_bind(&total.label)
                    .push_bind(total.upto.unwrap_or(Span::MAX))
                    .push_bind(total.count.cast_signed())
                    .push_bind(total.sum)
                    .push_bind(total.newest.0)
                    .push_bind(total.exemplar.map(|(pull, _)| pull))
                    .push_bind(total.exemplar.map(|(_, value)| value));
            });
            statement.push(ADDED);
            statement.build().execute(&mut *connection).await?;
        }
        Ok(())
    }
}
