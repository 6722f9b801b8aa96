//! What texts refer to, found among the facts: a change, a commit, a deployment.

use super::changes::{Tips, tips, touches};
use super::record::Record;
use crate::domain::{
    ChangeReference, CommitIndex, Incident, IncidentLink, Oid, OidPrefix, PullRequest, Time,
};
use std::collections::BTreeSet;

/// What a reference means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// The place of the change that is meant, or that the commit belongs to.
    pub(super) change: Option<usize>,
    /// When the pull request that is meant, or that the commit belongs to, was merged.
    pub(super) merged_at: Option<Time>,
    /// The commit that is named, where the graph holds it.
    pub(super) commit: Option<CommitIndex>,
    /// By which commits it reached production as a whole.
    pub(super) tips: Tips,
}

/// Where an incident's link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// To a production deployment.
    Deployment(usize),
    /// To something that the baseline already contained: no deployment shipped it.
    Baseline,
}

impl Record<'_> {
    /// Finds what a reference means; nothing where it names nothing that is known, or something of
    /// another component only, or where an abbreviated id fits several commits.
    pub(super) fn target(&self, reference: ChangeReference) -> Option<Target> {
        match reference {
            ChangeReference::Pull(number) => {
                let pulls = &self.standing.pulls;
                let at = pulls.binary_search_by_key(&number, |pull| pull.number).ok()?;
                self.pull_target(pulls[at], None)
            }
            ChangeReference::Commit(prefix) => self.commit_target(self.find(prefix)?),
        }
    }

    /// Follows an incident's link to a production deployment of this component: the one it names, or
    /// the first that made live what it names.
    pub(super) fn follow(&self, incident: &Incident, link: IncidentLink) -> Option<Lead> {
        if let IncidentLink::Deployment(id) = link {
            return self.groups_by_id.get(&id).map(|group| Lead::Deployment(*group));
        }
        let target = self.target(self.reference(incident, link)?)?;
        let by_commit = self.shipping.first_live([target.commit, None]);
        let at = by_commit.or_else(|| self.shipping.first_live(target.tips))?;
        let is_baseline = Some(at) == self.shipping.baseline;
        Some(if is_baseline { Lead::Baseline } else { Lead::Deployment(at) })
    }

    /// The change of this repository that an incident's link names.
    fn reference(&self, incident: &Incident, link: IncidentLink) -> Option<ChangeReference> {
        let lives_here = || incident.repo.is_none_or(|repo| repo == self.repo);
        match link {
            IncidentLink::Deployment(_) => None,
            IncidentLink::Change(ChangeReference::Pull(_)) if !lives_here() => None,
            IncidentLink::ChangeOf(name, _) if !self.names.contains(&name) => None,
            IncidentLink::Change(reference) | IncidentLink::ChangeOf(_, reference) => {
                Some(reference)
            }
        }
    }

    /// When what incidents name came to be: only since then do their texts lead where they do.
    pub(super) fn named_since(&self) -> BTreeSet<Time> {
        let named = self.witnesses().flat_map(|standing| {
            let incident = standing.incident;
            incident.causes.iter().chain(&incident.fixes).map(move |link| (incident, *link))
        });
        let mut since = BTreeSet::new();
        for (incident, link) in named {
            let target = self.reference(incident, link).and_then(|it| self.target(it));
            if let Some(Target { merged_at, commit, tips, .. }) = target {
                let tips = tips.into_iter().chain([commit]).flatten();
                let live = tips.filter_map(|tip| self.shipping.live(tip));
                since.extend(live.map(|group| self.production.finished_at(group)));
                since.extend(merged_at);
            } else if let Some(Lead::Deployment(group)) = self.follow(incident, link) {
                since.insert(self.production.finished_at(group));
            }
        }
        since
    }

    fn pull_target(&self, pull: &PullRequest, commit: Option<CommitIndex>) -> Option<Target> {
        touches(self.scope, pull).then(|| Target {
            change: self.changes.pull(pull),
            merged_at: Some(pull.merged_at),
            commit,
            tips: tips(pull, &self.ancestry),
        })
    }

    fn commit_target(&self, oid: Oid) -> Option<Target> {
        let graph = self.ancestry.graph;
        let commit = graph.find(&oid);
        let owner = match commit {
            Some(at) => self.belonging.pull_of(graph.commit(at)),
            None => self.belonging.pull_of_id(&oid),
        };
        if let Some(owner) = owner {
            return self.pull_target(self.standing.pulls[owner], commit);
        }
        commit.map(|_| Target {
            change: self.changes.direct(oid),
            merged_at: None,
            commit,
            tips: [commit, None],
        })
    }

    /// The only commit of the graph or of a pull request with these first digits.
    pub(super) fn find(&self, prefix: OidPrefix) -> Option<Oid> {
        let ids = self.object_ids.get_or_init(|| {
            let held = self.ancestry.graph.commits().iter().map(|commit| commit.oid);
            let replayed = self.standing.pulls.iter().flat_map(|pull| {
                let commits = pull.commits.iter().map(|commit| commit.oid);
                commits.chain(pull.merge_commit)
            });
            let mut ids: Vec<Oid> = held.chain(replayed).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        });
        let start = ids.partition_point(|oid| *oid < prefix.lowest());
        let mut matching = ids[start..].iter().take_while(|oid| prefix.matches(oid));
        let found = matching.next().copied();
        found.filter(|_| matching.next().is_none())
    }
}

#[cfg(test)]
mod tests;
