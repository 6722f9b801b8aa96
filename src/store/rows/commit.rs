//! Commits, and commits that were deployed but cannot be resolved any more. They outnumber all
//! other facts, so their rows are narrow: parents are one blob, and lists are mostly empty.

use super::{Line, author, list};
use delivery::domain::{Commit, Fact, Headline, Oid, RepoId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

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

/// Selects a page of commits.
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, hex(oid), hex(parents), authored_at,
 committed_at, headline, coalesce(author, '-'), author_is_bot, reverts, hotfix), char(30)) FROM
 commits WHERE seq > ?1 AND seq <= ?2";

/// Selects a page of lost commits.
pub(super) const LOST_PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, hex(oid)), char(30)) FROM lost_commits
 WHERE seq > ?1 AND seq <= ?2";

/// Selects a page of the frontier.
pub(super) const FRONTIER_PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, hex(oid)), char(30)) FROM frontier
 WHERE seq > ?1 AND seq <= ?2";

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
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Commit(Commit {
        repo: RepoId(line.bits()?),
        oid: line.oid()?,
        parents: line.oids()?,
        authored_at: line.time()?,
        committed_at: line.time()?,
        headline: Headline(line.bits()?),
        author: author(line)?,
        reverts: list::read(line.text()?)?,
        hotfix: line.flag()?,
    }))
}

/// Decodes a lost commit.
pub(super) fn decode_lost(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::LostCommit { repo: RepoId(line.bits()?), oid: line.oid()? })
}

/// Decodes a commit of the frontier.
pub(super) fn decode_frontier(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::Frontier { repo: RepoId(line.bits()?), oid: line.oid()? })
}
