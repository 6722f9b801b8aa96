//! Asks GitHub's GraphQL API: through the gate, with retries, in sizes that the server bears.
//!
//! Absent here: what is asked, and what its parts mean.

use super::bearer::Bearer;
use super::calibration::Calibration;
use super::credential::Credential;
use super::gate::{Closed, Gate, Left, Limits, Permit};
use super::installation::Denied;
use super::losses::Losses;
use super::queries::Query;
use super::rest::Rest;
use super::schema::Lacking;
use super::sizes::Sizes;
use super::skew::Skew;
use super::transport::{RawAnswer, Transport, TransportError};
use super::verdict::{GraphAnswer, Verdict, judge, number, server_time};
use crate::clock::SharedClock;
use crate::config::GitHubSettings;
use crate::sources::{Observer, SourceError};
use delivery::domain::{MINUTE, Span, Time};
use serde::Deserialize;
use serde_json::{Value, json};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often a request that met trouble is sent in all.
const TRIES: u32 = 4;

/// How many limit answers are waited out for one request.
const LIMIT_ANSWERS: u32 = 3;

/// The longest pause between tries.
const LONGEST_PAUSE: Span = MINUTE;

/// The name of the API in metrics.
const API: &str = "graphql";

/// A client of one GraphQL address with one credential.
pub(super) struct Client {
    /// The source's name.
    pub(super) source: String,
    pub(super) clock: SharedClock,
    pub(super) credential: Credential,
    transport: Transport,
    pub(super) gate: Gate,
    pub(super) rest: Rest,
    pub(super) lacking: Lacking,
    pub(super) sizes: Sizes,
    pub(super) calibration: Calibration,
    pub(super) losses: Losses,
    pub(super) skew: Skew,
    pub(super) observer: Arc<dyn Observer>,
    spent: AtomicU64,
}

/// An answer, with the size that was asked for.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) graph: GraphAnswer,
    pub(super) size: usize,
}

/// No answer, with the size that was asked for last: so much of a batch is concerned.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: SourceError,
    pub(super) size: usize,
}

impl From<Refusal> for SourceError {
    fn from(refusal: Refusal) -> SourceError {
        refusal.error
    }
}

/// What became of one try.
pub(super) enum Outcome {
    Answered(GraphAnswer),
    /// Trouble that another try, or a smaller one, may not meet; with the pause the server wants.
    Trouble {
        error: SourceError,
        pause: Option<Span>,
    },
    /// A limit closed the gate until then.
    Limited {
        until: Time,
        reason: String,
    },
    /// The server refused what authorized the request.
    Unauthorized(SourceError, Bearer),
    /// The server does not know a part of the document.
    Unknown(SourceError),
    Final(SourceError),
}

impl Client {
    pub(super) fn new(
        settings: &GitHubSettings,
        budget_share: f64,
        clock: SharedClock,
        observer: Arc<dyn Observer>,
    ) -> Result<Client, SourceError> {
        let gate = Gate::new(&settings.name, API, budget_share, clock.clone(), observer.clone());
        let rest = Rest::new(settings, budget_share, clock.clone(), observer.clone())?;
        let unusable =
            |cause| SourceError::Setup { what: format!("github `{}`", settings.name), cause };
        Ok(Client {
            source: settings.name.clone(),
            clock,
            credential: Credential::new(&settings.credential).map_err(unusable)?,
            transport: Transport::new(settings, "graphql_url", &settings.graphql_url)?,
            gate,
            rest,
            lacking: Lacking::default(),
            sizes: Sizes::default(),
            calibration: Calibration::default(),
            losses: Losses::default(),
            skew: Skew::default(),
            observer,
            spent: AtomicU64::new(0),
        })
    }

    /// Now, by the server's clock where that is behind this machine's.
    pub(super) fn now(&self) -> Time {
        self.skew.as_told(self.clock.now())
    }

    /// Takes over what a former client of the same credential knew of its limits.
    pub(super) fn inherit_limits(&self, former: &Client) {
        self.gate.inherit(&former.gate);
        self.rest.inherit(&former.rest);
        self.inherit_costs(former);
    }

    /// What may still be spent in this hour; nothing where no limit is known.
    pub(super) fn left(&self) -> Option<Left> {
        self.gate.left()
    }

    /// Points that this client has spent so far.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Asks `query` for `what` (for messages). `variables` are asked for with the present size,
    /// which shrinks where the server does not bear it.
    pub(super) async fn ask(
        &self,
        query: &Query,
        what: &str,
        variables: impl Fn(usize) -> Value,
    ) -> Result<Answered, Refusal> {
        let (mut troubles, mut limits, mut is_renewed) = (0, 0, false);
        let mut is_shortened = false;
        let mut size = self.sizes.first(query.name, query.size);
        loop {
            let refuse = |error| Err(Refusal { error, size });
            let text = self.lacking.text(query);
            let body = json!({
                "query": text,
                "operationName": query.name,
                "variables": variables(size),
            });
            let permit = match self.gate.admit().await {
                Ok(permit) => permit,
                Err(closed) => return refuse(limited(what, closed)),
            };
            match self.attempt(permit, what, &body, charged).await {
                Outcome::Answered(graph) => {
                    self.sizes.answered(query.name, query.size, size);
                    return Ok(Answered { graph, size });
                }
                Outcome::Final(error) => return refuse(error),
                Outcome::Unauthorized(error, bearer) => {
                    let now = self.clock.now();
                    if is_renewed || !self.credential.replaces(&bearer, now).await {
                        return refuse(error);
                    }
                    is_renewed = true;
                }
                Outcome::Unknown(error) => {
                    if is_shortened || !self.does_without(query, &text).await {
                        return refuse(error);
                    }
                    is_shortened = true;
                }
                Outcome::Limited { until, reason } => {
                    limits += 1;
                    if limits >= LIMIT_ANSWERS {
                        return refuse(limited(what, Closed { until, reason }));
                    }
                }
                Outcome::Trouble { error, pause } => {
                    troubles += 1;
                    if troubles >= TRIES {
                        self.sizes.gave_up(query.name, query.size, size);
                        return refuse(error);
                    }
                    size = Sizes::less(size);
                    tracing::debug!(source = %self.source, what, %error, "asking GitHub again");
                    let pause = pause.unwrap_or(0).max(backoff(troubles)).min(LONGEST_PAUSE);
                    self.clock.sleep_until(self.clock.now().plus(pause)).await;
                }
            }
        }
    }

    /// Sends a request once. `charged` says how many points it took, by the server's account and what
    /// was left before.
    pub(super) async fn attempt(
        &self,
        permit: Permit<'_>,
        what: &str,
        body: &Value,
        charged: impl Fn(&RateLimit, Option<u64>) -> u64,
    ) -> Outcome {
        let bearer = match self.authorize(what).await {
            Ok(bearer) => bearer,
            Err(Denied::Trouble(error, pause)) => return Outcome::Trouble { error, pause },
            Err(Denied::Final(error)) => return Outcome::Final(error),
            Err(Denied::Limited(signal, reason, reset, server_now)) => {
                let until = permit.limited(signal, &reason, reset, server_now);
                return Outcome::Limited { until, reason };
            }
        };
        let answer = match self.transport.post(body, &bearer).await {
            Ok(answer) => answer,
            Err(error) => {
                self.observer.request(&self.source, API, "error");
                return self.broken(what, &error);
            }
        };
        self.observer.request(&self.source, API, &answer.status.to_string());
        let verdict = judge(&answer);
        let server_now = server_time(&answer);
        if let Verdict::Limited(signal, reason) = verdict {
            let reset = number(&answer, "x-ratelimit-reset").map(Time);
            let until = permit.limited(signal, &reason, reset, server_now);
            return Outcome::Limited { until, reason };
        }
        let told = match &verdict {
            Verdict::Answered(graph) => {
                self.skew.note(self.clock.now(), server_now);
                RateLimit::of(&graph.data)
            }
            _ => None,
        };
        if let Some(told) = told.as_ref().filter(|told| told.cost.is_some()) {
            let points = charged(told, permit.remaining());
            self.spent.fetch_add(points, Ordering::Relaxed);
            self.observer.points(&self.source, API, points);
        }
        let limits = told.and_then(RateLimit::limits).or_else(|| rest_limits(&answer));
        permit.answered(limits, server_now);
        self.outcome(what, verdict, bearer)
    }

    fn outcome(&self, what: &str, verdict: Verdict, bearer: Bearer) -> Outcome {
        if let Verdict::Forbidden(words) = &verdict
            && let Some(error) = self.suspension(words)
        {
            return Outcome::Final(error);
        }
        let what = what.to_owned();
        let url = self.transport.url().to_owned();
        match verdict {
            Verdict::Answered(graph) => Outcome::Answered(graph),
            Verdict::Limited(_, reason) => Outcome::Limited { until: self.clock.now(), reason },
            Verdict::TryAgain { why, pause, malformed: true, .. } => {
                Outcome::Trouble { error: SourceError::Malformed { what, url, cause: why }, pause }
            }
            Verdict::TryAgain { status, why: message, pause, .. } => {
                Outcome::Trouble { error: SourceError::Failed { what, status, message }, pause }
            }
            Verdict::Unauthorized(message) => {
                Outcome::Unauthorized(self.unauthorized(what, &message), bearer)
            }
            Verdict::Forbidden(message) => Outcome::Final(SourceError::Forbidden {
                what,
                message,
                remedy: "access to these repositories".to_owned(),
            }),
            Verdict::Unknown { status, message } => {
                Outcome::Unknown(SourceError::Failed { what, status, message })
            }
            Verdict::Refused { status, message } => {
                Outcome::Final(SourceError::Failed { what, status, message })
            }
            Verdict::Misdirected(cause) => {
                Outcome::Final(SourceError::Malformed { what, url, cause })
            }
        }
    }

    /// The credentials were refused, in the server's words.
    pub(super) fn unauthorized(&self, what: String, message: &str) -> SourceError {
        let origin = self.credential.origin();
        let hint = format!("GitHub says \"{message}\"; {}", self.credential.remedy());
        SourceError::Unauthorized { what, origin, hint }
    }

    fn broken(&self, what: &str, error: &TransportError) -> Outcome {
        let (what, url) = (what.to_owned(), self.transport.url().to_owned());
        let mut cause = error.to_string();
        if cause.contains("UnknownIssuer") {
            cause.push_str("; name the CA's certificate in `github.ca_file`");
        }
        let error = match error {
            TransportError::Truncated(_) => SourceError::Malformed { what, url, cause },
            TransportError::Unreachable(_) | TransportError::TimedOut => {
                SourceError::Unreachable { what, url, cause }
            }
        };
        Outcome::Trouble { error, pause: None }
    }
}

/// What a closed gate means for `what`.
pub(super) fn limited(what: &str, closed: Closed) -> SourceError {
    SourceError::RateLimited { what: what.to_owned(), until: closed.until, reason: closed.reason }
}

/// 1, 2, 4 seconds and as much again at random, so that replicas do not come back together.
pub(super) fn backoff(troubles: u32) -> Span {
    let base = 1_i64 << (troubles - 1).min(5);
    let random = RandomState::new().build_hasher().finish();
    base + (random % (base as u64 + 1)) as i64
}

/// What an answer costs.
fn charged(told: &RateLimit, _: Option<u64>) -> u64 {
    told.cost.unwrap_or_default()
}

/// GraphQL's own account of the hour.
#[derive(Deserialize)]
pub(super) struct RateLimit {
    pub(super) cost: Option<u64>,
    pub(super) limit: Option<u64>,
    pub(super) remaining: Option<u64>,
    #[serde(rename = "resetAt")]
    pub(super) reset_at: Option<String>,
}

impl RateLimit {
    pub(super) fn of(data: &Value) -> Option<RateLimit> {
        RateLimit::deserialize(data.get("rateLimit")?).ok()
    }

    fn limits(self) -> Option<Limits> {
        let reset = super::page::time(self.reset_at.as_deref()?)?;
        Some(Limits { limit: self.limit?, remaining: self.remaining?, reset })
    }
}

/// The account of the hour in the headers; all that the REST API tells.
pub(super) fn rest_limits(answer: &RawAnswer) -> Option<Limits> {
    let points = |name| u64::try_from(number(answer, name)?).ok();
    Some(Limits {
        limit: points("x-ratelimit-limit")?,
        remaining: points("x-ratelimit-remaining")?,
        reset: Time(number(answer, "x-ratelimit-reset")?),
    })
}
