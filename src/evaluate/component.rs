//! One component's judged history and figures, kept until news or time change them.

use super::components::Component;
use super::estate::{Estate, RepositoryFacts};
use delivery::domain::{MINUTE, RepositoryName, Span, Time, Window};
use delivery::ledger::{ComponentFacts, History, Rules, judge};
use delivery::measures::{
    Contribution, Member, SeedFigures, WindowFigures, evaluated_windows, next_edge, seed_figures,
};
use std::sync::Arc;

/// Where a source's data is older than this, figures stay at the time of the data: an outage must
/// not slide them to zero.
const STALE_AFTER: Span = 15 * MINUTE;

/// A component as it was evaluated last.
#[derive(Debug)]
pub struct Evaluated {
    /// The judged history, so far as it may still settle.
    pub history: History,
    /// Whether it ever had a production deployment.
    pub is_deployed: bool,
    /// The instant for which it was judged.
    pub t: Time,
    /// When it changes by time alone.
    pub next_edge: Option<Time>,
    /// The figures of the configured windows, in their order.
    pub windows: Vec<WindowFigures>,
    /// What it adds to its team and organisation, with the figures of the instant.
    pub contribution: Arc<Contribution>,
    /// The figures of the seed surface.
    pub seed: SeedFigures,
}

impl Evaluated {
    /// Without what came to its end by an instant, when everything through it is settled: figures
    /// are told from the contribution, and a million facts' history would be half of the memory.
    pub fn without_settled(mut self, until: Time) -> Evaluated {
        self.history.forget_until(until);
        self
    }

    /// Whether the same facts would give the same figures for `t`.
    pub fn holds_for(&self, t: Time) -> bool {
        t >= self.t && self.next_edge.is_none_or(|edge| t < edge)
    }
}

/// When a repository's components stop to be evaluated for the present, if nothing more of it is
/// collected; absent where they have, or where it is not known how far it is collected.
pub fn stale_at(facts: &RepositoryFacts, now: Time) -> Option<Time> {
    facts.through().map(|through| through.plus(STALE_AFTER + 1)).filter(|at| *at > now)
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
    let member = Member::component(&history, t);
    let evaluated = evaluated_windows(windows);
    let contribution = Arc::new(Contribution::of(&member, &evaluated));
    let figures = windows.iter().filter_map(|window| contribution.window_figures(*window));
    let (windows, seed) = (figures.collect(), seed_figures(&member));
    let next_edge = next_edge(&history, &evaluated, t);
    let is_deployed = !history.deployments.is_empty();
    Evaluated { history, is_deployed, t, next_edge, windows, contribution, seed }
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
