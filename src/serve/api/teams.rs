//! The documents, made of what the evaluator told.

use super::documents::{
    Component, Explanation, Level, Organization, Organizations, Page, Team, TeamSummary, Teams,
};
use super::figures::{self, Wanted, figures};
use super::instant::Instant;
use super::links::Links;
use super::lists::{List, entries};
use super::measure::Measure;
use super::problem::Refusal;
use super::query::{Query, measure, window_of};
use super::selection::{Cursor, Selection, Span, page};
use crate::evaluate::{Answer, Busy, ExaminedTeam, NothingToExamine};
use crate::exposition::{FigureSet, Figures};
use delivery::domain::Time;
use delivery::measures::BENCHMARK;
use serde_json::Value;

/// All organisations.
pub fn organizations(at: Time, shown: &FigureSet, query: &Query) -> Result<Organizations, Refusal> {
    let wanted = Wanted { measure: query.measure()?, window: query.window() };
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
    let (limit, after, selection) = (query.limit()?, query.cursor()?, query.selection()?);
    let entries = selection.of(list, entries(&answer.told, &answer.web, list));
    Ok(page(answer.told.at, entries, after.as_ref(), limit))
}

/// A team's figures with all facts behind them, or those of one measure and window.
pub fn explain(
    answer: &Answer<ExaminedTeam>,
    measure_name: Option<&str>,
    window: Option<&str>,
) -> Result<Explanation, Refusal> {
    let measure = measure_name.map(measure).transpose()?;
    let team = team(answer, measure, window)?;
    let longest = team.figures.iter().filter_map(|figure| figure.window.as_deref());
    let longest = longest.filter_map(|window| window_of(window).ok()).max();
    // A measure is told by its longest window; without one, all facts are told.
    let span = match (window, measure, longest) {
        (Some(window), _, _) => Span::Window(window_of(window)?),
        (None, Some(_), Some(longest)) => Span::Window(longest),
        (None, _, _) => Span::All,
    };
    let selection = Selection { span, measure };
    let facts = |list: List| -> Vec<Value> {
        let selected = selection.of(list, entries(&answer.told, &answer.web, list));
        selected.into_iter().map(|entry| entry.fact).collect()
    };
    let [deployments, changes, failures, incidents] = List::ALL.map(facts);
    Ok(Explanation { team, deployments, changes, failures, incidents })
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
