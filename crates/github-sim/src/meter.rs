//! What clients asked for, counted: the tests' view of a client's thrift.

use std::collections::BTreeMap;

/// Which of GitHub's APIs a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// `/graphql`.
    Graphql,
    /// Everything else.
    Rest,
}

/// Requests of one GraphQL operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// How often it came.
    pub requests: u64,
    /// Points charged for it.
    pub points: u64,
}

/// A snapshot of the counts since the start or the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    /// All requests, those without an answer included.
    pub requests: u64,
    /// Requests by API.
    pub by_api: BTreeMap<Api, u64>,
    /// Points charged: GraphQL's cost.
    pub points: u64,
    /// Requests charged to the REST limit: answers from a cache are free.
    pub rest_charged: u64,
    /// GraphQL operations by name; the empty name for those without one.
    pub operations: BTreeMap<String, Operation>,
    /// REST requests by their path without a query.
    pub paths: BTreeMap<String, u64>,
    /// Answers by HTTP status.
    pub statuses: BTreeMap<u16, u64>,
    /// Answers that refused a request because of a limit, primary or secondary.
    pub limited: u64,
    /// Requests that broke a limit, or came while the client had been told to pause: what GitHub bans
    /// clients for. Limits that are faults are no violations.
    pub violations: u64,
    /// The most requests that were in flight at once.
    pub most_in_flight: usize,
}
