//! Pages as answers over HTTP: their headers, and those that take long sent as they come.

use super::layout::{STYLE, rest};
use super::site::Site;
use super::wrong::Wrong;
use crate::exposition::TeamFigures;
use crate::serve::api::tagged;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use delivery::measures::SurveyFigures;
use hyper::body::Frame;
use maud::html;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A page that is not made by then is sent as far as it is: a browser shows where it is, and goes on.
const SENT_AFTER: Duration = Duration::from_millis(25);

/// A page that was made, with the figures that it tells.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The figures of its team: others mean that something has changed.
    pub figures: Arc<TeamFigures>,
    /// What it tells of surveys.
    pub surveys: Arc<[SurveyFigures]>,
    /// In which stretch of time it was made.
    pub slot: i64,
    /// The whole page.
    pub page: Bytes,
}

/// What a page may do: show itself and its style, and ask for other pages.
pub fn policy(frame_ancestors: &[HeaderValue]) -> HeaderValue {
    let origins: Vec<&str> = frame_ancestors.iter().filter_map(|one| one.to_str().ok()).collect();
    let ancestors = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'self'; frame-ancestors {ancestors}"
    );
    HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// The style sheet, which browsers ask for again only to hear that it is the same.
pub async fn style(headers: HeaderMap) -> Response {
    tagged(&headers, Bytes::from_static(STYLE.as_bytes()), "text/css; charset=utf-8")
}

/// A page that is there.
pub fn whole(policy: &HeaderValue, headers: &HeaderMap, page: Bytes) -> Response {
    with_policy(policy, tagged(headers, page, "text/html; charset=utf-8"))
}

/// A page that says what is wrong.
pub fn wrong(policy: &HeaderValue, wrong: &Wrong, site: &Site) -> Response {
    let html = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = (wrong.status, html, wrong.page(site)).into_response();
    if wrong.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    with_policy(policy, response)
}

/// The way to a page that tells what was asked for.
pub fn elsewhere(address: Option<String>) -> Response {
    let address = address.and_then(|address| HeaderValue::from_str(&address).ok());
    match address {
        Some(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn with_policy(policy: &HeaderValue, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A page that is being made.
pub struct Task(JoinHandle<Result<String, Wrong>>);

impl Task {
    /// Makes what stands behind the head, and hands the whole page to whoever keeps it.
    pub fn spawn(
        head: String,
        make: impl Future<Output = Result<String, Wrong>> + Send + 'static,
        keep: impl FnOnce(Bytes) + Send + 'static,
    ) -> Task {
        Task(tokio::spawn(async move {
            let rest = make.await?;
            keep(Bytes::from(head + &rest));
            Ok(rest)
        }))
    }

    /// The page, or what is wrong with it; after a moment what is there of it, and the rest as it
    /// comes.
    pub async fn answer(
        mut self,
        policy: &HeaderValue,
        headers: &HeaderMap,
        site: &Site,
        head: String,
    ) -> Response {
        match tokio::time::timeout(SENT_AFTER, &mut self.0).await {
            Ok(made) => match outcome(made) {
                Ok(rest) => whole(policy, headers, (head + &rest).into()),
                Err(wrong) => self::wrong(policy, &wrong, site),
            },
            Err(_) => {
                let body = Body::new(AsItComes {
                    head: Some(head.into()),
                    task: Some(self.0),
                    site: site.clone(),
                });
                let html = [
                    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                    (header::CACHE_CONTROL, "no-cache"),
                    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                ];
                with_policy(policy, (html, body).into_response())
            }
        }
    }
}

fn outcome(made: Result<Result<String, Wrong>, tokio::task::JoinError>) -> Result<String, Wrong> {
    made.unwrap_or_else(|_| Err(Wrong::later("the page could not be made")))
}

/// The head at once, and the rest when it is made.
struct AsItComes {
    head: Option<Bytes>,
    task: Option<JoinHandle<Result<String, Wrong>>>,
    site: Site,
}

impl hyper::body::Body for AsItComes {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(Frame::data(head))));
        }
        let Some(task) = self.task.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(made) = Pin::new(task).poll(context) else { return Poll::Pending };
        self.task = None;
        // The status is sent already; the page itself says what is wrong.
        let rest =
            outcome(made).unwrap_or_else(|wrong| rest(&wrong.content(&self.site), &html! {}));
        Poll::Ready(Some(Ok(Frame::data(rest.into()))))
    }
}
