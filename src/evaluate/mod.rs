//! Keeps every component judged and measured, settles what has finished, and publishes snapshots.
//!
//! Evaluation is off the scrape path: when facts changed, and at least every 30 seconds, since
//! windows slide. Only components with news, or whose figures change by time alone, are evaluated.

mod component;
mod due;
mod estate;
mod figures;
mod group;
mod mapping;
mod naming;
mod ownership;
mod rules;
mod run;
mod settling;

pub use ownership::{OrderedOwners, Owner, Owners, UNOWNED};
pub use rules::rules_of;
pub use run::Publisher;

pub use settling::{Settled, Settlement, SettlingRules};

use component::{Evaluated, evaluate, instant_of};
use delivery::domain::{ComponentId, Fact, RepoId, Repository, TeamName, Time, Window};
use delivery::ledger::{JudgedIncident, Rules, judge_incident};
use estate::{Changes, Estate};
use group::{EvaluatedGroup, evaluate_group};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules of evaluation, from the configuration.
pub struct EvaluationRules {
    /// How facts are judged.
    pub judging: Rules,
    /// How finishes settle.
    pub settling: SettlingRules,
    /// The windows with their labels.
    pub windows: Vec<(String, Window)>,
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
        }
    }

    /// Takes over news; nothing is judged before [`Evaluator::evaluate`].
    pub fn absorb(&mut self, fact: Fact) {
        self.estate.absorb(fact, &mut self.changes);
    }

    /// Judges and measures whatever news and time have changed, and says what has to be settled
    /// before it is shown.
    pub fn evaluate(&mut self, now: Time) -> Settlement {
        let mut changes = std::mem::take(&mut self.changes);
        self.estate.map_incidents(&*self.rules.owners, &mut changes);
        let touched = self.evaluate_components(&changes.repositories, now);
        self.evaluate_groups(&touched, now);
        self.due(now)
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
        for (repo, facts) in &self.estate.repositories {
            let component = ComponentId::whole(*repo);
            let Some(repository) = facts.active().filter(|_| facts.has_component()) else {
                continue;
            };
            if !facts.is_complete() {
                continue;
            }
            let t = instant_of(facts, now);
            let known = self.components.get(&component);
            let holds = known.is_some_and(|known| !news.contains(repo) && known.holds_for(t));
            if !holds {
                let evaluated =
                    evaluate(&self.estate, &component, &self.rules.judging, &windows, t);
                self.components.insert(component.clone(), evaluated);
                touched.insert(component.clone());
            }
            let ever = self.components.get(&component);
            if ever.is_some_and(|evaluated| !evaluated.history.deployments.is_empty()) {
                places.insert(component, self.place(repository));
            }
        }
        keep_names_unique(&mut places);
        let before = std::mem::replace(&mut self.places, places);
        self.components.retain(|component, _| {
            self.estate.repositories.get(&component.repo).is_some_and(|facts| {
                facts.active().is_some() && facts.has_component() && facts.is_complete()
            })
        });
        let moved =
            before.iter().filter(|(component, place)| self.places.get(*component) != Some(*place));
        touched.extend(moved.map(|(component, _)| component.clone()));
        touched
    }

    fn place(&self, repository: &Repository) -> Place {
        let owner = self.rules.owners.owner(repository);
        let org = repository.full_name.split('/').next().unwrap_or_default();
        Place {
            team: owner.team,
            source: owner.source,
            org: Arc::from(org),
            repo: Arc::clone(&repository.full_name),
            component: Arc::from(repository.short_name()),
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
            let repository = facts.and_then(|facts| facts.active());
            let judged = self.estate.incidents.get(incident).and_then(|it| judge_incident(it, now));
            if let (Some(repository), Some(judged)) = (repository, judged) {
                let place = self.place(repository);
                // A level exists by its components; an incident alone makes none.
                if let Some(team) = teams.get_mut(&place.team) {
                    team.unmapped.push(judged.clone());
                }
                if let Some(org) = orgs.get_mut(&place.org) {
                    org.unmapped.push(judged);
                }
            }
        }
        let (components, before) = (&self.components, (&mut self.teams, &mut self.orgs));
        evaluate_all(teams, before.0, components, touched, &windows, now);
        evaluate_all(orgs, before.1, components, touched, &windows, now);
    }
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
mod tests;
