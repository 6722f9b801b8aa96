//! Merged pull requests, with commits, readiness, reviews and reversions as JSON text.

use super::{Line, author, list};
use delivery::domain::{Fact, PullRequest, RepoId};
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
pub(super) const PAGE: &str =
    "SELECT group_concat(concat_ws(char(31), seq, repo, number, coalesce(author, '-'),
 author_is_bot, opened_at, merged_at, iif(merge_commit IS NULL, '-', hex(merge_commit)),
 iif(head IS NULL, '-', hex(head)), commits, readiness, reviews, reverts, hotfix, additions,
 deletions, changed_files, coalesce(components, '-')), char(30)) FROM pull_requests WHERE seq >
 ?1 AND seq <= ?2";

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
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::PullRequest(PullRequest {
        repo: RepoId(line.bits()?),
        number: line.number()?,
        author: author(line)?,
        opened_at: line.time()?,
        merged_at: line.time()?,
        merge_commit: line.optional_oid()?,
        head: line.optional_oid()?,
        commits: list::read(line.text()?)?,
        readiness: list::read(line.text()?)?,
        reviews: list::read(line.text()?)?,
        reverts: list::read(line.text()?)?,
        hotfix: line.flag()?,
        additions: line.number()?,
        deletions: line.number()?,
        changed_files: line.number()?,
        components: line.optional()?.map(list::read).transpose()?,
    }))
}
