//! What `explain` prints: figures with the facts behind them and what was left out, in one document.

use super::documents::{Explanation, Figure, OrganizationsExplanation};
use super::lists::{Entry, List, entries, environments, unmapped_incidents};
use super::measure::Measure;
use super::problem::Refusal;
use super::query::{measure, window_of};
use super::selection::{Selection, Span};
use super::teams::{check_list, organizations, team};
use crate::evaluate::{Answer, ExaminedOrganizations, ExaminedTeam, OtherEnvironments};
use crate::exposition::FigureSet;
use delivery::domain::Time;
use serde_json::Value;

/// A team's figures with all facts behind them, or those of one measure and window.
pub fn explain(
    answer: &Answer<ExaminedTeam>,
    elsewhere: &OtherEnvironments,
    measure_name: Option<&str>,
    window: Option<&str>,
) -> Result<Explanation, Refusal> {
    let measure = measure_name.map(measure).transpose()?;
    let team = team(answer, measure, window)?;
    let span = told_span(measure, window, team.figures.iter())?;
    let selection = Selection { span, measure };
    let facts = |list: List| -> Vec<Value> {
        let selected = selection.of(list, entries(&answer.told, &answer.web, list));
        selected.into_iter().map(|entry| entry.fact).collect()
    };
    let [deployments, changes, failures, incidents] = List::ALL.map(facts);
    // What was not deployed to production is left out of deployments, whatever else is asked for.
    let of_deployments =
        measure.is_none_or(|measure| check_list(Some(measure), List::Deployments).is_ok());
    let environments = environments(elsewhere, &answer.web).into_iter().filter(|_| of_deployments);
    let in_span = Selection { span, measure: None }.of(List::Deployments, environments.collect());
    let environments = in_span.into_iter().map(|entry| entry.fact).collect();
    Ok(Explanation { team, deployments, changes, failures, incidents, environments })
}

/// The figures of organisations with what no component has.
pub fn explain_organizations(
    (at, shown): (Time, &FigureSet),
    unmapped: &Answer<ExaminedOrganizations>,
    elsewhere: &OtherEnvironments,
    measure_name: Option<&str>,
    window: Option<&str>,
) -> Result<OrganizationsExplanation, Refusal> {
    let measure = measure_name.map(measure).transpose()?;
    let organizations = organizations(at, shown, measure, window)?;
    let all = organizations.organizations.iter().flat_map(|one| &one.figures);
    let span = told_span(measure, window, all)?;
    let facts = |entries: Vec<Entry>, measure| -> Vec<Value> {
        let selected = Selection { span, measure }.of(List::Incidents, entries);
        selected.into_iter().map(|entry| entry.fact).collect()
    };
    let incidents = facts(unmapped_incidents(&unmapped.told, &unmapped.web), measure);
    let environments = facts(environments(elsewhere, &unmapped.web), None);
    Ok(OrganizationsExplanation { organizations, incidents, environments })
}

/// Of when the facts are that an explanation lists: a measure is told by its longest window; without
/// a measure and a window, all facts are told.
fn told_span<'a>(
    measure: Option<&'static Measure>,
    window: Option<&str>,
    mut figures: impl Iterator<Item = &'a Figure>,
) -> Result<Span, Refusal> {
    if let Some(window) = window {
        return Ok(Span::Window(window_of(window)?));
    }
    let windows = figures.by_ref().filter_map(|figure| figure.window.as_deref());
    let longest = windows.filter_map(|window| window_of(window).ok()).max();
    Ok(measure.and(longest).map_or(Span::All, Span::Window))
}
