//! One component's judged history and figures, kept until news or time change them.

use super::components::Component;
use super::estate::Estate;
use super::recent::Recent;
use super::repository_facts::{RepositoryFacts, Unpacked};
use super::rules::Judging;
use delivery::domain::{
    Deployment, Incident, MINUTE, PullRequest, RepositoryName, Span, Time, Window,
};
use delivery::ledger::{ComponentFacts, Examination, History, Rules, examine, judge};
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
    /// The rules by which it was judged and measured.
    pub judging: Arc<Judging>,
    /// The judged history, so far as it may still settle.
    pub history: History,
    /// What happened in the last half year, for trends.
    pub recent: Recent,
    /// Whether it ever had a production deployment.
    pub is_deployed: bool,
    /// The instant for which it was judged.
    pub t: Time,
    /// When it changes by time alone.
    pub next_edge: Option<Time>,
    /// The figures of its own windows, in their order.
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

/// Judges and measures a component from scratch, over its own windows. `pooled` are those of its team
/// and organisation, whose figures change by time alone whenever one of their components' would.
pub fn evaluate(
    estate: &Estate,
    component: &Component<'_>,
    judging: Arc<Judging>,
    pooled: &[Window],
    t: Time,
) -> Evaluated {
    let history = estate
        .repositories
        .get(&component.id.repo)
        .map(|facts| judge_component(estate, facts, component, &judging.rules, t))
        .unwrap_or_default();
    let member = Member::component(&history, t);
    let own = judging.windows.iter().map(|(_, window)| *window);
    let windows: Vec<Window> = own.clone().chain(pooled.iter().copied()).collect();
    let evaluated = evaluated_windows(&windows);
    let contribution = Arc::new(Contribution::of(&member, &evaluated));
    let windows = own.filter_map(|window| contribution.window_figures(window)).collect();
    let seed = seed_figures(&member);
    let next_edge = next_edge(&history, &evaluated, t);
    let is_deployed = !history.deployments.is_empty();
    let recent = Recent::of(&history, t);
    Evaluated { judging, history, recent, is_deployed, t, next_edge, windows, contribution, seed }
}

/// Judges a component as of `t`.
pub fn judge_component(
    estate: &Estate,
    facts: &RepositoryFacts,
    component: &Component<'_>,
    rules: &Rules,
    t: Time,
) -> History {
    let unpacked = facts.unpack(component.id.repo);
    judge(&Inputs::of(estate, facts, &unpacked, component).facts(), rules, t)
}

/// Judges a component as of `t`, and tells what was left out.
pub fn examine_component(
    estate: &Estate,
    facts: &RepositoryFacts,
    component: &Component<'_>,
    rules: &Rules,
    t: Time,
) -> Examination {
    let unpacked = facts.unpack(component.id.repo);
    examine(&Inputs::of(estate, facts, &unpacked, component).facts(), rules, t)
}

/// What a component is judged by.
pub struct Inputs<'a> {
    estate: &'a Estate,
    repository: &'a RepositoryFacts,
    unpacked: &'a Unpacked,
    component: &'a Component<'a>,
    /// The component's deployments.
    pub deployments: Vec<&'a Deployment>,
    pulls: Vec<&'a PullRequest>,
    incidents: Vec<&'a Incident>,
    naming: Vec<&'a Incident>,
    names: Vec<RepositoryName>,
}

impl<'a> Inputs<'a> {
    /// Finds a component's facts.
    pub fn of(
        estate: &'a Estate,
        facts: &'a RepositoryFacts,
        unpacked: &'a Unpacked,
        component: &'a Component<'a>,
    ) -> Inputs<'a> {
        let repository = facts.repository.iter();
        let names = repository
            .flat_map(|repository| repository.former_names.iter().chain([&repository.full_name]));
        let names = names
            .map(|name| RepositoryName::of(name))
            .filter(|name| estate.naming.repository_named(*name) == Some(component.id.repo));
        Inputs {
            estate,
            repository: facts,
            unpacked,
            component,
            deployments: component.deployments(&unpacked.deployments),
            pulls: unpacked.pulls.iter().collect(),
            incidents: estate.incidents_of(&component.id),
            naming: estate.incidents_naming(component.id.repo),
            names: names.collect(),
        }
    }

    /// The facts, as judging takes them.
    pub fn facts(&self) -> ComponentFacts<'_> {
        ComponentFacts {
            deployments: &self.deployments,
            pulls: &self.pulls,
            graph: &self.unpacked.graph,
            head: self.repository.repository.as_ref().and_then(|repository| repository.head),
            incidents: &self.incidents,
            scope: self.component.scope(),
            repo: self.component.id.repo,
            names: &self.names,
            naming: &self.naming,
            caused_elsewhere: &self.estate.naming.caused_elsewhere,
        }
    }
}
