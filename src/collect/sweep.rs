//! The sweep: which repositories there are, which have news, and what is not final yet.

use super::failing::Concern;
use super::fetch::Outcome;
use super::tracked::Tracked;
use super::{Collect, CollectError, repositories};
use crate::sources::github::{Mark, Probe, Probed};
use delivery::domain::{
    Collector, DAY, Fact, MINUTE, Oid, Progress, RepoId, Repository, Span, Time,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often the configured organisations, names and globs are listed again.
const DISCOVERY_INTERVAL: Span = 30 * MINUTE;
/// Incidents opened this long ago or later are asked again by the reconcile.
const RECONCILE_INCIDENTS: Span = 90 * DAY;
/// The order in which news are read. A branch moves only once the pull requests are known that its
/// new commits belong to: without them they would pass for direct pushes.
const NEWS: [Collector; 4] =
    [Collector::Deployments, Collector::PullRequests, Collector::Commits, Collector::Incidents];

impl Collect {
    /// Asks every repository for news and fetches them. Failures of single repositories are noted
    /// and passed over; the error is one that concerns the source or the store as a whole.
    pub(super) async fn sweep(&mut self, started: Time) -> Result<(), CollectError> {
        // A clock that was set back must not put it off.
        let is_fresh = |at| (0..DISCOVERY_INTERVAL).contains(&started.since(at));
        let due = !self.discovered_at.is_some_and(is_fresh);
        if due {
            self.discover(started).await?;
        }
        // Before anything of a new repository is shown, so that it is shown, and counted, for its team.
        self.read_ownership(started).await?;
        let asked_at = self.around.clock.now();
        let active: Vec<Repository> =
            self.active().map(|tracked| tracked.repository.clone()).collect();
        let probes = self.source.probe(&active).await?;
        let asked_at = self.source.as_told(asked_at);
        self.note_clock();
        let mut somebody_is_missing = false;
        for probe in probes {
            somebody_is_missing |= self.note_probe(probe, asked_at).await?;
        }
        if somebody_is_missing {
            self.discover(started).await?;
        }
        self.recheck(asked_at).await?;
        self.fetch_news(asked_at).await?;
        self.advance_the_quiet(asked_at).await
    }

    async fn discover(&mut self, started: Time) -> Result<(), CollectError> {
        let known = repositories(&self.tracked);
        let discovery = self.source.discover(&known).await?;
        self.around.observer.discovered(self.source.name(), &discovery);
        let failed = !discovery.failures.is_empty();
        for error in discovery.failures {
            // A whole organisation that cannot be listed is a failure of the source, told every time.
            let error = CollectError::Source(error);
            if error.concerns_everything() {
                return Err(error);
            }
            self.note_failure(Concern::Discovery, &error);
            if self.tracked.is_empty() && discovery.repositories.is_empty() {
                return Err(error);
            }
        }
        let found = discovery.repositories.iter();
        let heads: Vec<(RepoId, Option<Oid>)> = found.map(|one| (one.id, one.head)).collect();
        let mut changed: Vec<Fact> = discovery
            .repositories
            .into_iter()
            .filter_map(|repository| {
                let known = self.tracked.get(&repository.id).map(|tracked| &tracked.repository);
                let found = with_head_of(repository, known);
                (known != Some(&found)).then_some(Fact::Repository(found))
            })
            .collect();
        changed.extend(discovery.claims.into_iter().map(Fact::Claims));
        self.asked.organizations = discovery.organizations;
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
        if !failed {
            self.note_success(Concern::Discovery);
        }
        self.discovered_at = Some(started);
        Ok(())
    }

    /// Takes note of a repository's newest entries; true where it was not found.
    async fn note_probe(&mut self, probe: Probe, asked_at: Time) -> Result<bool, CollectError> {
        let Probe { repo, outcome } = probe;
        let (repository, deployment, pull, incident) = match outcome {
            Probed::Found { repository, deployment, pull, incident } => {
                (repository, deployment, pull, incident)
            }
            Probed::Missing => return Ok(true),
            Probed::Failed(error) => {
                self.note_failure(Concern::Repository(repo, None), &CollectError::Source(error));
                return Ok(false);
            }
        };
        self.note_success(Concern::Repository(repo, None));
        let Some(tracked) = self.tracked.get(&repo) else { return Ok(false) };
        let head = repository.head;
        let repository = with_head_of(repository, Some(&tracked.repository));
        if tracked.repository != repository {
            let fact = Fact::Repository(repository);
            self.around.store.commit(std::slice::from_ref(&fact), &[]).await?;
            self.absorb(&fact);
        }
        let source = Arc::clone(&self.source);
        let Some(tracked) = self.tracked.get_mut(&repo) else { return Ok(false) };
        (tracked.probed_at, tracked.head) = (Some(asked_at), head);
        let marks: [(Collector, Option<Mark>); 3] = [
            (Collector::Deployments, deployment),
            (Collector::PullRequests, pull),
            (Collector::Incidents, incident),
        ];
        for (collector, mark) in marks {
            let cursor = tracked.cursors.get(&collector).map(String::as_str);
            let never_read = cursor.is_none() && mark.is_none();
            if !never_read && source.has_news(&tracked.repository, collector, cursor, mark.as_ref())
            {
                tracked.expect(collector);
            }
            tracked.marks.insert(collector, mark);
        }
        if tracked.commits_may_have_news() {
            tracked.expect(Collector::Commits);
        }
        Ok(false)
    }

    /// Asks again, by id, for what is not final: unfinished deployments, open incidents, and once
    /// in each reconcile interval everything recent.
    async fn recheck(&mut self, asked_at: Time) -> Result<(), CollectError> {
        let interval = self.around.settings.reconcile_interval;
        let mut deployments: Vec<Arc<str>> = Vec::new();
        let mut incidents: Vec<Arc<str>> = Vec::new();
        for tracked in self.tracked.values_mut() {
            if !tracked.is_collected() {
                continue;
            }
            deployments.extend(tracked.unfinished_deployments(asked_at));
            let is_fresh = |at| (0..interval).contains(&asked_at.since(at));
            let due = !tracked.reconciled_at.is_some_and(is_fresh);
            if due && tracked.reconciled_at.is_some() && tracked.backfill_complete() {
                incidents.extend(tracked.incidents_since(asked_at.plus(-RECONCILE_INCIDENTS)));
                tracked.reconciling = true;
                for collector in Collector::ALL {
                    tracked.expect(collector);
                }
            } else {
                incidents.extend(tracked.open_incidents());
            }
            if due {
                tracked.reconciled_at = Some(asked_at);
            }
        }
        if deployments.is_empty() && incidents.is_empty() {
            return Ok(());
        }
        let answer = self.source.recheck(&deployments, &incidents).await?;
        let mut by_repo: BTreeMap<RepoId, Vec<Fact>> = BTreeMap::new();
        for (repo, tracked) in &mut self.tracked {
            by_repo.insert(*repo, tracked.forget_nodes(&answer.missing));
        }
        for fact in answer.facts {
            if let Some(repo) = fact.repo() {
                by_repo.entry(repo).or_default().push(fact);
            }
        }
        by_repo.retain(|_, facts| !facts.is_empty());
        for (repo, facts) in by_repo {
            self.keep(repo, facts, None).await?;
        }
        Ok(())
    }

    /// Fetches what is new in repositories whose history is complete.
    async fn fetch_news(&mut self, asked_at: Time) -> Result<(), CollectError> {
        let fresh: Vec<RepoId> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.is_collected() && tracked.backfill_complete())
            .map(|(repo, _)| *repo)
            .collect();
        for repo in fresh {
            for collector in NEWS {
                let waits = collector == Collector::Commits
                    && self.is_pending(repo, Collector::PullRequests);
                while !waits && self.is_pending(repo, collector) {
                    match self.step(repo, collector, asked_at).await? {
                        Outcome::Advance => {}
                        Outcome::Done | Outcome::Hold => break,
                    }
                }
            }
            if let Some(tracked) = self.tracked.get_mut(&repo) {
                tracked.reconciling = false;
            }
        }
        Ok(())
    }

    fn is_pending(&self, repo: RepoId, collector: Collector) -> bool {
        self.tracked.get(&repo).is_some_and(|tracked| tracked.pending.contains(&collector))
    }

    /// Repositories that were asked and have nothing new are known through the moment of asking.
    async fn advance_the_quiet(&mut self, asked_at: Time) -> Result<(), CollectError> {
        let known_through = asked_at.min(self.source.latest());
        let quiet = |tracked: &Tracked, collector: Collector| {
            tracked.is_complete(collector) && !tracked.pending.contains(&collector)
        };
        let facts: Vec<Fact> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| tracked.is_collected() && tracked.probed_at == Some(asked_at))
            .flat_map(|(repo, tracked)| {
                let collectors = Collector::ALL.into_iter();
                collectors.filter(|collector| quiet(tracked, *collector)).map(|collector| {
                    let through = Some(known_through);
                    Fact::Progress(Progress { repo: *repo, collector, complete: true, through })
                })
            })
            .collect();
        self.around.store.commit(&facts, &[]).await?;
        for fact in &facts {
            self.absorb(fact);
        }
        Ok(())
    }
}

/// A repository as it was found, with the head up to which its commits are read: that moves with
/// the last of the commits.
fn with_head_of(found: Repository, known: Option<&Repository>) -> Repository {
    Repository { head: known.and_then(|known| known.head), ..found }
}
