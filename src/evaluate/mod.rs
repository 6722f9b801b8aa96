//! Keeps every component judged and measured, settles what has finished, and publishes snapshots.
//!
//! Evaluation is off the scrape path: when facts changed, and at least every 30 seconds, since
//! windows slide. Only components with news, or whose figures change by time alone, are evaluated.

mod catalog;
mod codeowners;
mod component;
mod components;
mod due;
mod estate;
mod figures;
mod group;
mod incident_sources;
mod mapping;
mod mistakes;
mod naming;
mod ownership;
mod platform;
mod repository_claims;
mod retention;
mod rules;
mod run;
mod settling;

pub use components::owner_of;
pub use estate::claims_by_repository;
pub use incident_sources::IncidentSources;
pub use mistakes::{Evidence, Mistake, mistakes};
pub use ownership::{OrderedOwners, Owner, Owners, Subject, UNOWNED};
pub use repository_claims::RepositoryClaims;
pub use rules::{Judging, rules_of};
pub use run::Publisher;

pub use settling::{Settled, Settlement, SettlingRules};

use crate::config::{
    ByRepository, ComponentSettings, Components, paths_fingerprint, selectors_fingerprint,
};
use catalog::catalogued;
use component::{Evaluated, evaluate, instant_of};
use components::{Component, components_of, owner_of_repository};
use delivery::domain::{ComponentId, Fact, RepoId, Repository, Span, TeamName, Time, Window};
use delivery::ledger::{JudgedIncident, judge_incident};
use estate::{Changes, Estate, RepositoryFacts};
use group::{EvaluatedGroup, evaluate_group};
use mistakes::ToldMistakes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules of evaluation, from the configuration.
pub struct EvaluationRules {
    /// How facts are judged.
    pub judging: ByRepository<Judging>,
    /// How finishes settle.
    pub settling: SettlingRules,
    /// The windows of teams and organisations, with their labels.
    pub windows: Vec<(String, Window)>,
    /// How much history is read: performance levels need theirs whole.
    pub lookback: Span,
    /// The components that are declared.
    pub components: Components,
    /// Whose is what.
    pub owners: Box<dyn Owners>,
}

/// A visible component's labels.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    team: TeamName,
    source: &'static str,
    org: Arc<str>,
    repo: Arc<str>,
    component: Arc<str>,
    system: Arc<str>,
    lifecycle: Arc<str>,
}

/// All facts, judged and measured.
pub struct Evaluator {
    rules: EvaluationRules,
    estate: Estate,
    settled: Settled,
    changes: Changes,
    components: BTreeMap<ComponentId, Evaluated>,
    places: BTreeMap<ComponentId, Place>,
    teams: BTreeMap<TeamName, EvaluatedGroup>,
    orgs: BTreeMap<Arc<str>, EvaluatedGroup>,
    mistakes: ToldMistakes,
    /// When these rules were first evaluated.
    since: Option<Time>,
    /// The instant of the latest evaluation.
    evaluated_at: Option<Time>,
    /// Since when the catalog has these components of a repository.
    catalogued_at: BTreeMap<RepoId, Time>,
}

impl Evaluator {
    /// An evaluator without facts.
    pub fn new(rules: EvaluationRules, settled: Settled) -> Evaluator {
        Evaluator {
            rules,
            estate: Estate::default(),
            settled,
            changes: Changes::default(),
            components: BTreeMap::new(),
            places: BTreeMap::new(),
            teams: BTreeMap::new(),
            orgs: BTreeMap::new(),
            mistakes: ToldMistakes::default(),
            since: None,
            evaluated_at: None,
            catalogued_at: BTreeMap::new(),
        }
    }

    /// The same with sources of incidents that live in no repository.
    pub fn told_by(mut self, sources: IncidentSources) -> Evaluator {
        self.estate.sources = sources;
        self
    }

    /// Takes over news; nothing is judged before [`Evaluator::evaluate`].
    pub fn absorb(&mut self, fact: Fact) {
        self.estate.absorb(fact, &mut self.changes);
    }

    /// Judges and measures whatever news and time have changed, and says what has to be settled
    /// before it is shown.
    pub fn evaluate(&mut self, now: Time) -> Settlement {
        let mut changes = std::mem::take(&mut self.changes);
        self.since.get_or_insert(now);
        self.evaluated_at = Some(now);
        self.read_catalog(&mut changes, now);
        self.estate.map_incidents(&self.rules.components, &*self.rules.owners, &mut changes);
        let touched = self.evaluate_components(&changes.repositories, now);
        self.evaluate_groups(&touched, now);
        self.due(now)
    }

    /// Makes the components known that the catalog has in what was absorbed so far: what reads
    /// pull requests and deployments has to know them before it begins.
    pub fn prepare(&mut self, now: Time) {
        let mut changes = std::mem::take(&mut self.changes);
        self.read_catalog(&mut changes, now);
        self.changes = changes;
    }

    fn read_catalog(&mut self, changes: &mut Changes, now: Time) {
        if !std::mem::take(&mut changes.catalog) || !self.rules.owners.asks_catalog() {
            return;
        }
        changes.repositories.extend(self.estate.assign_catalog());
        let found = catalogued(&self.estate.repositories);
        let known = |repo: &RepoId| self.rules.components.catalogued(*repo);
        let news = found.iter().filter(|(repo, components)| !are_alike(components, known(repo)));
        self.catalogued_at.extend(news.map(|(repo, _)| (*repo, now)));
        self.rules.components.publish(found);
        let entries = self.estate.repositories.values().flat_map(|facts| facts.claims.catalog());
        let services = entries.filter_map(|entry| entry.pagerduty_service.as_deref());
        self.rules.components.publish_services(services);
    }

    /// Takes over what was settled.
    pub fn settle(&mut self, settlement: Settlement) {
        self.settled.apply(settlement);
    }

    /// How many facts of each kind there are, for the exporter's own metrics.
    pub fn fact_counts(&self) -> Vec<(&'static str, u64)> {
        self.estate.fact_counts()
    }

    fn windows(&self) -> Vec<Window> {
        self.rules.windows.iter().map(|(_, window)| *window).collect()
    }

    /// Evaluates components with news or a passed edge; returns those that changed.
    fn evaluate_components(&mut self, news: &BTreeSet<RepoId>, now: Time) -> BTreeSet<ComponentId> {
        let windows = self.windows();
        let mut touched = BTreeSet::new();
        let mut places: BTreeMap<ComponentId, Place> = BTreeMap::new();
        let mut existing = BTreeSet::new();
        for (repo, facts) in &self.estate.repositories {
            let Some(repository) = facts.active().filter(|_| facts.is_complete()) else { continue };
            let t = instant_of(facts, now);
            let components = components_of(&self.rules.components, repository, facts);
            if components.iter().any(|component| component.declared.is_some()) {
                let (declared, has_news) = (&self.rules.components, news.contains(repo));
                self.mistakes.tell(declared, repository, facts, has_news, self.since);
            }
            for component in components {
                let known = self.components.get(&component.id);
                let holds = known.is_some_and(|known| !news.contains(repo) && known.holds_for(t));
                if !holds {
                    let judging = self.rules.judging.of(&repository.full_name);
                    let evaluated = evaluate(&self.estate, &component, judging, &windows, t);
                    self.components.insert(component.id.clone(), evaluated);
                    touched.insert(component.id.clone());
                }
                existing.insert(component.id.clone());
                if self.is_visible(&component, facts) {
                    places.insert(component.id.clone(), self.place(&component, repository));
                }
            }
        }
        keep_names_unique(&mut places);
        let before = std::mem::replace(&mut self.places, places);
        self.components.retain(|component, _| existing.contains(component));
        let moved =
            before.iter().filter(|(component, place)| self.places.get(*component) != Some(*place));
        touched.extend(moved.map(|(component, _)| component.clone()));
        touched
    }

    /// A repository is a component once it was deployed. A declared one is shown in any case, but
    /// not before its repository was read with what is declared now: without the marks of paths
    /// and deployments it would show, and count, what is not its own.
    fn is_visible(&self, component: &Component<'_>, facts: &RepositoryFacts) -> bool {
        let is_deployed = || {
            let evaluated = self.components.get(&component.id);
            evaluated.is_some_and(|evaluated| !evaluated.history.deployments.is_empty())
        };
        let Some(declared) = component.declared else { return is_deployed() };
        if declared.is_catalogued() && !is_deployed() {
            return false;
        }
        let since = self.since.max(self.catalogued_at.get(&component.id.repo).copied());
        self.settled.born_at(&component.id).is_some() || facts.through() >= since
    }

    /// Where what belongs to no component of a repository counts: its team and its organisation.
    fn home(&self, repository: &Repository, facts: &RepositoryFacts) -> (TeamName, Arc<str>) {
        let components = components_of(&self.rules.components, repository, facts);
        let owner =
            owner_of_repository(&components, repository, &facts.claims, &*self.rules.owners);
        (owner.team, org_of(repository))
    }

    fn place(&self, component: &Component<'_>, repository: &Repository) -> Place {
        let owner = component.owner(repository, &*self.rules.owners);
        Place {
            team: owner.team,
            source: owner.source,
            org: org_of(repository),
            repo: Arc::clone(&repository.full_name),
            component: component.label(repository),
            system: text(component.entry().and_then(|entry| entry.system.as_ref())),
            lifecycle: text(component.entry().and_then(|entry| entry.lifecycle.as_ref())),
        }
    }

    fn evaluate_groups(&mut self, touched: &BTreeSet<ComponentId>, now: Time) {
        let windows = self.windows();
        let mut teams: BTreeMap<TeamName, Group> = BTreeMap::new();
        let mut orgs: BTreeMap<Arc<str>, Group> = BTreeMap::new();
        for (component, place) in &self.places {
            teams.entry(place.team.clone()).or_default().components.push(component.clone());
            orgs.entry(place.org.clone()).or_default().components.push(component.clone());
        }
        for (incident, repo) in &self.estate.mapped.unmapped {
            let facts = repo.and_then(|repo| self.estate.repositories.get(&repo));
            let home = facts.and_then(|facts| Some((facts, facts.active()?)));
            let judged = self.estate.incidents.get(incident).and_then(|it| judge_incident(it, now));
            if let (Some((facts, repository)), Some(judged)) = (home, judged) {
                let (team, org) = self.home(repository, facts);
                // A level exists by its components; an incident alone makes none.
                if let Some(team) = teams.get_mut(&team) {
                    team.unmapped.push(judged.clone());
                }
                if let Some(org) = orgs.get_mut(&org) {
                    org.unmapped.push(judged);
                }
            }
        }
        if let Some(org) = only(orgs.values_mut()) {
            let places = self.estate.sources.places();
            let homeless = places.flat_map(|place| self.estate.homeless(place));
            org.unmapped.extend(homeless.filter_map(|incident| judge_incident(incident, now)));
        }
        let (components, before) = (&self.components, (&mut self.teams, &mut self.orgs));
        evaluate_all(teams, before.0, components, touched, &windows, now);
        evaluate_all(orgs, before.1, components, touched, &windows, now);
    }
}

/// Whether these components select the same.
fn are_alike(one: &[ComponentSettings], other: &[ComponentSettings]) -> bool {
    let texts = |components: &[ComponentSettings]| {
        let components: Vec<&ComponentSettings> = components.iter().collect();
        (paths_fingerprint(&components), selectors_fingerprint(&components))
    };
    texts(one) == texts(other)
}

/// A text that may be absent, as a label.
fn text(text: Option<&Arc<str>>) -> Arc<str> {
    text.cloned().unwrap_or_else(|| Arc::from(""))
}

/// The organisation that a repository is shown under.
fn org_of(repository: &Repository) -> Arc<str> {
    Arc::from(repository.full_name.split('/').next().unwrap_or_default())
}

/// The only one, if there is one alone: what is known of no repository can only be its.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// A name that was given up and used again may be known twice until the old repository is asked:
/// the newer one bears it, since two series with the same labels would spoil a whole scrape.
fn keep_names_unique(places: &mut BTreeMap<ComponentId, Place>) {
    let mut bearer: BTreeMap<(Arc<str>, Arc<str>), ComponentId> = BTreeMap::new();
    for (component, place) in places.iter() {
        bearer.insert((place.repo.clone(), place.component.clone()), component.clone());
    }
    places.retain(|component, place| {
        bearer.get(&(place.repo.clone(), place.component.clone())) == Some(component)
    });
}

/// What a team or an organisation consists of.
#[derive(Debug, Default)]
struct Group {
    components: Vec<ComponentId>,
    unmapped: Vec<JudgedIncident>,
}

fn evaluate_all(
    groups: BTreeMap<Arc<str>, Group>,
    known: &mut BTreeMap<Arc<str>, EvaluatedGroup>,
    components: &BTreeMap<ComponentId, Evaluated>,
    touched: &BTreeSet<ComponentId>,
    windows: &[Window],
    now: Time,
) {
    known.retain(|name, _| groups.contains_key(name));
    for (name, group) in groups {
        let untouched = group.components.iter().all(|component| !touched.contains(component));
        let holds = known
            .get(&name)
            .is_some_and(|known| known.holds_for(&group.components, &group.unmapped, now));
        if untouched && holds {
            continue;
        }
        let members: Vec<(ComponentId, &Evaluated)> = group
            .components
            .into_iter()
            .filter_map(|component| {
                let evaluated = components.get(&component)?;
                Some((component, evaluated))
            })
            .collect();
        known.insert(name, evaluate_group(&members, group.unmapped, windows, now));
    }
}

#[cfg(test)]
mod components_tests;
#[cfg(test)]
mod tests;
