//! Lists, page by page, under PagerDuty's limits.

use super::PagerDuty;
use super::wire::{WireEntry, WireIncident};
use crate::sources::SourceError;
use chrono::{DateTime, SecondsFormat};
use delivery::domain::Time;
use serde_json::Value;

/// How many elements a page may have.
const PAGE: usize = 100;
/// How far a list can be paged: beyond that it refuses.
const DEEPEST: usize = 10_000;

/// A list, or that it holds more than can be listed.
pub(super) enum Listed<T> {
    All(Vec<T>),
    TooMany,
}

/// What is asked for.
pub(super) type Query = Vec<(&'static str, String)>;

impl PagerDuty {
    /// The incidents that were opened in a slice of time.
    pub(super) async fn incidents_between(
        &self,
        from: Time,
        to: Time,
        unread: &mut Vec<String>,
    ) -> Result<Listed<WireIncident>, SourceError> {
        let query = vec![
            ("since", instant(from)),
            ("until", instant(to)),
            ("sort_by", "created_at:asc".to_owned()),
            ("time_zone", "UTC".to_owned()),
        ];
        self.list("/incidents", "incidents", query, WireIncident::of, unread).await
    }

    /// The incidents that are open, whenever they were opened.
    pub(super) async fn open_incidents(
        &self,
        unread: &mut Vec<String>,
    ) -> Result<Listed<WireIncident>, SourceError> {
        let query = vec![
            ("date_range", "all".to_owned()),
            ("statuses[]", "triggered".to_owned()),
            ("statuses[]", "acknowledged".to_owned()),
            ("sort_by", "created_at:asc".to_owned()),
            ("time_zone", "UTC".to_owned()),
        ];
        self.list("/incidents", "incidents", query, WireIncident::of, unread).await
    }

    /// What happened to any incident in a slice of time.
    pub(super) async fn entries_between(
        &self,
        from: Time,
        to: Time,
        unread: &mut Vec<String>,
    ) -> Result<Listed<WireEntry>, SourceError> {
        // Whether the overview tells notes is not documented, so the whole log is read.
        let query = vec![
            ("since", instant(from)),
            ("until", instant(to)),
            ("is_overview", "false".to_owned()),
            ("time_zone", "UTC".to_owned()),
        ];
        self.list("/log_entries", "log_entries", query, WireEntry::of, unread).await
    }

    /// One incident; nothing where there is none of that id.
    pub(super) async fn one(&self, id: &str) -> Result<Option<Value>, SourceError> {
        let answer = self.rest.get("an incident", &format!("/incidents/{id}"), &[]).await?;
        Ok(answer.and_then(|answer| answer.get("incident").cloned()))
    }

    /// All that ever happened to an incident, with the words of notes.
    pub(super) async fn log_of(
        &self,
        id: &str,
        unread: &mut Vec<String>,
    ) -> Result<Listed<WireEntry>, SourceError> {
        let query = vec![
            ("is_overview", "false".to_owned()),
            ("include[]", "channels".to_owned()),
            ("time_zone", "UTC".to_owned()),
        ];
        let path = format!("/incidents/{id}/log_entries");
        self.list(&path, "log_entries", query, WireEntry::of, unread).await
    }

    /// Reads all pages of a list. What cannot be decoded is passed over, and told.
    pub(super) async fn list<T>(
        &self,
        path: &str,
        name: &'static str,
        query: Query,
        decode: impl Fn(&Value) -> Result<T, String>,
        unread: &mut Vec<String>,
    ) -> Result<Listed<T>, SourceError> {
        let (mut found, mut offset) = (Vec::new(), 0);
        loop {
            if offset + PAGE > DEEPEST {
                return Ok(Listed::TooMany);
            }
            let mut query = query.clone();
            query.push(("limit", PAGE.to_string()));
            query.push(("offset", offset.to_string()));
            let Some(answer) = self.rest.get(name, path, &query).await? else {
                return Ok(Listed::All(found));
            };
            let elements = answer
                .get(name)
                .and_then(Value::as_array)
                .ok_or_else(|| self.rest.garbled(name, format!("it has no list `{name}`")))?;
            for element in elements {
                match decode(element) {
                    Ok(element) => found.push(element),
                    Err(problem) => unread.push(problem),
                }
            }
            let more = answer.get("more").and_then(Value::as_bool).unwrap_or_default();
            if !more || elements.is_empty() {
                return Ok(Listed::All(found));
            }
            offset += elements.len();
        }
    }
}

fn instant(at: Time) -> String {
    let instant = DateTime::from_timestamp(at.0, 0).unwrap_or_default();
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
