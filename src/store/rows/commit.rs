//! Commits, and commits that were deployed but cannot be resolved any more. They outnumber all
//! other facts, so their rows are narrow: parents are one blob, and lists are mostly empty.

use super::{Columns, list, malformed, oid};
use delivery::domain::{Author, Commit, Fact, Headline, Oid, Person, RepoId, Time};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::str::SplitN;

const UPSERT: &str = "INSERT INTO commits
 (seq, repo, oid, parents, authored_at, committed_at, headline, author, author_is_bot, reverts,
 hotfix) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (repo, oid) DO UPDATE SET seq = excluded.seq, parents = excluded.parents,
 authored_at = excluded.authored_at, committed_at = excluded.committed_at,
 headline = excluded.headline, author = excluded.author, author_is_bot = excluded.author_is_bot,
 reverts = excluded.reverts, hotfix = excluded.hotfix
 WHERE (parents, authored_at, committed_at, headline, author, author_is_bot, reverts, hotfix)
 IS NOT (excluded.parents, excluded.authored_at, excluded.committed_at, excluded.headline,
 excluded.author, excluded.author_is_bot, excluded.reverts, excluded.hotfix)";

/// Writes a lost commit.
pub(super) const UPSERT_LOST: &str =
    "INSERT INTO lost_commits (seq, repo, oid) VALUES (?, ?, ?) ON CONFLICT (repo, oid) DO NOTHING";

/// Writes a commit of the frontier.
pub(super) const UPSERT_FRONTIER: &str =
    "INSERT INTO frontier (seq, repo, oid) VALUES (?, ?, ?) ON CONFLICT (repo, oid) DO NOTHING";

/// Selects a page of commits, their small columns packed into one text: sqlx copies every value of
/// every row between threads, which takes most of the time of a start with a million commits.
pub(super) const PAGE: &str = "SELECT seq, oid, parents, concat_ws(' ', repo, authored_at,
 committed_at, headline, author_is_bot, hotfix, coalesce(author, '-'), reverts)
 FROM commits WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

/// Selects a page of lost commits.
pub(super) const LOST_PAGE: &str =
    "SELECT seq, repo, oid FROM lost_commits WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

/// Selects a page of the frontier.
pub(super) const FRONTIER_PAGE: &str =
    "SELECT seq, repo, oid FROM frontier WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

/// Writes a commit.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &Commit,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.0.cast_signed())
        .bind(&fact.oid.0[..])
        .bind(fact.parents.iter().flat_map(|parent| parent.0).collect::<Vec<u8>>())
        .bind(fact.authored_at.0)
        .bind(fact.committed_at.0)
        .bind(fact.headline.0.cast_signed())
        .bind(fact.author.person.map(|person| person.0.cast_signed()))
        .bind(fact.author.is_bot)
        .bind(list::write(&fact.reverts)?)
        .bind(fact.hotfix)
        .execute(connection)
        .await
}

/// Writes a commit of which only the id is kept.
pub(super) async fn upsert_id(
    connection: &mut SqliteConnection,
    upsert: &'static str,
    seq: i64,
    repo: RepoId,
    oid: &Oid,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(upsert)
        .bind(seq)
        .bind(repo.0.cast_signed())
        .bind(&oid.0[..])
        .execute(connection)
        .await
}

/// Decodes a commit.
pub(super) fn decode(columns: &mut Columns<'_>) -> Result<Fact, sqlx::Error> {
    let oid = columns.oid()?;
    let parents = parents(columns.take()?)?;
    let mut packed = Packed(columns.take::<&str>()?.splitn(8, ' '));
    let repo = RepoId(packed.number()?.cast_unsigned());
    let (authored_at, committed_at) = (Time(packed.number()?), Time(packed.number()?));
    let headline = Headline(packed.number()?.cast_unsigned());
    let (is_bot, hotfix) = (packed.number()? == 1, packed.number()? == 1);
    let author = Author { person: packed.person()?, is_bot };
    let reverts = list::read(packed.text()?)?;
    let commit =
        Commit { repo, oid, parents, authored_at, committed_at, headline, author, reverts, hotfix };
    Ok(Fact::Commit(commit))
}

/// Decodes a lost commit.
pub(super) fn decode_lost(columns: &mut Columns<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::LostCommit { repo: RepoId(columns.bits()?), oid: columns.oid()? })
}

/// Decodes a commit of the frontier.
pub(super) fn decode_frontier(columns: &mut Columns<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Frontier { repo: RepoId(columns.bits()?), oid: columns.oid()? })
}

fn parents(bytes: &[u8]) -> Result<Vec<Oid>, sqlx::Error> {
    let ids = bytes.chunks_exact(20);
    if !ids.remainder().is_empty() {
        return Err(malformed("parents that are no object ids"));
    }
    ids.map(oid).collect()
}

/// The packed columns, read from left to right.
struct Packed<'a>(SplitN<'a, char>);

impl<'a> Packed<'a> {
    fn text(&mut self) -> Result<&'a str, sqlx::Error> {
        self.0.next().ok_or_else(|| malformed("a commit without all its columns"))
    }

    fn number(&mut self) -> Result<i64, sqlx::Error> {
        self.text()?.parse().map_err(|_| malformed("a commit with text for a number"))
    }

    fn person(&mut self) -> Result<Option<Person>, sqlx::Error> {
        match self.text()? {
            "-" => Ok(None),
            bits => {
                let bits =
                    bits.parse().map_err(|_| malformed("a commit with text for a person"))?;
                Ok(Some(Person(i64::cast_unsigned(bits))))
            }
        }
    }
}
