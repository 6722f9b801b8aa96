//! The documents, made of what the evaluator told.

use super::documents::{
    Component, Level, Organization, Organizations, Page, Team, TeamSummary, Teams,
};
use super::figures::{self, Wanted, figures};
use super::instant::Instant;
use super::links::Links;
use super::lists::{Entry, List, entries, environments, unmapped_incidents};
use super::measure::{Measure, facts_of};
use super::problem::Refusal;
use super::query::{Query, window_of};
use super::selection::{Cursor, page};
use crate::evaluate::{
    Answer, Busy, ExaminedOrganizations, ExaminedTeam, NothingToExamine, OtherEnvironments,
};
use crate::exposition::{FigureSet, Figures};
use delivery::domain::Time;
use delivery::measures::BENCHMARK;
use std::collections::BTreeSet;

/// All organisations.
pub fn organizations(
    at: Time,
    shown: &FigureSet,
    measure: Option<&'static Measure>,
    window: Option<&str>,
) -> Result<Organizations, Refusal> {
    let wanted = Wanted { measure, window };
    check_window(wanted.window, shown.orgs.iter().map(|one| &one.figures))?;
    let mut organizations: Vec<Organization> = shown
        .orgs
        .iter()
        .map(|one| Organization {
            org: one.org.to_string(),
            data_through: one.figures.data_through.map(Instant),
            figures: figures(&one.figures, figures::Level::Org, at, wanted),
        })
        .collect();
    organizations.sort_unstable_by(|a, b| a.org.cmp(&b.org));
    Ok(Organizations { at: Instant(at), organizations })
}

/// A page of teams.
pub fn all(at: Time, shown: &FigureSet, query: &Query) -> Result<Teams, Refusal> {
    let wanted = Wanted { measure: query.measure()?, window: query.window() };
    let (limit, after) = (query.limit()?, query.cursor()?.map(Cursor::into_name));
    check_window(wanted.window, shown.teams.iter().map(|one| &one.figures))?;
    let mut teams: Vec<_> = shown.teams.iter().collect();
    teams.sort_unstable_by(|a, b| a.team.cmp(&b.team));
    teams.retain(|one| after.as_deref().is_none_or(|after| &*one.team > after));
    let last = teams.get(limit.saturating_sub(1)).filter(|_| teams.len() > limit);
    let next = last.map(|last| Cursor::name(&last.team).text());
    let summary = |one: &std::sync::Arc<crate::exposition::TeamFigures>| TeamSummary {
        team: one.team.to_string(),
        data_through: one.figures.data_through.map(Instant),
        figures: figures(&one.figures, figures::Level::Team, at, wanted),
    };
    let teams = teams.into_iter().take(limit).map(summary).collect();
    Ok(Teams { at: Instant(at), teams, next })
}

/// A team, or one of its components.
pub fn team(
    answer: &Answer<ExaminedTeam>,
    measure: Option<&'static Measure>,
    window: Option<&str>,
) -> Result<Team, Refusal> {
    let told = &answer.told;
    let wanted = Wanted { measure, window };
    let only = told.components.first().filter(|_| told.is_one_component);
    let (shown, level, at) = match only {
        Some(only) => (&only.figures.figures, figures::Level::Component, only.at),
        None => (&told.figures.figures, figures::Level::Team, told.at),
    };
    check_window(window, [shown])?;
    let reached = told.figures.levels.iter().filter(|_| only.is_none());
    let levels = reached.filter_map(|(measure, level)| {
        let level = (*level)?.name();
        Some(Level { measure: measure.name(), level, benchmark: BENCHMARK })
    });
    let components = told.components.iter().map(|one| {
        let labels = &one.figures.labels;
        Component {
            repo: labels.repo.to_string(),
            component: labels.component.to_string(),
            owned_by: one.figures.info.source.to_string(),
            at: Instant(one.at),
            data_through: one.figures.figures.data_through.map(Instant),
            url: Links::to(&one.repository, &answer.web).repository(),
        }
    });
    Ok(Team {
        at: Instant(told.at),
        team: told.figures.team.to_string(),
        component: only.map(|only| only.figures.labels.component.to_string()),
        data_through: shown.data_through.map(Instant),
        levels: levels.collect(),
        figures: figures(shown, level, at, wanted),
        components: components.collect(),
    })
}

/// A page of one of a team's lists.
pub fn list(answer: &Answer<ExaminedTeam>, list: List, query: &Query) -> Result<Page, Refusal> {
    let selection = query.selection()?;
    check_list(selection.measure, list)?;
    some(answer.told.at, entries(&answer.told, &answer.web, list), list, query)
}

/// A page of the incidents that no component has.
pub fn org_incidents(
    answer: &Answer<ExaminedOrganizations>,
    query: &Query,
) -> Result<Page, Refusal> {
    check_list(query.measure()?, List::Incidents)?;
    let entries = unmapped_incidents(&answer.told, &answer.web);
    some(answer.told.at, entries, List::Incidents, query)
}

/// A page of the environments that are not production.
pub fn other_environments(
    answer: &Answer<OtherEnvironments>,
    query: &Query,
) -> Result<Page, Refusal> {
    let entries = environments(&answer.told, &answer.web);
    some(answer.told.at, entries, List::Deployments, query)
}

/// The page of those entries that a query selects.
fn some(at: Time, entries: Vec<Entry>, list: List, query: &Query) -> Result<Page, Refusal> {
    let (limit, after, selection) = (query.limit()?, query.cursor()?, query.selection()?);
    Ok(page(at, selection.of(list, entries), after.as_ref(), limit))
}

/// Refuses a measure that is not made of a list: an empty page would look as if nothing had happened.
pub fn check_list(measure: Option<&'static Measure>, list: List) -> Result<(), Refusal> {
    let Some(measure) = measure else { return Ok(()) };
    let lists: BTreeSet<List> = facts_of(measure).iter().map(|made| made.list).collect();
    if lists.contains(&list) {
        return Ok(());
    }
    let known: Vec<&str> = lists.into_iter().map(List::name).collect();
    Err(Refusal::Wrong(format!(
        "no {} tell of `{}`; it is made of {}: ask for those",
        list.name(),
        measure.name,
        known.join(" and ")
    )))
}

/// Why nothing can be told of a team or a component.
pub fn refusal(nothing: NothingToExamine, team: &str, component: Option<&str>) -> Refusal {
    match nothing {
        NothingToExamine::NotReady => not_ready(),
        NothingToExamine::NoTeam(known) => {
            let known: Vec<String> = known.iter().map(|team| team.to_string()).collect();
            Refusal::not_found("team", team, &known)
        }
        NothingToExamine::NoComponent(known) => {
            Refusal::not_found("component of the team", component.unwrap_or_default(), &known)
        }
        NothingToExamine::Unreadable(why) => Refusal::Unavailable(why),
    }
}

/// Nothing was evaluated yet.
pub fn not_ready() -> Refusal {
    Refusal::Unavailable("stored facts are being read; ask again in a few seconds".to_owned())
}

/// The evaluator cannot answer now.
pub fn busy(busy: Busy) -> Refusal {
    Refusal::Unavailable(busy.to_string())
}

/// Refuses a window that no figures have, unless there are no figures at all.
fn check_window<'a>(
    window: Option<&str>,
    shown: impl IntoIterator<Item = &'a Figures>,
) -> Result<(), Refusal> {
    let (Some(window), Some(first)) = (window, shown.into_iter().next()) else { return Ok(()) };
    let known: Vec<String> = first.windows.iter().map(|(label, _)| label.to_string()).collect();
    if known.iter().any(|label| label == window) {
        return Ok(());
    }
    window_of(window)?;
    Err(Refusal::unknown("window", window, &known))
}
