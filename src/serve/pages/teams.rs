//! All teams, side by side and in the order of the alphabet: to find one's own, and to see where
//! somebody may want help. Nobody is ranked.

use super::chart::spark;
use super::layout::name;
use super::measures::SHOWN;
use super::site::Site;
use super::words::{count, length, thousands};
use crate::evaluate::{Overview, TeamWeeks, Week};
use crate::exposition::{Figures, TeamFigures};
use delivery::domain::{DAY, Time};
use delivery::measures::WindowFigures;
use maud::{Markup, html};
use std::sync::Arc;

/// How many teams a page has.
const PAGE: usize = 60;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A part of the team's name.
    pub named: String,
    /// Which page, from 1 on.
    pub page: usize,
}

/// The content, with the bounds of the weeks that the overview was asked for.
pub fn content(overview: &Overview, bounds: &[Time], wanted: &Wanted, site: &Site) -> Markup {
    let part = wanted.named.to_lowercase();
    let mut teams: Vec<&Arc<TeamFigures>> = overview.shown.teams.iter().collect();
    teams.retain(|one| one.team.to_lowercase().contains(&part));
    teams.sort_by_cached_key(|one| (one.team.to_lowercase(), Arc::clone(&one.team)));
    let pages = teams.len().div_ceil(PAGE).max(1);
    let page = wanted.page.clamp(1, pages);
    let shown = teams.iter().skip((page - 1) * PAGE).take(PAGE);
    let window = overview.shown.teams.first().and_then(|one| usual(&one.figures));
    let window = window.map(|it| length(it.window.length as f64)).unwrap_or_default();
    html! {
        header.top {
            h1 { "Teams" }
            p.scope { (count(overview.shown.teams.len() as u64, "team")) ", in the order of the alphabet" }
        }
        (organizations(overview))
        @if overview.shown.teams.len() > PAGE || !part.is_empty() {
            form.filters method="get" {
                label { "Name" input name="q" value=(wanted.named) maxlength="200"; }
                button type="submit" { "Find" }
            }
        }
        @if teams.is_empty() {
            p { @if part.is_empty() { "No team has figures yet: they come with the first repository whose history has been read." } @else { "No team is named like that." } }
        } @else {
            table.teams {
                caption { "Figures of the last " (window) "; lines of the last " (bounds.len() - 1) " whole weeks" }
                thead { tr {
                    th scope="col" { "Team" }
                    @for shown in &SHOWN[..4] { th scope="col" { (shown.title) } }
                    th scope="col" { "Now" }
                } }
                tbody { @for team in shown { (row(team, overview, bounds, site)) } }
            }
        }
        (pager(wanted, page, pages, site))
    }
}

/// What stands below everything.
pub fn foot(overview: &Overview, calendar: super::calendar::Calendar, site: &Site) -> Markup {
    html! {
        p { "Figures of " time datetime=(calendar.stamp(overview.at)) { (calendar.minute(overview.at)) } " (" (calendar.zone()) "). A line breaks where nothing happened or nothing is known." }
        p { "Teams with different work have different figures: compare a team with its own past, and read others to learn from them." }
        @if let Some(api) = site.at("api/v1/teams") { p { a href=(api) { "The same as JSON" } } }
    }
}

/// The window that is shown: 30 days, or else the one that comes next to it.
fn usual(figures: &Figures) -> Option<&WindowFigures> {
    let distance = |it: &WindowFigures| (it.window.length - 30 * DAY).abs();
    figures.windows.iter().map(|(_, it)| it).min_by_key(|it| distance(it))
}

fn organizations(overview: &Overview) -> Markup {
    html! {
        @for org in &overview.shown.orgs {
            @if let Some(figures) = usual(&org.figures) {
                p.summary {
                    (name(&org.org)) ": " strong { (count(figures.changes, "change")) " in " (count(figures.deployments, "deployment")) }
                    ", " (thousands(figures.failed_deployments)) " failed"
                    @for shown in &SHOWN[1..3] { @if shown.number(figures).is_some() {
                        ", " (shown.title.to_lowercase()) " " strong { (shown.value(Some(figures))) }
                    } }
                    "; " (count(org.figures.point.open_failures, "open failure")) "."
                }
            }
        }
    }
}

fn row(team: &TeamFigures, overview: &Overview, bounds: &[Time], site: &Site) -> Markup {
    let none = TeamWeeks::default();
    let weeks = overview.teams.get(&team.team).unwrap_or(&none);
    let figures = usual(&team.figures);
    let is_known = |at: usize| weeks.known_since.is_some_and(|since| bounds[at] >= since);
    let line = |read: fn(&Week) -> Option<f64>| {
        let told = weeks.weeks.iter().enumerate();
        told.map(|(at, week)| read(week).filter(|_| is_known(at))).collect::<Vec<_>>()
    };
    let lines = [
        Some((line(|week| Some(f64::from(week.deployments))), "p50", "Deployments by week")),
        Some((line(|week| week.lead_time.map(f64::from)), "p50", "Median lead time by week")),
        Some((
            line(|week| {
                let share = f64::from(week.failed) / f64::from(week.deployments);
                (week.deployments > 0).then_some(share)
            }),
            "bad",
            "Change fail rate by week",
        )),
        None,
    ];
    let point = &team.figures.point;
    html! {
        tr {
            th scope="row" {
                @if let Some(address) = site.team(&team.team, None) { a href=(address) { (name(&team.team)) } }
                span.quiet { (count(weeks.components as u64, "component")) }
            }
            @for (shown, line) in SHOWN[..4].iter().zip(lines) {
                td data-label=(shown.title) { div.cell {
                    span.number { (shown.value(figures)) }
                    @if let Some((line, class, what)) = line { (spark(&line, class, what)) }
                } }
            }
            td data-label="Now" { div {
                @if point.open_failures > 0 { span.bad { (count(point.open_failures, "open failure")) } br; }
                span.quiet { (thousands(point.waiting_changes)) " waiting" }
            } }
        }
    }
}

fn pager(wanted: &Wanted, page: usize, pages: usize, site: &Site) -> Markup {
    let to = |page: usize| {
        let named = match wanted.named.as_str() {
            "" => String::new(),
            named => format!("q={}&", super::segment(named)),
        };
        site.at(&format!("teams?{named}page={page}"))
    };
    html! {
        @if pages > 1 {
            nav.pages aria-label="Pages" {
                @if page > 1 { a href=[to(page - 1)] { "Before" } " " }
                span { "Page " (page) " of " (pages) }
                @if page < pages { " " a href=[to(page + 1)] { "Next" } }
            }
        }
    }
}
