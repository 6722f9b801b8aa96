//! What became of what others sent.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What it tells of is stored.
    Stored,
    /// It tells of nothing that is kept.
    Ignored,
    /// It is no event of the sender.
    Malformed,
    /// No signature is right.
    Unsigned,
    /// It is larger than is taken.
    TooLarge,
    /// It cannot be stored now, and should come again.
    Unavailable,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 6] = [
        Outcome::Stored,
        Outcome::Ignored,
        Outcome::Malformed,
        Outcome::Unsigned,
        Outcome::TooLarge,
        Outcome::Unavailable,
    ];

    /// The label `outcome`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Stored => "stored",
            Outcome::Ignored => "ignored",
            Outcome::Malformed => "malformed",
            Outcome::Unsigned => "unsigned",
            Outcome::TooLarge => "too_large",
            Outcome::Unavailable => "unavailable",
        }
    }

    /// What its sender is answered.
    pub(super) fn answer(self) -> Response {
        let (status, text) = match self {
            Outcome::Stored => (StatusCode::OK, "stored\n"),
            Outcome::Ignored => (StatusCode::ACCEPTED, "nothing in it is kept\n"),
            Outcome::Malformed => (StatusCode::BAD_REQUEST, "this is no event of the sender's\n"),
            Outcome::Unsigned => (
                StatusCode::UNAUTHORIZED,
                "no signature is right; write the webhook's secret into webhook_secret_file\n",
            ),
            Outcome::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "no event is so large\n"),
            Outcome::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "it cannot be stored now; send it again\n")
            }
        };
        let mut response = (status, text).into_response();
        if self == Outcome::Unavailable {
            let wait = header::HeaderValue::from_static("30");
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
