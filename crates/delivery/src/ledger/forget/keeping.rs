//! Which commits and pull requests stay: those that are not finished with, and what they name.

use super::{Forgettable, Record, tips};
use crate::domain::{
    ChangeReference, CommitIndex, DeploymentId, Incident, IncidentId, IncidentLink, Oid, Time,
};
use std::collections::BTreeSet;

/// Commits and pull requests that stay, by their places.
pub(super) struct Keeping<'r, 'a> {
    record: &'r Record<'a>,
    /// Which commits were live long ago for every component.
    finished: Vec<bool>,
    commits: Vec<bool>,
    pulls: Vec<bool>,
    /// Kept pull requests whose references are not followed yet.
    unfollowed: Vec<usize>,
}

impl<'r, 'a> Keeping<'r, 'a> {
    /// Keeps what is not finished with.
    pub(super) fn of(record: &'r Record<'a>, finished: Vec<bool>, since: Time) -> Keeping<'r, 'a> {
        let graph = record.ancestry.graph;
        let standing = &record.standing.pulls;
        let commits: Vec<bool> = finished.iter().map(|finished| !finished).collect();
        // A pull request is finished with when all that there is of it is.
        let mut seen = vec![false; standing.len()];
        let mut open = vec![false; standing.len()];
        let mut note = |pull: usize, commit: CommitIndex| {
            seen[pull] = true;
            open[pull] |= !finished[commit as usize];
        };
        for (at, commit) in (0..).zip(graph.commits()) {
            record.belonging.pull_of(commit).into_iter().for_each(|pull| note(pull, at));
        }
        for (place, pull) in standing.iter().enumerate() {
            let listed = pull.commits.iter().filter_map(|commit| graph.find(&commit.oid));
            let tips = tips(pull, &record.ancestry).into_iter().flatten();
            tips.chain(listed).for_each(|commit| note(place, commit));
        }
        let count = standing.len();
        let mut keeping =
            Keeping { record, finished, commits, pulls: vec![false; count], unfollowed: vec![] };
        for (place, pull) in standing.iter().enumerate() {
            if pull.merged_at > since || !seen[place] || open[place] {
                keeping.pull(place);
            }
        }
        for at in 0..keeping.commits.len() {
            if keeping.commits[at] {
                keeping.references_of(at as CommitIndex);
            }
        }
        keeping
    }

    /// Commits that are not finished with.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = CommitIndex> + '_ {
        (0..).zip(&self.finished).filter(|(_, finished)| !**finished).map(|(at, _)| at)
    }

    /// Keeps what the text of an incident that stays refers to.
    pub(super) fn refer_from(&mut self, incident: &Incident) {
        for link in incident.causes.iter().chain(&incident.fixes) {
            match link {
                IncidentLink::Deployment(_) => {}
                IncidentLink::Change(change) | IncidentLink::ChangeOf(_, change) => {
                    self.refer(*change);
                }
            }
        }
    }

    fn refer(&mut self, reference: ChangeReference) {
        match reference {
            ChangeReference::Pull(number) => {
                let pulls = &self.record.standing.pulls;
                if let Ok(at) = pulls.binary_search_by_key(&number, |pull| pull.number) {
                    self.pull(at);
                }
            }
            ChangeReference::Commit(prefix) => {
                let Some(oid) = self.record.find(prefix) else { return };
                let graph = self.record.ancestry.graph;
                let at = graph.find(&oid);
                let owner = match at {
                    Some(at) => self.record.belonging.pull_of(graph.commit(at)),
                    None => self.record.belonging.pull_of_id(&oid),
                };
                at.into_iter().for_each(|at| self.commit(at));
                owner.into_iter().for_each(|owner| self.pull(owner));
            }
        }
    }

    /// Follows what kept pull requests name or are made of: another's commits tell a promotion, and
    /// what is reverted tells a revert from a reapplied one.
    pub(super) fn follow(&mut self) {
        let record = self.record;
        let graph = record.ancestry.graph;
        while let Some(place) = self.unfollowed.pop() {
            let pull = record.standing.pulls[place];
            let listed = pull.commits.iter().filter_map(|commit| graph.find(&commit.oid));
            let own = tips(pull, &record.ancestry).into_iter().flatten().chain(listed);
            own.for_each(|commit| self.commit(commit));
            for commit in &pull.commits {
                let owners = record.belonging.owners(commit, graph);
                owners.for_each(|owner| self.pull(owner));
            }
            pull.reverts.iter().for_each(|reversion| self.refer(reversion.of));
        }
    }

    /// Keeps commits that are deployed.
    pub(super) fn commits(&mut self, oids: impl Iterator<Item = Oid>) {
        for at in oids.filter_map(|oid| self.record.ancestry.graph.find(&oid)) {
            self.commits[at as usize] = true;
        }
    }

    /// What is left over, and the frontier between that and what stays.
    pub(super) fn into_forgettable(
        self,
        deployments: Vec<DeploymentId>,
        incidents: Vec<IncidentId>,
    ) -> Forgettable {
        let graph = self.record.ancestry.graph;
        let all = || graph.commits().iter().zip(&self.commits);
        let pulls = self.record.standing.pulls.iter().zip(&self.pulls);
        let forgotten = Forgettable {
            deployments,
            incidents,
            pulls: pulls.filter(|(_, kept)| !**kept).map(|(pull, _)| pull.number).collect(),
            commits: all().filter(|(_, kept)| !**kept).map(|(commit, _)| commit.oid).collect(),
            frontier: BTreeSet::new(),
        };
        if forgotten.pulls.is_empty() && forgotten.commits.is_empty() {
            return Forgettable { frontier: graph.frontier().clone(), ..forgotten };
        }
        let kept = all().filter(|(_, kept)| **kept).map(|(commit, _)| commit);
        let below = kept.flat_map(|commit| &commit.parents).filter(|parent| {
            graph.frontier().contains(*parent) || forgotten.commits.contains(*parent)
        });
        let held = all().zip(&self.finished).filter(|((_, kept), finished)| **kept && **finished);
        let held = held.map(|((commit, _), _)| &commit.oid);
        let frontier = below.chain(held).copied().collect();
        Forgettable { frontier, ..forgotten }
    }

    fn pull(&mut self, place: usize) {
        if !std::mem::replace(&mut self.pulls[place], true) {
            self.unfollowed.push(place);
        }
    }

    fn commit(&mut self, at: CommitIndex) {
        if !std::mem::replace(&mut self.commits[at as usize], true) {
            self.references_of(at);
        }
    }

    fn references_of(&mut self, at: CommitIndex) {
        let graph = self.record.ancestry.graph;
        graph.commit(at).reverts.iter().for_each(|reversion| self.refer(reversion.of));
    }
}
