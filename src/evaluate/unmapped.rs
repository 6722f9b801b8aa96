//! Incidents that no component has, judged for the teams and organisations that they count for.

use super::Evaluator;
use super::group::ByName;
use delivery::domain::{Incident, Time};
use delivery::ledger::{JudgedIncident, judge_incident};
use std::collections::BTreeMap;

/// Unmapped incidents, kept until incidents or owners change.
#[derive(Debug, Default)]
pub struct Unmapped {
    /// By team.
    pub teams: ByName<Vec<JudgedIncident>>,
    /// By organisation.
    pub orgs: ByName<Vec<JudgedIncident>>,
    /// When one of them opens or turns by time alone.
    next_turn: Option<Time>,
}

impl Unmapped {
    /// Whether the same facts would be judged alike at `now`, if it is not before they were.
    pub fn holds_for(&self, now: Time) -> bool {
        self.next_turn.is_none_or(|turn| now < turn)
    }
}

impl Evaluator {
    /// Judges them anew.
    pub(super) fn judge_unmapped(&self, now: Time) -> Unmapped {
        let mut found = Unmapped::default();
        let mut homes = BTreeMap::new();
        for (incident, repo) in &self.estate.mapped.unmapped {
            let facts = repo.and_then(|repo| self.estate.repositories.get(&repo));
            let home = facts.and_then(|facts| Some((facts, facts.active()?)));
            let incident = self.estate.incidents.get(incident);
            let (Some((facts, repository)), Some(incident)) = (home, incident) else { continue };
            let turn = turns(incident).filter(|at| *at > now).min();
            found.next_turn = [found.next_turn, turn].into_iter().flatten().min();
            let Some(judged) = judge_incident(incident, now) else { continue };
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
