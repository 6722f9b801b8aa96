//! Which facts of a list are asked for, and one page of them.

use super::documents::Page;
use super::instant::{self, Instant};
use super::lists::{Entry, List};
use super::measure::{Made, Measure, facts_of};
use delivery::domain::{Time, Window};
use serde_json::Value;

/// Between which instants facts are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// Whenever.
    #[default]
    All,
    /// In the window that ends where the windows of the fact's component end.
    Window(Window),
    /// After the first and not after the second.
    Between(Time, Time),
}

impl Span {
    fn bounds(self, windows_end: Time) -> (Time, Time) {
        match self {
            Span::All => (Time(i64::MIN), Time::MAX),
            Span::Window(window) => (window.start(windows_end), windows_end),
            Span::Between(from, to) => (from, to),
        }
    }

    /// Whether a fact happened in it.
    pub fn holds(self, entry: &Entry) -> bool {
        let (from, to) = self.bounds(entry.windows_end);
        entry.at > from && entry.at <= to
    }
}

/// Which facts are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection {
    /// When they happened.
    pub span: Span,
    /// The measure that counts them, or leaves them out.
    pub measure: Option<&'static Measure>,
}

impl Selection {
    /// The entries that are asked for.
    pub fn of(&self, list: List, mut entries: Vec<Entry>) -> Vec<Entry> {
        let made: Option<Vec<Made>> = self.measure.map(|measure| {
            facts_of(measure).into_iter().filter(|made| made.list == list).collect()
        });
        entries.retain(|entry| match &made {
            None => self.touches(entry),
            Some(made) => {
                let may_be_left_out = !made.is_empty() && self.touches(entry);
                made.iter().any(|made| self.makes(made, entry))
                    || (may_be_left_out && entry.fact.get("left_out").is_some())
            }
        });
        entries
    }

    /// The entries that the measure counts; all of the span, where none is asked for.
    pub fn counted(&self, list: List, mut entries: Vec<Entry>) -> Vec<Entry> {
        let Some(measure) = self.measure else { return self.of(list, entries) };
        let made = facts_of(measure);
        let made: Vec<&Made> = made.iter().filter(|made| made.list == list).collect();
        entries.retain(|entry| made.iter().any(|made| self.makes(made, entry)));
        entries
    }

    /// Whether a fact happened, or lasted, at any time of the span.
    fn touches(&self, entry: &Entry) -> bool {
        let (from, to) = self.span.bounds(entry.windows_end);
        entry.at <= to && (entry.at > from || entry.over_at > from)
    }

    /// Whether a measure counts a fact.
    fn makes(&self, made: &Made, entry: &Entry) -> bool {
        let holds =
            made.condition.iter().all(|(field, is)| entry.fact.get(*field) == Some(&is.value()));
        holds && made.by.is_none_or(|field| self.lies_in(entry, field))
    }

    fn lies_in(&self, entry: &Entry, field: &str) -> bool {
        let (from, to) = self.span.bounds(entry.windows_end);
        let at = entry.fact.get(field).and_then(Value::as_str).map(instant::parse);
        at.and_then(Result::ok).is_some_and(|at| at > from && at <= to)
    }
}

/// Where a page begins: behind a fact, whether that is still there or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    at: Time,
    key: String,
}

impl Cursor {
    /// Reads what [`Cursor::text`] wrote.
    pub fn parse(text: &str) -> Option<Cursor> {
        let digits: Vec<u8> = text
            .chars()
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()?;
        let bytes = digits.chunks(2).map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        });
        let text = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
        let (at, key) = text.split_once('~')?;
        Some(Cursor { at: Time(at.parse().ok()?), key: key.to_owned() })
    }

    /// As clients hand it back: they need not understand it.
    pub fn text(&self) -> String {
        let text = format!("{}~{}", self.at.0, self.key);
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Behind a fact of that instant and key.
    pub fn at(at: Time, key: &str) -> Cursor {
        Cursor { at, key: key.to_owned() }
    }

    /// The instant and the key of the fact that it is behind.
    pub fn place(&self) -> (Time, &String) {
        (self.at, &self.key)
    }

    /// A place in a list of names.
    pub fn name(name: &str) -> Cursor {
        Cursor { at: Time(0), key: name.to_owned() }
    }

    /// The name of such a place.
    pub fn into_name(self) -> String {
        self.key
    }
}

/// The page of at most `limit` entries behind a cursor; entries come newest first.
pub fn page(at: Time, entries: Vec<Entry>, after: Option<&Cursor>, limit: usize) -> Page {
    let begin = after.map_or(0, |cursor| {
        entries.partition_point(|entry| (entry.at, &entry.key) >= (cursor.at, &cursor.key))
    });
    let more = entries.len() > begin + limit;
    let shown = &entries[begin..entries.len().min(begin + limit)];
    let last = shown.last().filter(|_| more);
    let next = last.map(|last| Cursor { at: last.at, key: last.key.clone() }.text());
    Page { at: Instant(at), items: shown.iter().map(|entry| entry.fact.clone()).collect(), next }
}
