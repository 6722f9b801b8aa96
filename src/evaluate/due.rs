//! What is to be settled now: of each component what finished, judged as it stood then; of each
//! repository without a component its incidents.
//!
//! The facts of a repository say the same of an instant however late they are asked, except
//! incidents: one that was resolved and opened again, or dismissed, leaves no trace in a history
//! judged afterwards. So a history is judged for each instant at which an incident turned, and how
//! often or how late anything is settled does not show in what is settled.

use super::component::{Evaluated, judge_component};
use super::components::{Component, components_of};
use super::estate::{Estate, RepositoryFacts};
use super::settling::{
    Beneficiaries, Finish, Finishes, Judged, Settlement, UNMAPPED, UnmappedIncidents,
};
use super::{Evaluator, only};
use delivery::domain::{Collector, ComponentId, Incident, RepoId, Span, Time};
use delivery::ledger::Rules;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Evaluator {
    /// What has to be written before the figures that show it.
    pub(super) fn due(&self, now: Time) -> Settlement {
        let mut due = Settlement::default();
        for (component, place) in &self.places {
            let (Some(latest), Some(facts)) =
                (self.components.get(component), self.estate.repositories.get(&component.repo))
            else {
                continue;
            };
            let Some(repository) = facts.active() else { continue };
            let all = components_of(&self.rules.components, repository, facts);
            let Some(component) = all.into_iter().find(|one| one.id == *component) else {
                continue;
            };
            let whose =
                Beneficiaries { component: &component.id, team: &place.team, org: &place.org };
            let through = through(&self.estate, &component.id, facts).map(|at| at.min(now));
            let finishes = AsItStood {
                estate: &self.estate,
                facts,
                component: &component,
                rules: &latest.judging.rules,
                latest,
                settle_after: self.rules.settling.settle_after,
            };
            let found = self.settled.due(whose, &finishes, (now, through), self.rules.settling);
            due.rows.extend(found.rows);
            due.births.extend(found.births);
        }
        self.due_of_unmapped(now, &mut due);
        self.due_of_homeless(now, &mut due);
        due
    }

    /// Incidents that live in no repository and belong to no component count for the organisation,
    /// where it is the only one.
    fn due_of_homeless(&self, now: Time, due: &mut Settlement) {
        let Some(org) = only(self.orgs.keys()) else { return };
        for place in self.estate.sources.places() {
            let component = ComponentId { repo: place, name: Arc::from(UNMAPPED) };
            let through = self.estate.incidents_through(place).flatten().map(|at| at.min(now));
            if through.is_none() || self.settled.rests(&component, through, self.rules.settling) {
                continue;
            }
            let whose = Beneficiaries { component: &component, team: "", org };
            let incidents = self.estate.homeless(place).collect();
            let settle_after = self.rules.settling.settle_after;
            let finishes = UnmappedIncidents { incidents, settle_after };
            let found = self.settled.due(whose, &finishes, (now, through), self.rules.settling);
            due.rows.extend(found.rows);
            due.births.extend(found.births);
        }
    }

    /// Incidents without a component, in repositories that have none or several, count for their repository's team and organisation, so far as
    /// these have components; an incident alone makes no level.
    fn due_of_unmapped(&self, now: Time, due: &mut Settlement) {
        let mut unmapped: BTreeMap<RepoId, Vec<&Incident>> = BTreeMap::new();
        for (incident, repo) in &self.estate.mapped.unmapped {
            if let (Some(repo), Some(incident)) = (repo, self.estate.incidents.get(incident)) {
                unmapped.entry(*repo).or_default().push(incident);
            }
        }
        let settle_after = self.rules.settling.settle_after;
        for (repo, facts) in &self.estate.repositories {
            let Some(repository) = facts.active() else { continue };
            let components = components_of(&self.rules.components, repository, facts);
            // The only component of a repository has all of its incidents.
            if components.len() == 1 || !facts.is_complete() {
                continue;
            }
            let component = ComponentId { repo: *repo, name: Arc::from(UNMAPPED) };
            let through = facts.through_of(Collector::Incidents).map(|at| at.min(now));
            if self.settled.rests(&component, through, self.rules.settling) {
                continue;
            }
            let (team, org) = self.home(repository, facts);
            let known = |exists: bool, name: &Arc<str>| {
                if exists { Arc::clone(name) } else { Arc::from("") }
            };
            let team = known(self.teams.contains_key(&team), &team);
            let org = known(self.orgs.contains_key(&org), &org);
            if team.is_empty() && org.is_empty() {
                continue;
            }
            let whose = Beneficiaries { component: &component, team: &team, org: &org };
            let incidents = unmapped.remove(repo).unwrap_or_default();
            let finishes = UnmappedIncidents { incidents, settle_after };
            let found = self.settled.due(whose, &finishes, (now, through), self.rules.settling);
            due.rows.extend(found.rows);
            due.births.extend(found.births);
        }
    }
}

/// The instant through which everything is there that a component's finishes are judged by: its
/// own repository, and the incidents of those repositories and sources that tell incidents of it,
/// or those that name something of it.
fn through(estate: &Estate, component: &ComponentId, facts: &RepositoryFacts) -> Option<Time> {
    let homes = estate.homes(component);
    let elsewhere = homes.into_iter().filter_map(|home| estate.incidents_through(home));
    elsewhere.chain([facts.through()]).min().flatten()
}

/// A component's finishes, each judged `settle_after` later.
struct AsItStood<'a> {
    estate: &'a Estate,
    facts: &'a RepositoryFacts,
    component: &'a Component<'a>,
    rules: &'a Rules,
    latest: &'a Evaluated,
    settle_after: Span,
}

impl AsItStood<'_> {
    /// The instants after `after` at which incidents opened or turned, or what they name elsewhere
    /// came to be, up to the latest judgement.
    fn turns(&self, after: Time) -> BTreeSet<Time> {
        let incidents = self.estate.witnesses(&self.component.id);
        let instants = incidents.iter().flat_map(|incident| {
            let events = incident.events.iter().map(|event| event.at);
            let caused = self.estate.naming.caused_elsewhere.get(&incident.id);
            events.chain([incident.opened_at]).chain(caused.copied())
        });
        instants.filter(|at| *at > after && *at <= self.latest.t).collect()
    }
}

impl Finishes for AsItStood<'_> {
    fn between(&self, after: Time, until: Time) -> Vec<Finish> {
        let component = &self.component.id;
        let mut found = Vec::new();
        let mut settled = after;
        for turn in self.turns(after.plus(self.settle_after)) {
            // What is judged before this turn.
            let before = until.min(turn.plus(-self.settle_after - 1));
            if before > settled {
                let t = turn.plus(-1);
                let history =
                    &judge_component(self.estate, self.facts, self.component, self.rules, t);
                found.extend(Judged { component, history }.between(settled, before));
                settled = before;
            }
        }
        if until > settled {
            let history = &self.latest.history;
            found.extend(Judged { component, history }.between(settled, until));
        }
        found
    }

    fn primed(&self, after: Time, until: Time) -> Vec<Finish> {
        Judged { component: &self.component.id, history: &self.latest.history }.primed(after, until)
    }
}
