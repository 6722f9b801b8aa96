//! One authenticated request over HTTP, and its raw answer.
//!
//! octocrab carries the request; what authorizes it, and what the answer means, is decided elsewhere.
//! Absent here: retries, limits, decoding.

use super::bearer::Bearer;
use crate::config::GitHubSettings;
use crate::sources::SourceError;
use crate::sources::connector::connector;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// How long a request may take in all. GitHub itself gives up after 10 s of work; the rest is for
/// slow networks.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer that is read; GitHub's largest pages stay far below.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// Idle connections are closed before load balancers close them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// What came back, before anyone has judged it.
pub(super) struct RawAnswer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub(super) enum TransportError {
    /// No connection, or it broke before the headers.
    #[error("{0}")]
    Unreachable(String),
    /// The headers came, but the body ended early.
    #[error("the answer broke off: {0}")]
    Truncated(String),
    /// Neither an answer nor an error in time.
    #[error("no answer within {} s", REQUEST_TIMEOUT.as_secs())]
    TimedOut,
}

/// The way to one address: that of GraphQL, or the base of the REST API.
pub(super) struct Transport {
    octocrab: Octocrab,
    path: String,
    url: String,
}

impl Transport {
    /// Must be called inside a tokio runtime, since octocrab spawns its queue.
    /// `key` is the key of the configuration that `url` is from.
    pub(super) fn new(
        settings: &GitHubSettings,
        key: &str,
        url: &str,
    ) -> Result<Transport, SourceError> {
        let what = format!("github `{}`", settings.name);
        let (base, path) = split_url(key, url)
            .map_err(|cause| SourceError::Setup { what: what.clone(), cause })?;
        let connector = connector(&what, &base, settings.ca_file.as_deref())?;
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        let agent = HeaderValue::from_static(concat!("dora-exporter/", env!("CARGO_PKG_VERSION")));
        let built = OctocrabBuilder::new_empty()
            .with_service(client)
            .with_layer(&BaseUriLayer::new(base))
            .with_layer(&ExtraHeadersLayer::new(Arc::new(vec![(header::USER_AGENT, agent)])))
            .with_auth(AuthState::None)
            .build();
        let octocrab = match built {
            Ok(octocrab) => octocrab,
            Err(never) => match never {},
        };
        Ok(Transport { octocrab, path, url: url.to_owned() })
    }

    /// The address, for messages.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Posts a query. Redirects are not followed: they would turn the POST into a GET.
    pub(super) async fn post(
        &self,
        body: &Value,
        bearer: &Bearer,
    ) -> Result<RawAnswer, TransportError> {
        self.exchange(Method::POST, &self.path, authorized(bearer), Some(body)).await
    }

    /// Gets `path` below the address, unless it is still what bears `etag`.
    pub(super) async fn get(
        &self,
        path: &str,
        etag: Option<&str>,
        bearer: &Bearer,
    ) -> Result<RawAnswer, TransportError> {
        let mut headers = authorized(bearer);
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        self.exchange(Method::GET, &self.below(path), headers, None).await
    }

    /// Sends a request without a body to `path` below the address.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        bearer: &Bearer,
    ) -> Result<RawAnswer, TransportError> {
        self.exchange(method, &self.below(path), authorized(bearer), None).await
    }

    fn below(&self, path: &str) -> String {
        format!("{}{path}", self.path.trim_end_matches('/'))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<&Value>,
    ) -> Result<RawAnswer, TransportError> {
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(all) = request.headers_mut() {
            all.extend(headers);
        }
        let request = self
            .octocrab
            .build_request(request, body)
            .map_err(|error| TransportError::Unreachable(causes(&error)))?;
        self.in_time(self.octocrab.execute(request)).await
    }

    async fn in_time(
        &self,
        exchange: impl Future<Output = octocrab::Result<Response>>,
    ) -> Result<RawAnswer, TransportError> {
        tokio::time::timeout(REQUEST_TIMEOUT, read(exchange))
            .await
            .unwrap_or(Err(TransportError::TimedOut))
    }
}

fn authorized(bearer: &Bearer) -> HeaderMap {
    HeaderMap::from_iter([(header::AUTHORIZATION, bearer.header())])
}

/// A response whose body is on its way.
type Response = http::Response<BoxBody<Bytes, octocrab::Error>>;

async fn read(
    exchange: impl Future<Output = octocrab::Result<Response>>,
) -> Result<RawAnswer, TransportError> {
    let response = exchange.await.map_err(|error| TransportError::Unreachable(causes(&error)))?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT)
        .collect()
        .await
        .map_err(|error| TransportError::Truncated(causes(&*error)))?;
    let body = body.to_bytes().to_vec();
    Ok(RawAnswer { status: parts.status.as_u16(), headers: parts.headers, body })
}

/// Splits an address into its host and its path with query.
fn split_url(key: &str, url: &str) -> Result<(http::Uri, String), String> {
    let wrong =
        |cause: &str| format!("{key} `{url}` {cause}; write it as https://api.github.com/graphql");
    let parsed: http::Uri = url.parse().map_err(|_| wrong("is no URL"))?;
    let (Some(scheme @ ("http" | "https")), Some(host)) = (parsed.scheme_str(), parsed.authority())
    else {
        return Err(wrong("has no http(s) host"));
    };
    let base = format!("{scheme}://{host}").parse().map_err(|_| wrong("is no URL"))?;
    let path = parsed.path_and_query().map_or("/", |path| path.as_str());
    Ok((base, path.to_owned()))
}

/// An error's chain of causes. octocrab's own texts are left out: they carry backtraces.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !error.is::<octocrab::Error>() && !texts.contains(&text) {
            texts.push(text);
        }
        next = error.source();
    }
    if texts.is_empty() { "the connection failed".to_owned() } else { texts.join(": ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_split_into_host_and_path() {
        let (base, path) =
            split_url("graphql_url", "https://ghe.example:8443/api/graphql").unwrap();
        assert_eq!(base.to_string(), "https://ghe.example:8443/");
        assert_eq!(path, "/api/graphql");
        for wrong in ["", "api.github.com/graphql", "ftp://host/graphql", "https://"] {
            assert!(
                split_url("graphql_url", wrong).unwrap_err().contains("api.github.com"),
                "{wrong}"
            );
        }
    }
}
