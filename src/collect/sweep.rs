//! The sweep: which repositories there are, which have news, and what is not final yet.

use super::ask::Told;
use super::failing::Concern;
use super::fetch::Outcome;
use super::swept::{SEARCH_PAYS_FROM, with_head_of};
use super::tracked::Tracked;
use super::{Collect, CollectError, repositories};
use crate::sources::SourceError;
use crate::sources::github::{Discovery, FirstPages, Wanted};
use delivery::domain::{Collector, Fact, MINUTE, Oid, RepoId, Repository, Span, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often the configured organisations, names and globs are listed again.
const DISCOVERY_INTERVAL: Span = 30 * MINUTE;
/// The order in which news are read. A branch moves only once the pull requests are known that its
/// new commits belong to: without them they would pass for direct pushes.
const NEWS: [Collector; 4] =
    [Collector::Deployments, Collector::PullRequests, Collector::Commits, Collector::Incidents];

/// From so many repositories a sweep takes several points, so that it matters what requests cost.
const CALIBRATED_FROM: usize = 50;

/// News of so many repositories are asked for together, and held in memory until they are read.
const FETCHED_TOGETHER: usize = 91;

impl Collect {
    /// Asks every repository for news and fetches them. Failures of single repositories are noted
    /// and passed over; the error is one that concerns the source or the store as a whole.
    pub(super) async fn sweep(&mut self, started: Time) -> Result<(), CollectError> {
        // Thousands take as long to list as to ask: once all are known, news come first.
        let news_first = self.tracked.len() >= SEARCH_PAYS_FROM && !self.sweeps.swept.is_empty();
        if !news_first && self.is_listing_due(started) {
            self.discover(started).await?;
        }
        // Before anything of a new repository is shown, so that it is shown, and counted, for its team.
        self.read_ownership(started).await?;
        self.calibrate().await;
        let told = self.ask_for_news().await?;
        if told.somebody_is_missing {
            self.discover(started).await?;
        }
        if let Some(error) = self.nobody_answered(told.at) {
            return Err(error.into());
        }
        self.fetch_the_rest(&told).await?;
        self.read_open_pulls().await?;
        self.advance_the_quiet(told.at, |_| true).await?;
        if news_first && self.is_listing_due(started) {
            self.discover(started).await?;
        }
        Ok(())
    }

    /// Whether repositories are to be listed again; a clock that was set back puts it not off.
    fn is_listing_due(&self, now: Time) -> bool {
        let is_fresh = |at| (0..DISCOVERY_INTERVAL).contains(&now.since(at));
        !self.discovered_at.is_some_and(is_fresh)
    }

    /// Has the source ask what requests cost, once, before it is decided how much they ask for.
    async fn calibrate(&self) {
        if self.tracked.len() >= CALIBRATED_FROM
            && let Some(tracked) = self.active().next()
        {
            self.source.calibrate(&tracked.repository).await;
        }
    }

    pub(super) async fn discover(&mut self, started: Time) -> Result<(), CollectError> {
        let discovery = self.list_repositories().await?;
        self.around.observer.discovered(self.source.name(), &discovery);
        let failures: Vec<CollectError> =
            discovery.failures.into_iter().map(CollectError::Source).collect();
        let failed = !failures.is_empty();
        let is_nothing_left = self.tracked.is_empty() && discovery.repositories.is_empty();
        let missing = self.note_missing(failures)?;
        if let Some(error) = missing.into_iter().next().filter(|_| is_nothing_left) {
            return Err(error);
        }
        let found = self.without_the_leaving(discovery.repositories, started);
        let heads: Vec<(RepoId, Option<Oid>)> =
            found.iter().map(|one| (one.id, one.head)).collect();
        let mut changed: Vec<Fact> = found
            .into_iter()
            .filter_map(|repository| {
                let known = self.tracked.get(&repository.id).map(|tracked| &tracked.repository);
                let found = with_head_of(repository, known);
                (known != Some(&found)).then_some(Fact::Repository(found))
            })
            .collect();
        self.tell_endings(&changed, &discovery.endings);
        changed.extend(discovery.claims.into_iter().map(Fact::Claims));
        self.asked.note_owners(discovery.owners, discovery.organizations, discovery.unseen);
        self.around.store.commit(&changed, &[]).await?;
        for fact in &changed {
            self.absorb(fact);
        }
        for (repo, head) in heads {
            // A head that was seen before is the probe's to compare.
            if let Some(tracked) = self.tracked.get_mut(&repo) {
                tracked.head = tracked.head.or(head);
            }
        }
        self.tell_collected();
        if !failed {
            self.note_success(Concern::Discovery);
        }
        self.discovered_at = Some(started);
        Ok(())
    }

    /// Lists all repositories. What webhooks tell of single ones comes between its pages.
    async fn list_repositories(&mut self) -> Result<Discovery, SourceError> {
        let (source, hints) = (Arc::clone(&self.source), Arc::clone(&self.hints));
        let known = repositories(&self.tracked);
        let listing = source.discover(&known);
        tokio::pin!(listing);
        loop {
            if !self.hints_of_repositories_wait() {
                tokio::select! {
                    listed = &mut listing => return listed,
                    () = hints.arrived() => continue,
                }
            }
            // Both ask in turn: who waits for the gate while the other holds it must not stand still.
            // A look that has begun is gone through with.
            let mut listed = None;
            let heeding = self.heed_hints_of_repositories();
            tokio::pin!(heeding);
            loop {
                tokio::select! {
                    all = &mut listing, if listed.is_none() => listed = Some(all),
                    () = &mut heeding => break,
                }
            }
            if let Some(listed) = listed {
                return listed;
            }
        }
    }

    /// What was found, without those that are not here any more and may be found by another source
    /// soon: until then their figures stay.
    fn without_the_leaving(&mut self, found: Vec<Repository>, now: Time) -> Vec<Repository> {
        let mut found = found;
        found.retain(|repository| {
            let may_have_left = self.source.may_have_left(repository);
            let tracked = self.tracked.get_mut(&repository.id);
            !tracked.is_some_and(|one| one.leaves(repository.state, may_have_left, now))
        });
        found
    }

    /// Notes what could not be listed, and hands it back. The error is a failure of the whole source,
    /// which is told every time.
    fn note_missing(
        &mut self,
        failures: Vec<CollectError>,
    ) -> Result<Vec<CollectError>, CollectError> {
        let (whole, parts): (Vec<_>, Vec<_>) =
            failures.into_iter().partition(CollectError::concerns_everything);
        if !parts.is_empty() {
            self.note_failures(Concern::Discovery, &parts);
        }
        match whole.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(parts),
        }
    }

    /// Fetches what is new in repositories whose history is complete, and of which it was not read
    /// while others were asked.
    async fn fetch_the_rest(&mut self, told: &Told) -> Result<(), CollectError> {
        let fresh: Vec<RepoId> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.is_collected() && tracked.backfill_complete())
            .filter(|(_, tracked)| !tracked.pending.is_empty())
            .map(|(repo, _)| *repo)
            .filter(|repo| !told.read.contains(repo))
            .collect();
        for some in fresh.chunks(FETCHED_TOGETHER) {
            self.fetch_news_of_some(some, told.at).await?;
            // A long sweep does not keep webhooks waiting.
            self.heed_hints().await;
        }
        for tracked in self.tracked.values_mut() {
            tracked.reconciling = false;
        }
        Ok(())
    }

    /// Fetches what is new in those of the repositories that are known to have news and whose
    /// history is complete.
    pub(super) async fn fetch_news_of_all(
        &mut self,
        repos: &BTreeSet<RepoId>,
        asked_at: Time,
    ) -> Result<(), CollectError> {
        let has_news = |tracked: &Tracked| {
            tracked.is_collected() && tracked.backfill_complete() && !tracked.pending.is_empty()
        };
        let fresh: Vec<RepoId> = repos
            .iter()
            .filter(|repo| self.tracked.get(repo).is_some_and(has_news))
            .copied()
            .collect();
        for some in fresh.chunks(FETCHED_TOGETHER) {
            self.fetch_news_of_some(some, asked_at).await?;
        }
        Ok(())
    }

    async fn fetch_news_of_some(
        &mut self,
        some: &[RepoId],
        asked_at: Time,
    ) -> Result<(), CollectError> {
        self.first_pages = self.source.first_pages(self.wanted(some)).await?;
        for repo in some {
            self.fetch_news_of(*repo, asked_at).await?;
        }
        self.first_pages = FirstPages::default();
        Ok(())
    }

    async fn fetch_news_of(&mut self, repo: RepoId, asked_at: Time) -> Result<(), CollectError> {
        for collector in NEWS {
            let waits =
                collector == Collector::Commits && self.is_pending(repo, Collector::PullRequests);
            while !waits && self.is_pending(repo, collector) {
                match self.step(repo, collector, asked_at).await? {
                    Outcome::Advance => {}
                    Outcome::Done | Outcome::Hold => break,
                }
            }
        }
        Ok(())
    }

    /// The first pages that news of these repositories begin with.
    fn wanted(&self, some: &[RepoId]) -> Wanted {
        let mut wanted = Wanted::default();
        for tracked in some.iter().filter_map(|repo| self.tracked.get(repo)) {
            let repository = &tracked.repository;
            let is_wanted = |collector| {
                tracked.pending.contains(&collector)
                    && !tracked.held_until.contains_key(&collector)
                    && !self.has_nothing_to_read(tracked, collector)
            };
            if is_wanted(Collector::Deployments) {
                wanted.deployments.push(repository.clone());
            }
            if is_wanted(Collector::PullRequests) {
                wanted.pulls.push(repository.clone());
            }
            if is_wanted(Collector::Commits)
                && let Some(from) = self.next_history(tracked)
            {
                wanted.heads.push((repository.clone(), from));
            }
        }
        wanted
    }

    fn is_pending(&self, repo: RepoId, collector: Collector) -> bool {
        self.tracked.get(&repo).is_some_and(|tracked| tracked.pending.contains(&collector))
    }
}
