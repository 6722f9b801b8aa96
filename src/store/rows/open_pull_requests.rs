//! Open pull requests: a row for each repository, so that a reading replaces the whole of the one
//! before.

use super::{Line, list};
use delivery::domain::{
    Author, Fact, OpenPullRequest, OpenPullRequests, Person, RepoId, ReviewDecision, Time,
};
use list::{Mirrored, ReviewMirror};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteQueryResult;
use std::sync::Arc;

const UPSERT: &str = "INSERT INTO open_pull_requests (seq, repo, pulls) VALUES (?, ?, ?)
 ON CONFLICT (repo) DO UPDATE SET seq = excluded.seq, pulls = excluded.pulls
 WHERE pulls IS NOT excluded.pulls";

/// Selects a page of repositories' open pull requests.
pub(super) const PAGE: &str = "SELECT group_concat(concat_ws(char(31), seq, repo, pulls), char(30))
 FROM open_pull_requests WHERE seq > ?1 AND seq <= ?2";

/// Writes a repository's open pull requests.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    seq: i64,
    fact: &OpenPullRequests,
) -> Result<SqliteQueryResult, sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(seq)
        .bind(fact.repo.0.cast_signed())
        .bind(list::write(&fact.pulls)?)
        .execute(connection)
        .await
}

/// Decodes a repository's open pull requests.
pub(super) fn decode(line: &mut Line<'_>) -> Result<Fact, sqlx::Error> {
    Ok(Fact::OpenPullRequests(OpenPullRequests {
        repo: RepoId(line.bits()?),
        pulls: list::read(line.text()?)?,
    }))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DecisionMirror {
    Approved,
    ChangesRequested,
    ReviewRequired,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OpenMirror {
    number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<u64>,
    #[serde(default, skip_serializing_if = "list::is_false")]
    bot: bool,
    opened: i64,
    #[serde(default, skip_serializing_if = "list::is_false")]
    draft: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionMirror>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<ReviewMirror>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    components: Option<Vec<String>>,
}

impl Mirrored for OpenPullRequest {
    type Mirror = OpenMirror;

    fn mirror(&self) -> OpenMirror {
        let names =
            self.components.as_ref().map(|all| all.iter().map(|one| one.to_string()).collect());
        OpenMirror {
            number: self.number,
            person: self.author.person.map(|person| person.0),
            bot: self.author.is_bot,
            opened: self.opened_at.0,
            draft: self.is_draft,
            decision: self.decision.map(|decision| match decision {
                ReviewDecision::Approved => DecisionMirror::Approved,
                ReviewDecision::ChangesRequested => DecisionMirror::ChangesRequested,
                ReviewDecision::ReviewRequired => DecisionMirror::ReviewRequired,
            }),
            reviews: self.reviews.iter().map(Mirrored::mirror).collect(),
            components: names,
        }
    }

    fn from_mirror(mirror: OpenMirror) -> Result<OpenPullRequest, sqlx::Error> {
        let reviews = mirror.reviews.into_iter().map(Mirrored::from_mirror);
        let names = |all: Vec<String>| all.into_iter().map(Arc::from).collect();
        Ok(OpenPullRequest {
            number: mirror.number,
            author: Author { person: mirror.person.map(Person), is_bot: mirror.bot },
            opened_at: Time(mirror.opened),
            is_draft: mirror.draft,
            decision: mirror.decision.map(|decision| match decision {
                DecisionMirror::Approved => ReviewDecision::Approved,
                DecisionMirror::ChangesRequested => ReviewDecision::ChangesRequested,
                DecisionMirror::ReviewRequired => ReviewDecision::ReviewRequired,
            }),
            reviews: reviews.collect::<Result<_, _>>()?,
            components: mirror.components.map(names),
        })
    }
}
