//! Merged pull requests, with commits, readiness, reviews and reversions as JSON text.

use super::{Columns, list};
use delivery::domain::{Author, Fact, Person, PullRequest, RepoId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;

const UPSERT: &str = "INSERT INTO pull_requests
 (seq, repo, number, author, author_is_bot, opened_at, merged_at, merge_commit, head, commits,
 readiness, reviews, reverts, hotfix, additions, deletions, changed_files, components)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (repo, number) DO UPDATE SET seq = excluded.seq, author = excluded.author,
 author_is_bot = excluded.author_is_bot, opened_at = excluded.opened_at,
 merged_at = excluded.merged_at, merge_commit = excluded.merge_commit, head = excluded.head,
 commits = excluded.commits, readiness = excluded.readiness, reviews = excluded.reviews,
 reverts = excluded.reverts, hotfix = excluded.hotfix, additions = excluded.additions,
 deletions = excluded.deletions, changed_files = excluded.changed_files,
 components = excluded.components
 WHERE (author, author_is_bot, opened_at, merged_at, merge_commit, head, commits, readiness,
 reviews, reverts, hotfix, additions, deletions, changed_files, components) IS NOT
 (excluded.author, excluded.author_is_bot, excluded.opened_at, excluded.merged_at,
 excluded.merge_commit, excluded.head, excluded.commits, excluded.readiness, excluded.reviews,
 excluded.reverts, excluded.hotfix, excluded.additions, excluded.deletions,
 excluded.changed_files, excluded.components)";

/// Selects a page of pull requests.
pub(super) const PAGE: &str = "SELECT seq, repo, number, author, author_is_bot, opened_at,
 merged_at, merge_commit, head, commits, readiness, reviews, reverts, hotfix, additions, deletions,
 changed_files, components FROM pull_requests WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

/// Writes a pull request.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &PullRequest,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.0.cast_signed())
        .bind(fact.number)
        .bind(fact.author.person.map(|person| person.0.cast_signed()))
        .bind(fact.author.is_bot)
        .bind(fact.opened_at.0)
        .bind(fact.merged_at.0)
        .bind(fact.merge_commit.as_ref().map(|oid| &oid.0[..]))
        .bind(fact.head.as_ref().map(|oid| &oid.0[..]))
        .bind(list::write(&fact.commits)?)
        .bind(list::write(&fact.readiness)?)
        .bind(list::write(&fact.reviews)?)
        .bind(list::write(&fact.reverts)?)
        .bind(fact.hotfix)
        .bind(fact.additions)
        .bind(fact.deletions)
        .bind(fact.changed_files)
        .bind(fact.components.as_deref().map(list::write).transpose()?)
        .execute(connection)
        .await
}

/// Decodes a pull request.
pub(super) fn decode(columns: &mut Columns<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::PullRequest(PullRequest {
        repo: RepoId(columns.bits()?),
        number: columns.take()?,
        author: author(columns)?,
        opened_at: columns.time()?,
        merged_at: columns.time()?,
        merge_commit: columns.optional_oid()?,
        head: columns.optional_oid()?,
        commits: list::read(columns.take()?)?,
        readiness: list::read(columns.take()?)?,
        reviews: list::read(columns.take()?)?,
        reverts: list::read(columns.take()?)?,
        hotfix: columns.take()?,
        additions: columns.take()?,
        deletions: columns.take()?,
        changed_files: columns.take()?,
        components: columns.take::<Option<&str>>()?.map(list::read).transpose()?,
    }))
}

/// Decodes an author from two columns: the person, and whether it is a bot.
fn author(columns: &mut Columns<'_>) -> Result<Author, sqlx::Error> {
    let person = columns.take::<Option<i64>>()?.map(|bits| Person(bits.cast_unsigned()));
    Ok(Author { person, is_bot: columns.take()? })
}
