//! A list of facts on a page of its own: what a figure is counted from.

use super::Wrong;
use super::facts;
use super::layout::{link, name};
use super::period::capitalized;
use super::review::Review;
use super::rows::{Telling, table};
use super::site::{Asked, Site};
use super::words::{count, omission};
use crate::serve::api::List;
use crate::serve::api::instant;
use crate::serve::api::lists::Entry;
use crate::serve::api::measures::all as measures;
use crate::serve::api::query::{FROM, TO};
use crate::serve::api::selection::{Cursor, Span};
use delivery::domain::Time;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// How many facts a page has.
const PAGE: usize = 100;

/// Parameters of a list beside the component.
pub const PARAMETERS: [&str; 6] = ["period", "from", "to", "measure", "left_out", "after"];

/// Which facts are asked for, and from where on.
#[derive(Clone, Debug)]
pub struct Wanted {
    list: List,
    span: Option<(Time, Time)>,
    measure: Option<&'static str>,
    left_out: Option<String>,
    after: Option<Cursor>,
}

impl Wanted {
    /// Reads the parameters; `period` is read with the review.
    pub fn of(list: List, parameters: &BTreeMap<String, String>) -> Result<Wanted, Wrong> {
        let text = |name: &str| parameters.get(name).cloned();
        let instant = |name: &str| {
            let read = |text: String| instant::parse(&text).map_err(|it| Wrong::request(&it));
            text(name).map(read).transpose()
        };
        let span = match (instant(FROM)?, instant(TO)?) {
            (Some(from), Some(to)) if from <= to => Some((from, to)),
            (Some(_), Some(_)) => {
                return Err(Wrong::request("`from` is later than `to`; swap them"));
            }
            (None, None) => None,
            _ => return Err(Wrong::request("write both `from` and `to`")),
        };
        if span.is_some() && text("period").is_some() {
            return Err(Wrong::request("write either `period`, or `from` and `to`"));
        }
        let measure = text("measure").map(|wanted| {
            let known = measures().find(|measure| measure.name == wanted);
            let names = || measures().map(|measure| measure.name.to_owned()).collect();
            known.map(|known| known.name).ok_or_else(|| Wrong::unknown("measure", &wanted, names()))
        });
        let after = text("after").map(|cursor| {
            let read = Cursor::parse(&cursor);
            read.ok_or_else(|| Wrong::request("`after` is none that a page has told"))
        });
        let (measure, after) = (measure.transpose()?, after.transpose()?);
        Ok(Wanted { list, span, measure, left_out: text("left_out"), after })
    }
}

impl Wanted {
    /// The list.
    pub fn list(&self) -> List {
        self.list
    }
}

/// The content: the facts that are asked for, a page of them.
pub fn content(review: &Review, wanted: &Wanted, has_period: bool, site: &Site) -> Markup {
    let list = wanted.list;
    let (span, when) = span(review, wanted, has_period);
    let mut entries = facts::counted(review, list, wanted.measure, span);
    if let Some(why) = &wanted.left_out {
        entries.retain(|entry| entry.fact["left_out"] == why.as_str());
    }
    let begin = wanted
        .after
        .as_ref()
        .map_or(0, |cursor| entries.partition_point(|entry| cursor.is_not_before(entry)));
    let page = &entries[begin..entries.len().min(begin + PAGE)];
    let next = page.last().filter(|_| entries.len() > begin + PAGE).map(Cursor::behind);
    let component = review.component();
    let asked = || asked(wanted, component.as_deref(), review, has_period);
    let team = &review.team.figures.team;
    let at = |asked: Asked<'_>| site.list(team, list, &asked);
    let telling =
        Telling { calendar: review.calendar, is_one_component: review.team.is_one_component };
    let title = capitalized(list.name());
    let of = wanted.measure.and_then(|name| measures().find(|measure| measure.name == name));
    html! {
        header.top {
            p.kind { @if review.team.is_one_component { "Component" } @else { "Team" } }
            h1 { (title) " of " (name(review.title())) }
            p.scope { (when) }
        }
        @if let Some(why) = &wanted.left_out {
            p.summary { "Left out of the figures: " strong { (omission(why)) } "." }
        } @else if let Some(measure) = of {
            p.summary { "What this figure is counted from: " (measure.rule) }
        } @else if list == List::Failures {
            p.summary { "Deployments that failed in this time, or were still broken in it." }
        }
        p { (count(entries.len() as u64, list.name().trim_end_matches('s')))
            @if begin > 0 { ", from the " (begin + 1) "th on" }
            "."
        }
        @if !page.is_empty() { (table(list, page, telling, &format!("{title}, {when}"))) }
        nav.pages aria-label="Pages" {
            @if begin > 0 { (link(at(asked()).as_deref(), html! { "First page" })) " " }
            @if let Some(next) = next {
                (link(at(asked().and("after", next.text())).as_deref(), html! { "Next " (PAGE) }))
            }
        }
    }
}

/// Which facts are asked for, and the time in words.
fn span(review: &Review, wanted: &Wanted, has_period: bool) -> (Span, String) {
    match wanted.span {
        Some((from, to)) => {
            let calendar = review.calendar;
            let when = format!("{} to {}", calendar.minute(from), calendar.minute(to));
            (Span::Between(from, to), when)
        }
        None if has_period => {
            let period = &review.now.period;
            (facts::span(review, period), period.name.clone())
        }
        None => (Span::All, "all that is kept".to_owned()),
    }
}

/// The same list again.
fn asked<'a>(
    wanted: &Wanted,
    component: Option<&'a str>,
    review: &Review,
    has_period: bool,
) -> Asked<'a> {
    let mut asked = Asked { component, ..Asked::default() };
    match wanted.span {
        Some((from, to)) => asked = asked.between(from, to),
        None if has_period => asked = asked.during(&review.now.period),
        None => {}
    }
    if let Some(measure) = wanted.measure {
        asked = asked.and("measure", measure);
    }
    match &wanted.left_out {
        Some(why) => asked.and("left_out", why.clone()),
        None => asked,
    }
}

/// Entries are told newest first, so those up to a cursor are not before it.
impl Cursor {
    fn is_not_before(&self, entry: &Entry) -> bool {
        (entry.at, &entry.key) >= self.place()
    }

    fn behind(entry: &Entry) -> Cursor {
        Cursor::at(entry.at, &entry.key)
    }
}
