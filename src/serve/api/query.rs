//! The parameters of a request. Each is checked; one that is not known is refused, since a
//! misspelt filter would give everything.

use super::instant;
use super::measure::Measure;
use super::measures;
use super::problem::{Refusal, shown};
use super::selection::{Cursor, Selection, Span};
use crate::config::duration;
use delivery::domain::{Time, Window};
use std::collections::BTreeMap;

/// How many entries a page has, unless `limit` says otherwise.
const PAGE: usize = 100;
/// How many entries a page may have.
const LONGEST_PAGE: usize = 500;

/// Names of parameters.
pub const COMPONENT: &str = "component";
pub const MEASURE: &str = "measure";
pub const WINDOW: &str = "window";
pub const FROM: &str = "from";
pub const TO: &str = "to";
pub const LIMIT: &str = "limit";
pub const CURSOR: &str = "cursor";

/// The parameters of a request, by name.
#[derive(Clone, Debug, Default)]
pub struct Query(BTreeMap<&'static str, String>);

impl Query {
    /// Takes the parameters over, of which only `known` are allowed, each once.
    pub fn of(
        written: Vec<(String, String)>,
        known: &'static [&'static str],
    ) -> Result<Query, Refusal> {
        let mut query = BTreeMap::new();
        for (name, value) in written {
            let Some(key) = known.iter().find(|known| **known == name) else {
                let names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                return Err(Refusal::unknown("parameter", &name, &names));
            };
            if query.insert(*key, value).is_some() {
                return Err(Refusal::Wrong(format!("`{key}` is written twice; write it once")));
            }
        }
        Ok(Query(query))
    }

    /// The component's name.
    pub fn component(&self) -> Option<&str> {
        self.text(COMPONENT)
    }

    /// The window's label.
    pub fn window(&self) -> Option<&str> {
        self.text(WINDOW)
    }

    /// The measure.
    pub fn measure(&self) -> Result<Option<&'static Measure>, Refusal> {
        self.text(MEASURE).map(measure).transpose()
    }

    /// Which facts are asked for.
    pub fn selection(&self) -> Result<Selection, Refusal> {
        let span = match (self.window(), self.instant(FROM)?, self.instant(TO)?) {
            (None, None, None) => Span::All,
            (Some(window), None, None) => Span::Window(window_of(window)?),
            (Some(_), _, _) => {
                let both = "write either `window`, or `from` and `to`";
                return Err(Refusal::Wrong(both.to_owned()));
            }
            (None, from, to) => {
                let (from, to) = (from.unwrap_or(Time(i64::MIN)), to.unwrap_or(Time::MAX));
                if from > to {
                    let swapped = "`from` is later than `to`; swap them";
                    return Err(Refusal::Wrong(swapped.to_owned()));
                }
                Span::Between(from, to)
            }
        };
        Ok(Selection { span, measure: self.measure()? })
    }

    /// How many entries a page has.
    pub fn limit(&self) -> Result<usize, Refusal> {
        let Some(text) = self.text(LIMIT) else { return Ok(PAGE) };
        let limit = text.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
        limit.ok_or_else(|| {
            let text = shown(text);
            let error = format!("`limit` is `{text}`; write a number from 1 to {LONGEST_PAGE}");
            Refusal::Wrong(error)
        })
    }

    /// Where the page begins.
    pub fn cursor(&self) -> Result<Option<Cursor>, Refusal> {
        let Some(text) = self.text(CURSOR) else { return Ok(None) };
        let refused = || {
            let advice = "`cursor` is none; write what `next` of the page before says";
            Refusal::Wrong(advice.to_owned())
        };
        Cursor::parse(text).ok_or_else(refused).map(Some)
    }

    fn instant(&self, name: &str) -> Result<Option<Time>, Refusal> {
        let read = |text| {
            instant::parse(text).map_err(|advice| Refusal::Wrong(format!("`{name}`: {advice}")))
        };
        self.text(name).map(read).transpose()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// The measure of a name.
pub fn measure(name: &str) -> Result<&'static Measure, Refusal> {
    let known = || measures::all().map(|measure| measure.name.to_owned()).collect::<Vec<_>>();
    let found = measures::all().find(|measure| measure.name == name);
    found.ok_or_else(|| Refusal::unknown("measure", name, &known()))
}

/// A window of any length.
pub fn window_of(text: &str) -> Result<Window, Refusal> {
    let refused = |advice| Refusal::Wrong(format!("`window`: {advice}"));
    let length = duration(&shown(text)).map_err(refused)?;
    Ok(Window { length })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use delivery::domain::DAY;

    const ALL: &[&str] = &[COMPONENT, MEASURE, WINDOW, FROM, TO, LIMIT, CURSOR];

    fn query(written: &[(&str, &str)]) -> Result<Query, Refusal> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Query::of(written.iter().map(owned).collect(), ALL)
    }

    fn selection(written: &[(&str, &str)]) -> Result<Span, Refusal> {
        query(written)?.selection().map(|selection| selection.span)
    }

    #[test]
    fn a_span_is_a_window_or_two_instants() {
        let day = "2027-01-15T08:00:00Z";
        let at = Time(1_800_000_000);
        assert_eq!(selection(&[]), Ok(Span::All));
        assert_eq!(selection(&[("window", "30d")]), Ok(Span::Window(Window::days(30))));
        assert_eq!(selection(&[("from", day)]), Ok(Span::Between(at, Time::MAX)));
        let between = [("from", day), ("to", "2027-01-16T08:00:00Z")];
        assert_eq!(selection(&between), Ok(Span::Between(at, at.plus(DAY))));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_write() {
        let day = "2027-01-15T08:00:00Z";
        for (written, part) in [
            (&[("window", "month")][..], "write whole numbers with a unit"),
            (&[("window", "30d"), ("to", day)], "either `window`, or `from` and `to`"),
            (&[("from", day), ("to", "2026-01-15T08:00:00Z")], "swap them"),
            (&[("from", "yesterday")], "write one with its zone"),
            (&[("measure", "change_fail_rat")], "change_fail_rate"),
            (&[("mesure", "change_fail_rate")], "measure"),
            (&[("measure", "incidents"), ("measure", "incidents")], "write it once"),
        ] {
            let refused = selection(written).unwrap_err().sentence();
            assert!(refused.contains(part), "{written:?}: {refused}");
        }
        for (name, value) in [("limit", "0"), ("limit", "501"), ("limit", "-1"), ("limit", "")] {
            let refused = query(&[(name, value)]).unwrap().limit().unwrap_err().sentence();
            assert!(refused.contains("from 1 to 500"), "{value}: {refused}");
        }
        for cursor in ["", "0", "zz", "ff", "é", "7e"] {
            assert!(query(&[("cursor", cursor)]).unwrap().cursor().is_err(), "{cursor}");
        }
    }
}
