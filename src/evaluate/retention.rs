//! Retention: once a day what is finished with goes, from the store and from memory.
//!
//! It goes a part at a time, after a snapshot is published, so that neither a scrape nor the next
//! evaluation waits long for it. The rows of what counters counted of it go afterwards: totals have them.

use super::component::{Inputs, instant_of};
use super::components::{Component, components_of};
use super::off_the_runtime::off_the_runtime;
use super::settling::{Settled, SubjectFact, UNMAPPED, fact_of};
use super::{Estate, Evaluator};
use crate::store::{Forgotten, SettledRow, Store, StoreError};
use delivery::domain::{
    ComponentId, DAY, Deployment, DeploymentId, Incident, IncidentId, PullNumber, RepoId, Span,
    Time,
};
use delivery::ledger::{ChangeId, Forgettable, forgettable, is_over};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How often it is looked for what is finished with.
const EVERY: Span = DAY;
/// How many facts are looked at after one evaluation, and at most a repository more.
const FACTS_A_TURN: usize = 100_000;
/// How many pages of settled rows are looked at after one evaluation.
const PAGES_A_TURN: usize = 10;

/// Where it stands.
#[derive(Debug)]
pub struct Forgetting {
    retention: Span,
    next: Time,
    repositories: VecDeque<RepoId>,
    /// The place of the last settled row that was looked at, once all facts were.
    removing: Option<u64>,
    facts: usize,
    rows: usize,
}

/// What is finished with in one repository.
pub(super) struct Finished {
    facts: Forgettable,
    incidents: Vec<IncidentId>,
    infrastructure: Vec<PullNumber>,
    runs: Vec<u64>,
}

impl Forgetting {
    /// Forgets what is older than `retention`; it begins at once.
    pub fn after(retention: Span) -> Forgetting {
        let (next, repositories) = (Time(i64::MIN), VecDeque::new());
        Forgetting { retention, next, repositories, removing: None, facts: 0, rows: 0 }
    }

    /// Does a part of what is due. The evaluator knows all facts through the change number
    /// `through`, and what changed later stays.
    pub async fn go_on(
        &mut self,
        evaluator: &mut Evaluator,
        store: &Store,
        through: u64,
        now: Time,
    ) -> Result<(), StoreError> {
        if now >= self.next && self.repositories.is_empty() && self.removing.is_none() {
            self.next = now.plus(EVERY);
            self.repositories = evaluator.estate.repositories.keys().copied().collect();
            (self.facts, self.rows, self.removing) = (0, 0, Some(0));
            let surveys = evaluator.estate.surveys.forget_closed_before(now.plus(-self.retention));
            store.remove_surveys(&surveys).await?;
            store.forget_other_deployments(now.plus(-evaluator.rules.lookback)).await?;
        }
        let mut seen = 0;
        while let Some(repo) = self.repositories.front().copied() {
            if seen >= FACTS_A_TURN {
                return Ok(());
            }
            seen += evaluator.facts_of(repo);
            let finished = off_the_runtime(|| evaluator.finished_with(repo, now, self.retention));
            if let Some(finished) = finished {
                let gone = evaluator.forgotten(repo, &finished);
                store.forget(repo, &gone, through).await?;
                self.facts += gone.facts();
                evaluator.forget(repo, &finished);
            }
            self.repositories.pop_front();
        }
        self.remove_settled(evaluator, store, now.plus(-self.retention)).await
    }

    /// Removes settled rows that happened by `until`, as far as their facts are gone.
    async fn remove_settled(
        &mut self,
        evaluator: &mut Evaluator,
        store: &Store,
        until: Time,
    ) -> Result<(), StoreError> {
        if self.removing.is_none() {
            return Ok(());
        }
        for _ in 0..PAGES_A_TURN {
            let Some(after) = self.removing else { break };
            let gone = |row: &SettledRow| is_gone(&evaluator.estate, row);
            let (removed, next) = Settled::remove_page(store, after, until, gone).await?;
            self.rows += removed;
            self.removing = next;
        }
        if self.removing.is_none() && self.facts + self.rows > 0 {
            tracing::info!(
                facts = self.facts,
                settled_rows = self.rows,
                "forgot what no figure needs any more (store.retention); counters keep their values"
            );
        }
        Ok(())
    }
}

/// Whether the fact that a settled row was made of is forgotten.
pub(super) fn is_gone(estate: &Estate, row: &SettledRow) -> bool {
    let of = |repo: &RepoId| estate.repositories.get(repo);
    match fact_of(&row.subject) {
        None => false,
        Some(SubjectFact::Incident(id)) => !estate.incidents.contains_key(&id),
        Some(SubjectFact::Deployment(repo, id)) => {
            of(&repo).is_none_or(|facts| !facts.deployments.contains(id))
        }
        Some(SubjectFact::InfrastructurePull(repo, number)) => {
            of(&repo).is_none_or(|facts| !facts.infrastructure.contains_key(&number))
        }
        Some(SubjectFact::Change(repo, ChangeId::Pull(number))) => {
            of(&repo).is_none_or(|facts| !facts.pulls.contains(number))
        }
        Some(SubjectFact::Change(repo, ChangeId::Commit(oid))) => {
            of(&repo).is_none_or(|facts| !facts.commits.contains(&oid))
        }
    }
}

impl Evaluator {
    /// Ends the series of former teams and organisations that count nothing later than `at`.
    pub(super) fn end_former_owners(&mut self, at: Time) {
        let ended = self.settled.totals.end_before(at);
        self.shown.note(&BTreeSet::new(), ended);
    }

    fn facts_of(&self, repo: RepoId) -> usize {
        self.estate.repositories.get(&repo).map_or(0, |facts| {
            let of_changes = facts.deployments.len() + facts.pulls.len() + facts.commits.len();
            of_changes + facts.runs.len()
        })
    }

    /// What is finished with in a repository that is collected; absent where nothing is.
    pub(super) fn finished_with(
        &self,
        repo: RepoId,
        now: Time,
        retention: Span,
    ) -> Option<Finished> {
        if self.estate.sources.has(repo) {
            return self.finished_homeless(repo, now, retention);
        }
        let (facts, repository) = self.estate.complete(repo)?;
        let components = components_of(&self.rules.components, repository, facts);
        let t = instant_of(facts, now);
        let since = settled_through(&self.settled, repo, &components).min(t.plus(-retention));
        let is_old = facts.deployments.all(repo).any(|one| one.created_at <= since)
            || facts.pulls.all(repo).any(|one| one.merged_at <= since);
        let found = if is_old {
            let unpacked = facts.unpack(repo);
            let of = |one| Inputs::of(&self.estate, facts, &unpacked, one);
            let inputs: Vec<Inputs<'_>> = components.iter().map(of).collect();
            let claimed: BTreeSet<DeploymentId> =
                inputs.iter().flat_map(|one| &one.deployments).map(|one| one.id).collect();
            let all = unpacked.deployments.iter();
            let unclaimed: Vec<&Deployment> =
                all.filter(|one| !claimed.contains(&one.id)).collect();
            let inputs: Vec<_> = inputs.iter().map(Inputs::facts).collect();
            let judging = self.rules.judging.of(&repository.full_name);
            forgettable(&inputs, &unclaimed, &judging.rules, t, since)
        } else {
            Forgettable { frontier: facts.commits.frontier().clone(), ..Forgettable::default() }
        };
        let told: BTreeSet<&IncidentId> = found.incidents.iter().collect();
        let goes = |id: &IncidentId| {
            let is_over = self.estate.incidents.get(id).is_some_and(|it| is_over(it, since));
            let blames = is_old && self.estate.mapped.repository_of(id) == Some(repo);
            is_over && !self.estate.naming.is_abroad(id) && (!blames || told.contains(id))
        };
        let incidents = self.incidents_of(repo).into_iter().filter(goes).collect();
        let old = facts.infrastructure.values().filter(|one| one.merged_at <= now.plus(-retention));
        let infrastructure = old.map(|pull| pull.number).collect();
        let runs = facts.runs.ended_by(t.plus(-retention));
        let finished = Finished { facts: found, incidents, infrastructure, runs };
        Some(finished).filter(|finished| !self.forgotten(repo, finished).is_empty())
    }

    /// What is finished with of a source's incidents that belong to no component.
    fn finished_homeless(&self, place: RepoId, now: Time, retention: Span) -> Option<Finished> {
        let t = self.estate.incidents_through(place).flatten()?.min(now);
        let since = settled_through(&self.settled, place, &[]).min(t.plus(-retention));
        let is_finished =
            |it: &&Incident| is_over(it, since) && !self.estate.naming.is_abroad(&it.id);
        let homeless = self.estate.homeless(place).filter(is_finished);
        let incidents: Vec<IncidentId> = homeless.map(|incident| incident.id.clone()).collect();
        let (facts, infrastructure, runs) = Default::default();
        (!incidents.is_empty()).then_some(Finished { facts, incidents, infrastructure, runs })
    }

    /// The incidents that count for a repository, or live in it without counting for another.
    fn incidents_of(&self, repo: RepoId) -> Vec<IncidentId> {
        let mapped = self.estate.mapped.components().filter(|component| component.repo == repo);
        let mapped = mapped.flat_map(|component| self.estate.mapped.of(component)).cloned();
        let unmapped = self.estate.mapped.unmapped.iter();
        let unmapped = unmapped.filter(|(_, home)| *home == Some(repo)).map(|(id, _)| id.clone());
        mapped.chain(unmapped).collect()
    }

    /// What the store is to remove.
    fn forgotten(&self, repo: RepoId, finished: &Finished) -> Forgotten {
        let Finished { facts, incidents, infrastructure, runs } = finished;
        let known = self.estate.repositories.get(&repo);
        let before = known.map(|known| known.commits.frontier().clone()).unwrap_or_default();
        Forgotten {
            deployments: facts.deployments.clone(),
            pulls: facts.pulls.clone(),
            infrastructure: infrastructure.clone(),
            commits: facts.commits.iter().copied().collect(),
            incidents: incidents.clone(),
            runs: runs.clone(),
            frontier: facts.frontier.difference(&before).copied().collect(),
            frontier_before: before.difference(&facts.frontier).copied().collect(),
        }
    }

    /// Drops what is finished with from memory.
    pub(super) fn forget(&mut self, repo: RepoId, finished: &Finished) {
        self.estate.forget(repo, &finished.facts, &finished.incidents);
        self.estate.forget_infrastructure(repo, &finished.infrastructure);
        self.estate.forget_runs(repo, &finished.runs);
        self.changes.mapping |= !finished.incidents.is_empty();
    }
}

/// Through when everything of a repository's components is settled; what is not shown yet has
/// nothing to settle.
fn settled_through(settled: &Settled, repo: RepoId, components: &[Component<'_>]) -> Time {
    let unmapped = ComponentId { repo, name: Arc::from(UNMAPPED) };
    let all = components.iter().map(|component| &component.id).chain([&unmapped]);
    all.filter_map(|component| settled.settled_through(component)).min().unwrap_or(Time::MAX)
}
