//! Doors: where others tell of what happened, instead of being asked. A door checks the signature
//! before anything is parsed, and answers once what was told is stored. Without a secret it is
//! closed, and looks like any path under which nothing is served.
//!
//! Absent here: what an event means. Whoever opens a door knows.

use super::survey_door::SurveyDoor;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Limited};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// The largest event that is taken.
const LARGEST_EVENT: usize = 1024 * 1024;
/// How long the sender of an event may take to send it.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// The most signatures that are compared: a sender has a second one while it changes its secret.
const MOST_SIGNATURES: usize = 8;

/// Who sends to a door, and how what it sends is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// PagerDuty's webhooks, version 3.
    PagerDuty,
}

impl Sender {
    /// The path of its door.
    pub(super) fn path(self) -> &'static str {
        match self {
            Sender::PagerDuty => "/webhooks/pagerduty",
        }
    }

    /// The header with signatures, and what stands before each.
    fn signed_by(self) -> (&'static str, &'static str) {
        match self {
            Sender::PagerDuty => ("x-pagerduty-signature", "v1="),
        }
    }
}

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

    fn answer(self) -> Response {
        let (status, text) = match self {
            Outcome::Stored => (StatusCode::OK, "stored\n"),
            Outcome::Ignored => (StatusCode::ACCEPTED, "nothing in it is kept\n"),
            Outcome::Malformed => (StatusCode::BAD_REQUEST, "this is no event of the sender's\n"),
            Outcome::Unsigned => (
                StatusCode::UNAUTHORIZED,
                "no signature is right; write the webhook's secret into webhook_secret_file\n",
            ),
            Outcome::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "events may have at most 1 MiB\n"),
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

/// Takes the events of one source.
pub trait Taker: Send + Sync {
    /// Takes an event whose signature is right, and tells what became of it.
    fn take(&self, event: Bytes) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>>;

    /// Counts what became of an event; of one without a right signature, whosever it is.
    fn count(&self, outcome: Outcome);
}

/// A source that events are taken for.
#[derive(Clone)]
pub struct Door {
    /// Who sends.
    pub sender: Sender,
    /// What its events are signed with: any of these.
    pub secrets: Vec<SecretString>,
    /// Who takes them.
    pub taker: Arc<dyn Taker>,
}

/// The doors that are open now; a reloaded configuration opens others.
#[derive(Default)]
pub struct Doors {
    /// Where surveys are sent.
    pub surveys: SurveyDoor,
    open: RwLock<Arc<[Door]>>,
}

impl Doors {
    /// Opens these, and closes all others. A door without a secret stays closed.
    pub fn open(&self, doors: Vec<Door>) {
        let doors = doors.into_iter().filter(|door| !door.secrets.is_empty()).collect();
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = doors;
    }

    fn of(&self, sender: Sender) -> Vec<Door> {
        let open = Arc::clone(&self.open.read().unwrap_or_else(PoisonError::into_inner));
        open.iter().filter(|door| door.sender == sender).cloned().collect()
    }

    /// Answers what was sent to a door; nothing where it is closed.
    pub(super) async fn knock(
        &self,
        sender: Sender,
        headers: &HeaderMap,
        body: Body,
    ) -> Option<Response> {
        let doors = self.of(sender);
        // Who cannot be told by a signature is counted with the first.
        let first = doors.first()?;
        let event = match read(body).await {
            Ok(event) => event,
            Err(outcome) => {
                first.taker.count(outcome);
                return Some(outcome.answer());
            }
        };
        let signatures = signatures(sender, headers);
        let door = doors.iter().find(|door| door.is_signed(&signatures, &event));
        let outcome = match door {
            Some(door) => door.taker.take(event).await,
            None => Outcome::Unsigned,
        };
        door.unwrap_or(first).taker.count(outcome);
        Some(outcome.answer())
    }
}

impl Door {
    /// Whether any signature is that of any secret; each is compared in constant time.
    fn is_signed(&self, signatures: &[Vec<u8>], event: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let Ok(keyed) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
            else {
                return false;
            };
            let keyed = keyed.chain_update(event);
            signatures.iter().any(|signature| keyed.clone().verify_slice(signature).is_ok())
        })
    }
}

async fn read(body: Body) -> Result<Bytes, Outcome> {
    let sent = Limited::new(body, LARGEST_EVENT).collect();
    match tokio::time::timeout(SENT_WITHIN, sent).await {
        Ok(Ok(event)) => Ok(event.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Outcome::TooLarge),
        _ => Err(Outcome::Unavailable),
    }
}

/// The signatures that came with an event; what is none is passed over.
fn signatures(sender: Sender, headers: &HeaderMap) -> Vec<Vec<u8>> {
    let (name, prefix) = sender.signed_by();
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let all = values.flat_map(|value| value.split(','));
    let written = all.filter_map(|one| one.trim().strip_prefix(prefix));
    written.filter_map(bytes_of).take(MOST_SIGNATURES).collect()
}

/// Bytes from hexadecimal digits.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| {
        let digit = |at: usize| pair.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        Some((digit(0)? * 16 + digit(1)?) as u8)
    });
    pairs.collect()
}

#[cfg(test)]
#[path = "doors_tests.rs"]
mod tests;
