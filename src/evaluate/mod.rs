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
mod homes;
mod incident_sources;
mod looking;
mod mapping;
mod mistakes;
mod naming;
mod news;
mod off_the_runtime;
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
mod repository_facts;
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
pub use rules::{EvaluationRules, Judging};
pub use run::Publisher;
pub use survey_import::{
    ImportError, ImportSurveys, ImportedSurvey, Standing, SurveyChange, SurveyTurn,
};
pub use unselected::unselected;

pub use settling::{Settled, Settlement, SettlingRules, observations};

use catalog::{are_alike, catalogued};
use component::Evaluated;
use delivery::domain::{ComponentId, Fact, RepoId, Time, Window};
use estate::{Changes, Estate};
use figures::Shown;
use group::Level;
use mistakes::ToldMistakes;
use places::Places;
use schedule::{Alarms, Homes};
use space_reviews::SpaceTeams;
use std::collections::{BTreeMap, BTreeSet};
use unmapped::Unmapped;
use workflows::references;

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
}

#[cfg(test)]
mod components_tests;
#[cfg(test)]
mod tests;
