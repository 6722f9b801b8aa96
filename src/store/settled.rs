//! What counters and histograms have counted, and since when: written once, never taken back.

use super::rows::{Columns, lines};
use super::totals::Sums;
use delivery::domain::{ComponentId, PullNumber, RepoId, Span, Time};
use sqlx::{QueryBuilder, Row, SqliteConnection};

/// One thing that a counter or histogram has counted, as it was judged when it was settled.
#[derive(Clone, Debug, PartialEq)]
pub struct SettledRow {
    /// The family that counts it.
    pub family: String,
    /// What was counted, unique within the family.
    pub subject: String,
    /// The component it belongs to.
    pub component: ComponentId,
    /// The component's team at the time of settling; empty where it counts for none.
    pub team: String,
    /// Its organisation at the time of settling; empty where it counts for none.
    pub org: String,
    /// The value of the family's label beyond the level's, `reason` or `phase`, if it has one.
    pub reason: Option<String>,
    /// What it adds: 1 for a counter, seconds for a histogram.
    pub value: f64,
    /// When it happened.
    pub at: Time,
}

/// A row to be settled, with where it adds up.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The row.
    pub row: SettledRow,
    /// The upper bound of its bucket in seconds; absent above all bounds, and for counters.
    pub upto: Option<Span>,
    /// The pull request that it was made of, an example of its bucket.
    pub pull: Option<PullNumber>,
    /// Whether it settles with the last row before it that does not, or not at all.
    pub follows: bool,
}

/// Settled rows in the order in which they were settled.
#[derive(Clone, Debug, PartialEq)]
pub struct SettledPage {
    /// The rows.
    pub rows: Vec<SettledRow>,
    /// Their places.
    pub places: Vec<u64>,
    /// Where to go on: the place of the last row, or the one asked for where there was none.
    pub last: u64,
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
 (family, subject, repo, component, team, org, reason, value, at) ";

/// How many rows one statement settles: a statement for each would take five times as long.
const ROWS_A_STATEMENT: usize = 100;

/// Selects rows as lines. Values are whole, but for those of other hands.
const SETTLED: &str = "SELECT group_concat(concat_ws(char(31), position, family, hex(subject),
 repo, hex(component), hex(team), hex(org), coalesce(reason, '-'),
 iif(value = CAST(value AS INTEGER), CAST(value AS INTEGER), format('%!.17g', value)), at),
 char(30)) FROM (SELECT * FROM settled WHERE position > ? ORDER BY position LIMIT ?)";

// A birth stays, and settling only advances: counters must not start over.
const BEAR: &str = "INSERT INTO births (repo, component, born_at, settled_through, primed_at)
 VALUES (?, ?, ?, ?, ?)
 ON CONFLICT (repo, component) DO UPDATE SET
 settled_through = max(settled_through, excluded.settled_through),
 primed_at = coalesce(primed_at, excluded.primed_at)";

const BIRTHS: &str = "SELECT repo, component, born_at, settled_through, primed_at FROM births
 ORDER BY repo, component";

/// Writes settled rows and what they add to totals, leaving those untouched that exist, and births.
/// Gives the places of those that were settled before: they add nothing.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    observations: &[Observation],
    births: &[Birth],
) -> Result<Vec<usize>, sqlx::Error> {
    let (mut repeated, mut sums) = (Vec::new(), Sums::default());
    let mut leader_is_new = true;
    for (number, some) in observations.chunks(ROWS_A_STATEMENT).enumerate() {
        let follows_a_repetition = !leader_is_new && some.first().is_some_and(|one| one.follows);
        if !follows_a_repetition && insert_all(connection, some).await? {
            some.iter().for_each(|one| sums.add(one));
            leader_is_new = true;
            continue;
        }
        for (place, one) in some.iter().enumerate() {
            let may_be_new = leader_is_new || !one.follows;
            let is_new = may_be_new && insert(connection, std::slice::from_ref(one)).await? == 1;
            if !one.follows {
                leader_is_new = is_new;
            }
            match is_new {
                true => sums.add(one),
                false => repeated.push(number * ROWS_A_STATEMENT + place),
            }
        }
    }
    sums.write(connection).await?;
    bear(connection, births).await?;
    Ok(repeated)
}

/// Inserts rows if none of them is settled yet, as nearly always; else nothing is written.
async fn insert_all(
    connection: &mut SqliteConnection,
    observations: &[Observation],
) -> Result<bool, sqlx::Error> {
    sqlx::query("SAVEPOINT rows").execute(&mut *connection).await?;
    let is_whole = insert(connection, observations).await? == observations.len() as u64;
    if !is_whole {
        sqlx::query("ROLLBACK TO rows").execute(&mut *connection).await?;
    }
    sqlx::query("RELEASE rows").execute(&mut *connection).await?;
    Ok(is_whole)
}

/// Inserts those rows that are not settled yet; gives how many these were.
async fn insert(
    connection: &mut SqliteConnection,
    observations: &[Observation],
) -> Result<u64, sqlx::Error> {
    let mut statement = QueryBuilder::new(SETTLE);
    statement.push_values(observations, |mut values, Observation { row, .. }| {
        values
            .push_bind(&row.family)
            .push_bind(&row.subject)
            .push_bind(row.component.repo.0.cast_signed())
            .push_bind(&*row.component.name)
            .push_bind(&row.team)
            .push_bind(&row.org)
            .push_bind(&row.reason)
            .push_bind(row.value)
            .push_bind(row.at.0);
    });
    statement.push(" ON CONFLICT (family, subject) DO NOTHING");
    Ok(statement.build().execute(&mut *connection).await?.rows_affected())
}

async fn bear(connection: &mut SqliteConnection, births: &[Birth]) -> Result<(), sqlx::Error> {
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

/// At most `limit` settled rows after the place `after`.
pub(super) async fn settled(
    connection: &mut SqliteConnection,
    after: u64,
    limit: usize,
) -> Result<SettledPage, sqlx::Error> {
    let page = sqlx::query(SETTLED)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_one(connection)
        .await?;
    let rows = lines(page.try_get(0)?).map(|mut line| {
        let position = line.bits()?;
        Ok((
            position,
            SettledRow {
                family: line.text()?.to_owned(),
                subject: line.name()?,
                component: ComponentId { repo: RepoId(line.bits()?), name: line.name()? },
                team: line.name()?,
                org: line.name()?,
                reason: line.optional()?.map(str::to_owned),
                value: line.number()?,
                at: line.time()?,
            },
        ))
    });
    let mut rows = rows.collect::<Result<Vec<(u64, SettledRow)>, sqlx::Error>>()?;
    rows.sort_unstable_by_key(|(position, _)| *position);
    let (places, rows): (Vec<u64>, Vec<SettledRow>) = rows.into_iter().unzip();
    let last = places.last().copied().unwrap_or(after);
    Ok(SettledPage { rows, places, last })
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
