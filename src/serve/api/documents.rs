//! What the API answers with. `openapi.json` beside this file describes every route and field; a
//! test holds the two together. No type here has a place for a person.

use super::instant::Instant;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// All organisations.
#[derive(Clone, Debug, Serialize)]
pub struct Organizations {
    /// The instant of the figures.
    pub at: Instant,
    /// By name.
    pub organizations: Vec<Organization>,
}

/// An organisation.
#[derive(Clone, Debug, Serialize)]
pub struct Organization {
    /// Its name.
    pub org: String,
    /// Through when there is data of all of its components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_through: Option<Instant>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A page of teams.
#[derive(Clone, Debug, Serialize)]
pub struct Teams {
    /// The instant of the figures.
    pub at: Instant,
    /// By name.
    pub teams: Vec<TeamSummary>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A team without its components.
#[derive(Clone, Debug, Serialize)]
pub struct TeamSummary {
    /// Its name.
    pub team: String,
    /// Through when there is data of all of its components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_through: Option<Instant>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A team, or one of its components.
#[derive(Clone, Debug, Serialize)]
pub struct Team {
    /// The instant of the figures.
    pub at: Instant,
    /// The team's name.
    pub team: String,
    /// The component that was asked for; the figures are its own then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Through when there is data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_through: Option<Instant>,
    /// The team's components, or the one that was asked for.
    pub components: Vec<Component>,
    /// Performance levels over 90 days; none for a component.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// The figures, with the rules by which their facts are found in the lists.
    pub figures: Vec<Figure>,
}

/// A component of a team.
#[derive(Clone, Debug, Serialize)]
pub struct Component {
    /// `owner/name` of its repository.
    pub repo: String,
    /// Its name.
    pub component: String,
    /// Who said who owns it.
    pub owned_by: String,
    /// Where its windows end: the instant of the figures, or how far its data goes where they lag.
    pub at: Instant,
    /// Through when there is data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_through: Option<Instant>,
    /// Its repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A performance level.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    /// What it is told of.
    pub measure: &'static str,
    /// `elite`, `high`, `medium` or `low`.
    pub level: &'static str,
    /// By which benchmark.
    pub benchmark: &'static str,
}

/// A figure: its value, what it is made of, and where its facts are found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figure {
    /// What is measured.
    pub measure: &'static str,
    /// The phase, of the lead time's phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'static str>,
    /// What it waits for, of open changes; absent for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The window, as the label `window` shows it; absent for what holds at the instant itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// The window's start, which is outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The window's end, which is inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
    /// `per_day`, `days`, `seconds`, `ratio`, `count`, `people`, `lines` or `unix_seconds`.
    pub unit: &'static str,
    /// True where too few people contributed for anything to be told; else absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
    /// The figure; absent without data, and where it is a distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What is divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numerator: Option<f64>,
    /// By what it is divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denominator: Option<f64>,
    /// The lower Wilson bound (95 %).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lower_bound: Option<f64>,
    /// The upper Wilson bound (95 %).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_bound: Option<f64>,
    /// How many values a distribution has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The smallest value with at least half of the values at or below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// The same for 85 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p85: Option<f64>,
    /// The same for 95 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// The arithmetic mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// When the oldest began, of what is counted at the instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_at: Option<Instant>,
    /// The rule, in a sentence.
    pub rule: &'static str,
    /// Which facts it is made of.
    pub facts: Vec<Facts>,
    /// The metric families that show it.
    pub families: Vec<String>,
}

/// Which facts of a list a figure is made of.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// What they are to the figure: `numerator`, `denominator`, `count` or `values`; or what is not
    /// counted and tells why: `evidence`, `unattributed` or `open`.
    pub part: &'static str,
    /// The list: `deployments`, `changes`, `failures` or `incidents`.
    pub list: &'static str,
    /// The field that has to lie in the window; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'static str>,
    /// Fields with the values that they have to have.
    #[serde(rename = "where")]
    pub condition: BTreeMap<&'static str, Value>,
    /// The field that is the value, of a distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'static str>,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// The instant of the figures that the facts belong to.
    pub at: Instant,
    /// Newest first.
    pub items: Vec<Value>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A figure's whole evidence, as `explain` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// What `/api/v1/teams/{team}` answers.
    #[serde(flatten)]
    pub team: Team,
    /// What its `deployments` lists.
    pub deployments: Vec<Value>,
    /// What its `changes` lists.
    pub changes: Vec<Value>,
    /// What its `failures` lists.
    pub failures: Vec<Value>,
    /// What its `incidents` lists.
    pub incidents: Vec<Value>,
    /// What its `environments` lists.
    pub environments: Vec<Value>,
}

/// The figures of organisations with what no component and no team has, as `explain --org` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct OrganizationsExplanation {
    /// What `/api/v1/org` answers.
    #[serde(flatten)]
    pub organizations: Organizations,
    /// What `/api/v1/org/incidents` lists.
    pub incidents: Vec<Value>,
    /// What `/api/v1/org/environments` lists.
    pub environments: Vec<Value>,
}

/// Why there is no answer.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// What is wrong, and what to write instead.
    pub error: String,
    /// Names that are there and near to the one that is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}
