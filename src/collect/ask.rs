//! One round of asking: who is asked for what, in which order, and that news are read as they are told.

use super::swept::{Question, owner_of};
use super::tracked::Tracked;
use super::{Collect, CollectError};
use crate::sources::SourceError;
use delivery::domain::{RepoId, Repository, Time};
use std::collections::{BTreeMap, BTreeSet};

/// So many repositories are asked before their news are read: ten requests, or four where only
/// deployments are asked for.
const ASKED_TOGETHER: usize = 370;

/// What came of asking.
pub(super) struct Told {
    /// The instant of asking.
    pub(super) at: Time,
    /// Whether some repository was not found.
    pub(super) somebody_is_missing: bool,
    /// Of these the news were read, or cannot be read now.
    pub(super) read: BTreeSet<RepoId>,
}

/// What is to be asked of whom.
#[derive(Default)]
struct Questions {
    everything: Vec<Repository>,
    deployments: Vec<Repository>,
    /// What moved tells enough of these.
    inferred: Vec<RepoId>,
}

impl Collect {
    /// Asks for news of all repositories and reads the news of some before it asks for those of the
    /// next, so that what a repository tells is shown as soon as if there were few.
    pub(super) async fn ask_for_news(&mut self) -> Result<Told, CollectError> {
        let began = self.around.clock.now();
        self.sweeps.refused = None;
        let searched = self.search_owners(began).await?;
        let questions = self.questions(&searched, began);
        let everything = questions.everything.chunks(ASKED_TOGETHER).map(|some| (true, some));
        let deployments = questions.deployments.chunks(ASKED_TOGETHER).map(|some| (false, some));
        let (mut told_at, mut somebody_is_missing) = (None, false);
        let mut read = BTreeSet::new();
        for (everything, some) in everything.chain(deployments) {
            let probes = match everything {
                true => self.source.probe(some).await?,
                false => self.source.newest_deployments(some).await?,
            };
            let is_first = told_at.is_none();
            // GitHub's clock is known with the first answer; all of a sweep is of one instant.
            let asked_at = *told_at.get_or_insert_with(|| self.source.as_told(began));
            let asked = Question { asked_at, everything, searched: &searched };
            let never_found = self.never_found(some);
            let is_missing = self.note_probes(probes, asked).await?;
            somebody_is_missing |= is_missing;
            // Before anything is read: what is read is known through this sweep. A process that has
            // just started finds its repositories in the course of its first one.
            self.recheck(asked_at, |repo| is_first || never_found.contains(&repo)).await?;
            // Whoever is missing is looked for before anything is read of it.
            if !is_missing {
                let some = some.iter().map(|repository| repository.id).collect();
                self.fetch_news_of_all(&some, asked_at).await?;
                read.extend(some);
            }
            // A long sweep does not keep webhooks waiting.
            self.heed_hints().await;
        }
        let at = match told_at {
            Some(at) => at,
            None => {
                let at = self.source.as_told(began);
                self.recheck(at, |_| true).await?;
                at
            }
        };
        self.conclude_asking(at, &questions.inferred, searched);
        Ok(Told { at, somebody_is_missing, read })
    }

    /// Why nobody answered, where there is somebody to ask.
    pub(super) fn nobody_answered(&mut self, at: Time) -> Option<SourceError> {
        let refused = self.sweeps.refused.take()?;
        let is_found = |tracked: &Tracked| tracked.probed_at == Some(at);
        (!self.active().any(is_found)).then_some(refused)
    }

    /// Those of the repositories that this process has not found yet.
    fn never_found(&self, some: &[Repository]) -> BTreeSet<RepoId> {
        let is_found = |repo: &RepoId| {
            self.tracked.get(repo).is_some_and(|tracked| tracked.probed_at.is_some())
        };
        some.iter().map(|repository| repository.id).filter(|repo| !is_found(repo)).collect()
    }

    fn conclude_asking(
        &mut self,
        asked_at: Time,
        inferred: &[RepoId],
        searched: BTreeMap<String, Time>,
    ) {
        self.note_clock();
        for repo in inferred {
            if let Some(tracked) = self.tracked.get_mut(repo) {
                tracked.probed_at = tracked.probed_at.max(Some(asked_at));
            }
        }
        for owner in self.source.owners() {
            self.sweeps.swept.insert(owner, asked_at);
        }
        self.sweeps.searched = searched;
        self.tell_drift(asked_at);
    }

    /// Who is asked for what: everybody for everything, unless what moved is known.
    fn questions(&self, searched: &BTreeMap<String, Time>, now: Time) -> Questions {
        let interval = self.around.settings.reconcile_interval;
        let mut questions = Questions::default();
        for tracked in self.active() {
            let repository = &tracked.repository;
            let is_searched = searched.contains_key(&owner_of(repository));
            if !is_searched || !tracked.is_checked(now, interval) {
                questions.everything.push(repository.clone());
            } else if tracked.asks_for_deployments(now) {
                questions.deployments.push(repository.clone());
            } else {
                questions.inferred.push(repository.id);
            }
        }
        questions
    }
}
