//! Incidents that no component has, judged for the teams and organisations that they count for.

use super::Evaluator;
use super::group::ByName;
use super::repository_facts::RepositoryFacts;
use delivery::domain::{Incident, Repository, Time};
use delivery::ledger::{JudgedIncident, judge_incident};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Unmapped incidents, kept until incidents or owners change.
#[derive(Debug, Default)]
pub struct Unmapped {
    /// By team.
    pub teams: ByName<Vec<JudgedIncident>>,
    /// By organisation.
    orgs: ByName<Vec<JudgedIncident>>,
    /// Of sources that live in no repository.
    homeless: Vec<JudgedIncident>,
    /// When one of them opens or turns by time alone.
    next_turn: Option<Time>,
}

impl Unmapped {
    /// By organisation; those that live in no repository are of the only one.
    pub fn of_orgs(&self, only: Option<&Arc<str>>) -> Cow<'_, ByName<Vec<JudgedIncident>>> {
        match only {
            Some(only) if !self.homeless.is_empty() => {
                let mut orgs = self.orgs.clone();
                orgs.entry(Arc::clone(only)).or_default().extend(self.homeless.iter().cloned());
                Cow::Owned(orgs)
            }
            _ => Cow::Borrowed(&self.orgs),
        }
    }

    /// Whether the same facts would be judged alike at `now`, if it is not before they were.
    pub fn holds_for(&self, now: Time) -> bool {
        self.next_turn.is_none_or(|turn| now < turn)
    }
}

/// Where an incident counts that no component has: in a repository that is collected.
pub(super) type Home<'a> = (&'a RepositoryFacts, &'a Repository);

impl Evaluator {
    /// Incidents that no component has, with the repository that they live in; of a source that
    /// lives in none, without.
    pub(super) fn unmapped_incidents(&self) -> impl Iterator<Item = (&Incident, Option<Home<'_>>)> {
        self.estate.mapped.unmapped.iter().filter_map(|(incident, repo)| {
            let incident = self.estate.incidents.get(incident)?;
            let facts = repo.and_then(|repo| self.estate.repositories.get(&repo));
            let home = facts.and_then(|facts| Some((facts, facts.active()?)));
            let is_homeless = self.estate.sources.of_incident(incident).is_some();
            (home.is_some() || is_homeless).then_some((incident, home))
        })
    }

    /// Judges them anew.
    pub(super) fn judge_unmapped(&self, now: Time) -> Unmapped {
        let mut found = Unmapped::default();
        let mut homes = BTreeMap::new();
        for (incident, home) in self.unmapped_incidents() {
            let turn = turns(incident).filter(|at| *at > now).min();
            found.next_turn = [found.next_turn, turn].into_iter().flatten().min();
            let Some(judged) = judge_incident(incident, now) else { continue };
            let Some((facts, repository)) = home else {
                found.homeless.push(judged);
                continue;
            };
            let home = || self.home(repository, facts);
            let (team, org) = homes.entry(repository.id).or_insert_with(home).clone();
            found.teams.entry(team).or_default().push(judged.clone());
            found.orgs.entry(org).or_default().push(judged);
        }
        found
    }
}

fn turns(incident: &Incident) -> impl Iterator<Item = Time> {
    incident.events.iter().map(|event| event.at).chain([incident.opened_at])
}
