//! A review of a quarter as a file: for a retrospective, a wiki, or a program.

use super::calendar::{Calendar, Quarter};
use super::elsewhere::elsewhere;
use super::layout::{head, rest};
use super::markdown::markdown;
use super::period::Period;
use super::review::{Review, Told};
use super::site::Site;
use super::space::{SpaceDocument, document};
use super::{facts, team};
use crate::evaluate::{Answer, ExaminedTeam, OtherEnvironment};
use crate::exposition::Figures;
use crate::serve::api::figures::{Level, Wanted, figures};
use crate::serve::api::instant::Instant;
use crate::serve::api::{Figure, List};
use delivery::domain::Time;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// A quarter's review.
pub struct Report(Review);

/// Reviews a quarter; the error says what is wrong with it.
pub fn report(
    answer: Answer<ExaminedTeam>,
    quarter: Quarter,
    calendar: Calendar,
    environments: &[OtherEnvironment],
) -> Result<Report, String> {
    let Answer { told, web } = answer;
    let period = Period::quarter(quarter, told.at, calendar).ok_or_else(|| not_begun(quarter))?;
    let elsewhere = elsewhere(environments, &web);
    Ok(Report(Review::of(told, web, calendar, period, Some(elsewhere))))
}

/// From when until when a quarter is reviewed at an instant; the error says what is wrong with it.
pub fn span(quarter: Quarter, at: Time, calendar: Calendar) -> Result<(Time, Time), String> {
    let period = Period::quarter(quarter, at, calendar).ok_or_else(|| not_begun(quarter))?;
    Ok((period.from, period.to))
}

fn not_begun(quarter: Quarter) -> String {
    format!("{quarter} has not begun yet; choose one that has")
}

impl Report {
    /// A page that needs nothing beside itself.
    pub fn html(&self) -> String {
        let (review, site) = (&self.0, Site::nowhere());
        let title = format!("{}, {}", review.title(), review.now.period.name);
        let content = team::content(review, &site);
        head(&site, &title, &[]) + &rest(&content, &team::foot(review, &site))
    }

    /// Text that wikis and pull requests show as a page.
    pub fn markdown(&self) -> String {
        markdown(&self.0)
    }

    /// A document for programs: figures as the API tells them, and the facts.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(&self.document())? + "\n")
    }

    fn document(&self) -> Document {
        let review = &self.0;
        let facts = |list| -> Vec<Value> {
            let entries = facts::of_period(review, list, &review.now.period);
            entries.into_iter().map(|entry| entry.fact).collect()
        };
        let [deployments, changes, failures, incidents] = List::ALL.map(facts);
        Document {
            at: Instant(review.team.at),
            team: review.team.figures.team.to_string(),
            component: review.component(),
            time_zone: review.calendar.zone(),
            quarter: stretch(review, &review.now),
            before: stretch(review, &review.before),
            space: document(review),
            weeks: review.weeks.iter().map(|week| stretch(review, week)).collect(),
            deployments,
            changes,
            failures,
            incidents,
            environments: self.environments(),
        }
    }

    fn environments(&self) -> Vec<Environment> {
        let found = self.0.elsewhere.iter().flatten();
        let told = found.map(|one| Environment {
            environment: one.environment.clone(),
            deployments: one.deployments,
            decided_by: one.decided_by.key(),
        });
        told.collect()
    }
}

/// An environment of deployments that are left out.
#[derive(Serialize)]
struct Environment {
    environment: String,
    deployments: u64,
    decided_by: &'static str,
}

/// A review as JSON.
#[derive(Serialize)]
struct Document {
    at: Instant,
    team: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<String>,
    time_zone: &'static str,
    quarter: Stretch,
    before: Stretch,
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<SpaceDocument>,
    weeks: Vec<Stretch>,
    deployments: Vec<Value>,
    changes: Vec<Value>,
    failures: Vec<Value>,
    incidents: Vec<Value>,
    environments: Vec<Environment>,
}

/// A stretch of time with its figures; none where not everything is known.
#[derive(Serialize)]
struct Stretch {
    name: String,
    from: Instant,
    to: Instant,
    known: bool,
    figures: Vec<Figure>,
}

fn stretch(review: &Review, told: &Told) -> Stretch {
    let level = if review.team.is_one_component { Level::Component } else { Level::Team };
    let period = &told.period;
    let known = told.figures.clone().map(|window| {
        let label: Arc<str> = Arc::from(period.name.as_str());
        let (point, data_through) = Default::default();
        let windows = vec![(label, window)];
        // How a team works together stands by itself.
        let (space, open_changes) = Default::default();
        let shown = Figures { windows, space, open_changes, point, data_through };
        let mut figures = figures(&shown, level, period.to, Wanted::default());
        // What holds at an instant is no figure of the stretch.
        figures.retain(|figure| figure.window.is_some());
        // No family has such windows.
        figures.iter_mut().for_each(|figure| figure.families.clear());
        figures
    });
    Stretch {
        name: period.name.clone(),
        from: Instant(period.from),
        to: Instant(period.to),
        known: known.is_some(),
        figures: known.unwrap_or_default(),
    }
}
