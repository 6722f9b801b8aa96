//! The lists on a review: failures first, then what else made the figures so, each with the way to
//! the whole list.

use super::facts;
use super::review::Review;
use super::rows::{Telling, table};
use super::site::{Asked, Site};
use super::words::{count, thousands};
use crate::serve::api::List;
use crate::serve::api::lists::Entry;
use maud::{Markup, html};

/// How many facts of a list stand on a review that leads to the whole list.
const SHOWN: usize = 10;
/// How many stand in a file, which leads nowhere.
const IN_A_FILE: usize = 1_000;

/// All lists of a review.
pub fn sections(review: &Review, site: &Site) -> Markup {
    let period = &review.now.period;
    let of = |list| facts::of_period(review, list, period);
    let (changes, waiting): (Vec<Entry>, Vec<Entry>) =
        of(List::Changes).into_iter().partition(|one| one.fact["left_out"] != "waiting");
    let mut slowest: Vec<Entry> = changes.into_iter().filter(facts::counts).collect();
    slowest.sort_by_key(|one| std::cmp::Reverse(one.fact["lead_time_seconds"].as_i64()));
    let incidents: Vec<Entry> = of(List::Incidents).into_iter().filter(facts::counts).collect();
    let deployments: Vec<Entry> = of(List::Deployments).into_iter().filter(facts::counts).collect();
    let failures = facts::open_first(of(List::Failures));
    let oldest = waiting.into_iter().rev().collect();
    let asked = |measure: Option<&'static str>| (measure, review);
    html! {
        (section(Part {
            id: "failures", title: "Failed deployments", list: List::Failures, facts: failures,
            about: "Those that failed in this time, and those that were still broken in it.",
            none: "No deployment failed, and none is still broken.",
        }, asked(None), site))
        (section(Part {
            id: "incidents", title: "Incidents", list: List::Incidents, facts: facts::open_first(incidents),
            about: "Those that opened in this time, and those that were still open in it.",
            none: "No incident.",
        }, asked(None), site))
        (section(Part {
            id: "waiting", title: "Merged and waiting for a deployment", list: List::Changes, facts: oldest,
            about: "On the default branch now, the oldest first.",
            none: "Nothing waits.",
        }, asked(Some("waiting_changes")), site))
        (section(Part {
            id: "slowest", title: "Slowest changes", list: List::Changes, facts: slowest,
            about: "From the first commit until production, the slowest first.",
            none: "No change was shipped.",
        }, asked(Some("change_lead_time")), site))
        (section(Part {
            id: "deployments", title: "Latest deployments", list: List::Deployments, facts: deployments,
            about: "Deployments to production that succeeded, the latest first.",
            none: "Nothing was deployed.",
        }, asked(Some("deployment_frequency")), site))
    }
}

/// A list of a review.
struct Part {
    id: &'static str,
    title: &'static str,
    list: List,
    facts: Vec<Entry>,
    about: &'static str,
    none: &'static str,
}

fn section(part: Part, (measure, review): (Option<&'static str>, &Review), site: &Site) -> Markup {
    let component = review.component();
    let mut asked = Asked { component: component.as_deref(), ..Asked::default() };
    // What waits does so now, whatever the period is.
    if measure != Some("waiting_changes") {
        asked = asked.during(&review.now.period);
    }
    let asked = measure.into_iter().fold(asked, |asked, measure| asked.and("measure", measure));
    let whole = site.list(&review.team.figures.team, part.list, &asked);
    let most = if site.is_served() { SHOWN } else { IN_A_FILE };
    let (all, shown) = (part.facts.len(), part.facts.len().min(most));
    let telling =
        Telling { calendar: review.calendar, is_one_component: review.team.is_one_component };
    let caption = match all > shown {
        true => format!("{} of {}", thousands(shown as u64), thousands(all as u64)),
        false => thousands(all as u64),
    };
    html! {
        section aria-labelledby=(part.id) {
            h2 id=(part.id) { (part.title) }
            @if shown == 0 {
                p.quiet { (part.none) }
            } @else {
                p.quiet { (part.about) }
                (table(part.list, &part.facts[..shown], telling, &format!("{}: {caption}", part.title)))
            }
            @if let Some(whole) = whole.filter(|_| all > 0) {
                p { a href=(whole) {
                    @if all > shown { "All " (count(all as u64, part.list.name().trim_end_matches('s'))) }
                    @else { "The same as a list of its own" }
                } }
            }
        }
    }
}
