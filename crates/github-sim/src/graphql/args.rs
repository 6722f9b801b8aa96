//! A field's arguments after coercion, so each has its declared type or is absent.

use apollo_compiler::response::{JsonMap, JsonValue};
use chrono::{DateTime, NaiveDate, NaiveTime};

/// Arguments of one field.
#[derive(Clone, Copy)]
pub(crate) struct Args<'a>(pub(crate) &'a JsonMap);

impl<'a> Args<'a> {
    fn get(self, name: &str) -> Option<&'a JsonValue> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    pub(crate) fn number(self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A list of strings; an empty list filters nothing at GitHub, so it counts as absent.
    pub(crate) fn texts(self, name: &str) -> Option<Vec<&'a str>> {
        let list = self.get(name)?;
        let texts: Vec<&str> = match list.as_array() {
            Some(items) => items.iter().filter_map(JsonValue::as_str).collect(),
            None => list.as_str().into_iter().collect(),
        };
        (!texts.is_empty()).then_some(texts)
    }

    /// Whether `value` passes the list filter `name`.
    pub(crate) fn admits(self, name: &str, value: &str) -> bool {
        self.texts(name).is_none_or(|texts| texts.contains(&value))
    }

    pub(crate) fn object(self, name: &str) -> Option<Args<'a>> {
        self.get(name)?.as_object().map(Args)
    }

    /// An instant, in seconds. What is no time is absent: the filter then filters nothing.
    pub(crate) fn time(self, name: &str) -> Option<i64> {
        parse_time(self.text(name)?)
    }

    /// The `orderBy` argument: its field, and whether it descends.
    pub(crate) fn order(self) -> Option<(&'a str, bool)> {
        let order = self.object("orderBy")?;
        Some((order.text("field")?, order.text("direction") == Some("DESC")))
    }
}

/// A date or an RFC 3339 time, in seconds since 1970.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// An instant as GitHub writes it: UTC, whole seconds.
pub(crate) fn show_time(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
