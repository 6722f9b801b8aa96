//! Reading facts by change number, a page at a time, each page from one snapshot.

use super::rows::{CHANGES, TABLES, Table, lines};
use delivery::domain::Fact;
use sqlx::{Row, SqliteConnection};

/// Facts whose rows changed after some change number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactPage {
    /// The facts as they stand now, in order of their newest change.
    pub facts: Vec<Fact>,
    /// Where to go on: the newest change number of the page, or the one asked for where there was
    /// no news.
    pub last: u64,
    /// Whether there was more when the page was read.
    pub more: bool,
}

/// Reads the next page of at most `limit` facts (at least one) within the caller's transaction,
/// which keeps a row from moving between two of the queries.
pub(super) async fn facts_since(
    connection: &mut SqliteConnection,
    after: u64,
    limit: usize,
) -> Result<FactPage, sqlx::Error> {
    let after_bound = i64::try_from(after).unwrap_or(i64::MAX);
    let skipped = i64::try_from(limit.max(1) - 1).unwrap_or(i64::MAX);
    // The last change of a full page, and the first one after it.
    let end: Vec<i64> = sqlx::query_scalar(CHANGES)
        .bind(after_bound)
        .bind(2)
        .bind(skipped)
        .fetch_all(&mut *connection)
        .await?;
    let (through, more) = match end[..] {
        [last, _] => (last, true),
        _ => (i64::MAX, false),
    };
    let mut facts: Vec<(u64, Fact)> = Vec::new();
    for table in &TABLES {
        facts.extend(rows(connection, table, (after_bound, through)).await?);
    }
    facts.sort_unstable_by_key(|(seq, _)| *seq);
    let last = facts.last().map_or(after, |(seq, _)| *seq);
    Ok(FactPage { facts: facts.into_iter().map(|(_, fact)| fact).collect(), last, more })
}

/// The rows of one table within a range of change numbers, the first excluded, with these numbers.
pub(super) async fn rows(
    connection: &mut SqliteConnection,
    table: &Table,
    (after, through): (i64, i64),
) -> Result<Vec<(u64, Fact)>, sqlx::Error> {
    let page = sqlx::query(table.page).bind(after).bind(through).fetch_one(connection).await?;
    let rows =
        lines(page.try_get(0)?).map(|mut line| Ok((line.bits()?, (table.decode)(&mut line)?)));
    rows.collect()
}
