//! Answers: status, headers, body, and a body that may break off.

use crate::limits::Window;
use crate::meter::Api;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use serde_json::{Value, json};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

const HTML: &str = "<html>\r\n<head><title>Unicorn!</title></head>\r\n<body>\r\n<p>This page is taking too long to load.</p>\r\n</body>\r\n</html>\r\n";

/// An answer before the headers that all have.
pub(super) struct Answer {
    status: u16,
    content_type: &'static str,
    body: Bytes,
    headers: Vec<(HeaderName, String)>,
    refusal: bool,
}

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Answer {
        let body = Bytes::from(body.to_string());
        let content_type = "application/json; charset=utf-8";
        Answer { status, content_type, body, headers: Vec::new(), refusal: false }
    }

    /// GitHub's JSON error.
    pub(super) fn message(status: u16, message: &str) -> Answer {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Answer::json(status, body)
    }

    pub(super) fn html(status: u16) -> Answer {
        let (content_type, body) =
            ("text/html; charset=utf-8", Bytes::from_static(HTML.as_bytes()));
        Answer { status, content_type, body, headers: Vec::new(), refusal: false }
    }

    pub(super) fn text(status: u16, text: &'static str) -> Answer {
        let (content_type, body) =
            ("text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()));
        Answer { status, content_type, body, headers: Vec::new(), refusal: false }
    }

    pub(super) fn empty(status: u16) -> Answer {
        Answer { body: Bytes::new(), ..Answer::text(status, "") }
    }

    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Answer {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Marks the answer as one that a limit caused.
    pub(super) fn refusing(mut self) -> Answer {
        self.refusal = true;
        self
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn is_refusal(&self) -> bool {
        self.refusal
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// Adds what every answer has, and breaks it off half-way if it is to be truncated.
    pub(super) fn into_response(
        self,
        api: Api,
        window: &Window,
        number: u64,
        truncated: bool,
    ) -> Response<Reply> {
        let length = self.body.len();
        let shown = if truncated { self.body.slice(..length / 2) } else { self.body };
        let reply =
            Reply { body: Some(shown), length: length as u64, breaks: truncated, paused: false };
        let mut response = Response::new(reply);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("content-type", self.content_type);
        put("x-github-request-id", &format!("51A0:{number:06X}:0000001:0000001:00000001"));
        put("x-github-media-type", "github.v3; format=json");
        if !window.unlimited {
            put("x-ratelimit-limit", &window.limit.to_string());
            put("x-ratelimit-remaining", &window.remaining().to_string());
            put("x-ratelimit-used", &window.used.to_string());
            put("x-ratelimit-reset", &window.reset_at.to_string());
            put("x-ratelimit-resource", if api == Api::Graphql { "graphql" } else { "core" });
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        if truncated {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}

/// A body of known length that may break off.
pub(super) struct Reply {
    body: Option<Bytes>,
    length: u64,
    breaks: bool,
    paused: bool,
}

impl Body for Reply {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.body.take() {
            Some(body) if !body.is_empty() => Poll::Ready(Some(Ok(Frame::data(body)))),
            // The first half must leave before the end, or the client would get nothing at all.
            _ if self.breaks && !self.paused => {
                self.paused = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ if self.breaks => {
                self.breaks = false;
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0 && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
