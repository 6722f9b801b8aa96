//! Which facts of a list a page shows.

use super::period::Period;
use super::review::Review;
use crate::serve::api::List;
use crate::serve::api::lists::{Entry, entries};
use crate::serve::api::measures::all as measures;
use crate::serve::api::selection::{Selection, Span};
use delivery::domain::Window;
use serde_json::Value;

/// The facts of a list that happened in a period, or lasted into it, newest first.
pub fn of_period(review: &Review, list: List, period: &Period) -> Vec<Entry> {
    let during = Selection { span: span(review, period), measure: None };
    during.of(list, entries(&review.team, &review.web, list))
}

/// The facts of a list that a measure counts, or all of the span.
pub fn counted(review: &Review, list: List, measure: Option<&str>, span: Span) -> Vec<Entry> {
    let all = entries(&review.team, &review.web, list);
    // That a deployment failed is told by its entry among the failures, too.
    if list == List::Failures && measure == Some("change_fail_rate") {
        return all.into_iter().filter(|one| span.holds(one)).collect();
    }
    let measure = measure.and_then(|name| measures().find(|measure| measure.name == name));
    Selection { span, measure }.counted(list, all)
}

/// The span of a period: where it ends now, it ends where the data of each component does.
pub fn span(review: &Review, period: &Period) -> Span {
    if period.is_rolling && period.to == review.team.at {
        Span::Window(Window { length: period.to.since(period.from) })
    } else {
        Span::Between(period.from, period.to)
    }
}

/// Whether a fact is in a figure, or would be if it were not for a reason that is told.
pub fn counts(entry: &Entry) -> bool {
    entry.fact["left_out"].is_null()
}

/// What is open, then the rest: what burns comes first.
pub fn open_first(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.fact["open"] != Value::Bool(true));
    entries
}

/// Why facts were left out, with how many there are of each reason.
pub fn left_out(review: &Review) -> Vec<(List, String, u64)> {
    let mut found: Vec<(List, String, u64)> = Vec::new();
    for list in [List::Deployments, List::Changes, List::Incidents] {
        for entry in of_period(review, list, &review.now.period) {
            let Some(why) = entry.fact["left_out"].as_str() else { continue };
            match found.iter_mut().find(|(of, known, _)| *of == list && known == why) {
                Some((_, _, number)) => *number += 1,
                None => found.push((list, why.to_owned(), 1)),
            }
        }
    }
    found.sort_by(|a, b| (a.0, b.2, &a.1).cmp(&(b.0, a.2, &b.1)));
    found
}
