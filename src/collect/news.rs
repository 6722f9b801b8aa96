//! What is new: of all repositories, or where an owner has many, by what moved.
//!
//! A few repositories are asked for the newest of each list. Of thousands that would cost too much:
//! there one question tells which were pushed to, two searches tell whose pull requests and incidents
//! moved, and only deployments are asked for by repository, seldom where nothing has moved for long.
//! Since search is only eventually consistent, each repository is asked for everything once in a
//! reconcile interval; what that finds and the sweeps had missed is counted.

use super::failing::Concern;
use super::swept::{Drift, Question, SEARCH_PAYS_FROM, owner_of, with_head_of};
use super::tracked::Tracked;
use super::{Collect, CollectError};
use crate::sources::SourceError;
use crate::sources::github::{Mark, Moved, Probe, Probed};
use delivery::domain::{Collector, Fact, HOUR, MINUTE, OtherDeployment, Repository, Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A search reads back so far before the last sweep: its index lags, and so do replicas.
const SEARCH_OVERLAP: Span = 10 * MINUTE;
/// What a probe of everything costs is never exceeded by searching: so many repositories a point.
const REPOSITORIES_A_POINT: usize = 37;

impl Collect {
    /// Searches the owners of many repositories. Gives those whose moves are noted, with the instant
    /// since which they were searched.
    pub(super) async fn search_owners(
        &mut self,
        now: Time,
    ) -> Result<BTreeMap<String, Time>, CollectError> {
        let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
        for tracked in self.active() {
            *sizes.entry(owner_of(&tracked.repository)).or_default() += 1;
        }
        let mut searched = BTreeMap::new();
        for owner in self.source.owners() {
            let size = sizes.get(&owner).copied().unwrap_or_default();
            let Some(since) = self.sweeps.swept.get(&owner).copied() else { continue };
            // A clock that was set back asks everybody.
            if size < SEARCH_PAYS_FROM || since > now {
                continue;
            }
            let since = since.plus(-SEARCH_OVERLAP);
            let pages = size / REPOSITORIES_A_POINT;
            let is_organization = self.asked.organizations.contains(&owner);
            match self.source.moved(&owner, is_organization, since, pages).await {
                Ok(Some(moved)) => {
                    self.note_moved(moved).await?;
                    self.note_success(Concern::Search);
                    searched.insert(owner, since);
                }
                // Asking everybody costs no more.
                Ok(None) => {}
                Err(error) if error.concerns_the_whole_source() => return Err(error.into()),
                Err(error) => self.note_failure(Concern::Search, &error.into()),
            }
        }
        Ok(searched)
    }

    /// Whether the last sweep knows of a repository's pull requests and incidents by searching.
    pub(super) fn is_searched(&self, repository: &Repository) -> bool {
        self.sweeps.searched.contains_key(&owner_of(repository))
    }

    async fn note_moved(&mut self, moved: Moved) -> Result<(), CollectError> {
        let mut heads = Vec::new();
        let mut changed = Vec::new();
        for pushed in &moved.pushed {
            let known = self.tracked.get(&pushed.repo).map(|tracked| &tracked.repository);
            let Some(found) = self.source.pushed(pushed, known) else { continue };
            let Some(known) = known else {
                // The next sweep lists everything, and asks whose a new repository is.
                self.discovered_at = None;
                continue;
            };
            heads.push((pushed, found.head));
            let found = with_head_of(found, Some(known));
            changed.extend((*known != found).then_some(Fact::Repository(found)));
        }
        self.around.store.commit(&changed, &[]).await?;
        changed.iter().for_each(|fact| self.absorb(fact));
        for (pushed, head) in heads {
            if let Some(tracked) = self.tracked.get_mut(&pushed.repo) {
                tracked.stirred_by(pushed.at);
                tracked.head = head;
                if tracked.commits_may_have_news() {
                    // A search may not know yet which pull requests the new commits belong to.
                    tracked.expect(Collector::PullRequests);
                    tracked.expect(Collector::Commits);
                }
            }
        }
        for (repo, mark) in moved.any_pulls {
            let tracked = self.tracked.get_mut(&repo);
            tracked.into_iter().for_each(|tracked| tracked.open.note_moved(mark.clone()));
        }
        let pulls =
            moved.pulls.into_iter().map(|(repo, mark)| (repo, Collector::PullRequests, mark));
        let incidents =
            moved.incidents.into_iter().map(|(repo, mark)| (repo, Collector::Incidents, mark));
        for (repo, collector, mark) in pulls.chain(incidents) {
            let source = Arc::clone(&self.source);
            let Some(tracked) = self.tracked.get_mut(&repo) else { continue };
            let reads =
                collector != Collector::Incidents || source.reads_incidents_of(&tracked.repository);
            let known = tracked.marks.get(&collector).and_then(Option::as_ref);
            if reads && known.is_none_or(|known| (known.at, &known.id) < (mark.at, &mark.id)) {
                note_mark(&source, tracked, collector, Some(mark));
            }
        }
        Ok(())
    }

    /// Keeps what became of repositories: their names.
    async fn keep_repositories(&mut self, probes: &[Probe]) -> Result<(), CollectError> {
        let since = self.around.clock.now().plus(-self.around.settings.lookback);
        let mut changed = Vec::new();
        for probe in probes {
            let Some(tracked) = self.tracked.get(&probe.repo) else { continue };
            let Probed::Found { repository, others, .. } = &probe.outcome else { continue };
            if !self.source.still_asks_for(repository) {
                continue;
            }
            let found = with_head_of(repository.clone(), Some(&tracked.repository));
            changed.extend((tracked.repository != found).then_some(Fact::Repository(found)));
            let is_new = |one: &&OtherDeployment| {
                Some(one.id) > tracked.newest_other && one.created_at >= since
            };
            changed.extend(others.iter().filter(is_new).cloned().map(Fact::OtherDeployment));
        }
        self.around.store.commit(&changed, &[]).await?;
        changed.iter().for_each(|fact| self.absorb(fact));
        Ok(())
    }

    /// Takes note of what was asked of some repositories; true where one of them was not found.
    pub(super) async fn note_probes(
        &mut self,
        probes: Vec<Probe>,
        asked: Question<'_>,
    ) -> Result<bool, CollectError> {
        self.keep_repositories(&probes).await?;
        let mut somebody_is_missing = false;
        for probe in probes {
            somebody_is_missing |= self.note_probe(probe, asked);
        }
        Ok(somebody_is_missing)
    }

    /// Takes note of a repository's newest entries; true where it was not found.
    fn note_probe(&mut self, probe: Probe, asked: Question<'_>) -> bool {
        let repo = probe.repo;
        let owner = self.tracked.get(&repo).map(|tracked| owner_of(&tracked.repository));
        let searched_since = owner.as_ref().and_then(|owner| asked.searched.get(owner).copied());
        let is_seen = owner.as_ref().is_none_or(|owner| !self.asked.unseen.contains(owner));
        let (head, pushed_at, deployment, pulls, incident) = match probe.outcome {
            // It was transferred: whose it is now the next listing tells.
            Probed::Found { repository, .. } if !self.source.still_asks_for(&repository) => {
                return is_seen;
            }
            Probed::Found {
                repository,
                pushed_at,
                deployment,
                others,
                pull,
                any_pull,
                incident,
            } => {
                if let Some(tracked) = self.tracked.get_mut(&repo) {
                    let newest = others.iter().map(|other| other.id).max();
                    tracked.newest_other = tracked.newest_other.max(newest);
                }
                (
                    repository.head,
                    pushed_at,
                    deployment,
                    (pull, any_pull.map(|mark| *mark)),
                    incident,
                )
            }
            Probed::Missing if is_seen => return true,
            // Its owner may not be seen at the moment, which is told already.
            Probed::Missing => {
                let what = format!("repositories of `{}`", owner.unwrap_or_default());
                self.sweeps.refused = Some(SourceError::NotFound { what });
                return false;
            }
            Probed::Failed(error) => {
                self.sweeps.refused = Some(error.about("news of repositories"));
                self.note_failure(Concern::Repository(repo, None), &CollectError::Source(error));
                return false;
            }
        };
        self.note_success(Concern::Repository(repo, None));
        let source = Arc::clone(&self.source);
        let Some(tracked) = self.tracked.get_mut(&repo) else { return false };
        let is_first = tracked.checked_at.is_none();
        let has_moved = tracked.head != head;
        (tracked.probed_at, tracked.head) = (Some(asked.asked_at), head);
        tracked.looked_at = Some(asked.asked_at);
        let mut marks = vec![(Collector::Deployments, deployment)];
        if asked.everything {
            let interval = self.around.settings.reconcile_interval;
            let first = tracked.spread(asked.asked_at, interval);
            tracked.checked_at = Some(if is_first { first } else { asked.asked_at });
            marks.extend([(Collector::PullRequests, pulls.0), (Collector::Incidents, incident)]);
        }
        let is_missed = |at: Time| searched_since.is_some_and(|since| at < since);
        let mut missed = BTreeSet::new();
        if asked.everything {
            let any_pull = Some(pulls.1);
            let has_moved = |mark: &Mark| tracked.open.mark != any_pull && is_missed(mark.at);
            if !is_first && any_pull.iter().flatten().any(has_moved) {
                missed.insert(Collector::PullRequests);
            }
            tracked.open.mark = any_pull;
        }
        for (collector, mark) in marks {
            let known = tracked.marks.get(&collector).and_then(Option::as_ref);
            let is_new =
                mark.as_ref().is_some_and(|mark| known != Some(mark) && is_missed(mark.at));
            if !is_first && is_new {
                missed.insert(collector);
            }
            note_mark(&source, tracked, collector, mark);
        }
        if let Some(pushed_at) = pushed_at {
            tracked.stirred_by(pushed_at);
        }
        if tracked.commits_may_have_news() {
            tracked.expect(Collector::Commits);
            if !is_first && has_moved && pushed_at.is_some_and(is_missed) {
                missed.insert(Collector::Commits);
            }
        }
        if asked.everything && searched_since.is_some() && !is_first {
            self.sweeps.drift.checked += 1;
        }
        missed.into_iter().for_each(|collector| self.note_missed(collector));
        false
    }

    /// Counts what the reconcile found and the sweeps had not.
    pub(super) fn note_missed(&mut self, collector: Collector) {
        self.around.observer.missed(self.source.name(), collector);
        *self.sweeps.drift.missed.entry(collector).or_default() += 1;
    }

    /// Tells once in a reconcile interval what it found that the sweeps had missed.
    pub(super) fn tell_drift(&mut self, now: Time) {
        let drift = &mut self.sweeps.drift;
        let since = *drift.since.get_or_insert(now);
        if now.since(since) < self.around.settings.reconcile_interval.max(HOUR) {
            return;
        }
        let drift = std::mem::replace(drift, Drift { since: Some(now), ..Drift::default() });
        if drift.checked == 0 && drift.missed.is_empty() {
            return;
        }
        let missed = drift.missed.iter().map(|(one, count)| format!("{}: {count}", one.name()));
        let missed = missed.collect::<Vec<_>>().join(", ");
        let source = self.source.name();
        let missed = if missed.is_empty() { "nothing".to_owned() } else { missed };
        tracing::info!(
            source,
            checked = drift.checked,
            missed,
            "the reconcile told what sweeps missed"
        );
    }
}

fn note_mark(
    source: &crate::sources::github::GitHub,
    tracked: &mut Tracked,
    collector: Collector,
    mark: Option<Mark>,
) {
    let cursor = tracked.cursors.get(&collector).map(String::as_str);
    let never_read = cursor.is_none() && mark.is_none();
    if !never_read && source.has_news(&tracked.repository, collector, cursor, mark.as_ref()) {
        tracked.expect(collector);
    }
    // A mark without an entry says that only reading tells; that is no move.
    if let Some(mark) = mark.as_ref().filter(|mark| !mark.id.is_empty()) {
        tracked.moved_by(mark.at);
        if collector == Collector::PullRequests {
            tracked.stirred_by(mark.at);
        }
    }
    tracked.marks.insert(collector, mark);
}
