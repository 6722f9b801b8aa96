//! What requests really cost. A server tells it without evaluating them (`rateLimit(dryRun: true)`);
//! where it is more than GitHub's documented formula says, less is asked for at once.

use super::GitHub;
use super::client::{Client, Outcome, RateLimit};
use super::queries::{
    APPLIES, DEPLOYMENTS, DEPLOYMENTS_OF_SOME, HISTORIES, HISTORIES_OF_SOME, HISTORY, INCIDENTS,
    NEWEST_DEPLOYMENTS, OPEN_PULL_REQUESTS, OPEN_PULL_REQUESTS_OF_SOME,
    OPEN_PULL_REQUESTS_WITH_FILES, PROBE, PULL_REQUESTS, PULL_REQUESTS_OF_SOME, PULL_REQUESTS_REST,
    PULL_REQUESTS_WITH_FILES, Query, RECHECK,
};
use delivery::domain::Repository;
use serde_json::{Map, Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The kinds whose sizes decide what collecting costs, with what one asks for so many of.
const KINDS: [(&Query, &str); 17] = [
    (&PROBE, "repositories asked for news"),
    (&NEWEST_DEPLOYMENTS, "repositories asked for deployments"),
    (&DEPLOYMENTS, "deployments"),
    (&DEPLOYMENTS_OF_SOME, "repositories' latest deployments"),
    (&PULL_REQUESTS, "pull requests"),
    (&PULL_REQUESTS_OF_SOME, "repositories' latest pull requests"),
    (&PULL_REQUESTS_WITH_FILES, "pull requests with their changed paths"),
    (&PULL_REQUESTS_REST, "further pages of large pull requests"),
    (&OPEN_PULL_REQUESTS, "open pull requests"),
    (&OPEN_PULL_REQUESTS_OF_SOME, "repositories' open pull requests"),
    (&OPEN_PULL_REQUESTS_WITH_FILES, "open pull requests with their changed paths"),
    (&APPLIES, "pull requests asked for whether they were applied"),
    (&INCIDENTS, "incidents"),
    (&RECHECK, "lists of deployments and incidents asked again"),
    (&HISTORY, "commits"),
    (&HISTORIES, "branches of a repository"),
    (&HISTORIES_OF_SOME, "repositories' latest commits"),
];

/// How documents ask for the state of the limit, and for that alone.
const EVALUATED: &str = "rateLimit {";
const NOT_EVALUATED: &str = "rateLimit(dryRun: true) {";
/// GitHub takes no more ids at once.
const MOST_IDS: usize = 100;
/// An incident has so many lists, by which the ids asked again are counted.
const LISTS_OF_AN_INCIDENT: usize = 3;
/// So many fetches are a point, since points are rounded; a point more is a hundred more.
const FETCHES_OF_A_POINT: u64 = 149;
const FETCHES_A_POINT: u64 = 100;

/// What the server charges for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestCost {
    /// The operation's name.
    pub operation: &'static str,
    /// What it asks for, in words.
    pub what: &'static str,
    /// How many of these it asks for at most.
    pub size: usize,
    /// Points for so many.
    pub points: u64,
}

/// What is known so far; each kind is asked about once.
#[derive(Debug, Default)]
pub(super) struct Calibration(Mutex<Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    /// So many of the kinds need not be asked about any more.
    done: usize,
    costs: Vec<RequestCost>,
}

impl Calibration {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, cost: Option<RequestCost>) {
        let mut known = self.lock();
        known.done += 1;
        known.costs.extend(cost);
    }
}

/// What became of a question.
enum Price {
    Points(u64),
    /// The server met trouble: this kind stays as it is.
    Untold,
    /// A limit holds: the next sweep asks.
    Later,
    /// The server tells no costs.
    Never,
}

impl GitHub {
    /// Asks what requests cost, each kind once in the life of a client, and asks for less at once
    /// where they cost more than documented. Gives what is known; nothing where the server does not
    /// tell. `known` is any repository.
    pub async fn calibrate(&self, known: &Repository) -> Vec<RequestCost> {
        self.client.calibrate(&known.node_id).await
    }
}

impl Client {
    async fn calibrate(&self, id: &str) -> Vec<RequestCost> {
        loop {
            let done = self.calibration.lock().done;
            let Some((query, what)) = KINDS.get(done).copied() else { break };
            match self.price(query, query.size, id).await {
                Price::Points(points) => {
                    let cost =
                        RequestCost { operation: query.name, what, size: query.size, points };
                    let cost = self.correct(query, cost, id).await;
                    tracing::debug!(
                        source = %self.source,
                        operation = cost.operation,
                        size = cost.size,
                        points = cost.points,
                        "the server told what a request costs"
                    );
                    self.calibration.note(Some(cost));
                }
                Price::Untold => self.calibration.note(None),
                Price::Later => break,
                Price::Never => {
                    tracing::debug!(source = %self.source, "the server does not tell what requests cost");
                    self.calibration.lock().done = KINDS.len();
                }
            }
        }
        self.calibration.lock().costs.clone()
    }

    /// Where a request costs more than the point that it should, fewer are asked for if they are
    /// cheaper then.
    async fn correct(&self, query: &Query, cost: RequestCost, id: &str) -> RequestCost {
        let fetches = cost.points * FETCHES_A_POINT + FETCHES_OF_A_POINT - FETCHES_A_POINT;
        let fewer = (cost.size as u64 * FETCHES_OF_A_POINT / fetches).max(1) as usize;
        if fewer >= cost.size {
            return cost;
        }
        let Price::Points(points) = self.price(query, fewer, id).await else { return cost };
        if fewer as u64 * cost.points <= cost.size as u64 * points {
            return cost;
        }
        let (what, size) = (cost.what, cost.size);
        tracing::info!(
            source = %self.source,
            "{size} {what} would cost {} points here, more than GitHub documents: {fewer} are asked for \
             at once",
            cost.points
        );
        self.sizes.fit(query.name, fewer);
        RequestCost { size: fewer, points, ..cost }
    }

    /// Asks what a request for so many would cost.
    async fn price(&self, query: &Query, size: usize, id: &str) -> Price {
        let mut is_shortened = false;
        loop {
            let text = self.lacking.text(query);
            let body = json!({
                "query": text.replace(EVALUATED, NOT_EVALUATED),
                "operationName": query.name,
                "variables": variables(query.text, size, id),
            });
            let Ok(permit) = self.gate.admit().await else { return Price::Later };
            match self.attempt(permit, "what requests cost", &body, charged_unevaluated).await {
                Outcome::Answered(graph) => {
                    let told = RateLimit::of(&graph.data).filter(|told| told.limit > Some(0));
                    return told.and_then(|told| told.cost).map_or(Price::Never, Price::Points);
                }
                Outcome::Limited { .. } | Outcome::Unauthorized(..) => return Price::Later,
                Outcome::Trouble { .. } => return Price::Untold,
                Outcome::Unknown(_) if !is_shortened && self.does_without(query, &text).await => {
                    is_shortened = true;
                }
                Outcome::Unknown(_) | Outcome::Final(_) => return Price::Never,
            }
        }
    }

    /// Takes over what a former client of the same server and credential was told.
    pub(super) fn inherit_costs(&self, former: &Client) {
        let known = former.calibration.lock().clone();
        for cost in &known.costs {
            self.sizes.fit(cost.operation, cost.size);
        }
        *self.calibration.lock() = known;
    }
}

/// What a request that was not evaluated was charged for: whether it is free is not documented, so it
/// is what is missing since the answer before, and never more than it would have cost.
fn charged_unevaluated(told: &RateLimit, before: Option<u64>) -> u64 {
    let cost = told.cost.unwrap_or_default();
    match (before, told.remaining) {
        (Some(before), Some(after)) => before.saturating_sub(after).min(cost),
        _ => cost,
    }
}

/// Variables by which a document asks for so many: of their values only the number counts.
fn variables(text: &str, size: usize, id: &str) -> Value {
    let head = text.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let declared = head.map(|(head, _)| head).unwrap_or_default();
    let declared = declared.split(',').filter_map(|one| {
        let (name, kind) = one.trim().strip_prefix('$')?.split_once(':')?;
        let kind = kind.split('=').next().unwrap_or(kind).trim().trim_end_matches('!');
        Some((name.to_owned(), value(name, kind, size, id)?))
    });
    Value::Object(declared.collect::<Map<String, Value>>())
}

/// The value of a variable; none where the document does without.
fn value(name: &str, kind: &str, size: usize, id: &str) -> Option<Value> {
    match kind {
        "[ID!]" => {
            let count = match name {
                "incidents" => size.saturating_sub(MOST_IDS) / LISTS_OF_AN_INCIDENT,
                _ => size.min(MOST_IDS),
            };
            Some(json!(vec![id; count]))
        }
        "ID" => Some(json!(id)),
        "Int" => Some(json!(size)),
        "GitObjectID" => Some(json!("0".repeat(40))),
        // A document with numbered places has as many as it may ask for.
        "Boolean" => {
            let place = name.get(1..).and_then(|number| number.parse::<usize>().ok());
            Some(json!(place.is_none_or(|place| place < size)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_evaluated_costs_what_is_missing_since() {
        let told =
            |remaining| RateLimit { cost: Some(3), limit: Some(5_000), remaining, reset_at: None };
        for (before, remaining, expected) in [
            (Some(4_000), Some(4_000), 0),
            (Some(4_000), Some(3_999), 1),
            // Others spend the same hour.
            (Some(4_000), Some(3_900), 3),
            // Another hour has begun.
            (Some(10), Some(5_000), 0),
            (None, Some(5_000), 3),
            (Some(4_000), None, 3),
        ] {
            let charged = charged_unevaluated(&told(remaining), before);
            assert_eq!(charged, expected, "{before:?} {remaining:?}");
        }
    }

    #[test]
    fn variables_ask_for_as_many_as_the_document_may() {
        let of = |query: &Query, size| variables(query.text, size, "R_1");
        let probe = of(&PROBE, 3);
        assert_eq!(probe["ids"], json!(["R_1", "R_1", "R_1"]));
        assert_eq!((&probe["pulls"], probe.get("labels")), (&json!(true), None));
        let page = of(&PULL_REQUESTS, 37);
        assert_eq!(
            (&page["first"], &page["id"], page.get("after")),
            (&json!(37), &json!("R_1"), None)
        );
        let again = of(&RECHECK, 149);
        let count = |name: &str| again[name].as_array().map(Vec::len);
        assert_eq!((count("deployments"), count("incidents")), (Some(100), Some(16)));
        let pages = of(&PULL_REQUESTS_REST, 1);
        assert_eq!(
            [&pages["u0"], &pages["f0"], &pages["m0"], &pages["u1"], &pages["f1"]],
            [true, true, true, false, false].map(|is| json!(is)).each_ref()
        );
        let some = of(&HISTORIES_OF_SOME, 2);
        assert_eq!(
            [&some["u0"], &some["u1"], &some["u2"]],
            [true, true, false].map(|is| json!(is)).each_ref()
        );
    }
}
