//! What it takes to declare a figure that can be asked for.

use super::lists::List;
use delivery::domain::Time;
use delivery::measures::{
    CiFigures, Distribution, PHASES, Phase, PointFigures, SpaceFigures, WindowFigures,
};

/// A figure that can be asked for.
#[derive(Debug)]
pub struct Measure {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Its rule, in a sentence.
    pub rule: &'static str,
    /// How it is read.
    pub reading: Reading,
    /// Which facts it is made of.
    pub facts: &'static [Made],
    /// The families that show it, without what their names start with at each level.
    pub stems: &'static [&'static str],
    /// Whether a component has it.
    pub of_components: bool,
}

/// How a figure is read.
#[derive(Debug)]
pub enum Reading {
    /// One of each window.
    Window(fn(&WindowFigures) -> Values),
    /// One of each window and phase.
    Phases,
    /// One of each window of how a team works together; a team's only.
    Space(fn(&SpaceFigures) -> Values),
    /// One of each window of how continuous integration answers a team; a team's only.
    Ci(fn(&CiFigures) -> Values),
    /// One of all open changes of a team, and one of each state.
    Open,
    /// One.
    Point(fn(&PointFigures) -> Values),
}

/// What a figure tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values {
    /// The figure itself.
    pub value: Option<f64>,
    /// What is divided.
    pub numerator: Option<f64>,
    /// By what it is divided.
    pub denominator: Option<f64>,
    /// The lower and the upper bound.
    pub bounds: Option<(f64, f64)>,
    /// How many values a distribution has.
    pub count: Option<u64>,
    /// The distribution of the values.
    pub distribution: Option<Distribution>,
    /// When the oldest of what is counted began.
    pub oldest_at: Option<Time>,
}

/// Facts that a figure is made of.
#[derive(Debug)]
pub struct Made {
    /// What they are to the figure.
    pub part: &'static str,
    /// Their list.
    pub list: List,
    /// The field that has to lie in the window.
    pub by: Option<&'static str>,
    /// Fields with the values that they have to have.
    pub condition: &'static [(&'static str, Is)],
    /// The field that is the value.
    pub value: Option<&'static str>,
}

/// A value that a field has to have.
#[derive(Clone, Copy, Debug)]
pub enum Is {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(u64),
    /// A text.
    Text(&'static str),
}

pub(super) const COUNTED: (&str, Is) = ("counted", Is::Bool(true));
pub(super) const MAPPED: (&str, Is) = ("mapped", Is::Bool(true));
pub(super) const NO_INCIDENT: (&str, Is) = ("has_incident", Is::Bool(false));
pub(super) const OPEN: (&str, Is) = ("open", Is::Bool(true));

/// Facts that have to lie in the window by a field.
pub(super) const fn made(
    part: &'static str,
    list: List,
    by: &'static str,
    condition: &'static [(&'static str, Is)],
) -> Made {
    Made { part, list, by: Some(by), condition, value: None }
}

/// Facts that count whenever they happened.
pub(super) const fn at_the_instant(
    part: &'static str,
    list: List,
    condition: &'static [(&'static str, Is)],
) -> Made {
    Made { part, list, by: None, condition, value: None }
}

/// Facts of which a field is a value of the distribution.
pub(super) const fn values(
    list: List,
    by: &'static str,
    condition: &'static [(&'static str, Is)],
    value: &'static str,
) -> Made {
    Made { part: "values", list, by: Some(by), condition, value: Some(value) }
}

/// The changes that have a phase.
pub fn made_of_phase(phase: Phase) -> Made {
    let value = match phase {
        Phase::Coding => "coding_seconds",
        Phase::Pickup => "pickup_seconds",
        Phase::Review => "review_seconds",
        Phase::Deploy => "deploy_seconds",
    };
    values(List::Changes, "shipped_at", &[COUNTED], value)
}

/// All facts that a measure is made of.
pub fn facts_of(measure: &Measure) -> Vec<Made> {
    let copy = |made: &Made| Made { ..*made };
    match measure.reading {
        Reading::Phases => PHASES.map(made_of_phase).into(),
        _ => measure.facts.iter().map(copy).collect(),
    }
}
