//! Doors: where others tell of what happened, instead of being asked. A door checks the signature
//! before anything is parsed, and answers once what was told is stored. Without a secret it is
//! closed, and looks like any path under which nothing is served.
//!
//! Absent here: what an event means. Whoever opens a door knows.

use super::outcome::Outcome;
use super::survey_door::SurveyDoor;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Limited};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// All events at a time may take so much memory: nobody is known to be who he says before his event
/// is whole.
const IN_HAND_AT_ONCE: usize = 64 * MIB;
const MIB: usize = 1024 * 1024;
/// How long the sender of an event may take to send it.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// The most signatures that are compared: a sender has a second one while it changes its secret.
const MOST_SIGNATURES: usize = 8;

/// Who sends to a door, and how what it sends is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// GitHub's webhooks.
    GitHub,
    /// PagerDuty's webhooks, version 3.
    PagerDuty,
}

impl Sender {
    /// The path of its door.
    pub(super) fn path(self) -> &'static str {
        match self {
            Sender::GitHub => "/webhooks/github",
            Sender::PagerDuty => "/webhooks/pagerduty",
        }
    }

    /// The largest event that is taken: GitHub sends none that is larger.
    fn largest_event(self) -> usize {
        match self {
            Sender::GitHub => 25 * MIB,
            Sender::PagerDuty => MIB,
        }
    }

    /// The header with signatures, and what stands before each.
    fn signed_by(self) -> (&'static str, &'static str) {
        match self {
            Sender::GitHub => ("x-hub-signature-256", "sha256="),
            Sender::PagerDuty => ("x-pagerduty-signature", "v1="),
        }
    }

    /// The event behind what was sent, where that is one: GitHub sends JSON, or a form with JSON
    /// in it. PagerDuty's events tell their kind themselves.
    fn event(self, headers: &HeaderMap, body: Bytes) -> Option<Event> {
        if self == Sender::PagerDuty {
            return Some(Event { kind: String::new(), body });
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let kind = text("x-github-event")?.to_owned();
        let content_type = text(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        if !content_type.trim().to_ascii_lowercase().starts_with(FORM) {
            return Some(Event { kind, body });
        }
        let mut fields = form_urlencoded::parse(&body);
        let (_, payload) = fields.find(|(name, _)| name == "payload")?;
        Some(Event { kind, body: Bytes::from(payload.into_owned()) })
    }
}

/// The content type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// What a sender tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Of which kind it is; empty where it says so itself.
    pub kind: String,
    /// Itself.
    pub body: Bytes,
}

/// Takes the events of one source.
pub trait Taker: Send + Sync {
    /// Takes an event whose signature is right, and tells what became of it.
    fn take(&self, event: Event) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>>;

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
    /// How many bytes of events are being received or looked at.
    in_hand: AtomicUsize,
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
        let mut received = Received { bytes: Vec::new(), counted: 0, in_hand: &self.in_hand };
        if let Err(outcome) = received.read(body, sender.largest_event()).await {
            first.taker.count(outcome);
            return Some(outcome.answer());
        }
        let signatures = signatures(sender, headers);
        let signed: Vec<&Door> =
            doors.iter().filter(|door| door.is_signed(&signatures, &received.bytes)).collect();
        let body = Bytes::from(std::mem::take(&mut received.bytes));
        let (door, outcome) = match (signed.first(), sender.event(headers, body)) {
            (None, _) => (first, Outcome::Unsigned),
            (Some(door), None) => (*door, Outcome::Malformed),
            (Some(door), Some(event)) => {
                take(&signed, event).await.unwrap_or((door, Outcome::Ignored))
            }
        };
        door.taker.count(outcome);
        Some(outcome.answer())
    }
}

/// Hands an event to those whose secret signed it, until one has a use for it.
async fn take<'a>(signed: &[&'a Door], event: Event) -> Option<(&'a Door, Outcome)> {
    for door in signed {
        let outcome = door.taker.take(event.clone()).await;
        if outcome != Outcome::Ignored {
            return Some((door, outcome));
        }
    }
    None
}

/// An event on its way in.
struct Received<'a> {
    bytes: Vec<u8>,
    counted: usize,
    in_hand: &'a AtomicUsize,
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        self.in_hand.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

impl Received<'_> {
    async fn read(&mut self, body: Body, largest: usize) -> Result<(), Outcome> {
        let reading = async {
            let mut body = Limited::new(body, largest);
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|error| {
                    match error.is::<http_body_util::LengthLimitError>() {
                        true => Outcome::TooLarge,
                        false => Outcome::Unavailable,
                    }
                })?;
                let Ok(data) = frame.into_data() else { continue };
                let before = self.in_hand.fetch_add(data.len(), Ordering::Relaxed);
                self.counted += data.len();
                self.bytes.extend_from_slice(&data);
                if before + data.len() > IN_HAND_AT_ONCE {
                    return Err(Outcome::Unavailable);
                }
            }
            Ok(())
        };
        let read = tokio::time::timeout(SENT_WITHIN, reading).await;
        read.unwrap_or(Err(Outcome::Unavailable))
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
