//! The review of a team, or of one of its components: where it stands, whether it gets better, and
//! which changes and failures made it so.

use super::elsewhere;
use super::facts;
use super::layout::{link, name};
use super::lists;
use super::measures;
use super::measures::{SHOWN, Shown, Trend};
use super::period::{Period, capitalized};
use super::review::{Review, path_of};
use super::site::{Asked, Site};
use super::space;
use super::trends;
use super::words::{count, length, omission, thousands};
use crate::serve::api::List;
use crate::serve::api::measures::all as all_measures;
use delivery::measures::BENCHMARK;
use maud::{Markup, html};

/// The whole content.
pub fn content(review: &Review, site: &Site) -> Markup {
    html! {
        header.top {
            p.kind { @if review.team.is_one_component { "Component" } @else { "Team" } }
            h1 { (name(review.title())) }
            (scope(review, site))
        }
        @if site.is_served() { (filters(review)) }
        (summary(review))
        section aria-labelledby="stands" {
            h2 id="stands" { "Where it stands" }
            p.quiet { (capitalized(&review.now.period.name)) ", compared with " (review.before.period.name) "." }
            div.tiles { @for shown in &SHOWN { (tile(shown, review, site)) } }
            (now(review, site))
        }
        section aria-labelledby="trend" {
            h2 id="trend" { "Is it getting better?" }
            p.quiet { "Week by week; the last one is still running." }
            div.charts { @for shown in &SHOWN { (trends::trend(shown, review)) } }
            (trends::weeks(review, site))
        }
        section aria-labelledby="time" {
            h2 id="time" { "Where the time goes" }
            (trends::phases(review))
        }
        (trends::quarters(review))
        (space::section(review))
        (lists::sections(review, site))
        (left_out(review, site))
        @if !review.team.is_one_component { (components(review, site)) }
        (rules(!review.team.is_one_component))
    }
}

/// What stands below everything.
pub fn foot(review: &Review, site: &Site) -> Markup {
    let calendar = review.calendar;
    let through = match review.team.components.first().filter(|_| review.team.is_one_component) {
        Some(only) => only.figures.figures.data_through,
        None => review.team.figures.figures.data_through,
    };
    let at = calendar.minute(review.team.at);
    html! {
        p {
            "Figures of " time datetime=(calendar.stamp(review.team.at)) { (at) } " (" (calendar.zone()) "), by what is known today"
            @if let Some(through) = through { "; everything through " (calendar.minute(through)) " has been read" }
            "."
        }
        p { "They are for the team itself. Teams with different work have different figures: compare a team with its own past." }
        @if let Some(api) = site.at(&format!("api/v1/teams/{}", super::segment(&review.team.figures.team))) {
            p { a href=(api) { "The same as JSON" } }
        }
    }
}

fn scope(review: &Review, site: &Site) -> Markup {
    let team = &review.team.figures.team;
    let period = Some(review.now.period.key.as_str());
    html! {
        p.scope {
            @if let Some(only) = review.team.components.first().filter(|_| review.team.is_one_component) {
                "of team " (link(site.team(team, period).as_deref(), name(team)))
                " in " (name(&only.figures.labels.repo))
                span.quiet { ", owned by " (only.figures.info.source) }
            } @else {
                a href="#components" { (count(review.team.components.len() as u64, "component")) }
            }
        }
    }
}

fn filters(review: &Review) -> Markup {
    let period = &review.now.period;
    let mut offered = Period::offered(review.team.at, review.calendar);
    if !offered.iter().any(|(key, _)| *key == period.key) {
        offered.push((period.key.clone(), capitalized(&period.name)));
    }
    let others = !review.team.is_one_component && review.team.components.len() > 1;
    html! {
        form.filters method="get" {
            @if others {
                label { "Component"
                    select name="component" {
                        option value="" { "All" }
                        @for one in &review.team.components {
                            @let path = path_of(&one.figures.labels);
                            option value=(path) { (super::words::clean(&one.figures.labels.component)) }
                        }
                    }
                }
            }
            label { "Period"
                select name="period" {
                    @for (key, text) in &offered {
                        option value=(key) selected[*key == period.key] { (text) }
                    }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

/// The page in two sentences.
fn summary(review: &Review) -> Markup {
    let Some(now) = &review.now.figures else {
        return html! {
            p.summary {
                "Not everything that happened in " (review.now.period.name) " is known"
                @if let Some(since) = review.team.known_since { ": history is read from " (review.calendar.day(since)) " on" }
                "."
            }
        };
    };
    let trend = |shown: &Shown| {
        let before = review.before.figures.as_ref()?;
        shown.trend(now, before)
    };
    let told = SHOWN.iter().filter_map(|shown| Some((shown, trend(shown)?)));
    let told: Vec<(&Shown, Trend)> = told.collect();
    let with = |direction| {
        let names = told.iter().filter(|(_, trend)| trend.direction == direction);
        names.map(|(shown, _)| shown.title.to_lowercase()).collect::<Vec<_>>().join(", ")
    };
    let (better, worse) = (with(measures::Direction::Better), with(measures::Direction::Worse));
    html! {
        p.summary {
            (capitalized(&review.now.period.name)) ": "
            strong { (count(now.changes, "change")) " in " (count(now.deployments, "deployment")) }
            @if let Some(times) = now.change_lead_time { ", half of them within " strong { (length(times.p50 as f64)) } }
            ". " strong { (thousands(now.failed_deployments)) } " failed."
            @if !better.is_empty() { " Better than before: " (better) "." }
            @if !worse.is_empty() { " Worse: " (worse) "." }
            @if better.is_empty() && worse.is_empty() && !told.is_empty() { " No clear change since before." }
        }
    }
}

fn tile(shown: &Shown, review: &Review, site: &Site) -> Markup {
    let team = &review.team.figures.team;
    let (now, before) = (review.now.figures.as_ref(), review.before.figures.as_ref());
    let trend = now.zip(before).and_then(|(now, before)| shown.trend(now, before));
    let component = review.component();
    let asked = Asked { component: component.as_deref(), ..Asked::default() }
        .during(&review.now.period)
        .and("measure", shown.name);
    let facts = site.list(team, shown.list, &asked);
    let level = shown.level(&review.team.figures.levels).filter(|_| component.is_none());
    html! {
        article.tile {
            h3 { a href={ "#rule-" (shown.name) } { (shown.title) } }
            p.value { (shown.value(now)) }
            @if let Some(trend) = &trend { (trends::trend_line(trend)) }
            @if let Some(now) = now {
                @let (made, more) = shown.made_of(now);
                p.made { (link(facts.as_deref(), html! { (made) })) }
                @if let Some(more) = more { p { (more) } }
            }
            p.before {
                (capitalized(&review.before.period.name)) ": "
                @match before {
                    Some(before) => (shown.value(Some(before))),
                    None => "not read",
                }
            }
            @if let Some(level) = level { p.before { "DORA " (BENCHMARK) ", 90 days: " (level.name()) } }
        }
    }
}

/// What burns or waits at this moment: averages hide it.
fn now(review: &Review, site: &Site) -> Markup {
    let only = review.team.components.first().filter(|_| review.team.is_one_component);
    let point = &only.map_or(&review.team.figures.figures, |only| &only.figures.figures).point;
    let age = |at: Option<delivery::domain::Time>| {
        at.map(|at| length(review.team.at.since(at).max(0) as f64))
    };
    let team = &review.team.figures.team;
    let component = review.component();
    let asked = || Asked { component: component.as_deref(), ..Asked::default() };
    let waiting = site.list(team, List::Changes, &asked().and("measure", "waiting_changes"));
    let open = site.list(team, List::Incidents, &asked().and("measure", "open_failures"));
    html! {
        ul.moment {
            li class=[(point.open_failures > 0).then_some("bad")] {
                (link(open.as_deref(), html! { (count(point.open_failures, "open failure")) }))
                @if let Some(age) = age(point.oldest_open_failure) { ", the oldest for " (age) }
            }
            li {
                (link(waiting.as_deref(), html! { (count(point.waiting_changes, "change")) }))
                " merged and not deployed"
                @if let Some(age) = age(point.oldest_waiting_change) { ", the oldest for " (age) }
            }
            @if let Some(age) = age(point.last_deployment) { li { "last deployment " (age) " ago" } }
        }
    }
}

fn left_out(review: &Review, site: &Site) -> Markup {
    let found = facts::left_out(review);
    let component = review.component();
    html! {
        section aria-labelledby="left-out" {
            h2 id="left-out" { "What was left out, and why" }
            @if found.is_empty() { p.quiet { "Nothing: everything that happened counts." } }
            ul.plain {
                @for (list, why, number) in &found {
                    @let asked = Asked { component: component.as_deref(), ..Asked::default() }
                        .during(&review.now.period)
                        .and("left_out", why.as_str());
                    @let one = list.name().trim_end_matches('s');
                    li {
                        (link(site.list(&review.team.figures.team, *list, &asked).as_deref(), html! { (count(*number, one)) }))
                        ": " (omission(why))
                    }
                }
            }
            (elsewhere::list(review))
        }
    }
}

fn components(review: &Review, site: &Site) -> Markup {
    let period = Some(review.now.period.key.as_str());
    html! {
        section aria-labelledby="components" {
            h2 id="components" { "Components" }
            ul.plain {
                @for one in &review.team.components {
                    @let labels = &one.figures.labels;
                    li {
                        (link(site.component(&path_of(labels), period).as_deref(), name(&labels.component)))
                        " " span.quiet { "in " (name(&labels.repo)) ", owned by " (one.figures.info.source) }
                    }
                }
            }
        }
    }
}

fn rules(is_of_team: bool) -> Markup {
    html! {
        section aria-labelledby="rules" {
            h2 id="rules" { "How it is counted" }
            dl.rules {
                @for shown in &SHOWN {
                    dt id={ "rule-" (shown.name) } { (shown.title) }
                    @for measure in all_measures().filter(|measure| measure.name == shown.name) { dd { (measure.rule) } }
                }
                @if is_of_team { (space::rules()) }
            }
        }
    }
}
