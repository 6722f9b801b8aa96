//! What an answer means: GitHub's statuses, headers and errors, judged in one place.
//!
//! Absent here: waiting, asking again, decoding of what was asked for.

use super::transport::RawAnswer;
use delivery::domain::Time;
use serde::Deserialize;
use serde_json::Value;

/// GitHub's words are cut to this length in messages.
const MESSAGE_LIMIT: usize = 200;

/// An answer that can be read: perhaps partial.
#[derive(Debug)]
pub(super) struct GraphAnswer {
    /// What was asked for; null parts are explained by `errors`.
    pub(super) data: Value,
    /// The errors of single parts.
    pub(super) errors: Vec<GraphError>,
}

/// One entry of `errors`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct GraphError {
    /// `NOT_FOUND`, `FORBIDDEN`, …; GitHub puts it at the top level.
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    /// Which part failed.
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) path: Vec<Value>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(super) message: String,
    #[serde(default, deserialize_with = "null_as_default")]
    locations: Vec<Value>,
    #[serde(default)]
    extensions: Value,
}

impl GraphError {
    /// Whether the credentials lack a permission.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self.kind.as_deref(), Some("FORBIDDEN" | "INSUFFICIENT_SCOPES"))
    }

    /// Whether the part does not exist, or not for these credentials.
    pub(super) fn is_not_found(&self) -> bool {
        self.kind.as_deref() == Some("NOT_FOUND")
    }

    /// The message, shortened to a line.
    pub(super) fn words(&self) -> String {
        shorten(&self.message)
    }

    /// Whether it is about one element of a list, which can be lost without the others.
    fn is_of_an_element(&self) -> bool {
        self.path.iter().any(Value::is_number)
    }

    /// Whether it is about a number of 32 bits that is too large for it: what has one is read without
    /// it, where that is possible.
    fn is_of_a_number(&self) -> bool {
        self.path.last().is_some_and(|key| key == "databaseId")
    }

    fn is_limit(&self) -> bool {
        let code = self.extensions.get("code").and_then(Value::as_str).unwrap_or_default();
        matches!(self.kind.as_deref(), Some("RATE_LIMITED" | "RATE_LIMIT"))
            || code == "graphql_rate_limit"
            || tells_of_limit(&self.message)
    }

    fn is_too_heavy(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| {
            matches!(kind, "RESOURCE_LIMITS_EXCEEDED" | "SERVICE_UNAVAILABLE")
                || kind.starts_with("MAX_NODE_LIMIT")
        })
    }

    /// Whether the server may not know a field, or an argument of one. GitHub says so by a code; any
    /// other error that points into the document and says no more may mean that, too.
    fn is_of_schema(&self) -> bool {
        match self.extensions.get("code").and_then(Value::as_str) {
            Some(code) => matches!(
                code,
                "undefinedField" | "argumentNotAccepted" | "GRAPHQL_VALIDATION_FAILED"
            ),
            None => self.kind.is_none() && self.path.is_empty() && !self.locations.is_empty(),
        }
    }

    /// GitHub's words for a time-out or a bug, which the next try may not meet.
    fn is_trouble(&self) -> bool {
        self.message.starts_with("Something went wrong")
            || self.kind.as_deref() == Some("INTERNAL")
            || (self.kind.is_none() && self.locations.is_empty() && self.extensions.is_null())
    }
}

/// A limit that an answer told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitSignal {
    /// The hour's points are spent; until when is in the headers.
    Primary,
    /// Requests came too fast; with the pause in seconds where the server names one.
    Secondary(Option<i64>),
}

/// What to do with an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Read it.
    Answered(GraphAnswer),
    /// Wait, then ask the same again.
    Limited(LimitSignal, String),
    /// Ask for less, a little later. With the pause the server wants, if it says.
    TryAgain { status: u16, why: String, pause: Option<i64>, malformed: bool },
    /// The credentials are refused.
    Unauthorized(String),
    /// The credentials may not do this.
    Forbidden(String),
    /// The server's schema lacks something that the document asks for.
    Unknown { status: u16, message: String },
    /// Nothing that asking again would change.
    Refused { status: u16, message: String },
    /// Not the API's address.
    Misdirected(String),
}

/// Judges an answer.
pub(super) fn judge(answer: &RawAnswer) -> Verdict {
    let is_refused_document = answer.status == 400
        && serde_json::from_slice(&answer.body)
            .is_ok_and(|body: Body| body.errors.is_some_and(|errors| !errors.is_empty()));
    match judge_status(answer) {
        Some(verdict) if !is_refused_document => verdict,
        _ => judge_body(answer),
    }
}

/// Judges an answer by its status; nothing where that is a success.
pub(super) fn judge_status(answer: &RawAnswer) -> Option<Verdict> {
    Some(match answer.status {
        200..=299 => return None,
        300..=399 => {
            let to = header(answer, "location").unwrap_or("nowhere");
            Verdict::Misdirected(format!(
                "it redirects (HTTP {}) to {}: configure the final address",
                answer.status,
                shorten(to)
            ))
        }
        401 => Verdict::Unauthorized(message_of(answer)),
        403 | 429 => judge_refusal(answer),
        404 | 405 | 410 => Verdict::Misdirected(format!("HTTP {}", answer.status)),
        status @ 500..=599 => Verdict::TryAgain {
            status,
            why: message_of(answer),
            pause: number(answer, "retry-after"),
            malformed: false,
        },
        status => Verdict::Refused { status, message: message_of(answer) },
    })
}

fn judge_refusal(answer: &RawAnswer) -> Verdict {
    let message = message_of(answer);
    if header(answer, "retry-after").is_some() {
        return Verdict::Limited(LimitSignal::Secondary(number(answer, "retry-after")), message);
    }
    if number(answer, "x-ratelimit-remaining") == Some(0)
        && number(answer, "x-ratelimit-limit") != Some(0)
    {
        return Verdict::Limited(LimitSignal::Primary, message);
    }
    if answer.status == 429 || tells_of_limit(&message) {
        return Verdict::Limited(LimitSignal::Secondary(None), message);
    }
    let message = match header(answer, "x-github-sso") {
        Some(sso) => format!("{message} (authorize the token for single sign-on: {sso})"),
        None => message,
    };
    Verdict::Forbidden(message)
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Option<Vec<GraphError>>,
}

fn judge_body(answer: &RawAnswer) -> Verdict {
    let again = |why: String, malformed| Verdict::TryAgain {
        status: answer.status,
        why,
        pause: None,
        malformed,
    };
    let body: Body = match serde_json::from_slice(&answer.body) {
        Ok(body) => body,
        Err(error) => return again(not_json(answer, &error), true),
    };
    let errors = body.errors.unwrap_or_default();
    if let Some(error) = errors.iter().find(|error| error.is_limit()) {
        let signal = if header(answer, "retry-after").is_some() || tells_of_pace(&error.message) {
            LimitSignal::Secondary(number(answer, "retry-after"))
        } else {
            LimitSignal::Primary
        };
        return Verdict::Limited(signal, error.words());
    }
    if let Some(error) = errors.iter().find(|error| error.is_too_heavy()) {
        return again(error.words(), false);
    }
    if let Some(error) = errors.iter().find(|error| error.is_trouble() && !error.is_of_an_element())
    {
        return again(error.words(), false);
    }
    match (body.data, errors.first()) {
        (Value::Object(data), _) => {
            let errors = errors.into_iter().filter(|error| !error.is_of_a_number()).collect();
            Verdict::Answered(GraphAnswer { data: Value::Object(data), errors })
        }
        (_, Some(error)) if error.is_forbidden() => Verdict::Forbidden(error.words()),
        (_, Some(error)) if error.is_of_schema() => {
            Verdict::Unknown { status: answer.status, message: error.words() }
        }
        (_, Some(error)) if error.is_trouble() => again(error.words(), false),
        (_, Some(error)) => Verdict::Refused { status: answer.status, message: error.words() },
        (_, None) => again("it holds neither data nor errors".to_owned(), true),
    }
}

/// An integer header.
pub(super) fn number(answer: &RawAnswer, name: &str) -> Option<i64> {
    header(answer, name)?.trim().parse().ok()
}

/// The server's own time, by which its resets are meant.
pub(super) fn server_time(answer: &RawAnswer) -> Option<Time> {
    let date = chrono::DateTime::parse_from_rfc2822(header(answer, "date")?).ok()?;
    Some(Time(date.timestamp()))
}

fn header<'a>(answer: &'a RawAnswer, name: &str) -> Option<&'a str> {
    answer.headers.get(name)?.to_str().ok()
}

fn null_as_default<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn tells_of_limit(message: &str) -> bool {
    message.to_ascii_lowercase().contains("rate limit") || tells_of_pace(message)
}

fn tells_of_pace(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("secondary rate") || message.contains("abuse")
}

fn not_json(answer: &RawAnswer, error: &serde_json::Error) -> String {
    let html = answer.body.trim_ascii_start().starts_with(b"<");
    if html { "it is HTML, not JSON".to_owned() } else { format!("it is no whole JSON: {error}") }
}

/// The server's words, shortened; else the status.
pub(super) fn message_of(answer: &RawAnswer) -> String {
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    match serde_json::from_slice::<Message>(&answer.body) {
        Ok(body) => shorten(&body.message),
        Err(_) => format!("HTTP {}", answer.status),
    }
}

fn shorten(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
