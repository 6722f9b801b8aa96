//! Pages that say what is wrong, and where to go instead.

use super::layout::{self, Crumb, name};
use super::site::Site;
use crate::config::nearest_names;
use crate::evaluate::NothingToExamine;
use axum::http::StatusCode;
use maud::html;

/// How many names are offered instead of one that is not there.
const OFFERED: usize = 5;
/// How much of a name is repeated to whoever wrote it.
const SHOWN: usize = 200;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The answer's status.
    pub status: StatusCode,
    /// What is wrong.
    what: String,
    /// The name that is not there.
    name: Option<String>,
    /// What to do instead.
    instead: String,
    /// Pages that are there.
    offers: Vec<Offer>,
}

/// A page that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Offer {
    Team(String),
    Component(String),
    Word(String),
}

impl Wrong {
    /// A request that cannot be meant; what to write instead.
    pub fn request(advice: &str) -> Wrong {
        let (status, what) =
            (StatusCode::BAD_REQUEST, "This page cannot be asked for like that".to_owned());
        Wrong { status, what, name: None, instead: format!("{advice}."), offers: Vec::new() }
    }

    /// A parameter with a value that is none of those that there are.
    pub fn unknown(what: &str, value: &str, known: Vec<String>) -> Wrong {
        let offers = nearest(value, &known).into_iter().map(Offer::Word).collect();
        let (what, name) = (format!("There is no {what}"), Some(cut(value)));
        let instead = "There are:".to_owned();
        Wrong { status: StatusCode::BAD_REQUEST, what, name, instead, offers }
    }

    /// A team that is not there.
    pub fn team(wanted: &str, known: &[String]) -> Wrong {
        let offers = nearest(wanted, known).into_iter().map(Offer::Team).collect();
        Wrong::missing("There is no team", wanted, offers)
    }

    /// A component that is not there, by `owner/repo/name`.
    pub fn component(wanted: &str, known: &[String]) -> Wrong {
        let offers = nearest(wanted, known).into_iter().map(Offer::Component).collect();
        Wrong::missing("There is no component", wanted, offers)
    }

    /// A repository with several components.
    pub fn several(wanted: &str, components: Vec<String>) -> Wrong {
        let offers = components.into_iter().map(Offer::Component).collect();
        let wrong = Wrong::missing("Several components live in", wanted, offers);
        Wrong { instead: "Choose one:".to_owned(), status: StatusCode::OK, ..wrong }
    }

    /// Nothing can be told now.
    pub fn later(why: &str) -> Wrong {
        let what = "Not now".to_owned();
        let instead =
            format!("{}; load the page again in a few seconds.", super::period::capitalized(why));
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Wrong { status, what, name: None, instead, offers: Vec::new() }
    }

    /// Why nothing was examined.
    pub fn nothing(nothing: NothingToExamine, team: &str, component: Option<&str>) -> Wrong {
        match nothing {
            NothingToExamine::NotReady => Wrong::later("stored facts are being read"),
            NothingToExamine::Unreadable(why) => Wrong::later(&why),
            NothingToExamine::NoTeam(known) => {
                let known: Vec<String> = known.iter().map(|team| team.to_string()).collect();
                Wrong::team(team, &known)
            }
            NothingToExamine::NoComponent(known) => {
                Wrong::component(component.unwrap_or_default(), &known)
            }
        }
    }

    fn missing(what: &str, wanted: &str, offers: Vec<Offer>) -> Wrong {
        let instead = if offers.is_empty() {
            "Nothing has figures yet: they come with the first repository whose history has been read."
        } else {
            "Did you mean one of these?"
        };
        let (what, instead) = (what.to_owned(), instead.to_owned());
        Wrong { status: StatusCode::NOT_FOUND, what, name: Some(cut(wanted)), instead, offers }
    }

    /// The content of the page.
    pub fn content(&self, site: &Site) -> maud::Markup {
        html! {
            header.top { h1 { (self.what) @if let Some(wanted) = &self.name { " “" (name(wanted)) "”" } } }
            p.summary { (self.instead) }
            ul.plain {
                @for offer in &self.offers {
                    li { @match offer {
                        Offer::Team(team) => (layout::link(site.team(team, None).as_deref(), name(team))),
                        Offer::Component(path) => (layout::link(site.component(path, None).as_deref(), name(path))),
                        Offer::Word(word) => code { (word) },
                    } }
                }
            }
        }
    }

    /// The whole page.
    pub fn page(&self, site: &Site) -> String {
        let crumbs = layout::crumbs(site, vec![Crumb { address: None, text: self.what.clone() }]);
        let foot = html! { p { "Nothing is lost: the list of teams has all of them." } };
        layout::head(site, &self.what, &crumbs) + &layout::rest(&self.content(site), &foot)
    }
}

fn nearest(wanted: &str, known: &[String]) -> Vec<String> {
    let wanted: String = wanted.chars().take(SHOWN).collect();
    nearest_names(&wanted, known, OFFERED)
}

fn cut(text: &str) -> String {
    match text.chars().nth(SHOWN) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN).chain(['…']).collect(),
    }
}
