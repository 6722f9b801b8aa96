//! Open pull requests, all of a repository's at once: so what was merged, closed or taken elsewhere is
//! gone with the next reading, and however much was missed before, what is read is right.
//!
//! Their commits are not read. So promotions cannot be told by what they bring, only by whence: from
//! the default branch.

use super::GitHub;
use super::answers::{Mark, Parsing};
use super::client::Client;
use super::page::{Missing, decode, nodes, page, required_time};
use super::people::actor;
use super::pull_requests::{REMEDY, reviews};
use super::queries::{OPEN_PULL_REQUESTS, OPEN_PULL_REQUESTS_WITH_FILES};
use super::together::FirstPage;
use super::walk::{Elements, digest};
use crate::config::{ComponentSettings, have_paths, paths_fingerprint, touched};
use crate::sources::SourceError;
use delivery::domain::{
    OpenPullRequest, OpenPullRequests, PullNumber, Repository, ReviewDecision, Span, Time,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the list is in an answer.
const PATH: [&str; 2] = ["node", "pullRequests"];
/// A list that goes on from a place that is not known any more is read anew so often.
const MOST_STARTS: usize = 3;
/// What could not be read is asked for again so often, then when something moves.
const MOST_OWED: u8 = 3;
/// What moved so shortly before a reading may have moved once more in the same second.
const SAME_INSTANT: Span = 2;

/// All open pull requests of a repository.
#[derive(Debug)]
pub struct OpenRead {
    /// They.
    pub open: OpenPullRequests,
    /// Tells whether there is news of them.
    pub cursor: String,
    /// How many pages they took.
    pub pages: usize,
}

/// When and by what rules they were read.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    fingerprint: String,
    begun: i64,
    /// The newest pull request of any state as it was known before: its id, and its update.
    mark: Option<(String, i64)>,
    /// How often in a row some could not be read.
    #[serde(default)]
    owed: u8,
}

impl GitHub {
    /// Whether reading them would bring anything, by the pull request of any state that was updated
    /// last, where that is known.
    pub fn open_pull_requests_have_news(
        &self,
        repo: &Repository,
        cursor: Option<&str>,
        mark: Option<&Mark>,
    ) -> bool {
        let Some(cursor) = cursor.and_then(parse) else { return true };
        let fingerprint = fingerprint(&self.parsing.components.now().of(repo));
        if cursor.fingerprint != fingerprint || (1..=MOST_OWED).contains(&cursor.owed) {
            return true;
        }
        mark.is_some_and(|mark| {
            let is_known = cursor.mark.as_ref().is_some_and(|known| *known == text(mark));
            !is_known || mark.at.0 >= cursor.begun - SAME_INSTANT
        })
    }

    /// Reads them. `mark` is the pull request of any state that is known to be updated last; `cursor`
    /// is that of the last reading, and `first` the first page where it was asked for already.
    pub async fn open_pull_requests(
        &self,
        repo: &Repository,
        mark: Option<&Mark>,
        cursor: Option<&str>,
        first: Option<FirstPage>,
    ) -> Result<OpenRead, SourceError> {
        let known = self.parsing.components.now();
        let components = known.of(repo);
        let reading = Reading { client: &self.client, parsing: &self.parsing, repo, components };
        let Listed { mut pulls, begun, pages, is_whole } = reading.run(first).await?;
        pulls.sort_unstable();
        let owed_before = cursor.and_then(parse).map_or(0, |cursor| cursor.owed);
        let cursor = Cursor {
            fingerprint: fingerprint(&reading.components),
            begun: begun.0,
            mark: mark.map(text),
            owed: if is_whole { 0 } else { owed_before.saturating_add(1) },
        };
        let cursor = serde_json::to_string(&cursor).unwrap_or_default();
        Ok(OpenRead { open: OpenPullRequests { repo: repo.id, pulls }, cursor, pages })
    }

    /// The same of a repository that never had a pull request, which nobody has to ask for.
    pub fn no_open_pull_requests(&self, repo: &Repository) -> OpenRead {
        let cursor = Cursor {
            fingerprint: fingerprint(&self.parsing.components.now().of(repo)),
            begun: self.latest().0,
            mark: None,
            owed: 0,
        };
        let cursor = serde_json::to_string(&cursor).unwrap_or_default();
        let open = OpenPullRequests { repo: repo.id, pulls: Vec::new() };
        OpenRead { open, cursor, pages: 0 }
    }
}

fn parse(cursor: &str) -> Option<Cursor> {
    serde_json::from_str(cursor).ok()
}

fn text(mark: &Mark) -> (String, i64) {
    (mark.id.clone(), mark.at.0)
}

/// What decides which facts they are read into.
fn fingerprint(components: &[&ComponentSettings]) -> String {
    digest(&["open pull requests", &paths_fingerprint(components)])
}

/// A reading under way.
struct Reading<'a> {
    client: &'a Client,
    parsing: &'a Parsing,
    repo: &'a Repository,
    components: Vec<&'a ComponentSettings>,
}

/// What was read.
struct Listed {
    pulls: Vec<OpenPullRequest>,
    /// When it was asked for, at the latest.
    begun: Time,
    pages: usize,
    is_whole: bool,
}

impl Reading<'_> {
    async fn run(&self, first: Option<FirstPage>) -> Result<Listed, SourceError> {
        let what = format!("open pull requests of {}", self.repo.full_name);
        let query = match have_paths(&self.components) {
            true => &OPEN_PULL_REQUESTS_WITH_FILES,
            false => &OPEN_PULL_REQUESTS,
        };
        let asked = first.as_ref().map(|first| first.asked_at);
        let begun = asked.unwrap_or_else(|| self.client.now()).min(self.client.skew.latest());
        let mut listed = Listed { pulls: Vec::new(), begun, pages: 0, is_whole: true };
        let (mut first, mut after, mut starts) = (first, None::<String>, 1);
        loop {
            let answer = match first.take() {
                Some(first) => first.answer,
                None => {
                    let variables = |size: usize| json!({ "id": &*self.repo.node_id, "first": size, "after": after });
                    self.client.ask(query, &what, variables).await?.graph
                }
            };
            let page = match page(&answer, &PATH) {
                Err(Missing::StaleCursor) if after.is_some() && starts < MOST_STARTS => {
                    (listed.pulls, listed.is_whole) = (Vec::new(), true);
                    (after, starts) = (None, starts + 1);
                    continue;
                }
                Err(missing) => return Err(missing.into_error(&what, REMEDY)),
                Ok(page) => page,
            };
            let branch = answer.data.pointer("/node/defaultBranchRef/name").and_then(Value::as_str);
            let read = Elements::of(page)
                .decode(self.client, self.repo, &what, |node| self.open(node, branch));
            listed.pages += 1;
            listed.is_whole &= !read.has_losses();
            after = read.next.clone();
            listed.pulls.extend(read.good.into_iter().flatten());
            if after.is_none() {
                return Ok(listed);
            }
        }
    }

    /// An element of the list; nothing where it is no change.
    fn open(
        &self,
        node: &Value,
        default_branch: Option<&str>,
    ) -> Result<Option<OpenPullRequest>, String> {
        let wire: Wire = decode(node)?;
        let is_within = wire.is_cross_repository != Some(true);
        if is_within
            && wire.head_ref_name.is_some()
            && wire.head_ref_name.as_deref() == default_branch
        {
            return Ok(None);
        }
        Ok(Some(OpenPullRequest {
            number: wire.number,
            author: actor(node.get("author"), &*self.parsing.logins),
            opened_at: wire.created_at,
            is_draft: wire.is_draft.unwrap_or_default(),
            decision: match wire.review_decision.as_deref() {
                Some("APPROVED") => Some(ReviewDecision::Approved),
                Some("CHANGES_REQUESTED") => Some(ReviewDecision::ChangesRequested),
                Some("REVIEW_REQUIRED") => Some(ReviewDecision::ReviewRequired),
                _ => None,
            },
            reviews: reviews(node, self.parsing)?,
            components: self.components_of(node),
        }))
    }

    /// The components that the listed paths touch: of a pull request that changes more than a
    /// hundred, those of the first hundred.
    fn components_of(&self, node: &Value) -> Option<Vec<delivery::domain::ComponentName>> {
        let is_told = have_paths(&self.components) && node["files"].is_object();
        let paths: Vec<&str> =
            nodes(node, "files").filter_map(|file| file["path"].as_str()).collect();
        is_told.then(|| touched(&self.components, paths.iter().copied()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    number: PullNumber,
    #[serde(deserialize_with = "required_time")]
    created_at: Time,
    is_draft: Option<bool>,
    review_decision: Option<String>,
    head_ref_name: Option<String>,
    is_cross_repository: Option<bool>,
}
