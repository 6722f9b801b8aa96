//! Charts as SVG: weeks from left to right, one column each. Colours and type come from the style
//! sheet; what a chart shows is told in its label, and stands in the table of weeks.

use super::calendar::Calendar;
use super::measures::{Reading, Shown};
use super::review::{BOUNDS, Review, Told};
use super::scale::{Scale, durations, numbers};
use super::words::{count, length, percent, thousands};
use delivery::measures::{Proportion, WindowFigures};
use maud::{Markup, html};
use std::fmt::Write;

/// The size of a chart, in units of its own; type is set for a third of a page's width.
pub const WIDTH: f64 = 400.0;
/// Its height.
pub const HEIGHT: f64 = 168.0;
/// Where columns begin and end.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 396.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 144.0;
/// The share of its column that a bar fills.
const BAR: f64 = 0.72;

/// The chart of a measure over the weeks of a review.
pub fn weeks(shown: &Shown, review: &Review) -> Markup {
    let weeks = &review.weeks;
    let figures = |week: &Told| week.figures.clone();
    let all: Vec<Option<WindowFigures>> = weeks.iter().map(figures).collect();
    let highest = |read: &dyn Fn(&WindowFigures) -> Option<f64>| {
        all.iter().flatten().filter_map(read).fold(0.0, f64::max)
    };
    let (scale, drawn) = match shown.reading {
        Reading::Frequency => {
            let scale = numbers(highest(&|it| Some(it.deployments as f64)));
            (scale.clone(), deployments(&all, &scale))
        }
        Reading::Duration(read) => {
            let scale = durations(highest(&|it| read(it).0.map(|times| times.p85 as f64)));
            let line = |quantile: fn(&delivery::measures::Distribution) -> i64| {
                let at = |week: &Option<WindowFigures>| {
                    week.as_ref().and_then(|it| read(it).0).map(|times| quantile(&times) as f64)
                };
                all.iter().map(at).collect::<Vec<_>>()
            };
            let (p50, p85) = (line(|it| it.p50), line(|it| it.p85));
            let drawn = html! { (curve(&p85, &scale, "p85")) (curve(&p50, &scale, "p50")) };
            (scale, drawn)
        }
        Reading::Share(read) => {
            let scale = Scale::of_shares(highest(&|it| read(it).0.map(|share| share.ratio)));
            let shares: Vec<_> =
                all.iter().map(|week| week.as_ref().and_then(|it| read(it).0)).collect();
            (scale.clone(), self::shares(&shares, &scale))
        }
    };
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(label(shown, review)) {
            (axis(&scale))
            (months(weeks, review.calendar))
            (unknown(weeks))
            (drawn)
            (columns(shown, weeks))
        }
    }
}

/// What a chart shows, in a sentence: of whole weeks, since the one that runs is not over.
pub fn label(shown: &Shown, review: &Review) -> String {
    let number = |week: &Told| {
        let figures = week.figures.as_ref()?;
        match shown.reading {
            Reading::Frequency => Some(figures.deployments as f64),
            Reading::Duration(_) | Reading::Share(_) => shown.number(figures),
        }
    };
    let text = |number: f64| match shown.reading {
        Reading::Frequency => count(number as u64, shown.counted),
        Reading::Duration(_) | Reading::Share(_) => shown.text(number),
    };
    let whole = review.weeks.split_last().map_or(&[][..], |(_, whole)| whole);
    let told = whole.iter().filter_map(|week| Some((number(week)?, &week.period.name)));
    let told: Vec<(f64, &String)> = told.collect();
    let lowest = told.iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let highest = told.iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let of = if matches!(shown.reading, Reading::Duration(_)) { "median " } else { "" };
    match (told.last(), lowest, highest) {
        (Some(last), Some(lowest), Some(highest)) => format!(
            "{} by week, {of}from {} ({}) to {} ({}); last {} ({}).",
            shown.title,
            text(lowest.0),
            lowest.1,
            text(highest.0),
            highest.1,
            text(last.0),
            last.1,
        ),
        _ => format!("{} by week: nothing to show yet.", shown.title),
    }
}

fn step(weeks: usize) -> f64 {
    (RIGHT - LEFT) / weeks.max(1) as f64
}

fn middle(week: usize, weeks: usize) -> f64 {
    LEFT + step(weeks) * (week as f64 + 0.5)
}

fn height(scale: &Scale, value: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * (value / scale.top).clamp(0.0, 1.0)
}

/// A coordinate, to a tenth: more would be bytes for nothing.
fn tenth(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    format!("{tenths}")
}

/// The grid of a scale.
pub fn axis(scale: &Scale) -> Markup {
    html! {
        @for (value, text) in &scale.ticks {
            @let y = tenth(height(scale, *value));
            line.grid x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
            text x=(LEFT - 6.0) y=(y) dy=".35em" text-anchor="end" { (text) }
        }
    }
}

/// The name of each month below its first week.
pub fn months(weeks: &[Told], calendar: Calendar) -> Markup {
    let names: Vec<String> = weeks.iter().map(|week| calendar.month(week.period.from)).collect();
    // The first month is named if its name has room before the next one.
    let first = |at: usize| match at {
        0 => names.iter().take(3).all(|name| *name == names[0]),
        at => names[at] != names[at - 1],
    };
    html! {
        @for (at, name) in names.iter().enumerate().filter(|(at, _)| first(*at)) {
            @let x = tenth(LEFT + step(weeks.len()) * at as f64);
            line.tick x1=(x) x2=(x) y1=(BOTTOM) y2=(BOTTOM + 5.0) {}
            text x=(x) y=(BOTTOM + 17.0) dx="2" { (name) }
        }
    }
}

/// Weeks of which not everything is known are marked, since nothing there is not zero.
fn unknown(weeks: &[Told]) -> Markup {
    let unknown = weeks.iter().take_while(|week| week.figures.is_none()).count();
    let width = step(weeks.len()) * unknown as f64;
    html! {
        @if unknown > 0 {
            rect.unknown x=(LEFT) y=(TOP) width=(tenth(width)) height=(BOTTOM - TOP) {}
            @if width > 70.0 {
                text.unread x=(tenth(LEFT + width / 2.0)) y=(tenth((TOP + BOTTOM) / 2.0)) text-anchor="middle" {
                    "not read"
                }
            }
        }
    }
}

/// An unseen column over each week, which tells its figures to whoever points at it.
fn columns(shown: &Shown, weeks: &[Told]) -> Markup {
    let width = step(weeks.len());
    html! {
        @for (at, week) in weeks.iter().enumerate() {
            @if let Some(figures) = &week.figures {
                rect.column x=(tenth(LEFT + width * at as f64)) y=(TOP) width=(tenth(width)) height=(BOTTOM - TOP) {
                    title { (told(shown, &week.period.name, figures)) }
                }
            }
        }
    }
}

fn told(shown: &Shown, name: &str, figures: &WindowFigures) -> String {
    let value = match shown.reading {
        Reading::Frequency => {
            let failed = figures.failed_deployments;
            return format!("{name}: {}, {failed} failed", shown.told_of(figures));
        }
        Reading::Duration(_) | Reading::Share(_) => shown.value(Some(figures)),
    };
    format!("{name}: {value}, {}", shown.told_of(figures))
}

/// Bars of deployments, of which those that failed stand below.
fn deployments(weeks: &[Option<WindowFigures>], scale: &Scale) -> Markup {
    let width = step(weeks.len()) * BAR;
    html! {
        @for (at, figures) in weeks.iter().enumerate() {
            @if let Some(figures) = figures {
                @let x = tenth(middle(at, weeks.len()) - width / 2.0);
                @let all = height(scale, figures.deployments as f64);
                @let failed = height(scale, figures.failed_deployments as f64);
                @if failed > all {
                    rect.bar.running[at + 1 == weeks.len()] x=(x) y=(tenth(all)) width=(tenth(width)) height=(tenth(failed - all)) {}
                }
                @if figures.failed_deployments > 0 {
                    rect.bar.bad.running[at + 1 == weeks.len()] x=(x) y=(tenth(failed)) width=(tenth(width)) height=(tenth(BOTTOM - failed)) {}
                }
            }
        }
    }
}

/// A line with a dot at each week that has a value; where one has none it is broken.
pub fn curve(values: &[Option<f64>], scale: &Scale, class: &str) -> Markup {
    let (mut line, mut dots, mut is_down) = (String::new(), String::new(), false);
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            is_down = false;
            continue;
        };
        let (x, y) = (tenth(middle(at, values.len())), tenth(height(scale, *value)));
        // Writing to a string cannot fail.
        let _ = write!(line, "{}{x} {y}", if is_down { "L" } else { "M" });
        let _ = write!(dots, "M{x} {y}h0");
        is_down = true;
    }
    html! {
        @if !dots.is_empty() {
            path class={ "line " (class) } d=(line) {}
            path class={ "dots " (class) } d=(dots) {}
        }
    }
}

/// Bars of shares, each with the interval in which the true share lies.
fn shares(weeks: &[Option<Proportion>], scale: &Scale) -> Markup {
    let width = step(weeks.len()) * BAR;
    html! {
        @for (at, share) in weeks.iter().enumerate() {
            @if let Some(share) = share {
                @let x = middle(at, weeks.len());
                @let y = height(scale, share.ratio);
                @if share.ratio > 0.0 {
                    rect.bar.bad.running[at + 1 == weeks.len()] x=(tenth(x - width / 2.0)) y=(tenth(y)) width=(tenth(width)) height=(tenth(BOTTOM - y)) {}
                } @else {
                    line.zero x1=(tenth(x - width / 2.0)) x2=(tenth(x + width / 2.0)) y1=(BOTTOM) y2=(BOTTOM) {}
                }
            }
        }
    }
}

/// How the lead times of a period are distributed.
pub fn distribution(review: &Review) -> Markup {
    let counts = &review.lead_times;
    let highest = counts.iter().copied().max().unwrap_or(0);
    let all: usize = counts.iter().sum();
    let names = bars();
    let told: Vec<String> = counts
        .iter()
        .zip(&names)
        .filter(|(changes, _)| **changes > 0)
        .map(|(changes, name)| format!("{name}: {changes}"))
        .collect();
    let label = format!("Changes by lead time. {}.", told.join(", "));
    html! {
        ul.bars aria-label=(label) {
            @for (changes, name) in counts.iter().zip(&names) {
                li {
                    span.name { (name) }
                    svg.part viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect.track width="100" height="10" {}
                        rect.bar width=(tenth(share(*changes, highest) * 100.0)) height="10" {}
                    }
                    span.number {
                        (thousands(*changes as u64)) " "
                        span.quiet { (percent(share(*changes, all))) }
                    }
                }
            }
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The names of the bars of the distribution.
fn bars() -> Vec<String> {
    let mut names: Vec<String> =
        BOUNDS.iter().map(|bound| format!("up to {}", length(*bound as f64))).collect();
    names.extend(BOUNDS.last().map(|bound| format!("over {}", length(*bound as f64))));
    names
}

/// A small line of a team's weeks for a table; absent values break it.
pub fn spark(values: &[Option<f64>], class: &str, what: &str) -> Markup {
    let top = values.iter().flatten().copied().fold(0.0, f64::max);
    let scale = Scale { top: if top > 0.0 { top } else { 1.0 }, ticks: Vec::new() };
    let (mut line, mut is_down) = (String::new(), false);
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            is_down = false;
            continue;
        };
        let y = 1.5 + 19.0 * (1.0 - value / scale.top);
        // A point alone is a short stroke.
        let _ = write!(line, "{}{} {}", if is_down { "L" } else { "M" }, at * 4 + 2, tenth(y));
        if !is_down {
            line.push_str("h.1");
        }
        is_down = true;
    }
    let known = values.iter().flatten().count() as u64;
    html! {
        svg.spark viewBox={ "0 0 " (values.len() * 4) " 22" } role="img"
            aria-label={ (what) ", " (count(known, "week")) } {
            path class={ "line " (class) } d=(line) {}
        }
    }
}
