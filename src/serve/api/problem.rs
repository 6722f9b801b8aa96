//! Answers that are none: what is wrong, and what to write instead.

use super::documents::Problem;
use crate::config::nearest_names;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// How much of a name is repeated to whoever wrote it.
const SHOWN: usize = 80;
/// How many names are offered instead of one that is not there.
const OFFERED: usize = 5;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is wrong; what to write instead.
    Wrong(String),
    /// A parameter has a value that is none of those that there are.
    Unknown {
        /// What is wrong.
        error: String,
        /// What there is instead.
        nearest: Vec<String>,
    },
    /// What was asked for is not there.
    NotFound {
        /// What is wrong.
        error: String,
        /// What is there instead.
        nearest: Vec<String>,
    },
    /// It cannot be answered now.
    Unavailable(String),
}

impl Refusal {
    /// A parameter's value that is none of those that there are.
    pub fn unknown(what: &str, name: &str, known: &[String]) -> Refusal {
        let nearest = nearest(name, known);
        Refusal::Unknown { error: format!("there is no {what} `{}`", shown(name)), nearest }
    }

    /// A name that is not there.
    pub fn not_found(what: &str, name: &str, known: &[String]) -> Refusal {
        let nearest = nearest(name, known);
        Refusal::NotFound { error: format!("there is no {what} `{}`", shown(name)), nearest }
    }

    /// The same in a sentence, for a terminal.
    pub fn sentence(&self) -> String {
        match self {
            Refusal::Wrong(error) | Refusal::Unavailable(error) => error.clone(),
            Refusal::Unknown { error, nearest } | Refusal::NotFound { error, nearest } => {
                match nearest.as_slice() {
                    [] => error.clone(),
                    // There may be others.
                    names if names.len() >= OFFERED => {
                        format!("{error}; nearest: {}", names.join(", "))
                    }
                    names => format!("{error}; there are {}", names.join(", ")),
                }
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, nearest) = match self {
            Refusal::Wrong(error) => (StatusCode::BAD_REQUEST, error, Vec::new()),
            Refusal::Unknown { error, nearest } => (StatusCode::BAD_REQUEST, error, nearest),
            Refusal::NotFound { error, nearest } => (StatusCode::NOT_FOUND, error, nearest),
            Refusal::Unavailable(error) => (StatusCode::SERVICE_UNAVAILABLE, error, Vec::new()),
        };
        let mut response = (status, Json(Problem { error, nearest })).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

/// A text of a request, cut where it is too long to be repeated.
pub fn shown(text: &str) -> String {
    match text.chars().nth(SHOWN) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN).chain(['…']).collect(),
    }
}

/// The names that are nearest; all of them where there are few.
fn nearest(name: &str, known: &[String]) -> Vec<String> {
    let name: String = name.chars().take(SHOWN).collect();
    nearest_names(&name, known, OFFERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_names_are_not_told_as_all_that_there_are() {
        let names: Vec<String> = (1..=9).map(|n| format!("team-{n}")).collect();
        let told = |known: &[String]| Refusal::not_found("team", "team-0", known).sentence();
        assert_eq!(told(&names[..2]), "there is no team `team-0`; there are team-1, team-2");
        assert_eq!(
            told(&names),
            "there is no team `team-0`; nearest: team-1, team-2, team-3, team-4, team-5"
        );
        assert_eq!(told(&[]), "there is no team `team-0`");
    }
}
