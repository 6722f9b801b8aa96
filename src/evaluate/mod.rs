//! Keeps every component judged and measured, settles what has finished, and publishes snapshots.
//!
//! Evaluation is off the scrape path: when facts changed, and at least every 30 seconds, since
//! windows slide. Only repositories with news are looked at, and those whose alarm has come because
//! their figures change by time alone; what an evaluation costs does not depend on how many there are.

mod catalog;
mod codeowners;
mod component;
mod components;
mod due;
mod environments;
mod estate;
mod evidence;
mod figures;
mod group;
mod incident_sources;
mod mapping;
mod mistakes;
mod naming;
mod overview;
mod ownership;
mod parallel;
mod past;
mod places;
mod platform;
mod pooling;
mod questions;
mod recent;
mod repository_claims;
mod resident;
mod retention;
mod rules;
mod run;
mod schedule;
mod self_service;
mod settling;
mod space_reviews;
mod survey_import;
mod surveys;
mod unmapped;
mod unselected;
mod workflows;

pub use components::owner_of;
pub use environments::{DecidedBy, OtherEnvironment, OtherEnvironments};
pub use estate::claims_by_repository;
pub use evidence::{
    ExaminedComponent, ExaminedOrganizations, ExaminedTeam, IncidentPlace, NothingToExamine,
    RepositoryPlace, UnmappedIncident,
};
pub use incident_sources::IncidentSources;
pub use mapping::{Called, Directory};
pub use mistakes::{Evidence, Mistake, mistakes};
pub use overview::{Overview, TeamWeeks, Week};
pub use ownership::{OrderedOwners, Owner, Owners, Subject, UNOWNED};
pub use past::{Past, known_since};
pub use questions::{Answer, Busy, Inbox, Questions, WebAddresses};
pub use repository_claims::RepositoryClaims;
pub use rules::{Judging, rules_of};
pub use run::Publisher;
pub use survey_import::{
    ImportError, ImportSurveys, ImportedSurvey, Standing, SurveyChange, SurveyTurn,
};
pub use unselected::unselected;

pub use settling::{Settled, Settlement, SettlingRules, observations};

use crate::config::{ByRepository, Components, SelfService};
use catalog::{are_alike, catalogued};
use component::{Evaluated, evaluate, instant_of, stale_at};
use components::{Component, components_of, owner_of_repository};
use delivery::domain::{ComponentId, Fact, RepoId, Repository, Span, TeamName, Time, Window};
use estate::{Changes, Estate, RepositoryFacts};
use figures::Shown;
use group::Level;
use mistakes::ToldMistakes;
use places::{Place, Places};
use schedule::{Alarms, Homes};
use space_reviews::SpaceTeams;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unmapped::Unmapped;
use workflows::references;

/// The rules of evaluation, from the configuration.
pub struct EvaluationRules {
    /// How facts are judged.
    pub judging: ByRepository<Judging>,
    /// How finishes settle.
    pub settling: SettlingRules,
    /// The windows of teams and organisations, with their labels.
    pub windows: Vec<(String, Window)>,
    /// Below so many contributors how a team works together is withheld.
    pub min_contributors: usize,
    /// How much history is read: performance levels need theirs whole.
    pub lookback: Span,
    /// How long facts are kept that no figure needs any more.
    pub retention: Span,
    /// The components that are declared.
    pub components: Components,
    /// Whose is what.
    pub owners: Box<dyn Owners>,
    /// Whether workflow files are read.
    pub workflow_files: bool,
    /// Which pull requests change infrastructure.
    pub self_service: SelfService,
}

/// All facts, judged and measured.
pub struct Evaluator {
    rules: EvaluationRules,
    estate: Estate,
    settled: Settled,
    changes: Changes,
    components: BTreeMap<ComponentId, Evaluated>,
    places: Places,
    teams: Level,
    orgs: Level,
    space: SpaceTeams,
    unmapped: Unmapped,
    /// Calls of reusable workflows, as they are shown.
    workflows: Vec<([String; 2], u64)>,
    alarms: Alarms,
    homes: Homes,
    /// Repositories of which something may be due.
    restless: BTreeSet<RepoId>,
    shown: Shown,
    mistakes: ToldMistakes,
    /// When these rules were first evaluated.
    since: Option<Time>,
    /// When they were evaluated last.
    evaluated_at: Option<Time>,
    /// Since when the catalog has these components of a repository.
    catalogued_at: BTreeMap<RepoId, Time>,
}

/// A component as it is found to be now.
struct Found {
    id: ComponentId,
    /// Judged and measured again, where it had to be.
    evaluated: Option<Evaluated>,
    /// Where it is shown, if it is visible.
    place: Option<Place>,
}

impl Evaluator {
    /// An evaluator without facts.
    pub fn new(rules: EvaluationRules, settled: Settled) -> Evaluator {
        let windows: Vec<Window> = rules.windows.iter().map(|(_, window)| *window).collect();
        let space = SpaceTeams::new(windows.clone(), rules.min_contributors);
        Evaluator {
            rules,
            estate: Estate::default(),
            settled,
            changes: Changes::default(),
            components: BTreeMap::new(),
            places: Places::default(),
            teams: Level::new(windows.clone()),
            orgs: Level::new(windows),
            space,
            unmapped: Unmapped::default(),
            workflows: Vec::new(),
            alarms: Alarms::default(),
            homes: Homes::default(),
            restless: BTreeSet::new(),
            shown: Shown::default(),
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
        self.read_catalog(&mut changes, now);
        self.estate.map_incidents(&self.rules.components, &*self.rules.owners, &mut changes);
        let is_set_back = self.evaluated_at.replace(now).is_some_and(|before| now < before);
        let mut touched = BTreeSet::new();
        let repositories = self.to_look_at(&changes, is_set_back, now);
        let all: Vec<RepoId> = repositories.iter().copied().collect();
        let has_news = |repo: &RepoId| changes.repositories.contains(repo);
        let found = parallel::map(&all, |repo| self.look(*repo, has_news(repo), now));
        for (repo, found) in all.iter().zip(found) {
            self.tell_mistakes(*repo, has_news(repo));
            self.take(*repo, found, now, &mut touched);
        }
        let is_mapped_again = changes.mapping || !changes.incidents.is_empty();
        if is_mapped_again || is_set_back || !self.unmapped.holds_for(now) {
            self.unmapped = self.judge_unmapped(now);
        }
        if changes.workflows && self.rules.workflow_files {
            self.workflows = references(&self.estate.repositories);
        }
        self.evaluate_groups(&touched, now);
        self.note_what_may_be_due(&repositories, &touched);
        self.shown.note(&repositories, touched);
        self.due(now)
    }

    /// Goes on from what was settled before this process; nothing is evaluated before.
    pub fn resume(&mut self, settled: Settled) {
        self.settled = settled;
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
        let births = settlement.births.iter().map(|birth| &birth.component);
        let touched = settlement.rows.iter().map(|row| &row.component).chain(births);
        self.shown.note(&BTreeSet::new(), touched.cloned().collect());
        self.settled.apply(settlement);
        self.let_rest();
    }

    /// How many facts of each kind there are, for the exporter's own metrics.
    pub fn fact_counts(&self) -> Vec<(&'static str, u64)> {
        self.estate.fact_counts()
    }

    /// Repositories with news or progress, and those whose alarm has come; all, where the clock was
    /// set back, since alarms know one direction only.
    fn to_look_at(&self, changes: &Changes, is_set_back: bool, now: Time) -> BTreeSet<RepoId> {
        if is_set_back {
            return self.estate.repositories.keys().copied().collect();
        }
        let told = changes.repositories.iter().chain(&changes.progressed).copied();
        told.chain(self.alarms.come(now)).collect()
    }

    /// Finds the components of a repository, and evaluates those with news or a passed edge.
    fn look(&self, repo: RepoId, has_news: bool, now: Time) -> Vec<Found> {
        let Some((facts, repository)) = self.estate.complete(repo) else { return Vec::new() };
        let windows: Vec<Window> = self.rules.windows.iter().map(|(_, window)| *window).collect();
        let t = instant_of(facts, now);
        let components = components_of(&self.rules.components, repository, facts);
        let found = components.into_iter().map(|component| {
            let known = self.components.get(&component.id).filter(|_| !has_news);
            let evaluated = match known {
                Some(known) if known.holds_for(t) => None,
                _ => {
                    let judging = self.rules.judging.of(&repository.full_name);
                    let evaluated = evaluate(&self.estate, &component, judging, &windows, t);
                    let unsettled_since = self.settled.unsettled_since(&component.id, now);
                    Some(evaluated.without_settled(unsettled_since))
                }
            };
            let latest = evaluated.as_ref().or(known);
            let place = self
                .is_visible(&component, facts, latest)
                .then(|| self.place(&component, repository));
            Found { id: component.id, evaluated, place }
        });
        found.collect()
    }

    /// Takes over what was found of a repository; adds all that are concerned to `touched`.
    fn take(
        &mut self,
        repo: RepoId,
        found: Vec<Found>,
        now: Time,
        touched: &mut BTreeSet<ComponentId>,
    ) {
        let mut gone: BTreeSet<ComponentId> = self.components_in(repo).cloned().collect();
        for one in found {
            gone.remove(&one.id);
            if let Some(evaluated) = one.evaluated {
                self.components.insert(one.id.clone(), evaluated);
            }
            self.places.put(&one.id, one.place, touched);
            touched.insert(one.id);
        }
        for component in gone {
            self.components.remove(&component);
            self.places.put(&component, None, touched);
            touched.insert(component);
        }
        self.alarms.set(repo, self.next_look(repo, now));
    }

    /// The components of a repository that are evaluated.
    fn components_in(&self, repo: RepoId) -> impl Iterator<Item = &ComponentId> {
        let from = self.components.range(ComponentId::whole(repo)..);
        from.map(|(component, _)| component).take_while(move |component| component.repo == repo)
    }

    /// When a repository has to be looked at though nothing is told of it. One whose data are old
    /// stays at the time of its data.
    fn next_look(&self, repo: RepoId, now: Time) -> Option<Time> {
        let facts = self.estate.repositories.get(&repo)?;
        let stale_at = stale_at(facts, now);
        if stale_at.is_none() && facts.through().is_some() {
            return None;
        }
        let evaluated = self.components_in(repo).filter_map(|one| self.components.get(one));
        let edges = evaluated.filter_map(|evaluated| evaluated.next_edge);
        edges.chain(stale_at).min()
    }

    /// A repository is a component once it was deployed. A declared one is shown in any case, but
    /// not before its repository was read with what is declared now: without the marks of paths
    /// and deployments it would show, and count, what is not its own.
    fn is_visible(
        &self,
        component: &Component<'_>,
        facts: &RepositoryFacts,
        latest: Option<&Evaluated>,
    ) -> bool {
        let is_deployed = latest.is_some_and(|one| one.is_deployed);
        let Some(declared) = component.declared else { return is_deployed };
        if declared.is_catalogued() && !is_deployed {
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
}

/// A text that may be absent, as a label.
fn text(text: Option<&Arc<str>>) -> Arc<str> {
    text.cloned().unwrap_or_else(|| Arc::from(""))
}

/// The organisation that a repository is shown under.
fn org_of(repository: &Repository) -> Arc<str> {
    Arc::from(repository.full_name.split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod components_tests;
#[cfg(test)]
mod tests;
