//! The door for surveys: `POST /api/v1/surveys` with a token. It is answered once what was sent is
//! stored, or with everything that is wrong with it. Without a token it is closed, and says so.
//!
//! Absent here: what a survey is. Whoever opens the door knows.

use super::outcome::Outcome;
use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Its path.
pub(super) const PATH: &str = "/api/v1/surveys";
/// The largest survey that is taken: some hundred thousand answers. A larger one is imported by the
/// command.
const LARGEST_SURVEY: usize = 16 * 1024 * 1024;
/// How long the sender may take to send it.
const SENT_WITHIN: Duration = Duration::from_secs(60);

/// What became of a survey.
#[derive(Clone, Debug)]
pub struct SurveyAnswer {
    /// In a word, by which it is counted.
    pub outcome: Outcome,
    /// In detail.
    pub document: Value,
}

/// Takes surveys.
pub trait SurveyTaker: Send + Sync {
    /// Takes what was sent with the right token, with the parameters of the path.
    fn take(
        &self,
        parameters: Vec<(String, String)>,
        survey: Bytes,
    ) -> Pin<Box<dyn Future<Output = SurveyAnswer> + Send + '_>>;

    /// Counts what became of something that was sent.
    fn count(&self, outcome: Outcome);
}

/// The door; a reloaded configuration opens or closes it.
#[derive(Default)]
pub struct SurveyDoor {
    open: RwLock<Option<(SecretString, Arc<dyn SurveyTaker>)>>,
}

impl SurveyDoor {
    /// Opens it for whoever has the token.
    pub fn open(&self, token: SecretString, taker: Arc<dyn SurveyTaker>) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some((token, taker));
    }

    /// Closes it.
    pub fn close(&self) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Answers what was sent. The token comes first: of a stranger nothing is read.
    pub(super) async fn knock(
        &self,
        headers: &HeaderMap,
        parameters: Result<Vec<(String, String)>, String>,
        body: Body,
    ) -> Response {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((token, taker)) = open else {
            let error = "no surveys are taken here; surveys.token_env or surveys.token_file opens \
                         this door";
            return (StatusCode::NOT_FOUND, Json(json!({ "error": error }))).into_response();
        };
        let answer = if is_known(headers, &token) {
            match (parameters, read(body).await) {
                (Ok(parameters), Ok(survey)) => taker.take(parameters, survey).await,
                (Err(problem), _) => refused(Outcome::Malformed, &problem),
                (_, Err(answer)) => answer,
            }
        } else {
            let problem = "the token is not right; send it as `Authorization: Bearer TOKEN`";
            refused(Outcome::Unsigned, problem)
        };
        taker.count(answer.outcome);
        respond(answer)
    }
}

/// What any other method is answered with.
pub(super) async fn by_post() -> Response {
    let error = json!({ "error": "send a survey by POST" });
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], Json(error)).into_response()
}

fn refused(outcome: Outcome, error: &str) -> SurveyAnswer {
    SurveyAnswer { outcome, document: json!({ "error": error }) }
}

/// Whether the request bears the token; compared by digests, so that the time it takes says nothing.
fn is_known(headers: &HeaderMap, token: &SecretString) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.split_once(' '));
    let Some((scheme, sent)) = sent else { return false };
    let sent = Sha256::digest(sent.trim().as_bytes());
    let wanted = Sha256::digest(token.expose_secret().as_bytes());
    let differing = sent.iter().zip(wanted.iter()).fold(0, |bits, (a, b)| bits | (a ^ b));
    scheme.eq_ignore_ascii_case("bearer") && differing == 0
}

async fn read(body: Body) -> Result<Bytes, SurveyAnswer> {
    let sent = Limited::new(body, LARGEST_SURVEY).collect();
    match tokio::time::timeout(SENT_WITHIN, sent).await {
        Ok(Ok(survey)) => Ok(survey.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let problem = "a survey may have at most 16 MiB here; import a larger file by the \
                           command `import survey`";
            Err(refused(Outcome::TooLarge, problem))
        }
        _ => Err(refused(Outcome::Unavailable, "the survey did not arrive; send it again")),
    }
}

fn respond(answer: SurveyAnswer) -> Response {
    let status = match answer.outcome {
        Outcome::Stored | Outcome::Ignored => StatusCode::OK,
        Outcome::Malformed => StatusCode::BAD_REQUEST,
        Outcome::Unsigned => StatusCode::UNAUTHORIZED,
        Outcome::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Outcome::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = (status, Json(answer.document)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        _ => {}
    }
    response
}
