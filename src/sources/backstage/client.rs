//! One authenticated GET after the other, with retries.
//!
//! Absent here: what is asked.

use crate::clock::SharedClock;
use crate::config::CatalogSettings;
use crate::sources::SourceError;
use crate::sources::connector::{Connector, connector};
use bytes::Bytes;
use delivery::domain::{MINUTE, Span};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// What is asked, for messages.
const WHAT: &str = "components of the catalog";
/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;
/// Idle connections are closed before load balancers close them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request that met trouble is sent in all.
const TRIES: u32 = 4;
/// The longest pause between tries.
const LONGEST_PAUSE: Span = MINUTE;
/// The server's words are cut to this length in messages.
const MESSAGE_LIMIT: usize = 200;

/// A client of one server.
pub(super) struct Client {
    http: legacy::Client<Connector, Empty<Bytes>>,
    url: String,
    token: Option<(SecretString, String)>,
    clock: SharedClock,
}

/// Trouble that another try may not meet.
struct Trouble {
    error: SourceError,
    pause: Option<Span>,
}

impl Client {
    pub(super) fn new(
        settings: &CatalogSettings,
        clock: SharedClock,
    ) -> Result<Client, SourceError> {
        let setup = |cause: String| SourceError::Setup { what: "catalog".to_owned(), cause };
        let url = settings.url.trim_end_matches('/').to_owned();
        let address = url.parse().map_err(|_| setup(format!("url `{url}` is no URL")))?;
        let connector = connector("catalog", &address, settings.ca_file.as_deref())?;
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Ok(Client { http, url, token: settings.token.clone(), clock })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Gets what is at `path`; trouble is met again a few times.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, SourceError> {
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let url = format!("{}{path}?{}", self.url, query.join("&"));
        for tries in 1.. {
            let Trouble { error, pause } = match self.attempt(&url).await? {
                Ok(body) => match serde_json::from_slice(&body) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => {
                        let error = self.malformed(format!("it is no whole answer: {error}"));
                        Trouble { error, pause: None }
                    }
                },
                Err(trouble) => trouble,
            };
            if tries >= TRIES {
                return Err(error);
            }
            tracing::debug!(source = "catalog", %error, "asking the catalog again");
            let pause = pause.unwrap_or(0).max(1 << (tries - 1)).min(LONGEST_PAUSE);
            self.clock.sleep_until(self.clock.now().plus(pause)).await;
        }
        Err(self.malformed("nothing came back".to_owned()))
    }

    /// One try: a body, or trouble; an error is final.
    async fn attempt(&self, url: &str) -> Result<Result<Bytes, Trouble>, SourceError> {
        let mut request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("dora-exporter/", env!("CARGO_PKG_VERSION")));
        if let Some((token, _)) = &self.token {
            let bearer = format!("Bearer {}", token.expose_secret());
            request = request.header(header::AUTHORIZATION, bearer);
        }
        let request = request
            .body(Empty::new())
            .map_err(|error| self.malformed(format!("it cannot be asked: {error}")))?;
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| causes(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_LIMIT).collect().await;
            let body = body.map_err(|error| format!("the answer broke off: {error}"))?;
            Ok((parts, body.to_bytes()))
        };
        let answered = tokio::time::timeout(REQUEST_TIMEOUT, exchange).await;
        let late = || Err(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()));
        Ok(match answered.unwrap_or_else(|_| late()) {
            Ok((parts, body)) => self.judge(&parts, body)?,
            Err(cause) => {
                let (what, url) = (WHAT.to_owned(), self.url.clone());
                let error = SourceError::Unreachable { what, url, cause };
                Err(Trouble { error, pause: None })
            }
        })
    }

    fn judge(
        &self,
        parts: &http::response::Parts,
        body: Bytes,
    ) -> Result<Result<Bytes, Trouble>, SourceError> {
        let (what, status) = (WHAT.to_owned(), parts.status.as_u16());
        let message = words(&body, parts.status);
        match parts.status {
            StatusCode::OK => Ok(Ok(body)),
            StatusCode::UNAUTHORIZED => {
                let origin = match &self.token {
                    Some((_, origin)) => origin.clone(),
                    None => "no token".to_owned(),
                };
                let hint = "set catalog.token_env or catalog.token_file to a token of the \
                            server's backend.auth.externalAccess"
                    .to_owned();
                Err(SourceError::Unauthorized { what, origin, hint })
            }
            StatusCode::FORBIDDEN => {
                let remedy = "catalog.entity.read".to_owned();
                Err(SourceError::Forbidden { what, message, remedy })
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let header = parts.headers.get(header::RETRY_AFTER);
                let pause = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
                Ok(Err(Trouble { error: SourceError::Failed { what, status, message }, pause }))
            }
            status if status.is_server_error() => {
                let status = status.as_u16();
                let error = SourceError::Failed { what, status, message };
                Ok(Err(Trouble { error, pause: None }))
            }
            _ => Err(SourceError::Failed { what, status, message }),
        }
    }

    /// An answer that is not what the API documents.
    pub(super) fn malformed(&self, cause: String) -> SourceError {
        let message = format!("{cause}; check `catalog.url` and proxies");
        SourceError::Failed { what: format!("{WHAT} at {}", self.url), status: 200, message }
    }
}

/// The server's words on a line.
fn words(body: &[u8], status: StatusCode) -> String {
    let error: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = error["error"]["message"].as_str().unwrap_or_default();
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.is_empty() {
        true => status.to_string(),
        false => line.chars().take(MESSAGE_LIMIT).collect(),
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

/// A value as it stands in a query.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
