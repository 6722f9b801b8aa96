//! Looks at a repository: which components it has now, where each is shown, and when it has to be
//! looked at again though nothing is told of it.

use super::Evaluator;
use super::component::{Evaluated, evaluate, instant_of, stale_at};
use super::components::{Component, components_of, owner_of_repository};
use super::estate::Changes;
use super::places::Place;
use super::repository_facts::RepositoryFacts;
use delivery::domain::{ComponentId, RepoId, Repository, TeamName, Time, Window};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A component as it is found to be now.
pub(super) struct Found {
    id: ComponentId,
    /// Judged and measured again, where it had to be.
    evaluated: Option<Evaluated>,
    /// Where it is shown, if it is visible.
    place: Option<Place>,
}

impl Evaluator {
    /// Repositories with news or progress, and those whose alarm has come; all, where the clock was
    /// set back, since alarms know one direction only.
    pub(super) fn to_look_at(
        &self,
        changes: &Changes,
        is_set_back: bool,
        now: Time,
    ) -> BTreeSet<RepoId> {
        if is_set_back {
            return self.estate.repositories.keys().copied().collect();
        }
        let told = changes.repositories.iter().chain(&changes.progressed).copied();
        told.chain(self.alarms.come(now)).collect()
    }

    /// Finds the components of a repository, and evaluates those with news or a passed edge.
    pub(super) fn look(&self, repo: RepoId, has_news: bool, now: Time) -> Vec<Found> {
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
    pub(super) fn take(
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
    pub(super) fn components_in(&self, repo: RepoId) -> impl Iterator<Item = &ComponentId> {
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
    pub(super) fn home(
        &self,
        repository: &Repository,
        facts: &RepositoryFacts,
    ) -> (TeamName, Arc<str>) {
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
