//! Lists inside answers: which elements are good, which were lost to errors, and where lists go on.

use super::client::Client;
use super::queries::Query;
use super::verdict::{GraphAnswer, GraphError};
use crate::sources::SourceError;
use delivery::domain::Time;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// No nested list is completed beyond so many pages of 100.
pub(super) const MOST_FURTHER_PAGES: usize = 200;

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    /// The elements in order; where one was lost, why.
    pub(super) elements: Vec<Result<Value, String>>,
    /// Where the list goes on; absent at its end.
    pub(super) next: Option<String>,
}

/// Why a part of an answer is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// A permission is missing; GitHub's words.
    Forbidden(String),
    /// It does not exist, or the token may not see it.
    NotFound,
    /// The place to go on from is not understood any more.
    StaleCursor,
    /// Anything else; GitHub's words.
    Broken(String),
}

impl Missing {
    /// As a failure of `what`; `remedy` names the permission that it needs.
    pub(super) fn into_error(self, what: &str, remedy: &str) -> SourceError {
        let what = what.to_owned();
        match self {
            Missing::Forbidden(message) => {
                SourceError::Forbidden { what, message, remedy: remedy.to_owned() }
            }
            Missing::NotFound => SourceError::NotFound { what },
            Missing::StaleCursor => {
                let message = "the page to go on from is not known any more".to_owned();
                SourceError::Failed { what, status: 200, message }
            }
            Missing::Broken(message) => SourceError::Failed { what, status: 200, message },
        }
    }
}

/// The list at `path` of the answer's data.
pub(super) fn page(answer: &GraphAnswer, path: &[&str]) -> Result<Page, Missing> {
    let list = part(answer, path)?;
    let Some(nodes) = list.get("nodes").and_then(Value::as_array) else {
        return Err(why_missing(&answer.errors, path));
    };
    let mut elements: Vec<Result<Value, String>> = nodes
        .iter()
        .map(|node| if node.is_null() { Err("it is null".to_owned()) } else { Ok(node.clone()) })
        .collect();
    for error in &answer.errors {
        // An element with a broken part is lost whole: half a fact would look like a fact.
        let place = below(error, path)
            .and_then(|rest| rest.split_first())
            .filter(|(key, _)| key.as_str() == Some("nodes"))
            .and_then(|(_, rest)| rest.first()?.as_u64());
        if let Some(element) = place.and_then(|place| elements.get_mut(place as usize)) {
            *element = Err(error.words());
        }
    }
    Ok(Page { elements, next: next_page(list) })
}

/// The part at `path` of the answer's data, or why it is not there.
pub(super) fn part<'a>(answer: &'a GraphAnswer, path: &[&str]) -> Result<&'a Value, Missing> {
    path.iter()
        .try_fold(&answer.data, |value, key| value.get(key))
        .filter(|value| !value.is_null())
        .ok_or_else(|| why_missing(&answer.errors, path))
}

/// Why the part at `path` is null: the error at, below or above it, else it does not exist.
pub(super) fn why_missing(errors: &[GraphError], path: &[&str]) -> Missing {
    let about = |error: &&GraphError| {
        error.path.iter().zip(path).all(|(at, key)| at.as_str() == Some(*key))
    };
    match errors.iter().find(about) {
        None => Missing::NotFound,
        Some(error) => reason(error),
    }
}

/// What kind of absence an error explains.
pub(super) fn reason(error: &GraphError) -> Missing {
    if error.is_forbidden() {
        Missing::Forbidden(error.words())
    } else if error.is_not_found() {
        Missing::NotFound
    } else if error.message.contains("valid cursor") {
        Missing::StaleCursor
    } else {
        Missing::Broken(error.words())
    }
}

/// The rest of an error's path below `path`.
pub(super) fn below<'a>(error: &'a GraphError, path: &[&str]) -> Option<&'a [Value]> {
    let matches = error.path.len() >= path.len()
        && error.path.iter().zip(path).all(|(at, key)| at.as_str() == Some(*key));
    matches.then(|| &error.path[path.len()..])
}

/// Why the node at `place` of `nodes` is null.
pub(super) fn absence(errors: &[GraphError], place: usize) -> Missing {
    let about = |error: &&GraphError| {
        below(error, &["nodes"])
            .and_then(<[Value]>::first)
            .is_some_and(|at| at.as_u64() == Some(place as u64))
    };
    match errors.iter().find(about) {
        Some(error) => reason(error),
        None if errors.iter().any(|error| error.path.is_empty()) => why_missing(errors, &[]),
        None => Missing::NotFound,
    }
}

/// Where a connection goes on.
pub(super) fn next_page(connection: &Value) -> Option<String> {
    let info = connection.get("pageInfo")?;
    let more = info.get("hasNextPage")?.as_bool()?;
    let cursor = info.get("endCursor")?.as_str()?;
    more.then(|| cursor.to_owned())
}

/// The elements of a nested connection that are there; none where it is null.
pub(super) fn nodes<'a>(value: &'a Value, connection: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(connection)
        .and_then(|connection| connection.get("nodes"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|node| !node.is_null())
}

/// Decodes an element into its wire type; the error names the field.
pub(super) fn decode<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| error.to_string())
}

/// An ISO 8601 time, to the second.
pub(super) fn time(text: &str) -> Option<Time> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|time| Time(time.timestamp()))
}

/// A time as GitHub takes it.
pub(super) fn iso8601(time: Time) -> String {
    let known = chrono::DateTime::from_timestamp(time.0, 0);
    known.unwrap_or_default().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Times as wire types hold them.
pub(super) fn optional_time<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<Time>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.as_deref().and_then(time))
}

/// A time that must be there.
pub(super) fn required_time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let text = String::deserialize(from)?;
    time(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no ISO 8601 time")))
}

impl Client {
    /// Reads the rest of the nested `connections` of a node that do not end on their first page,
    /// and adds it to them. Says whether the node is whole then; an error concerns the whole source.
    pub(super) async fn complete(
        &self,
        rest: &Query,
        what: &str,
        node: &mut Value,
        connections: &[&str],
    ) -> Result<bool, SourceError> {
        for _ in 0..MOST_FURTHER_PAGES {
            let pending: Vec<(&str, String)> = connections
                .iter()
                .filter_map(|name| Some((*name, next_page(node.get(name)?)?)))
                .collect();
            if pending.is_empty() {
                return Ok(true);
            }
            let mut variables = Map::new();
            variables.insert("id".to_owned(), node.get("id").cloned().unwrap_or_default());
            for name in connections {
                let after = pending.iter().find(|(pending, _)| pending == name);
                variables.insert((*name).to_owned(), json!(after.is_some()));
                variables.insert(format!("{name}After"), json!(after.map(|(_, after)| after)));
            }
            let variables = Value::Object(variables);
            let mut answered = match self.ask(rest, what, |_| variables.clone()).await {
                Ok(answered) => answered.graph,
                Err(refusal) if refusal.error.concerns_the_whole_source() => {
                    return Err(refusal.error);
                }
                Err(_) => return Ok(false),
            };
            if !answered.errors.is_empty() {
                return Ok(false);
            }
            for (name, _) in pending {
                let more = answered.data.get_mut("node").and_then(|node| node.get_mut(name));
                if !more.is_some_and(|more| append(node, name, more)) {
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    /// Says that a part could not be read: once, however often it is asked for again.
    pub(super) fn warn_lost(&self, repo: &str, what: &str, why: &str) {
        if self.losses.is_news(&[repo, what, why], self.clock.now()) {
            tracing::warn!(
                source = %self.source,
                repo,
                what,
                why,
                "a part of GitHub's answer could not be read; it will be asked for again"
            );
        }
    }
}

/// Appends a further page to a node's connection; false where the page is not one.
pub(super) fn append(node: &mut Value, name: &str, more: &mut Value) -> bool {
    let Some(Value::Array(added)) = more.get_mut("nodes").map(Value::take) else { return false };
    let Some(connection) = node.get_mut(name) else { return false };
    connection["pageInfo"] = more["pageInfo"].take();
    match connection.get_mut("nodes").and_then(Value::as_array_mut) {
        Some(nodes) => nodes.extend(added),
        None => return false,
    }
    true
}
