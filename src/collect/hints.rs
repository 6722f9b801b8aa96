//! Hints of webhooks: where there are news, kept durably until they were read.
//!
//! An event brings no fact. It says where to look, and the one task that reads its source looks
//! there between the sweeps; so events and sweeps never disagree, and an event that is lost, late,
//! repeated or out of order changes nothing in the end.

use super::moved::Taken;
use crate::config::{ByRepository, CiRule};
use crate::sources::github::{GitHub, News};
use crate::store::{Hint, Store, StoreError};
use delivery::domain::{ClaimSource, RepoId, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What a hint is about: a repository, or all of the source.
pub(super) type About = (Option<RepoId>, News);
/// Hints with their numbers.
pub(super) type Numbered = BTreeMap<About, u64>;

/// The hints of one source.
pub(super) struct Hints {
    source: Arc<str>,
    store: Store,
    state: Mutex<State>,
    /// Wakes who reads.
    arrived: Notify,
}

#[derive(Default)]
struct State {
    /// Repositories that are collected: of others nothing is kept.
    collected: BTreeSet<RepoId>,
    /// Stored and not read yet.
    waiting: Numbered,
    /// The last number given.
    last: u64,
}

impl Hints {
    pub(super) fn of(source: &str, store: Store) -> Hints {
        let (state, arrived) = (Mutex::default(), Notify::new());
        Hints { source: Arc::from(source), store, state, arrived }
    }

    /// Takes up what is stored and not read yet.
    pub(super) async fn load(&self) -> Result<(), StoreError> {
        let stored = self.store.hints(&self.source).await?;
        let mut state = self.lock();
        for hint in stored {
            state.last = state.last.max(hint.number);
            // What a later version wrote is not known here, and a sweep finds it.
            let news = news(&hint.news, &hint.node);
            state.waiting.extend(news.map(|news| ((hint.repo, news), hint.number)));
        }
        Ok(())
    }

    /// Only these repositories are collected.
    pub(super) fn collect(&self, repositories: impl Iterator<Item = RepoId>) {
        self.lock().collected = repositories.collect();
    }

    /// Whether anything waits to be read.
    pub(super) fn some_wait(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// The earliest of the instants at which what waits is due.
    pub(super) fn first_due(&self, due: impl Fn(&About) -> Time) -> Option<Time> {
        self.lock().waiting.keys().map(due).min()
    }

    /// Takes some of what waits, to read it.
    pub(super) fn take(&self, some: impl Fn(&About) -> bool) -> Numbered {
        self.lock().waiting.extract_if(.., |about, _| some(about)).collect()
    }

    /// Puts back what could not be read.
    pub(super) fn put_back(&self, taken: Numbered) {
        let mut state = self.lock();
        for (about, number) in taken {
            let known = state.waiting.entry(about).or_default();
            *known = number.max(*known);
        }
    }

    /// Drops what was read. What cannot be dropped is read once more.
    pub(super) async fn drop_read(&self, taken: Numbered) -> Result<(), StoreError> {
        let hints = taken.into_iter().map(|(about, number)| self.hint(about, number)).collect();
        self.store.drop_hints(hints).await
    }

    /// Returns once a hint arrived that nobody has seen.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Keeps what is new of these; true once it is stored.
    async fn keep(&self, told: Vec<About>) -> bool {
        let hints: Vec<Hint> = {
            let mut state = self.lock();
            let new: Vec<About> =
                told.iter().filter(|about| !state.waiting.contains_key(about)).cloned().collect();
            state.last += u64::from(!new.is_empty());
            new.into_iter().map(|about| self.hint(about, state.last)).collect()
        };
        let Some(number) = hints.first().map(|hint| hint.number) else { return true };
        if self.store.keep_hints(hints).await.is_err() {
            return false;
        }
        self.put_back(told.into_iter().map(|about| (about, number)).collect());
        self.arrived.notify_one();
        true
    }

    fn hint(&self, (repo, news): About, number: u64) -> Hint {
        let (name, node) = written(&news);
        Hint { source: Arc::clone(&self.source), repo, news: name.to_owned(), node, number }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands a GitHub's webhook events to whoever collects from it.
#[derive(Clone)]
pub struct Deliveries {
    pub(super) source: Arc<GitHub>,
    pub(super) hints: Arc<Hints>,
    /// Which runs are continuous integration.
    pub(super) ci: ByRepository<CiRule>,
}

impl Deliveries {
    /// Takes an event of a kind, whose signature is right.
    pub async fn take(&self, kind: &str, event: &[u8]) -> Taken {
        let heard = match self.source.heard(kind, event, &self.ci) {
            Ok(heard) => heard,
            Err(problem) => return Taken::Malformed(problem),
        };
        let is_collected =
            heard.repo.is_none_or(|repo| self.hints.lock().collected.contains(&repo));
        let told: Vec<About> = heard
            .news
            .into_iter()
            .filter_map(|news| match news {
                // A repository that nobody knew may be one that is asked for.
                News::Repositories if is_collected || heard.is_asked_for => Some((None, news)),
                News::Repositories => None,
                _ => is_collected.then_some((heard.repo, news)),
            })
            .collect();
        if told.is_empty() {
            return Taken::Ignored;
        }
        if self.hints.keep(told).await { Taken::Stored } else { Taken::Unavailable }
    }
}

/// The name and the node id under which news are stored.
fn written(news: &News) -> (&'static str, Arc<str>) {
    match news {
        News::Lists => ("lists", Arc::from("")),
        News::Deployment(id) => ("deployment", Arc::clone(id)),
        News::Issue(id) => ("issue", Arc::clone(id)),
        News::OpenPullRequests => ("open_pull_requests", Arc::from("")),
        News::Run(id) => ("run", Arc::from(id.to_string())),
        News::OwnerFiles => ("owner_files", Arc::from("")),
        News::Repositories => ("repositories", Arc::from("")),
        News::Ownership(from) => (from.name(), Arc::from("")),
    }
}

fn news(name: &str, node: &Arc<str>) -> Option<News> {
    Some(match name {
        "lists" => News::Lists,
        "deployment" => News::Deployment(Arc::clone(node)),
        "issue" => News::Issue(Arc::clone(node)),
        "open_pull_requests" => News::OpenPullRequests,
        "run" => News::Run(node.parse().ok()?),
        "owner_files" => News::OwnerFiles,
        "repositories" => News::Repositories,
        _ => News::Ownership(ClaimSource::ALL.into_iter().find(|from| from.name() == name)?),
    })
}

#[cfg(test)]
#[path = "hints_tests.rs"]
mod tests;
