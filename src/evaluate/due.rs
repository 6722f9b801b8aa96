//! What is to be settled now: of each component what finished, judged as it stood then; of each
//! repository without a component its incidents.
//!
//! The facts of a repository say the same of an instant however late they are asked, except
//! incidents: one that was resolved and opened again, or dismissed, leaves no trace in a history
//! judged afterwards, and one whose cause went live only later had another cause until then. So a
//! history is judged for each instant at which an incident turned or what it names came to be, and
//! how often or how late anything is settled does not show in what is settled.

use super::Evaluator;
use super::component::{Evaluated, judge_component};
use super::components::{Component, components_of};
use super::estate::Estate;
use super::repository_facts::RepositoryFacts;
use super::settling::{
    Beneficiaries, Finish, Finishes, Judged, Settlement, UNMAPPED, UnmappedIncidents,
};
use delivery::domain::{Collector, ComponentId, Incident, RepoId, Span, Time};
use delivery::ledger::Rules;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Evaluator {
    /// Something may be due of repositories that were looked at or whose components are shown
    /// otherwise, and of those that wait for incidents of one that was looked at. It stays so until
    /// it is settled, since writing may fail.
    pub(super) fn note_what_may_be_due(
        &mut self,
        repositories: &BTreeSet<RepoId>,
        touched: &BTreeSet<ComponentId>,
    ) {
        for repo in repositories {
            self.homes.set(*repo, self.homes_of(*repo));
            self.restless.extend(self.homes.dependents(*repo));
        }
        self.restless.extend(repositories);
        self.restless.extend(touched.iter().map(|component| component.repo));
    }

    /// Lets go of repositories of which nothing can be due before more is collected.
    pub(super) fn let_rest(&mut self) {
        let Some(now) = self.evaluated_at else { return };
        let mut restless = std::mem::take(&mut self.restless);
        restless.retain(|repo| !self.rests(*repo, now));
        self.restless = restless;
        self.let_settled_applies_rest(now);
    }

    /// What has to be written before the figures that show it.
    pub(super) fn due(&self, now: Time) -> Settlement {
        let mut due = Settlement::default();
        for repo in &self.restless {
            self.due_of_components(*repo, now, &mut due);
        }
        self.due_of_unmapped(now, &mut due);
        self.due_of_homeless(now, &mut due);
        self.due_of_self_service(now, &mut due);
        due
    }

    fn due_of_components(&self, repo: RepoId, now: Time, due: &mut Settlement) {
        let Some((facts, components)) = self.collected(repo) else { return };
        for component in &components {
            let place = self.places.get(&component.id);
            let (Some(place), Some(latest)) = (place, self.components.get(&component.id)) else {
                continue;
            };
            let whose =
                Beneficiaries { component: &component.id, team: &place.team, org: &place.org };
            let through = through(&self.estate, &component.id, facts).map(|at| at.min(now));
            let finishes = AsItStood {
                estate: &self.estate,
                facts,
                component,
                rules: &latest.judging.rules,
                latest,
                settle_after: self.rules.settling.settle_after,
            };
            let found = self.settled.due(whose, &finishes, (now, through), self.rules.settling);
            due.rows.extend(found.rows);
            due.births.extend(found.births);
        }
    }

    /// Incidents that live in no repository and belong to no component count for the organisation,
    /// where it is the only one.
    fn due_of_homeless(&self, now: Time, due: &mut Settlement) {
        let Some(org) = self.orgs.only() else { return };
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

    /// Incidents without a component, in repositories that have none or several, count for their
    /// repository's team and organisation, so far as these have components; an incident alone makes
    /// no level.
    fn due_of_unmapped(&self, now: Time, due: &mut Settlement) {
        let mut unmapped: BTreeMap<RepoId, Vec<&Incident>> = BTreeMap::new();
        let restless = |repo: &Option<RepoId>| repo.filter(|repo| self.restless.contains(repo));
        for (incident, repo) in &self.estate.mapped.unmapped {
            if let (Some(repo), Some(incident)) =
                (restless(repo), self.estate.incidents.get(incident))
            {
                unmapped.entry(repo).or_default().push(incident);
            }
        }
        let settle_after = self.rules.settling.settle_after;
        for repo in &self.restless {
            let Some((facts, component)) = self.without_component(*repo) else { continue };
            let through = facts.through_of(Collector::Incidents).map(|at| at.min(now));
            if self.settled.rests(&component, through, self.rules.settling) {
                continue;
            }
            let Some(repository) = facts.active() else { continue };
            let (team, org) = self.home(repository, facts);
            let known = |exists: bool, name: &Arc<str>| {
                if exists { Arc::clone(name) } else { Arc::from("") }
            };
            let team = known(self.teams.has(&team), &team);
            let org = known(self.orgs.has(&org), &org);
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

    /// Whether nothing can be due of a repository before more is collected.
    fn rests(&self, repo: RepoId, now: Time) -> bool {
        let rests = |component: &ComponentId, through: Option<Time>| {
            // What is known beyond the present, because the clock was set back, is due in time.
            through.is_none_or(|at| at <= now)
                && self.settled.rests(component, through, self.rules.settling)
        };
        let Some((facts, components)) = self.collected(repo) else { return true };
        let mut shown = components.iter().filter(|one| self.places.get(&one.id).is_some());
        shown.all(|one| rests(&one.id, through(&self.estate, &one.id, facts)))
            && self.without_component(repo).is_none_or(|(facts, component)| {
                rests(&component, facts.through_of(Collector::Incidents))
            })
    }

    /// A repository's facts and components.
    fn collected(&self, repo: RepoId) -> Option<(&RepositoryFacts, Vec<Component<'_>>)> {
        let facts = self.estate.repositories.get(&repo)?;
        Some((facts, components_of(&self.rules.components, facts.active()?, facts)))
    }

    /// A repository whose incidents may belong to no component, with what they settle as. The only
    /// component of a repository has all of its incidents.
    fn without_component(&self, repo: RepoId) -> Option<(&RepositoryFacts, ComponentId)> {
        let (facts, components) = self.collected(repo)?;
        let component = ComponentId { repo, name: Arc::from(UNMAPPED) };
        (components.len() != 1 && facts.is_complete()).then_some((facts, component))
    }

    /// Where else the incidents are told that a repository's components are judged by.
    fn homes_of(&self, repo: RepoId) -> BTreeSet<RepoId> {
        self.components_in(repo).flat_map(|component| self.estate.homes(component)).collect()
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
    /// The instants after `after` at which incidents opened or turned, or what they name came to
    /// be, here or elsewhere, up to the latest judgement.
    fn turns(&self, after: Time) -> BTreeSet<Time> {
        let incidents = self.estate.witnesses(&self.component.id);
        let instants = incidents.iter().flat_map(|incident| {
            let events = incident.events.iter().map(|event| event.at);
            let caused = self.estate.naming.caused_elsewhere.get(&incident.id);
            events.chain([incident.opened_at]).chain(caused.copied())
        });
        let instants = instants.chain(self.latest.history.named_since.iter().copied());
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
