//! One authenticated GET of JSON after the other: retries, and the pauses that a server asks for.
//!
//! Absent here: what is asked, and what an answer means.

use super::SourceError;
use super::connector::{Connector, connector};
use crate::clock::SharedClock;
use bytes::Bytes;
use delivery::domain::{MINUTE, Span};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;
/// Idle connections are closed before load balancers close them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request that met trouble is sent in all.
const TRIES: u32 = 4;
/// How many limit answers are waited out for one request.
const LIMIT_ANSWERS: u32 = 3;
/// The longest pause between tries; whoever is to wait longer is told so.
const LONGEST_PAUSE: Span = MINUTE;
/// How long to wait at a limit whose end the server does not tell.
const UNTOLD_PAUSE: Span = 15;
/// The server's words are cut to this length in messages.
const MESSAGE_LIMIT: usize = 200;

/// What is peculiar to a vendor.
pub(in crate::sources) struct Vendor {
    /// The source's name, for messages.
    pub(in crate::sources) source: String,
    /// The API's address, without a slash at the end.
    pub(in crate::sources) url: String,
    /// PEM certificates to trust beside the system's.
    pub(in crate::sources) ca_file: Option<PathBuf>,
    /// The value of `Authorization`; an open server needs none.
    pub(in crate::sources) authorization: Option<HeaderValue>,
    /// Where the credentials came from.
    pub(in crate::sources) origin: String,
    /// The value of `Accept`.
    pub(in crate::sources) accept: &'static str,
    /// What to do about refused credentials.
    pub(in crate::sources) hint: &'static str,
    /// The permission that is needed.
    pub(in crate::sources) permission: &'static str,
    /// Headers that tell in how many seconds a limit ends, the most exact first.
    pub(in crate::sources) limit_headers: &'static [&'static str],
    /// The server's own words in an error's body, as a JSON pointer.
    pub(in crate::sources) message: &'static str,
}

/// A client of one API with one credential, which is asked one request at a time.
pub(in crate::sources) struct Rest {
    http: legacy::Client<Connector, Empty<Bytes>>,
    vendor: Vendor,
    clock: SharedClock,
}

/// What became of one try.
enum Outcome {
    Answered(Value),
    Missing,
    /// Trouble that another try may not meet.
    Trouble(SourceError),
    /// A limit, with the seconds until its end where they are told.
    Limited(Option<Span>),
    Final(SourceError),
}

impl Rest {
    pub(in crate::sources) fn new(vendor: Vendor, clock: SharedClock) -> Result<Rest, SourceError> {
        let what = vendor.source.clone();
        let cause = || format!("its address `{}` is no URL", vendor.url);
        let address = vendor
            .url
            .parse()
            .map_err(|_| SourceError::Setup { what: what.clone(), cause: cause() })?;
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector(&what, &address, vendor.ca_file.as_deref())?);
        Ok(Rest { http, vendor, clock })
    }

    /// Gets `what` (for messages); nothing where there is no such thing.
    pub(in crate::sources) async fn get(
        &self,
        what: &str,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Option<Value>, SourceError> {
        let what = format!("{what} of {}", self.vendor.source);
        let mut url = format!("{}{path}", self.vendor.url);
        for (at, (name, value)) in query.iter().enumerate() {
            let mark = if at == 0 { '?' } else { '&' };
            // Writing to a text cannot fail.
            let _ = write!(url, "{mark}{}={}", encoded(name), encoded(value));
        }
        let (mut troubles, mut limits) = (0, 0);
        loop {
            let pause = match self.attempt(&what, &url).await {
                Outcome::Answered(answer) => return Ok(Some(answer)),
                Outcome::Missing => return Ok(None),
                Outcome::Final(error) => return Err(error),
                Outcome::Trouble(error) => {
                    troubles += 1;
                    if troubles >= TRIES {
                        return Err(error);
                    }
                    tracing::debug!(source = %self.vendor.source, %error, "asking again");
                    1 << (troubles - 1)
                }
                Outcome::Limited(told) => {
                    limits += 1;
                    let pause = told.unwrap_or(UNTOLD_PAUSE).max(1);
                    if limits >= LIMIT_ANSWERS || pause > LONGEST_PAUSE {
                        let until = self.clock.now().plus(pause);
                        let reason = "too many requests (HTTP 429)".to_owned();
                        return Err(SourceError::RateLimited { what, until, reason });
                    }
                    pause
                }
            };
            self.clock.sleep_until(self.clock.now().plus(pause)).await;
        }
    }

    async fn attempt(&self, what: &str, url: &str) -> Outcome {
        let mut request = Request::get(url)
            .header(header::ACCEPT, self.vendor.accept)
            .header(header::USER_AGENT, concat!("dora-exporter/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.vendor.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = match request.body(Empty::new()) {
            Ok(request) => request,
            Err(error) => {
                return Outcome::Final(self.garbled(what, format!("it cannot be asked: {error}")));
            }
        };
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| causes(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_LIMIT).collect().await;
            let body = body.map_err(|error| format!("the answer broke off: {error}"))?;
            Ok((parts.status, parts.headers, body.to_bytes()))
        };
        let late = || Err(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()));
        match tokio::time::timeout(REQUEST_TIMEOUT, exchange).await.unwrap_or_else(|_| late()) {
            Ok((status, headers, body)) => self.judge(what, status, &headers, &body),
            Err(cause) => {
                let (what, url) = (what.to_owned(), self.vendor.url.clone());
                Outcome::Trouble(SourceError::Unreachable { what, url, cause })
            }
        }
    }

    fn judge(&self, what: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Outcome {
        let named = || what.to_owned();
        let failed = || {
            let (what, status, message) = (named(), status.as_u16(), self.words(body, status));
            SourceError::Failed { what, status, message }
        };
        match status {
            StatusCode::OK => match serde_json::from_slice(body) {
                Ok(answer @ Value::Object(_)) => Outcome::Answered(answer),
                Ok(_) => Outcome::Trouble(self.garbled(what, "it is no JSON object".to_owned())),
                Err(error) => {
                    let cause = format!("it is no whole JSON: {error}");
                    Outcome::Trouble(self.garbled(what, cause))
                }
            },
            StatusCode::NOT_FOUND => Outcome::Missing,
            StatusCode::UNAUTHORIZED => Outcome::Final(SourceError::Unauthorized {
                what: named(),
                origin: self.vendor.origin.clone(),
                hint: self.vendor.hint.to_owned(),
            }),
            StatusCode::FORBIDDEN => Outcome::Final(SourceError::Forbidden {
                what: named(),
                message: self.words(body, status),
                remedy: self.vendor.permission.to_owned(),
            }),
            StatusCode::TOO_MANY_REQUESTS => {
                let told =
                    self.vendor.limit_headers.iter().find_map(|name| {
                        headers.get(*name)?.to_str().ok()?.trim().parse::<f64>().ok()
                    });
                let seconds = told.filter(|seconds| (0.0..=86_400.0).contains(seconds));
                Outcome::Limited(seconds.map(|seconds| seconds.ceil() as Span))
            }
            StatusCode::REQUEST_TIMEOUT => Outcome::Trouble(failed()),
            status if status.is_server_error() => Outcome::Trouble(failed()),
            _ => Outcome::Final(failed()),
        }
    }

    /// An answer that is not what the API documents.
    pub(in crate::sources) fn garbled(&self, what: &str, cause: String) -> SourceError {
        SourceError::Garbled { what: what.to_owned(), url: self.vendor.url.clone(), cause }
    }

    /// The server's words on a line.
    fn words(&self, body: &[u8], status: StatusCode) -> String {
        let error: Value = serde_json::from_slice(body).unwrap_or_default();
        let message = error.pointer(self.vendor.message).and_then(Value::as_str);
        let words: Vec<&str> = message.unwrap_or_default().split_whitespace().collect();
        match words.is_empty() {
            true => status.to_string(),
            false => words.join(" ").chars().take(MESSAGE_LIMIT).collect(),
        }
    }
}

/// An error's chain of causes.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

/// A text as it stands in a query.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}
