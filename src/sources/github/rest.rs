//! GitHub's REST API, for what GraphQL does not have: lists, page by page, by conditional requests.
//!
//! An answer that has not changed since it was last read costs nothing of the hour's limit, so what
//! was read is kept with its mark (ETag) for as long as the process lives. Marks belong to a token.

use super::bearer::Bearer;
use super::client::{Client, limited, rest_limits};
use super::gate::{Gate, Left};
use super::installation::Denied;
use super::transport::{RawAnswer, Transport, TransportError};
use super::verdict::{LimitSignal, Verdict, judge_status, message_of, number, server_time};
use crate::clock::SharedClock;
use crate::config::GitHubSettings;
use crate::sources::{Observer, SourceError};
use delivery::domain::{MINUTE, Span, Time};
use moka::sync::Cache;
use serde_json::Value;
use std::sync::Arc;

/// The name of the API in metrics.
pub(super) const API: &str = "rest";
/// How many elements a page holds: as many as GitHub gives.
pub(super) const PAGE: usize = 100;
/// No list is read beyond so many pages.
const MOST_PAGES: usize = 1_000;
/// How often a request that met trouble is sent in all.
const TRIES: u32 = 4;
/// How many limit answers are waited out for one request.
const LIMIT_ANSWERS: u32 = 3;
/// The longest pause between tries.
const LONGEST_PAUSE: Span = MINUTE;
/// How many bytes of answers are kept.
const KEPT: u64 = 32 * 1024 * 1024;

/// What is known of a page.
struct Kept {
    etag: String,
    page: Arc<RestPage>,
    bytes: u32,
}

/// A page of a list.
pub(super) struct RestPage {
    /// Its elements.
    pub(super) elements: Vec<Value>,
    /// Whether another page follows.
    more: bool,
}

/// The REST half of a client.
pub(super) struct Rest {
    transport: Transport,
    gate: Gate,
    kept: Cache<String, Arc<Kept>>,
}

impl Rest {
    pub(super) fn new(
        settings: &GitHubSettings,
        budget_share: f64,
        clock: SharedClock,
        observer: Arc<dyn Observer>,
    ) -> Result<Rest, SourceError> {
        let weight = |path: &String, kept: &Arc<Kept>| kept.bytes + path.len() as u32;
        Ok(Rest {
            transport: Transport::new(settings, "api_url", &settings.api_url)?,
            gate: Gate::new(&settings.name, API, budget_share, clock, observer),
            kept: Cache::builder().weigher(weight).max_capacity(KEPT).build(),
        })
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Takes over what a former client of the same credential knew of its limits.
    pub(super) fn inherit(&self, former: &Rest) {
        self.gate.inherit(&former.gate);
    }
}

/// What a request gave.
pub(super) enum Got {
    /// It is still what bears the mark.
    Unchanged,
    /// It is this.
    Fresh {
        body: Value,
        etag: Option<String>,
        /// Whether another page follows.
        more: bool,
        bytes: usize,
    },
}

/// What became of one try.
enum Outcome {
    Got(Got),
    Trouble(SourceError, Option<Span>),
    Limited(Time, String),
    /// The server refused what authorized the request.
    Unauthorized(SourceError, Bearer),
    Final(SourceError),
}

impl Client {
    /// What may still be spent in this hour; nothing where no limit is known.
    pub(super) fn left_of_rest(&self) -> Option<Left> {
        self.rest.gate.left()
    }

    /// Reads all pages of the list at `path`, for `what` (for messages); `remedy` names the
    /// permission that it needs.
    pub(super) async fn list(
        &self,
        path: &str,
        what: &str,
        remedy: &str,
    ) -> Result<Vec<Arc<RestPage>>, SourceError> {
        self.pages(path, None, what, remedy).await
    }

    /// The same of a list that stands below a key of its answer.
    pub(super) async fn pages(
        &self,
        path: &str,
        key: Option<&str>,
        what: &str,
        remedy: &str,
    ) -> Result<Vec<Arc<RestPage>>, SourceError> {
        let mut pages = Vec::new();
        while pages.len() < MOST_PAGES {
            let number = pages.len() + 1;
            let path = format!("{path}?per_page={PAGE}&page={number}");
            let page = self.page(&path, key, what, remedy).await?;
            let more = page.more;
            pages.push(page);
            if !more {
                break;
            }
        }
        Ok(pages)
    }

    /// Reads the object at `path`.
    pub(super) async fn object(
        &self,
        path: &str,
        what: &str,
        remedy: &str,
    ) -> Result<Value, SourceError> {
        let page = self.kept(path, what, remedy, |body| Some(vec![body])).await?;
        Ok(page.elements.first().cloned().unwrap_or_default())
    }

    async fn page(
        &self,
        path: &str,
        key: Option<&str>,
        what: &str,
        remedy: &str,
    ) -> Result<Arc<RestPage>, SourceError> {
        let elements = |mut body: Value| match (key, body.take()) {
            (None, Value::Array(elements)) => Some(elements),
            (Some(key), mut body) => match body.get_mut(key)?.take() {
                Value::Array(elements) => Some(elements),
                _ => None,
            },
            _ => None,
        };
        self.kept(path, what, remedy, elements).await
    }

    /// Reads what is at `path`, unless it is still what was read before.
    async fn kept(
        &self,
        path: &str,
        what: &str,
        remedy: &str,
        elements: impl FnOnce(Value) -> Option<Vec<Value>>,
    ) -> Result<Arc<RestPage>, SourceError> {
        let kept = self.rest.kept.get(path);
        let etag = kept.as_ref().map(|kept| kept.etag.as_str());
        let (body, etag, more, bytes) = match (self.get_rest(path, etag, what, remedy).await?, kept)
        {
            (Got::Unchanged, Some(kept)) => return Ok(Arc::clone(&kept.page)),
            (Got::Unchanged, None) => (Value::Null, None, false, 0),
            (Got::Fresh { body, etag, more, bytes }, _) => (body, etag, more, bytes),
        };
        let Some(elements) = elements(body) else {
            let (what, url) = (what.to_owned(), self.rest.transport.url().to_owned());
            let cause = "it is no list".to_owned();
            return Err(SourceError::Malformed { what, url, cause });
        };
        let page = Arc::new(RestPage { elements, more });
        if let Some(etag) = etag {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let kept = Kept { etag, page: Arc::clone(&page), bytes };
            self.rest.kept.insert(path.to_owned(), Arc::new(kept));
        }
        Ok(page)
    }

    /// Asks for `path`, with retries; for nothing new where it is still what bears `etag`.
    pub(super) async fn get_rest(
        &self,
        path: &str,
        etag: Option<&str>,
        what: &str,
        remedy: &str,
    ) -> Result<Got, SourceError> {
        let (mut troubles, mut limits, mut is_renewed) = (0, 0, false);
        loop {
            match self.get(path, etag, what, remedy).await? {
                Outcome::Got(got) => return Ok(got),
                Outcome::Final(error) => return Err(error),
                Outcome::Unauthorized(error, bearer) => {
                    let now = self.clock.now();
                    if is_renewed || !self.credential.replaces(&bearer, now).await {
                        return Err(error);
                    }
                    is_renewed = true;
                }
                Outcome::Limited(until, reason) => {
                    limits += 1;
                    if limits >= LIMIT_ANSWERS {
                        let what = what.to_owned();
                        return Err(SourceError::RateLimited { what, until, reason });
                    }
                }
                Outcome::Trouble(error, pause) => {
                    troubles += 1;
                    if troubles >= TRIES {
                        return Err(error);
                    }
                    tracing::debug!(source = %self.source, what, %error, "asking GitHub again");
                    let pause = pause.unwrap_or(0).max(super::client::backoff(troubles));
                    let until = self.clock.now().plus(pause.min(LONGEST_PAUSE));
                    self.clock.sleep_until(until).await;
                }
            }
        }
    }

    async fn get(
        &self,
        path: &str,
        etag: Option<&str>,
        what: &str,
        remedy: &str,
    ) -> Result<Outcome, SourceError> {
        // A secondary limit stops every request of a token, whichever API it was for.
        let anything = self.gate.admit().await.map_err(|closed| limited(what, closed))?;
        let permit = self.rest.gate.admit().await.map_err(|closed| limited(what, closed))?;
        let bearer = match self.authorize(what).await {
            Ok(bearer) => bearer,
            Err(Denied::Trouble(error, pause)) => return Ok(Outcome::Trouble(error, pause)),
            Err(Denied::Final(error)) => return Ok(Outcome::Final(error)),
            Err(Denied::Limited(signal, reason, reset, server_now)) => {
                let until = anything.limited(signal, &reason, reset, server_now);
                return Ok(Outcome::Limited(until, reason));
            }
        };
        let answer = match self.rest.transport.get(path, etag, &bearer).await {
            Ok(answer) => answer,
            Err(error) => {
                self.observer.request(&self.source, API, "error");
                return Ok(Outcome::Trouble(self.unreachable(what, &error), None));
            }
        };
        self.observer.request(&self.source, API, &answer.status.to_string());
        let server_now = server_time(&answer);
        if answer.status == 304 && etag.is_some() {
            permit.answered(rest_limits(&answer), server_now);
            return Ok(Outcome::Got(Got::Unchanged));
        }
        self.observer.points(&self.source, API, 1);
        let verdict = judge_status(&answer);
        if let Some(Verdict::Limited(signal, reason)) = verdict {
            let reset = number(&answer, "x-ratelimit-reset").map(Time);
            let until = match signal {
                LimitSignal::Primary => permit.limited(signal, &reason, reset, server_now),
                LimitSignal::Secondary(_) => anything.limited(signal, &reason, reset, server_now),
            };
            return Ok(Outcome::Limited(until, reason));
        }
        permit.answered(rest_limits(&answer), server_now);
        Ok(match verdict {
            None => self.read(what, &answer),
            Some(verdict) => self.refused(what, remedy, &answer, verdict, bearer),
        })
    }

    fn read(&self, what: &str, answer: &RawAnswer) -> Outcome {
        let body = match serde_json::from_slice(&answer.body) {
            Ok(body) => body,
            Err(error) => {
                let (what, url) = (what.to_owned(), self.rest.transport.url().to_owned());
                let cause = format!("it is no whole answer: {error}");
                return Outcome::Trouble(SourceError::Malformed { what, url, cause }, None);
            }
        };
        let text = |name| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let more = text("link").is_some_and(|link| link.contains("rel=\"next\""));
        let etag = text("etag").map(str::to_owned);
        Outcome::Got(Got::Fresh { body, etag, more, bytes: answer.body.len() })
    }

    fn refused(
        &self,
        what: &str,
        remedy: &str,
        answer: &RawAnswer,
        verdict: Verdict,
        bearer: Bearer,
    ) -> Outcome {
        let (what, message) = (what.to_owned(), message_of(answer));
        if let Some(error) = self.suspension(&message) {
            return Outcome::Final(error);
        }
        match verdict {
            Verdict::TryAgain { status, why: message, pause, .. } => {
                Outcome::Trouble(SourceError::Failed { what, status, message }, pause)
            }
            Verdict::Forbidden(message) => {
                let remedy = remedy.to_owned();
                Outcome::Final(SourceError::Forbidden { what, message, remedy })
            }
            _ if answer.status == 404 => Outcome::Final(SourceError::NotFound { what }),
            Verdict::Unauthorized(message) => {
                Outcome::Unauthorized(self.unauthorized(what, &message), bearer)
            }
            _ => Outcome::Final(SourceError::Failed { what, status: answer.status, message }),
        }
    }

    pub(super) fn unreachable(&self, what: &str, error: &TransportError) -> SourceError {
        let (what, url) = (what.to_owned(), self.rest.transport.url().to_owned());
        SourceError::Unreachable { what, url, cause: error.to_string() }
    }
}
