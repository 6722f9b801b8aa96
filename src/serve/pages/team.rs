//! The review of a team, or of one of its components: where it stands, whether it gets better, and
//! which changes and failures made it so.

use super::facts;
use super::layout::{link, name};
use super::lists;
use super::measures::{SHOWN, Shown, Trend};
use super::period::{Period, capitalized};
use super::review::{Review, Told, path_of};
use super::site::{Asked, Site};
use super::words::{count, length, omission, thousands};
use super::{chart, measures};
use crate::serve::api::List;
use crate::serve::api::measures::all as all_measures;
use delivery::measures::{BENCHMARK, PHASES, Phase};
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
            div.charts { @for shown in &SHOWN { (trend(shown, review)) } }
            (weeks(review, site))
        }
        section aria-labelledby="time" {
            h2 id="time" { "Where the time goes" }
            (phases(review))
        }
        (quarters(review))
        (lists::sections(review, site))
        (left_out(review, site))
        @if !review.team.is_one_component { (components(review, site)) }
        (rules())
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
            @if let Some(trend) = &trend { (trend_line(trend)) }
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

fn trend_line(trend: &Trend) -> Markup {
    let class = match trend.direction {
        measures::Direction::Better => "good",
        measures::Direction::Worse => "bad",
        measures::Direction::Same => "quiet",
    };
    html! {
        p.trend.(class) {
            span aria-hidden="true" { (trend.arrow()) " " }
            (trend.words)
            @if let Some(meaning) = trend.meaning() { ": " (meaning) }
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

fn trend(shown: &Shown, review: &Review) -> Markup {
    let legend = match shown.reading {
        measures::Reading::Frequency => html! { "deployments a week, " span.key.bad { "failed" } },
        measures::Reading::Duration(_) => {
            html! { span.key.p50 { "median" } ", " span.key.p85 { "85 % within" } }
        }
        measures::Reading::Share(_) => html! { "share of the week’s deployments" },
    };
    html! {
        figure {
            figcaption { strong { (shown.title) } " " span.quiet { (legend) } }
            (chart::weeks(shown, review))
        }
    }
}

fn weeks(review: &Review, site: &Site) -> Markup {
    let team = &review.team.figures.team;
    let component = review.component();
    let of_week = |week: &Told, list| {
        let asked = Asked { component: component.as_deref(), ..Asked::default() };
        site.list(team, list, &asked.during(&week.period))
    };
    html! {
        details.weeks {
            summary { "All weeks as a table" }
            table.numbers {
                caption { "Each week: from Monday, " (review.calendar.zone()) }
                thead { tr {
                    th scope="col" { "Week of" }
                    @for shown in &SHOWN { th scope="col" { (shown.title) } }
                } }
                tbody {
                    @for week in review.weeks.iter().rev() {
                        tr {
                            th scope="row" { (review.calendar.day(week.period.from)) }
                            @for shown in &SHOWN {
                                td data-label=(shown.title) { div { (week_cell(shown, week, of_week(week, shown.list))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn week_cell(shown: &Shown, week: &Told, facts: Option<String>) -> Markup {
    let Some(figures) = &week.figures else { return html! { span.quiet { "not read" } } };
    let (value, made) = match shown.reading {
        measures::Reading::Frequency => (thousands(figures.deployments), String::new()),
        measures::Reading::Duration(read) => match read(figures) {
            (Some(_), values) => (shown.value(Some(figures)), format!(" of {values}")),
            (None, _) => ("–".to_owned(), String::new()),
        },
        measures::Reading::Share(read) => match read(figures) {
            (Some(_), part) => {
                (shown.value(Some(figures)), format!(", {part} of {}", figures.deployments))
            }
            (None, _) => ("–".to_owned(), String::new()),
        },
    };
    let has_facts = value != "–" && value != "0";
    html! {
        (link(facts.as_deref().filter(|_| has_facts), html! { (value) })) span.quiet { (made) }
    }
}

fn phases(review: &Review) -> Markup {
    let Some(figures) = &review.now.figures else { return html! { p.quiet { "Not known." } } };
    let longest = PHASES.iter().filter_map(|phase| figures.change_phases.get(*phase));
    let longest = longest.map(|times| times.p85).max().unwrap_or(0).max(1) as f64;
    let means = |phase: Phase| match phase {
        Phase::Coding => "first commit until ready for review",
        Phase::Pickup => "ready until the first review",
        Phase::Review => "first review until merged",
        Phase::Deploy => "merged until in production",
    };
    html! {
        div.pair {
            figure {
                figcaption { strong { "Phases of lead time" } " " span.quiet { span.key.p50 { "median" } ", " span.key.p85 { "85 % within" } } }
                ul.bars.phases {
                    @for phase in PHASES {
                        li {
                            span.name { (capitalized(phase.name())) " " span.quiet { (means(phase)) } }
                            @match figures.change_phases.get(phase) {
                                Some(times) => {
                                    svg.part viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                                        rect.track width="100" height="10" {}
                                        rect.bar.p85 width={ (format!("{:.1}", times.p85 as f64 / longest * 100.0)) } height="10" {}
                                        rect.bar width={ (format!("{:.1}", times.p50 as f64 / longest * 100.0)) } height="10" {}
                                    }
                                    span.number { (length(times.p50 as f64)) " " span.quiet { "85 %: " (length(times.p85 as f64)) } }
                                },
                                None => span.number.quiet { "no change has it" },
                            }
                        }
                    }
                }
            }
            figure {
                figcaption { strong { "Changes by lead time" } " " span.quiet { (review.now.period.name) } }
                (chart::distribution(review))
            }
        }
    }
}

fn quarters(review: &Review) -> Markup {
    let [Some(this), Some(last)] = &review.quarters else { return html! {} };
    let cell = |shown: &Shown, told: &Told| match &told.figures {
        Some(figures) => {
            html! { (shown.value(Some(figures))) " " span.quiet { (shown.told_of(figures)) } }
        }
        None => html! { span.quiet { "not read" } },
    };
    html! {
        section aria-labelledby="quarters" {
            h2 id="quarters" { "This quarter against the last" }
            table.numbers {
                caption { (this.period.name) " and " (last.period.name) }
                thead { tr {
                    th scope="col" { "Measure" }
                    @for told in [this, last] { th scope="col" { (told.period.name) } }
                    th scope="col" { "Change" }
                } }
                tbody { @for shown in &SHOWN { tr {
                    th scope="row" { (shown.title) }
                    @for told in [this, last] { td data-label=(told.period.name) { div { (cell(shown, told)) } } }
                    @let both = this.figures.as_ref().zip(last.figures.as_ref());
                    td data-label="Change" { div {
                        @match both.and_then(|(this, last)| shown.trend(this, last)) {
                            Some(trend) => (trend_line(&trend)),
                            None => "–",
                        }
                    } }
                } } }
            }
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

fn rules() -> Markup {
    html! {
        section aria-labelledby="rules" {
            h2 id="rules" { "How it is counted" }
            dl.rules {
                @for shown in &SHOWN {
                    dt id={ "rule-" (shown.name) } { (shown.title) }
                    @for measure in all_measures().filter(|measure| measure.name == shown.name) { dd { (measure.rule) } }
                }
            }
        }
    }
}
