//! What the daemon reads of its store at the start.

use super::findings::named;
use crate::collect::{Collect, CollectIncidents};
use crate::evaluate::Evaluator;
use crate::store::{CursorOf, CursorUpdate, Store, StoreError};
use delivery::domain::{Collector, Fact, Incident, RepoId, RepositoryState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 5_000;

/// Hands everything that is stored to those who keep it in memory; returns the newest change number.
pub(super) async fn load(
    store: &Store,
    collectors: &mut [Collect],
    incidents: &mut [CollectIncidents],
    evaluator: &mut Evaluator,
) -> Result<u64, StoreError> {
    let mut orphaned: Vec<Arc<str>> = Vec::new();
    for repository in store.repositories().await? {
        let collected = collectors.iter().any(|collect| collect.is_home_of(&repository));
        let mut repository = repository;
        if !collected && repository.state == RepositoryState::Active {
            // Its `[[github]]` block was removed or renamed: its facts stay, its series end.
            repository.state = RepositoryState::Excluded;
            store.commit(&[Fact::Repository(repository.clone())], &[]).await?;
            orphaned.push(Arc::clone(&repository.full_name));
        }
        let fact = Fact::Repository(repository);
        collectors.iter_mut().for_each(|collect| collect.absorb(&fact));
    }
    if !orphaned.is_empty() {
        let names: Vec<&str> = orphaned.iter().map(|name| &**name).collect();
        let repositories = named(&names);
        tracing::info!(
            repositories,
            "no `[[github]]` section collects these any more: their series end, what is stored of \
             them stays"
        );
    }
    let (mut after, mut orphans) = (0, Orphans::default());
    let mut pages = store.pages_since(after, FACTS_A_PAGE);
    while let Some(page) = pages.recv().await {
        let page = page?;
        after = page.last;
        for fact in page.facts {
            collectors.iter_mut().for_each(|collect| collect.absorb(&fact));
            incidents.iter_mut().for_each(|collect| collect.absorb(&fact));
            orphans.absorb(&fact, incidents);
            evaluator.absorb(fact);
        }
    }
    orphans.dismiss(store).await?;
    for cursor in store.cursors().await? {
        incidents
            .iter_mut()
            .for_each(|collect| collect.resume(cursor.repo, cursor.of, &cursor.cursor));
        for collect in collectors.iter_mut() {
            collect.resume(cursor.repo, cursor.of, cursor.cursor.clone());
        }
    }
    Ok(after)
}

/// Incidents of sources that are not configured any more: they cannot be told any better, and so
/// count no longer. A source that comes back is read anew.
#[derive(Default)]
struct Orphans {
    incidents: Vec<Fact>,
    places: BTreeSet<RepoId>,
}

impl Orphans {
    fn absorb(&mut self, fact: &Fact, sources: &[CollectIncidents]) {
        let Fact::Incident(incident) = fact else { return };
        let source = incident.id.source();
        if incident.repo.is_some() || sources.iter().any(|one| one.name() == source) {
            return;
        }
        self.places.insert(RepoId::of_source(source));
        if incident.counts {
            self.incidents.push(Fact::Incident(Incident { counts: false, ..incident.clone() }));
        }
    }

    async fn dismiss(self, store: &Store) -> Result<(), StoreError> {
        let anew = |repo| CursorUpdate {
            repo,
            of: CursorOf::History(Collector::Incidents),
            cursor: String::new(),
        };
        let cursors: Vec<CursorUpdate> = self.places.into_iter().map(anew).collect();
        if !cursors.is_empty() {
            store.commit(&self.incidents, &cursors).await?;
        }
        Ok(())
    }
}
