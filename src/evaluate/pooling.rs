//! Components go into the pools of their teams and organisations.

use super::Evaluator;
use super::component::Evaluated;
use super::components::components_of;
use super::group::Pooled;
use super::places::Place;
use super::repository_facts::RepositoryFacts;
use delivery::domain::{ComponentId, Time};
use delivery::measures::OpenChanges;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Evaluator {
    /// Puts the touched components into their teams and organisations, and measures these.
    pub(super) fn evaluate_groups(&mut self, touched: &BTreeSet<ComponentId>, now: Time) {
        for component in touched {
            let found = self.places.get(component).zip(self.components.get(component));
            let facts = self.estate.repositories.get(&component.repo);
            let through = facts.and_then(RepositoryFacts::through);
            let pooled = |group: &Arc<str>, evaluated: &Evaluated| Pooled {
                group: Arc::clone(group),
                contribution: Arc::clone(&evaluated.contribution),
                through,
            };
            let member = |(place, one): (&Place, &Evaluated)| {
                (Arc::clone(&place.team), Arc::clone(&one.contribution))
            };
            self.space.put(component, found.map(member));
            let open =
                found.map(|(place, one)| (Arc::clone(&place.team), self.open_of(component, one)));
            self.space.put_open(component, open);
            self.teams.put(component, found.map(|(place, one)| pooled(&place.team, one)));
            self.orgs.put(component, found.map(|(place, one)| pooled(&place.org, one)));
        }
        self.evaluate_runs(touched, now);
        self.teams.evaluate(&self.unmapped.teams, now);
        self.teams.note(&self.space.evaluate());
        let of_orgs = self.unmapped.of_orgs(self.orgs.only());
        self.orgs.evaluate(&of_orgs, now);
    }

    /// The open changes of a component; absent while nobody has read them.
    fn open_of(&self, id: &ComponentId, evaluated: &Evaluated) -> Option<OpenChanges> {
        let facts = self.estate.repositories.get(&id.repo)?;
        let pulls = facts.open_pulls.as_ref()?;
        let all = components_of(&self.rules.components, facts.repository.as_ref()?, facts);
        let component = all.iter().find(|component| component.id == *id)?;
        let excluded = &evaluated.judging.rules.exclude_authors;
        Some(OpenChanges::of(pulls, component.scope(), excluded))
    }
}
