//! What of a repository is asked again by id, since lists do not announce it.

use super::{Tracked, Unfinished, finish, is_open};
use delivery::domain::{Collector, Fact, Incident, Time};
use std::sync::Arc;

impl Tracked {
    /// The node ids of deployments that may still change.
    pub fn unfinished_deployments(&self, now: Time) -> impl Iterator<Item = Arc<str>> + '_ {
        self.unfinished
            .values()
            .filter(move |unfinished| unfinished.asked_until > now)
            .map(|unfinished| Arc::clone(&unfinished.node_id))
    }

    /// The node ids of deployments that are seldom asked for again.
    pub fn long_failed_deployments(&self, now: Time) -> impl Iterator<Item = Arc<str>> + '_ {
        let seldom = |one: &&Unfinished| one.asked_until <= now && one.reconciled_until > now;
        let all: Vec<_> = self.unfinished.values().filter(seldom).collect();
        all.into_iter().map(|one| Arc::clone(&one.node_id))
    }

    /// The list whose sweeps have missed what a fact tells, where only the reconcile asked for it: a
    /// late success, or an incident that lost its label after its end.
    pub fn is_missed(&self, fact: &Fact, now: Time) -> Option<Collector> {
        match fact {
            Fact::Deployment(deployment) => {
                let known = self.unfinished.get(&deployment.id)?;
                finish(deployment, &self.production)?;
                (known.asked_until <= now).then_some(Collector::Deployments)
            }
            Fact::Incident(incident) if !incident.counts => {
                let known = self.incidents.get(&incident.id).filter(|known| !is_open(known))?;
                known.counts.then_some(Collector::Incidents)
            }
            _ => None,
        }
    }

    /// The node ids of pull requests that may be applied by now.
    pub fn unapplied_pulls(&self, now: Time) -> impl Iterator<Item = Arc<str>> + '_ {
        let asked = self.unapplied.values().filter(move |one| one.asked_until > now);
        asked.map(|one| Arc::clone(&one.node_id))
    }

    /// The node ids of open incidents, which may lose their label unseen by lists filtered by label.
    pub fn open_incidents(&self) -> impl Iterator<Item = Arc<str>> + '_ {
        self.incidents
            .values()
            .filter(|incident| incident.counts && is_open(incident))
            .map(|incident| Arc::clone(&incident.node_id))
    }

    /// The node ids of all incidents opened since `since`, for the reconcile.
    pub fn incidents_since(&self, since: Time) -> impl Iterator<Item = Arc<str>> + '_ {
        self.incidents
            .values()
            .filter(move |incident| incident.opened_at >= since)
            .map(|incident| Arc::clone(&incident.node_id))
    }

    /// Whether any of these ids is that of a deployment or an incident that is asked for again.
    pub fn asks_for_any(&self, ids: &[Arc<str>]) -> bool {
        let incidents = self.incidents.values().filter(|incident| incident.counts);
        let incidents = incidents.map(|incident| &incident.node_id);
        self.unfinished.values().map(|one| &one.node_id).chain(incidents).any(|id| ids.contains(id))
    }

    /// Drops the deployments that the source says are gone, so that they are not asked for ever.
    /// They stay as they were told last.
    pub fn forget_deployments(&mut self, missing: &[Arc<str>]) {
        self.unfinished.retain(|_, unfinished| !missing.contains(&unfinished.node_id));
    }

    /// The deleted issues are no incidents any more, or they would burn for ever.
    pub fn forget_incidents(&self, missing: &[Arc<str>]) -> Vec<Fact> {
        self.incidents
            .values()
            .filter(|incident| incident.counts && missing.contains(&incident.node_id))
            .map(|incident| Fact::Incident(Incident { counts: false, ..incident.clone() }))
            .collect()
    }
}
