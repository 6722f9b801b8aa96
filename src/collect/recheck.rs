//! Asking again for what lists do not announce: by id what is not final, and once in each reconcile
//! interval everything recent.

use super::swept::SEARCH_PAYS_FROM;
use super::tracked::{RECONCILE_DEPTH, Tracked};
use super::{Collect, CollectError};
use crate::sources::github::Probed;
use delivery::domain::{Collector, DAY, Fact, RepoId, Span, Time};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Incidents opened this long ago or later are asked again by the reconcile.
const RECONCILE_INCIDENTS: Span = 90 * DAY;

impl Collect {
    /// Asks again, by id, for what is not final: unfinished deployments, open incidents, and once
    /// in each reconcile interval everything recent; `of` says of which repositories.
    pub(super) async fn recheck(
        &mut self,
        asked_at: Time,
        of: impl Fn(RepoId) -> bool,
    ) -> Result<(), CollectError> {
        let interval = self.around.settings.reconcile_interval;
        let mut deployments: Vec<Arc<str>> = Vec::new();
        let mut incidents: Vec<Arc<str>> = Vec::new();
        let mut reconciled: HashSet<RepoId> = HashSet::new();
        let spreads = self.tracked.len() >= SEARCH_PAYS_FROM;
        let source = Arc::clone(&self.source);
        for tracked in self.tracked.values_mut() {
            if !tracked.is_collected() || !of(tracked.repository.id) {
                continue;
            }
            deployments.extend(tracked.unfinished_deployments(asked_at));
            let is_fresh = |at| (0..interval).contains(&asked_at.since(at));
            let due = !tracked.reconciled_at.is_some_and(is_fresh);
            if due && tracked.reconciled_at.is_some() && tracked.backfill_complete() {
                deployments.extend(tracked.long_failed_deployments(asked_at));
                incidents.extend(tracked.incidents_since(asked_at.plus(-RECONCILE_INCIDENTS)));
                tracked.reconciling = true;
                reconciled.insert(tracked.repository.id);
                tracked.open.reconcile(asked_at);
                for collector in Collector::ALL {
                    // Where nothing moved lately, reading again would find what is known.
                    let cursor = tracked.cursors.get(&collector).map(String::as_str);
                    let recent =
                        tracked.has_moved_since(collector, asked_at.plus(-RECONCILE_DEPTH));
                    if recent || source.owes(collector, cursor) {
                        tracked.expect(collector);
                    }
                }
            } else {
                incidents.extend(tracked.open_incidents());
            }
            if due {
                let is_first = tracked.reconciled_at.is_none();
                let first = tracked.spread(asked_at, interval);
                tracked.reconciled_at = Some(if is_first && spreads { first } else { asked_at });
            }
        }
        self.recheck_applies(asked_at, &of).await?;
        if deployments.is_empty() && incidents.is_empty() {
            return Ok(());
        }
        let answer = self.source.recheck(&deployments, &incidents).await?;
        let mut by_repo: BTreeMap<RepoId, Vec<Fact>> = BTreeMap::new();
        by_repo.extend(self.forget(&answer.missing).await?);
        for fact in answer.facts {
            let Some(repo) = fact.repo() else { continue };
            let tracked = self.tracked.get(&repo).filter(|_| reconciled.contains(&repo));
            if let Some(collector) = tracked.and_then(|tracked| tracked.is_missed(&fact, asked_at))
            {
                self.note_missed(collector);
            }
            by_repo.entry(repo).or_default().push(fact);
        }
        by_repo.retain(|_, facts| !facts.is_empty());
        for (repo, facts) in by_repo {
            self.keep(repo, facts, None).await?;
        }
        Ok(())
    }

    /// Drops what the source says is gone, where it still shows the list that held it: of a repository
    /// that cannot be seen for a while everything is missing, and comes back with it. Gives what
    /// that changes.
    pub(super) async fn forget(
        &mut self,
        missing: &[Arc<str>],
    ) -> Result<BTreeMap<RepoId, Vec<Fact>>, CollectError> {
        let mut changed = BTreeMap::new();
        let homes = self.tracked.values().filter(|tracked| tracked.asks_for_any(missing));
        let homes: Vec<_> = homes.map(|tracked| tracked.repository.clone()).collect();
        if missing.is_empty() || homes.is_empty() {
            return Ok(changed);
        }
        let probes = match self.source.probe(&homes).await {
            Ok(probes) => probes,
            Err(error) if error.concerns_the_whole_source() => return Err(error.into()),
            // What cannot be made sure of now is missing the next time, too.
            Err(_) => return Ok(changed),
        };
        for probe in probes {
            let Probed::Found { .. } = &probe.outcome else { continue };
            let shows = |list| self.source.shows(probe.repo, list);
            let Some(tracked) = self.tracked.get_mut(&probe.repo) else { continue };
            if shows(Collector::Deployments) {
                tracked.forget_deployments(missing);
            }
            if shows(Collector::Incidents) {
                changed.insert(probe.repo, tracked.forget_incidents(missing));
            }
        }
        Ok(changed)
    }

    /// Asks again whether merged pull requests are applied: a status of a commit is no news of a pull
    /// request.
    async fn recheck_applies(
        &mut self,
        asked_at: Time,
        of: impl Fn(RepoId) -> bool,
    ) -> Result<(), CollectError> {
        let is_asked = |tracked: &&Tracked| tracked.is_collected() && of(tracked.repository.id);
        let tracked = self.tracked.values().filter(is_asked);
        let pulls = tracked.flat_map(|tracked| {
            let name = &tracked.repository.full_name;
            tracked.unapplied_pulls(asked_at).map(move |id| (Arc::clone(name), id))
        });
        let pulls: Vec<(Arc<str>, Arc<str>)> = pulls.collect();
        for fact in self.source.applies(&pulls).await? {
            let known = fact.repo().filter(|repo| self.tracked.contains_key(repo));
            if let Some(repo) = known {
                self.keep(repo, vec![fact], None).await?;
            }
        }
        Ok(())
    }
}
