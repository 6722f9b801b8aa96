//! Figures as the API tells them: those that are shown, each with what it is made of.

use super::documents::{Facts, Figure};
use super::instant::Instant;
use super::measure::{Is, Made, Measure, Reading, Values, made_of_phase};
use super::measures;
use crate::exposition::Figures;
use delivery::domain::{Time, Window};
use delivery::measures::{OpenState, PHASES, Phase, SpaceFigures};
use serde_json::Value;

/// Whose figures they are, by what the families' names start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A component's.
    Component,
    /// A team's.
    Team,
    /// An organisation's.
    Org,
}

/// Which figures are asked for: all, of one measure, of one window.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The only measure.
    pub measure: Option<&'static Measure>,
    /// The only window, as the label `window` shows it. What has no window is told in any case.
    pub window: Option<&'a str>,
}

/// The figures of a subject whose windows end at `t`.
pub fn figures(shown: &Figures, level: Level, t: Time, wanted: Wanted<'_>) -> Vec<Figure> {
    let is_wanted = |measure: &&Measure| {
        let is_asked = wanted.measure.is_none_or(|one| one.name == measure.name);
        let is_had = match measure.reading {
            Reading::Space(_) | Reading::Ci(_) | Reading::Open => level == Level::Team,
            _ => measure.of_components || level != Level::Component,
        };
        is_asked && is_had
    };
    let mut told = Vec::new();
    for measure in measures::all().filter(is_wanted) {
        if let Reading::Point(read) = measure.reading {
            told.push(figure(measure, level, read(&shown.point)));
            continue;
        }
        if let Reading::Open = measure.reading {
            told.extend(open_changes(measure, shown));
            continue;
        }
        let asked = |label: &str| wanted.window.is_none_or(|window| window == label);
        for (label, figures) in shown.windows.iter().filter(|(label, _)| asked(label)) {
            let windowed = |values| Figure {
                window: Some(label.to_string()),
                ..within(figure(measure, level, values), figures.window, t)
            };
            match measure.reading {
                Reading::Window(read) => told.push(windowed(read(figures))),
                Reading::Phases => told.extend(PHASES.map(|phase| {
                    let distribution = figures.change_phases.get(phase);
                    of_phase(windowed(Values { distribution, ..Values::default() }), phase)
                })),
                Reading::Space(_) | Reading::Ci(_) => {
                    let space = shown.space.iter().find(|(it, _)| it == label);
                    let values = space.map(|(_, it)| match measure.reading {
                        Reading::Ci(read) => read(&it.ci),
                        Reading::Space(read) => read(it),
                        _ => Values::default(),
                    });
                    let withheld = space.is_none();
                    told.push(Figure { withheld, ..windowed(values.unwrap_or_default()) });
                }
                Reading::Point(_) | Reading::Open => {}
            }
        }
    }
    told
}

/// All open changes, then those of each state; that they are withheld, where the longest window is;
/// nothing where nobody knows them.
fn open_changes(measure: &Measure, shown: &Figures) -> Vec<Figure> {
    let of = |values| figure(measure, Level::Team, values);
    let counted = |count: u64| Values { value: Some(count as f64), ..Values::default() };
    let Some(open) = &shown.open_changes else {
        let longest = shown.windows.iter().max_by_key(|(_, figures)| figures.window.length);
        let is_told =
            longest.is_none_or(|(label, _)| shown.space.iter().any(|(it, _)| it == label));
        let withheld = Figure { withheld: true, ..of(Values::default()) };
        return if is_told { Vec::new() } else { vec![withheld] };
    };
    let all = OpenState::ALL.iter().map(|state| open.count(*state)).sum();
    let whole = of(Values { oldest_at: open.oldest, ..counted(all) });
    let by_state = OpenState::ALL
        .map(|state| Figure { state: Some(state.name()), ..of(counted(open.count(state))) });
    std::iter::once(whole).chain(by_state).collect()
}

/// How a team works together in a window other than those that are shown all the time.
pub fn of_space(figures: &SpaceFigures, window: Window, t: Time) -> Vec<Figure> {
    let told = measures::all().filter_map(|measure| match measure.reading {
        Reading::Space(read) => {
            let told = figure(measure, Level::Team, read(figures));
            // No family has such a window.
            Some(within(Figure { families: Vec::new(), ..told }, window, t))
        }
        _ => None,
    });
    told.collect()
}

fn figure(measure: &Measure, level: Level, values: Values) -> Figure {
    let prefix = match (&measure.reading, level) {
        (Reading::Space(_) | Reading::Ci(_) | Reading::Open, _) => "space_",
        (_, Level::Component) => "dora_",
        (_, Level::Team) => "dora_team_",
        (_, Level::Org) => "dora_org_",
    };
    let distribution = values.distribution;
    Figure {
        measure: measure.name,
        unit: measure.unit,
        value: values.value,
        numerator: values.numerator,
        denominator: values.denominator,
        lower_bound: values.bounds.map(|(lower, _)| lower),
        upper_bound: values.bounds.map(|(_, upper)| upper),
        count: values.count,
        p50: distribution.map(|times| times.p50 as f64),
        p85: distribution.map(|times| times.p85 as f64),
        p95: distribution.map(|times| times.p95 as f64),
        mean: distribution.map(|times| times.mean),
        oldest_at: values.oldest_at.map(Instant),
        rule: measure.rule,
        facts: measure.facts.iter().map(facts).collect(),
        families: measure.stems.iter().map(|stem| format!("{prefix}{stem}")).collect(),
        ..Figure::default()
    }
}

fn within(figure: Figure, window: Window, t: Time) -> Figure {
    Figure { from: Some(Instant(window.start(t))), to: Some(Instant(t)), ..figure }
}

fn of_phase(figure: Figure, phase: Phase) -> Figure {
    let made = made_of_phase(phase);
    Figure { phase: Some(phase.name()), facts: vec![facts(&made)], ..figure }
}

fn facts(made: &Made) -> Facts {
    let condition = made.condition.iter().map(|(field, is)| (*field, is.value()));
    Facts {
        part: made.part,
        list: made.list.name(),
        by: made.by,
        condition: condition.collect(),
        value: made.value,
    }
}

impl Is {
    /// As JSON has it.
    pub fn value(self) -> Value {
        match self {
            Is::Bool(is) => Value::from(is),
            Is::Number(number) => Value::from(number),
            Is::Text(text) => Value::from(text),
        }
    }
}
