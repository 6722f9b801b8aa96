//! Continuous integration: what repositories' runs add to the figures of the teams that have a
//! component in them, once each.

use super::{SpaceTeams, Team};
use crate::evaluate::Evaluator;
use crate::evaluate::component::instant_of;
use crate::evaluate::schedule::Alarms;
use delivery::domain::{Collector, ComponentId, RepoId, TeamName, Time, Window};
use delivery::measures::CiContribution;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What repositories add, and when that changes by time alone.
#[derive(Debug, Default)]
pub struct RepositoryRuns {
    kept: BTreeMap<RepoId, Kept>,
    alarms: Alarms,
}

/// What a repository adds, and to whom.
#[derive(Clone, Debug, Default)]
struct Kept {
    teams: BTreeSet<TeamName>,
    contribution: Arc<CiContribution>,
    /// From this instant on it holds…
    t: Time,
    /// …until this one.
    edge: Option<Time>,
}

/// What a team has of a repository before and after.
pub(super) type PendingRuns = (Option<Arc<CiContribution>>, Option<Arc<CiContribution>>);

impl Evaluator {
    /// Measures the runs of repositories with news of them or of whose they are, and of those where
    /// time changes something, and puts them into their teams.
    pub(in crate::evaluate) fn evaluate_runs(
        &mut self,
        touched: &BTreeSet<ComponentId>,
        now: Time,
    ) {
        let news = std::mem::take(&mut self.estate.runs_changed);
        let moved = touched.iter().map(|component| component.repo);
        let mut repositories: BTreeSet<RepoId> = moved.chain(news.iter().copied()).collect();
        repositories.extend(self.space.runs.alarms.come(now));
        for repo in repositories {
            let kept = self.measured(repo, news.contains(&repo), now);
            let edge = kept.as_ref().and_then(|kept| kept.edge);
            self.space.put_runs(repo, kept);
            self.space.runs.alarms.set(repo, edge);
        }
    }

    /// What a repository adds now; nothing where it is not shown, or not read yet.
    fn measured(&self, repo: RepoId, has_news: bool, now: Time) -> Option<Kept> {
        let (facts, repository) = self.estate.complete(repo)?;
        let selection = self.rules.judging.of(&repository.full_name).ci?;
        if !facts.is_complete_of(Collector::WorkflowRuns) {
            return None;
        }
        let places = self.components_in(repo).filter_map(|component| self.places.get(component));
        let teams: BTreeSet<TeamName> = places.map(|place| TeamName::clone(&place.team)).collect();
        if teams.is_empty() {
            return None;
        }
        let t = instant_of(facts, now);
        let holds = |kept: &&Kept| t >= kept.t && kept.edge.is_none_or(|edge| t < edge);
        if let Some(known) = self.space.runs.kept.get(&repo).filter(|_| !has_news).filter(holds) {
            return Some(Kept { teams, ..known.clone() });
        }
        let windows: Vec<Window> = self.rules.windows.iter().map(|(_, window)| *window).collect();
        let (contribution, edge) = CiContribution::of(&facts.runs.selected(selection), &windows, t);
        Some(Kept { teams, contribution: Arc::new(contribution), t, edge })
    }
}

impl SpaceTeams {
    /// Puts what a repository adds into the teams that have it now.
    fn put_runs(&mut self, repo: RepoId, kept: Option<Kept>) {
        let old = match kept.clone() {
            Some(kept) => self.runs.kept.insert(repo, kept),
            None => self.runs.kept.remove(&repo),
        };
        let (old, new) = (old.unwrap_or_default(), kept.unwrap_or_default());
        for name in old.teams.union(&new.teams) {
            let of =
                |kept: &Kept| kept.teams.contains(name).then(|| Arc::clone(&kept.contribution));
            let (before, after) = (of(&old), of(&new));
            if before != after {
                self.team(name).pending_runs.push((before, after));
            }
        }
    }
}

impl Team {
    /// Puts into the pool what has changed of runs; true where anything had.
    pub(super) fn take_over_runs(&mut self) -> bool {
        let pending = std::mem::take(&mut self.pending_runs);
        let changed = pending.iter().map(|(old, new)| (old.as_deref(), new.as_deref()));
        self.ci.replace(&changed.collect::<Vec<_>>());
        !pending.is_empty()
    }
}

#[cfg(test)]
#[path = "ci_tests.rs"]
mod tests;
