//! One component's judged history and figures, kept until news or time change them.

use super::components::Component;
use super::estate::{Estate, RepositoryFacts};
use delivery::domain::{MINUTE, RepositoryName, Span, Time, Window};
use delivery::ledger::{ComponentFacts, History, Rules, judge};
use delivery::measures::{
    Member, PointFigures, Pool, SeedFigures, WindowFigures, evaluated_windows, next_edge,
    point_figures, seed_figures, window_figures,
};

/// Where a source's data is older than this, figures stay at the time of the data: an outage must
/// not slide them to zero.
const STALE_AFTER: Span = 15 * MINUTE;

/// A component as it was evaluated last.
#[derive(Debug)]
pub struct Evaluated {
    /// The judged history.
    pub history: History,
    /// The instant for which it was judged.
    pub t: Time,
    /// When it changes by time alone.
    next_edge: Option<Time>,
    /// The figures of the configured windows, in their order.
    pub windows: Vec<WindowFigures>,
    /// The figures of the instant.
    pub point: PointFigures,
    /// The figures of the seed surface.
    pub seed: SeedFigures,
}

impl Evaluated {
    /// Whether the same facts would give the same figures for `t`.
    pub fn holds_for(&self, t: Time) -> bool {
        t >= self.t && self.next_edge.is_none_or(|edge| t < edge)
    }
}

/// The instant for which a repository's components are evaluated at `now`.
pub fn instant_of(facts: &RepositoryFacts, now: Time) -> Time {
    facts.through().filter(|through| now.since(*through) > STALE_AFTER).unwrap_or(now)
}

/// Judges and measures a component from scratch.
pub fn evaluate(
    estate: &Estate,
    component: &Component<'_>,
    rules: &Rules,
    windows: &[Window],
    t: Time,
) -> Evaluated {
    let history = estate
        .repositories
        .get(&component.id.repo)
        .map(|facts| judge_component(estate, facts, component, rules, t))
        .unwrap_or_default();
    let member = [Member { history: &history, t }];
    let pool = Pool { members: &member, unmapped: &[], t };
    let windows_figures = windows.iter().map(|window| window_figures(&pool, *window)).collect();
    let (point, seed) = (point_figures(&pool), seed_figures(&pool));
    let next_edge = next_edge(&history, &evaluated_windows(windows), t);
    Evaluated { history, t, next_edge, windows: windows_figures, point, seed }
}

/// Judges a component as of `t`.
pub fn judge_component(
    estate: &Estate,
    facts: &RepositoryFacts,
    component: &Component<'_>,
    rules: &Rules,
    t: Time,
) -> History {
    let repo = component.id.repo;
    let (deployments, pulls) = (component.deployments(facts), facts.pulls.all(repo));
    let (pulls, graph) = (pulls.collect::<Vec<_>>(), facts.commits.graph(repo));
    let incidents = estate.incidents_of(&component.id);
    let naming = estate.incidents_naming(repo);
    let repository = facts.repository.as_ref();
    let head = repository.and_then(|repository| repository.head);
    let names: Vec<_> = repository
        .into_iter()
        .flat_map(|repository| repository.former_names.iter().chain([&repository.full_name]))
        .map(|name| RepositoryName::of(name))
        .filter(|name| estate.naming.repository_named(*name) == Some(repo))
        .collect();
    let facts = ComponentFacts {
        deployments: &deployments.iter().collect::<Vec<_>>(),
        pulls: &pulls.iter().collect::<Vec<_>>(),
        graph: &graph,
        head,
        incidents: &incidents,
        scope: component.scope(),
        repo,
        names: &names,
        naming: &naming,
        caused_elsewhere: &estate.naming.caused_elsewhere,
    };
    judge(&facts, rules, t)
}
