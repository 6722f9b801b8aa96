//! What incidents' texts name in other repositories than that of the component they count for: a
//! central repository's incident names `acme/shop#12`, an outage of one component is another's fault.

use super::repository_facts::RepositoryFacts;
use crate::config::Components;
use delivery::domain::{
    ChangeReference, DeploymentId, Incident, IncidentId, IncidentLink, OidPrefix, RepoId,
    RepositoryName, Time,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What all incidents name.
#[derive(Debug, Default)]
pub struct Naming {
    names: HashMap<RepositoryName, RepoId>,
    /// Repositories whose texts may name another component of the same repository.
    several: BTreeSet<RepoId>,
    by_repository: BTreeMap<RepoId, Vec<IncidentId>>,
    /// Incidents of a component whose text names a known cause in another repository, with the time
    /// since when it is there: what happened later does not exist for a judgement before.
    pub caused_elsewhere: BTreeMap<IncidentId, Time>,
    /// What each text names that names anything.
    texts: HashMap<IncidentId, Text>,
    /// Texts by the repositories whose facts say what they name.
    readers: BTreeMap<RepoId, BTreeSet<IncidentId>>,
    /// Texts that name deployments which nobody has yet.
    searching: BTreeMap<DeploymentId, BTreeSet<IncidentId>>,
}

/// What an incident's text names.
#[derive(Clone, Debug, Default)]
struct Text {
    /// Repositories that hold something it names, beyond the component it counts for.
    named: BTreeSet<RepoId>,
    /// Since when a cause in another repository is there.
    caused_elsewhere: Option<Time>,
    /// Repositories whose facts say so.
    reads: BTreeSet<RepoId>,
    /// Deployments that nobody has yet.
    searches: BTreeSet<DeploymentId>,
}

impl Naming {
    /// Finds what the incidents' texts name. `home` tells whose component an incident counts for.
    pub fn of(
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        incidents: &BTreeMap<IncidentId, Incident>,
        components: &Components,
        home: impl Fn(&IncidentId) -> Option<RepoId>,
    ) -> Naming {
        let has_several = |(_, facts): &(&RepoId, &RepositoryFacts)| {
            facts.active().is_some_and(|repository| components.of(repository).len() > 1)
        };
        let several = repositories.iter().filter(has_several).map(|(repo, _)| *repo).collect();
        let mut naming = Naming { names: names(repositories), several, ..Naming::default() };
        for (id, incident) in incidents {
            naming.read(repositories, id, Some(incident), home(id));
        }
        naming
    }

    /// The repository with a component that a text means by a name.
    pub fn repository_named(&self, name: RepositoryName) -> Option<RepoId> {
        self.names.get(&name).copied()
    }

    /// The incidents whose text names something of a repository, though they count elsewhere.
    pub fn of_repository(&self, repo: RepoId) -> &[IncidentId] {
        self.by_repository.get(&repo).map_or(&[], Vec::as_slice)
    }

    /// The repositories of which an incident's text names something, though it counts elsewhere.
    pub fn named_by(&self, incident: &IncidentId) -> impl Iterator<Item = RepoId> {
        self.texts.get(incident).into_iter().flat_map(|text| text.named.iter().copied())
    }

    /// Whether an incident's text names something that is there, though it counts elsewhere.
    pub fn is_abroad(&self, incident: &IncidentId) -> bool {
        self.named_by(incident).next().is_some()
    }

    /// The repositories that are to be judged again after `before`: those that other incidents name,
    /// or that one of the `changed` incidents names.
    pub fn touched(&self, before: &Naming, changed: &BTreeSet<IncidentId>) -> BTreeSet<RepoId> {
        let repositories = before.by_repository.keys().chain(self.by_repository.keys());
        let is_touched = |repo: &&RepoId| {
            let (old, new) = (before.of_repository(**repo), self.of_repository(**repo));
            old != new || new.iter().any(|id| changed.contains(id))
        };
        repositories.filter(is_touched).copied().collect()
    }

    /// The incidents whose text may name something else, since there are `news` of repositories.
    pub fn readers_of(
        &self,
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        news: &BTreeSet<RepoId>,
    ) -> BTreeSet<IncidentId> {
        let readers = news.iter().filter_map(|repo| self.readers.get(repo)).flatten();
        let has = |id: &DeploymentId| {
            let mut told = news.iter().filter_map(|repo| repositories.get(repo));
            told.any(|facts| facts.deployments.contains(*id))
        };
        let found = self.searching.iter().filter(|(id, _)| has(id)).flat_map(|(_, texts)| texts);
        readers.chain(found).cloned().collect()
    }

    /// Reads an incident's text again, which counts for the repository `home`; returns the
    /// repositories of which it names something now or did before, and no longer or not yet.
    pub fn read(
        &mut self,
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        id: &IncidentId,
        incident: Option<&Incident>,
        home: Option<RepoId>,
    ) -> BTreeSet<RepoId> {
        let before = self.texts.remove(id).unwrap_or_default();
        let after = incident.map(|incident| self.text(repositories, incident, home));
        let after = after.unwrap_or_default();
        for repo in before.named.difference(&after.named) {
            self.by_repository.entry(*repo).or_default().retain(|one| one != id);
        }
        for repo in after.named.difference(&before.named) {
            let named = self.by_repository.entry(*repo).or_default();
            named.insert(named.partition_point(|one| one < id), id.clone());
        }
        match after.caused_elsewhere {
            Some(since) => self.caused_elsewhere.insert(id.clone(), since),
            None => self.caused_elsewhere.remove(id),
        };
        relist(&mut self.readers, id, &before.reads, &after.reads);
        relist(&mut self.searching, id, &before.searches, &after.searches);
        let touched = before.named.symmetric_difference(&after.named).copied().collect();
        if !after.reads.is_empty() || !after.searches.is_empty() {
            self.texts.insert(id.clone(), after);
        }
        touched
    }

    fn text(
        &self,
        repositories: &BTreeMap<RepoId, RepositoryFacts>,
        incident: &Incident,
        home: Option<RepoId>,
    ) -> Text {
        let world = World { repositories, names: &self.names, several: &self.several };
        let mut text = Text::default();
        if incident.causes.is_empty() && incident.fixes.is_empty() {
            return text;
        }
        text.reads.extend(home.into_iter().chain(incident.repo));
        let causes = incident.causes.iter().map(|link| (true, *link));
        let fixes = incident.fixes.iter().map(|link| (false, *link));
        for (is_cause, link) in causes.chain(fixes) {
            if let IncidentLink::ChangeOf(name, _) = link {
                text.reads.extend(self.names.get(&name));
            }
            if world.is_at(home, incident, link) {
                continue;
            }
            let held = world.holder(incident, link);
            if let Some((repo, since)) = held {
                text.named.insert(repo);
                text.reads.insert(repo);
                if is_cause && home.is_some() {
                    let earliest = text.caused_elsewhere.map_or(since, |other| other.min(since));
                    text.caused_elsewhere = Some(earliest);
                }
            } else if let IncidentLink::Deployment(id) = link {
                text.searches.insert(id);
            }
        }
        text
    }
}

/// Lists an incident under other keys than before.
fn relist<K: Ord + Clone>(
    lists: &mut BTreeMap<K, BTreeSet<IncidentId>>,
    id: &IncidentId,
    before: &BTreeSet<K>,
    after: &BTreeSet<K>,
) {
    for key in before.difference(after) {
        if let Some(list) = lists.get_mut(key) {
            list.remove(id);
            if list.is_empty() {
                lists.remove(key);
            }
        }
    }
    for key in after.difference(before) {
        lists.entry(key.clone()).or_default().insert(id.clone());
    }
}

/// The present names of repositories with a component, and former names that are free.
fn names(repositories: &BTreeMap<RepoId, RepositoryFacts>) -> HashMap<RepositoryName, RepoId> {
    let active = || {
        repositories.iter().filter_map(|(repo, facts)| {
            let repository = facts.active().filter(|_| facts.has_component())?;
            Some((*repo, repository))
        })
    };
    let mut names: HashMap<RepositoryName, RepoId> = active()
        .map(|(repo, repository)| (RepositoryName::of(&repository.full_name), repo))
        .collect();
    for (repo, repository) in active() {
        for name in &repository.former_names {
            names.entry(RepositoryName::of(name)).or_insert(repo);
        }
    }
    names
}

struct World<'a> {
    repositories: &'a BTreeMap<RepoId, RepositoryFacts>,
    names: &'a HashMap<RepositoryName, RepoId>,
    several: &'a BTreeSet<RepoId>,
}

impl World<'_> {
    /// Whether a link can only lead to the component that the incident counts for.
    fn is_at(&self, home: Option<RepoId>, incident: &Incident, link: IncidentLink) -> bool {
        let Some(home) = home.filter(|home| !self.several.contains(home)) else { return false };
        match link {
            IncidentLink::Deployment(id) => {
                self.repositories.get(&home).is_some_and(|facts| facts.deployments.contains(id))
            }
            IncidentLink::Change(ChangeReference::Commit(id)) => {
                incident.repo.is_none_or(|repo| repo == home) || self.holds(home, id)
            }
            IncidentLink::Change(ChangeReference::Pull(_)) => {
                incident.repo.is_none_or(|repo| repo == home)
            }
            IncidentLink::ChangeOf(name, _) => self.names.get(&name) == Some(&home),
        }
    }

    /// The repository that holds what a link names, and since when.
    fn holder(&self, incident: &Incident, link: IncidentLink) -> Option<(RepoId, Time)> {
        let (repo, change) = match link {
            IncidentLink::Deployment(id) => {
                let mut all = self.repositories.iter();
                let (repo, facts) = all.find(|(_, facts)| facts.deployments.contains(id))?;
                return Some((*repo, facts.deployments.succeeded_at(id)?));
            }
            IncidentLink::Change(change) => (incident.repo?, change),
            IncidentLink::ChangeOf(name, change) => (*self.names.get(&name)?, change),
        };
        let facts = self.repositories.get(&repo)?;
        let since = match change {
            ChangeReference::Pull(number) => facts.pulls.get(repo, number)?.merged_at,
            ChangeReference::Commit(id) => held_since(repo, facts, id)?,
        };
        // Without a deployment nothing was shipped that could be the cause.
        let deployed_at = facts.deployments.first_succeeded_at()?;
        Some((repo, since.max(deployed_at)))
    }

    fn holds(&self, repo: RepoId, id: OidPrefix) -> bool {
        self.repositories.get(&repo).is_some_and(|facts| held_since(repo, facts, id).is_some())
    }
}

/// Since when a repository holds a commit. An abbreviated id is believed: the component's own rules
/// find out.
fn held_since(repo: RepoId, facts: &RepositoryFacts, id: OidPrefix) -> Option<Time> {
    let whole = id.lowest();
    if OidPrefix::from(whole) != id {
        return Some(Time(i64::MIN));
    }
    if let Some(at) = facts.commits.committed_at(&whole) {
        return Some(at);
    }
    let left_behind = facts.pulls.all(repo).filter(|pull| {
        pull.merge_commit == Some(whole) || pull.commits.iter().any(|commit| commit.oid == whole)
    });
    left_behind.map(|pull| pull.merged_at).min()
}
