//! Faults that tests and demos set: what GitHub and the way to it can do wrong.
//!
//! Request faults take the place of an answer for a number of requests; node faults spoil parts of
//! GraphQL answers until they are cleared.

use crate::graphql::{self, Failure, Node, SharedSchema, node_id};
use crate::meter::Api;
use crate::state::Repository;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a request meets instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status with an HTML page, as proxies and overloaded servers send; 200 is possible too.
    Html(u16),
    /// This status with GitHub's JSON error and this message.
    Message(u16, String),
    /// A secondary limit, 403 or 429, with `retry-after` in seconds.
    RetryAfter(u16, u64),
    /// A secondary limit, 403 or 429, that only its message tells.
    SecondaryLimit(u16),
    /// The primary limit, 403 or 429, with `x-ratelimit-remaining: 0`.
    PrimaryLimit(u16),
    /// The primary limit as GraphQL tells it: HTTP 200 and an error of this type (`RATE_LIMITED`
    /// or `RATE_LIMIT`) without data.
    GraphqlLimit(String),
    /// HTTP 200 and an error without a type: GitHub gave up on the query.
    SomethingWentWrong,
    /// The answer's first half, then the end of the connection.
    Truncated,
    /// No answer at all, until the client gives up.
    Stalled,
    /// The connection ends without an answer.
    Reset,
    /// The right answer after a real delay.
    Delayed(Duration),
}

/// Which requests meet a fault. The default is the next request, whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// How many requests.
    pub times: usize,
    /// Only this API.
    pub api: Option<Api>,
    /// Only GraphQL operations of this name.
    pub operation: Option<String>,
    /// Only requests whose path or body contains this text: a repository's name or node id.
    pub mentions: Option<String>,
}

impl Default for When {
    fn default() -> Self {
        When { times: 1, api: None, operation: None, mentions: None }
    }
}

/// What spoils a part of GraphQL answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFault {
    /// GitHub's error type: `NOT_FOUND`, `FORBIDDEN`, …; none for "Something went wrong".
    pub kind: Option<String>,
    /// The message.
    pub message: String,
}

impl NodeFault {
    /// A missing permission, as a personal token meets it.
    pub fn forbidden() -> NodeFault {
        let message = "Resource not accessible by personal access token".to_owned();
        NodeFault { kind: Some("FORBIDDEN".to_owned()), message }
    }

    /// GitHub's timeout or bug.
    pub fn something_went_wrong() -> NodeFault {
        NodeFault { kind: None, message: SOMETHING_WENT_WRONG.to_owned() }
    }

    fn failure(&self) -> Failure {
        Failure { kind: self.kind.clone(), message: self.message.clone() }
    }
}

/// GitHub's message for what it could not finish.
pub(crate) const SOMETHING_WENT_WRONG: &str = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `0000:000000:0000000:0000000:00000000` when reporting this issue.";

/// The faults that are set.
#[derive(Default)]
pub struct Faults {
    requests: Mutex<Vec<(Fault, When)>>,
    random: Mutex<Random>,
    nodes: Mutex<NodeFaults>,
    schema: Mutex<Option<SharedSchema>>,
}

/// Faults that come at random, the same ones at every run.
#[derive(Default)]
struct Random {
    rates: Vec<(Fault, u64)>,
    drawn: u64,
}

impl Random {
    fn draw(&mut self) -> Option<Fault> {
        self.drawn += 1;
        let mut word = self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mut lot = (word ^ (word >> 31)) % 1_000;
        self.rates.iter().find_map(|(fault, rate)| {
            let hit = lot < *rate;
            lot = lot.wrapping_sub(*rate);
            hit.then(|| fault.clone())
        })
    }
}

/// The faults inside answers, as one request sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeFaults {
    fields: Vec<(String, Option<String>, NodeFault)>,
    nodes: Vec<(String, NodeFault)>,
    page_limit: Option<i64>,
    search_lag: i64,
    /// How many times more than documented a fetch is charged.
    dearer: u64,
    /// The only account whose repositories an installation's token shows, and which of them.
    only: Option<(String, Option<Vec<String>>)>,
}

impl Faults {
    /// Sets a fault for requests.
    pub fn on_requests(&self, fault: Fault, when: When) {
        lock(&self.requests).push((fault, when));
    }

    /// Meets so many of a thousand requests with a fault, at random but alike at every run: the rest
    /// of them is well.
    pub fn at_random(&self, rates: &[(Fault, u64)]) {
        lock(&self.random).rates = rates.to_vec();
    }

    /// Makes a field null with an error wherever it is asked: `Repository.deployments`. With a
    /// repository (`owner/name`), only there. A field that cannot be null takes its object along.
    pub fn on_field(&self, field: &str, repository: Option<&str>, fault: NodeFault) {
        let repository = repository.map(str::to_owned);
        lock(&self.nodes).fields.push((field.to_owned(), repository, fault));
    }

    /// Makes a node null with an error, by its node id or a repository's `owner/name`.
    pub fn on_node(&self, node: &str, fault: NodeFault) {
        lock(&self.nodes).nodes.push((node.to_owned(), fault));
    }

    /// Answers pages above this size, and ids beyond it, with `RESOURCE_LIMITS_EXCEEDED`.
    pub fn limit_pages(&self, size: Option<i64>) {
        lock(&self.nodes).page_limit = size;
    }

    /// Charges so many times the fetches of GitHub's formula, as another server may.
    pub fn multiply_costs(&self, times: u64) {
        lock(&self.nodes).dearer = times.saturating_sub(1);
    }

    /// How often a fetch is charged.
    pub(crate) fn price(&self) -> u64 {
        lock(&self.nodes).dearer + 1
    }

    /// How far the search index lags, in seconds.
    pub fn lag_search(&self, seconds: i64) {
        lock(&self.nodes).search_lag = seconds;
    }

    /// Serves an older schema, as Enterprise Servers do: without these fields (`Issue.title`) and
    /// arguments (`Issue.stateReason(enableDuplicate:)`).
    pub fn on_schema(&self, lacking: &[&str]) {
        let lacking: Vec<String> = lacking.iter().map(|name| (*name).to_owned()).collect();
        *lock(&self.schema) = Some(graphql::schema_without(&lacking));
    }

    pub(crate) fn schema(&self) -> SharedSchema {
        lock(&self.schema).clone().unwrap_or_else(graphql::schema)
    }

    /// Forgets all faults.
    pub fn clear(&self) {
        *lock(&self.schema) = None;
        lock(&self.requests).clear();
        lock(&self.random).rates.clear();
        *lock(&self.nodes) = NodeFaults::default();
    }

    /// The fault that this request meets, if any; it is used up by that.
    pub(crate) fn take(&self, api: Api, operation: &str, texts: [&str; 2]) -> Option<Fault> {
        let mut requests = lock(&self.requests);
        let index = requests.iter().position(|(_, when)| {
            when.api.is_none_or(|wanted| wanted == api)
                && when.operation.as_ref().is_none_or(|wanted| wanted == operation)
                && when
                    .mentions
                    .as_ref()
                    .is_none_or(|wanted| texts.iter().any(|text| text.contains(wanted.as_str())))
        });
        let Some(index) = index else { return lock(&self.random).draw() };
        let (fault, when) = &mut requests[index];
        let fault = fault.clone();
        when.times = when.times.saturating_sub(1);
        if when.times == 0 {
            requests.remove(index);
        }
        Some(fault)
    }

    pub(crate) fn in_answers(&self) -> NodeFaults {
        lock(&self.nodes).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl NodeFaults {
    /// Shows only the repositories of an account, all of them or those that are named, and none of
    /// the fields.
    pub(crate) fn restrict(
        &mut self,
        account: &str,
        selected: Option<Vec<String>>,
        hidden: impl Iterator<Item = String>,
    ) {
        self.only = Some((account.to_owned(), selected));
        let fault = NodeFault {
            kind: Some("FORBIDDEN".to_owned()),
            message: "Resource not accessible by integration".to_owned(),
        };
        self.fields.extend(hidden.map(|field| (field, None, fault.clone())));
    }

    /// Whether whoever asks may see the repository.
    pub(crate) fn shows(&self, repo: &Repository) -> bool {
        self.only.as_ref().is_none_or(|(account, selected)| {
            repo.owner.eq_ignore_ascii_case(account)
                && selected.as_ref().is_none_or(|names| {
                    names.iter().any(|name| name.eq_ignore_ascii_case(&repo.full_name()))
                })
        })
    }

    pub(crate) fn on_field(
        &self,
        type_name: &str,
        field: &str,
        repository: Option<&Repository>,
    ) -> Option<Failure> {
        let found = self.fields.iter().find(|(name, only, _)| {
            name.split_once('.') == Some((type_name, field))
                && only.as_ref().is_none_or(|only| {
                    repository.is_some_and(|repo| repo.full_name().eq_ignore_ascii_case(only))
                })
        });
        found.map(|(_, _, fault)| fault.failure())
    }

    pub(crate) fn on_node(&self, node: &Node<'_>) -> Option<Failure> {
        if node.belongs_to().is_some_and(|repo| !self.shows(repo)) {
            let id = node_id(node);
            let message = format!("Could not resolve to a node with the global id of '{id}'");
            return Some(Failure::not_found(message));
        }
        if self.nodes.is_empty() {
            return None;
        }
        let id = node_id(node);
        let name = match node {
            Node::Repository(repo) => repo.full_name(),
            _ => String::new(),
        };
        let found = self.nodes.iter().find(|(wanted, _)| *wanted == id || *wanted == name);
        found.map(|(_, fault)| fault.failure())
    }

    /// # Errors
    /// If a page of this size is beyond the limit that was set.
    pub(crate) fn on_page(&self, size: i64) -> Result<(), Failure> {
        match self.page_limit {
            Some(limit) if size > limit => Err(Failure::of(
                "RESOURCE_LIMITS_EXCEEDED",
                "Resource limits for this query exceeded.",
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn search_lag(&self) -> i64 {
        self.search_lag
    }
}
