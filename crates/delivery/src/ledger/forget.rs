//! What a repository's facts have come to the end of: what may be forgotten without any figure of
//! today, or of later, being another.
//!
//! Commits that went live before a *cut* are finished with, and so are their changes. The graph
//! above them stays whole, so every walk ends on this **frontier** as it ended at what was live
//! before. The cut lies before everything that is deployed since `since`, and before the last few
//! versions of the time before, which a rollback may bring back. Baselines stay for ever, and so
//! does whatever something that stays refers to.

use super::changes::tips;
use super::record::Record;
use super::{ABORTED_AFTER, ComponentFacts, History, Rules, Witness, judge};
use crate::domain::{
    Deployment, DeploymentId, DeploymentState, Incident, IncidentId, IncidentLink,
    IncidentTransition, Oid, PullNumber, Time,
};
use keeping::Keeping;
use std::collections::{BTreeMap, BTreeSet};

mod keeping;

/// How many versions from before `since` stay whole, since a rollback may bring one back.
const VERSIONS: usize = 3;

/// What may be forgotten of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgettable {
    /// Deployments, in order.
    pub deployments: Vec<DeploymentId>,
    /// Pull requests, in order.
    pub pulls: Vec<PullNumber>,
    /// Commits.
    pub commits: BTreeSet<Oid>,
    /// Incidents that are over and tell nothing of what stays, in order.
    pub incidents: Vec<IncidentId>,
    /// All commits on which walks end from then on; those of before are among them or gone.
    pub frontier: BTreeSet<Oid>,
}

/// Says what of a repository nothing needs any more that happens after `since`, as known at `t`.
/// `components` are all components of the repository, `unclaimed` the deployments of none.
pub fn forgettable(
    components: &[ComponentFacts<'_>],
    unclaimed: &[&Deployment],
    rules: &Rules,
    t: Time,
    since: Time,
) -> Forgettable {
    let judged: Vec<Component<'_>> =
        components.iter().map(|facts| Component::of(facts, rules, t, since)).collect();
    let Some(first) = judged.first() else {
        let forgotten = unclaimed.iter().filter(|one| ended_by(one, since));
        let mut forgotten: Vec<DeploymentId> = forgotten.map(|one| one.id).collect();
        keep_a_success(unclaimed, &mut forgotten);
        return Forgettable { deployments: forgotten, ..Forgettable::default() };
    };
    let graph = first.record.ancestry.graph;
    let any_cut = judged.iter().any(|component| component.has_baseline());
    let is_finished = |at: u32| {
        any_cut && judged.iter().all(|one| !one.has_baseline() || one.was_live_before_the_cut(at))
    };
    let finished: Vec<bool> = (0..graph.len()).map(|at| is_finished(at as u32)).collect();
    let mut keeping = Keeping::of(&first.record, finished, since);
    let (over, lasting): (Vec<&Incident>, Vec<&Incident>) = components
        .iter()
        .flat_map(|facts| facts.incidents.iter().chain(facts.naming))
        .partition(|incident| is_over(incident, since));
    let named: BTreeSet<DeploymentId> =
        lasting.iter().flat_map(|incident| named_deployments(incident)).collect();
    let mut forgotten: Vec<DeploymentId> =
        unclaimed.iter().filter(|one| ended_by(one, since)).map(|one| one.id).collect();
    for component in &judged {
        forgotten.extend(component.forgettable(&keeping, since));
    }
    forgotten.retain(|id| !named.contains(id));
    let claimed = components.iter().flat_map(|facts| facts.deployments);
    let all: Vec<&Deployment> = claimed.chain(unclaimed).copied().collect();
    keep_a_success(&all, &mut forgotten);
    forgotten.sort_unstable();
    let stays = |id: &DeploymentId| forgotten.binary_search(id).is_err();
    let witnesses: BTreeSet<&IncidentId> =
        judged.iter().flat_map(|component| component.witnesses(&stays)).collect();
    let known: BTreeSet<DeploymentId> = all.iter().map(|one| one.id).filter(&stays).collect();
    let (kept, over): (Vec<&Incident>, Vec<&Incident>) = over.into_iter().partition(|incident| {
        witnesses.contains(&incident.id)
            || named_deployments(incident).any(|id| known.contains(&id))
    });
    lasting.iter().chain(&kept).for_each(|incident| keeping.refer_from(incident));
    keeping.follow();
    keeping.commits(all.iter().filter(|one| stays(&one.id)).map(|one| one.sha));
    let incidents: BTreeSet<IncidentId> =
        over.into_iter().map(|incident| incident.id.clone()).collect();
    keeping.into_forgettable(forgotten, incidents.into_iter().collect())
}

/// The deployments that an incident's text names by their ids.
fn named_deployments(incident: &Incident) -> impl Iterator<Item = DeploymentId> + '_ {
    incident.causes.iter().chain(&incident.fixes).filter_map(|link| match link {
        IncidentLink::Deployment(id) => Some(*id),
        _ => None,
    })
}

/// Whether an incident neither burns nor did anything after `since`.
pub fn is_over(incident: &Incident, since: Time) -> bool {
    let last = incident.events.iter().max_by_key(|event| event.at);
    let burns = last.is_none_or(|event| event.transition == IncidentTransition::Reopened);
    let old = last.map_or(incident.opened_at, |event| event.at.max(incident.opened_at)) <= since;
    old && !(burns && incident.counts)
}

/// Whether a deployment that never finished in production is no concern after `since`.
fn ended_by(deployment: &Deployment, since: Time) -> bool {
    let last = deployment.statuses.iter().map(|status| status.at).max();
    last.unwrap_or(deployment.created_at).max(deployment.created_at).plus(ABORTED_AFTER) <= since
}

/// Whether anything was ever deployed says whether a repository is a component, so the newest
/// success stays where no other does.
fn keep_a_success(all: &[&Deployment], forgotten: &mut Vec<DeploymentId>) {
    let gone: BTreeSet<DeploymentId> = forgotten.iter().copied().collect();
    let succeeded = |one: &&&Deployment| {
        one.statuses.iter().any(|status| status.state == DeploymentState::Success)
    };
    let successes = || all.iter().filter(succeeded);
    if successes().all(|one| gone.contains(&one.id)) {
        let newest = successes().map(|one| (one.created_at, one.id)).max();
        forgotten.retain(|id| newest.is_none_or(|(_, newest)| newest != *id));
    }
}

/// A component with its judged history.
struct Component<'a> {
    record: Record<'a>,
    history: History,
    /// The commits that are deployed since `since` or may yet be, and the last few of before.
    versions: BTreeSet<Oid>,
    /// What went live before is finished with.
    cut: Time,
}

impl<'a> Component<'a> {
    fn of(facts: &ComponentFacts<'a>, rules: &'a Rules, t: Time, since: Time) -> Component<'a> {
        let mut edge = super::NextEdge::after(t);
        let record = Record::of(facts, rules, t, &mut edge);
        let pending = record.standing.deployments.iter().filter(|deployment| {
            !record.groups_by_id.contains_key(&deployment.id) && !ended_by(deployment, since)
        });
        let mut versions: BTreeSet<Oid> = pending.map(|deployment| deployment.sha).collect();
        let mut before = 0;
        for finish in record.production.finishes.iter().rev() {
            if finish.finished_at > since {
                versions.insert(finish.sha());
            } else if before < VERSIONS && versions.insert(finish.sha()) {
                before += 1;
            }
        }
        let first_live = versions.iter().filter_map(|sha| {
            let at = record.ancestry.graph.find(sha)?;
            let on_ground = record.ancestry.is_ground(at);
            record.shipping.live(at).filter(|_| !on_ground)
        });
        let cut = first_live.map(|group| record.production.finished_at(group)).min();
        let cut = cut.unwrap_or(Time(i64::MIN)).min(since);
        Component { history: judge(facts, rules, t), record, versions, cut }
    }

    /// Without a baseline nothing is known to be live, and nothing depends on what was.
    fn has_baseline(&self) -> bool {
        self.record.shipping.baseline.is_some()
    }

    fn was_live_before_the_cut(&self, commit: u32) -> bool {
        self.record.ancestry.is_ground(commit)
            || self
                .record
                .shipping
                .live(commit)
                .is_some_and(|group| self.record.production.finished_at(group) < self.cut)
    }

    /// The component's deployments that nothing needs.
    fn forgettable(&self, keeping: &Keeping<'_, '_>, since: Time) -> Vec<DeploymentId> {
        let production = &self.record.production;
        let groups = self.needed_groups(keeping, since);
        let places = self.needed_places(since);
        let finishes = production.finishes.iter().zip(&production.group_of).enumerate();
        let mut forgotten: Vec<DeploymentId> = finishes
            .filter(|(at, (finish, group))| {
                finish.finished_at <= since && !groups.contains(group) && !places.contains(at)
            })
            .map(|(_, (finish, _))| finish.deployment.id)
            .collect();
        let unfinished = self.record.standing.deployments.iter().filter(|deployment| {
            !self.record.groups_by_id.contains_key(&deployment.id) && ended_by(deployment, since)
        });
        forgotten.extend(unfinished.map(|deployment| deployment.id));
        forgotten
    }

    /// Production deployments that say what the kept commits are, or whose failure is not over.
    fn needed_groups(&self, keeping: &Keeping<'_, '_>, since: Time) -> BTreeSet<usize> {
        let shipping = &self.record.shipping;
        let mut groups: BTreeSet<usize> =
            keeping.unfinished().filter_map(|commit| shipping.live(commit)).collect();
        groups.extend(shipping.baseline);
        let failures = self.history.deployments.iter().enumerate().filter(|(_, deployment)| {
            deployment.failure.as_ref().is_some_and(|failure| {
                failure.open
                    || failure.restored_at.is_some_and(|at| at > since)
                    || failure.evidence.iter().any(|evidence| evidence.at > since)
            })
        });
        groups.extend(failures.map(|(group, _)| group));
        groups
    }

    /// The incidents that blame deployments that stay: what has failed once does not fail again.
    fn witnesses<'s>(
        &'s self,
        stays: &'s impl Fn(&DeploymentId) -> bool,
    ) -> impl Iterator<Item = &'s IncidentId> {
        let kept = self.history.deployments.iter();
        let kept = kept.filter(move |one| std::iter::once(&one.id).chain(&one.others).any(stays));
        let evidence = kept.flat_map(|one| &one.failure).flat_map(|failure| &failure.evidence);
        evidence.filter_map(|evidence| match &evidence.witness {
            Witness::Incident(id) => Some(id),
            Witness::Rollback(_) | Witness::Repair { .. } => None,
        })
    }

    /// Finishes that later ones are compared with: the last of each environment, and of the kept
    /// versions the first and the last in each.
    fn needed_places(&self, since: Time) -> BTreeSet<usize> {
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        let mut ends: BTreeMap<(&str, Oid), (usize, usize)> = BTreeMap::new();
        for (at, finish) in self.record.production.finishes.iter().enumerate() {
            if finish.finished_at > since {
                break;
            }
            last.insert(finish.environment, at);
            if self.versions.contains(&finish.sha()) {
                ends.entry((finish.environment, finish.sha())).or_insert((at, at)).1 = at;
            }
        }
        let ends = ends.into_values().flat_map(|(first, last)| [first, last]);
        last.into_values().chain(ends).collect()
    }
}

#[cfg(test)]
mod tests;
