//! The trend: the figures that need no counts to be read, over rolling windows, a point a week.

use super::super::chart::{HEIGHT, WIDTH, axis, curve, months};
use super::super::review::Review;
use super::super::scale::{Scale, durations, numbers};
use super::super::words::{length, percent, thousands};
use super::measured::{Figured, TeamSpace};
use delivery::measures::SpaceFigures;
use maud::{Markup, html};

/// A line of a chart.
type Line = fn(&SpaceFigures) -> Option<f64>;

/// A figure that is drawn.
#[derive(Clone, Copy)]
pub struct Drawn {
    /// Its name for people.
    pub title: &'static str,
    /// Its line, and what it is.
    pub main: (Line, &'static str),
    /// A second line.
    pub second: Option<(Line, &'static str)>,
    /// A value in words.
    pub text: fn(f64) -> String,
    scale: fn(f64) -> Scale,
}

/// Those that are drawn.
pub const DRAWN: [Drawn; 6] = [
    Drawn {
        title: "Time to first review",
        main: (|it| it.first_review.map(|times| times.p50 as f64), "median"),
        second: Some((|it| it.first_review.map(|times| times.p85 as f64), "85 % within")),
        text: length,
        scale: durations,
    },
    share("Unreviewed changes", |it| it.unreviewed_changes.ratio(), "share of merged changes"),
    share("Reviews that ask for changes", |it| it.change_requests.ratio(), "share of reviews"),
    share(
        "Reviews by the busiest reviewer",
        |it| it.review_concentration.ratio(),
        "share of reviews",
    ),
    Drawn {
        title: "Change size",
        main: (|it| it.change_size.map(|lines| lines.p50 as f64), "median"),
        second: Some((|it| it.change_size.map(|lines| lines.p85 as f64), "85 % up to")),
        text: |lines| format!("{} lines", thousands(lines.max(0.0) as u64)),
        scale: numbers,
    },
    share("Flow efficiency", |it| it.flow_efficiency.ratio(), "share of lead time"),
];

const fn share(title: &'static str, line: Line, what: &'static str) -> Drawn {
    let scale = Scale::of_shares;
    Drawn { title, main: (line, what), second: None, text: percent, scale }
}

/// Charts, with all points as a table; a sentence where there is none.
pub fn trend(space: &TeamSpace, review: &Review) -> Markup {
    let days = space.days;
    if space.trend.iter().all(|(_, it)| it.told().is_none()) {
        let least = space.least;
        return html! {
            p.quiet { "Nothing is drawn: no " (days) " days of the last half year are known in which at least " (least) " people wrote what was merged." }
        };
    }
    let is_gap = |(_, it): &(_, Figured)| *it == Figured::Withheld;
    html! {
        p.quiet {
            "Over " (days) " days, week by week"
            @if space.trend.iter().any(is_gap) {
                "; a line is broken where fewer than " (space.least) " people wrote what was merged in those days"
            }
            "."
        }
        div.charts { @for drawn in &DRAWN { (chart(drawn, space, review)) } }
        (table(space, review))
    }
}

fn chart(drawn: &Drawn, space: &TeamSpace, review: &Review) -> Markup {
    let values = |line: Line| -> Vec<Option<f64>> {
        space.trend.iter().map(|(_, it)| it.told().and_then(line)).collect()
    };
    let (main, what) = drawn.main;
    let (main, second) = (values(main), drawn.second.map(|(line, what)| (values(line), what)));
    let all = main.iter().chain(second.iter().flat_map(|(values, _)| values));
    let scale = (drawn.scale)(all.flatten().copied().fold(0.0, f64::max));
    let label = label(drawn, &main);
    html! {
        figure {
            figcaption {
                strong { (drawn.title) } " "
                span.quiet {
                    @match &second {
                        Some((_, other)) => { span.key.p50 { (what) } ", " span.key.p85 { (other) } },
                        None => (what),
                    }
                }
            }
            svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(label) {
                (axis(&scale))
                (months(&review.weeks, review.calendar))
                @if let Some((values, _)) = &second { (curve(values, &scale, "p85")) }
                (curve(&main, &scale, "p50"))
            }
        }
    }
}

fn label(drawn: &Drawn, values: &[Option<f64>]) -> String {
    let told = || values.iter().flatten().copied();
    let (lowest, highest) =
        (told().fold(f64::INFINITY, f64::min), told().fold(f64::NEG_INFINITY, f64::max));
    match told().last() {
        Some(last) => format!(
            "{}, {}, from {} to {}; last {}.",
            drawn.title,
            drawn.main.1,
            (drawn.text)(lowest),
            (drawn.text)(highest),
            (drawn.text)(last),
        ),
        None => format!("{}: nothing to show yet.", drawn.title),
    }
}

fn table(space: &TeamSpace, review: &Review) -> Markup {
    html! {
        details.weeks {
            summary { "All weeks of this as a table" }
            table.numbers {
                caption { "The " (space.days) " days until the end of each week" }
                thead { tr {
                    th scope="col" { "Until" }
                    @for drawn in &DRAWN { th scope="col" { (drawn.title) } }
                } }
                tbody {
                    @for (end, figured) in space.trend.iter().rev() {
                        tr {
                            th scope="row" { (review.calendar.day(end.plus(-1))) }
                            @for (title, text) in cells(figured) {
                                td data-label=(title) { div { (text) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A point in words, figure by figure.
pub fn cells(figured: &Figured) -> [(&'static str, String); DRAWN.len()] {
    DRAWN.map(|drawn| {
        let text = match figured {
            Figured::NotRead => "not read".to_owned(),
            Figured::Withheld => "withheld".to_owned(),
            Figured::Told(figures) => {
                (drawn.main.0)(figures).map_or_else(|| "–".to_owned(), drawn.text)
            }
        };
        (drawn.title, text)
    })
}
