//! The parts of a review that tell how it went: charts and a table of weeks, phases, quarters.

use super::chart;
use super::layout::link;
use super::measures::{self, SHOWN, Shown, Trend};
use super::period::capitalized;
use super::review::{Review, Told};
use super::site::{Asked, Site};
use super::words::{length, thousands};
use delivery::measures::{PHASES, Phase};
use maud::{Markup, html};

/// The weeks of a measure as a chart.
pub fn trend(shown: &Shown, review: &Review) -> Markup {
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

/// All weeks in numbers, each leading to its facts.
pub fn weeks(review: &Review, site: &Site) -> Markup {
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

/// Where lead time goes.
pub fn phases(review: &Review) -> Markup {
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

/// This quarter against the last.
pub fn quarters(review: &Review) -> Markup {
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

/// Where a measure is going, in words.
pub fn trend_line(trend: &Trend) -> Markup {
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
