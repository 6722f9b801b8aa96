//! What settles, when, and under which subject.
//!
//! | Family | Settles at | Subject |
//! |---|---|---|
//! | deployments, rework deployments | the deployment's finish | deployment |
//! | aborted deployments | the judgement, 7 days after the last status | deployment |
//! | failed deployments | the first match of a rule, with the reason of that match | deployment |
//! | incidents | the opening | incident |
//! | change lead time, phases, changes shipped | the shipping, or the merge where that is later | change |
//! | recovery | the first time that service was restored | deployment |
//! | time to restore | the same, or the incident's first resolution | deployment, incident |

use super::Counted;
use delivery::domain::{
    ComponentId, DeploymentId, Incident, IncidentId, IncidentTransition, PullNumber, RepoId, Span,
    Time,
};
use delivery::ledger::{
    ChangeId, Evidence, History, ProductionDeployment, Reason, ShippedChange, judge_incident,
};
use delivery::measures::PHASES;

/// The name under which the incidents of a repository settle that belong to no component: they
/// count for its team and its organisation only. No component can have this name.
pub const UNMAPPED: &str = "*";

/// Something that finished, and all that it counts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// When it settles.
    pub at: Time,
    /// What it is, unique within each family that counts it.
    pub subject: String,
    /// What it counts for. The phases of a change follow its lead time.
    pub counted: Vec<Counted>,
}

/// Tells what finished, as it was judged then.
pub trait Finishes {
    /// What finished in `(after, until]`, in any order.
    fn between(&self, after: Time, until: Time) -> Vec<Finish>;

    /// Changes shipped in `(after, until]`, for priming the original collector's histogram.
    fn primed(&self, after: Time, until: Time) -> Vec<Finish>;
}

/// A component's history, as it was judged at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The component.
    pub component: &'a ComponentId,
    /// Its history.
    pub history: &'a History,
}

impl Finishes for Judged<'_> {
    fn between(&self, after: Time, until: Time) -> Vec<Finish> {
        let mut found = Found { after, until, finishes: Vec::new() };
        for deployment in &self.history.deployments {
            self.deployment(deployment, &mut found);
        }
        for aborted in &self.history.aborted {
            let subject = || self.deployment_subject(aborted.id);
            found.add(aborted.at, subject, || vec![Counted::AbortedDeployment]);
        }
        for incident in &self.history.incidents {
            let subject = || incident_subject(&incident.id);
            found.add(incident.opened_at, subject, || vec![Counted::Incident]);
            if let Some(at) = incident.resolved_at {
                found.add(at, subject, || vec![restore(incident.opened_at, at)]);
            }
        }
        for change in &self.history.changes {
            let subject = || self.change_subject(change.id);
            found.add(change.counts_at(), subject, || lead_times(change));
        }
        found.finishes
    }

    fn primed(&self, after: Time, until: Time) -> Vec<Finish> {
        let mut found = Found { after, until, finishes: Vec::new() };
        for change in &self.history.changes {
            let subject = || self.change_subject(change.id);
            let counted = || vec![Counted::LeadTimeHours(change.lead_time())];
            found.add(change.counts_at(), subject, counted);
        }
        found.finishes
    }
}

impl Judged<'_> {
    fn deployment(&self, deployment: &ProductionDeployment, found: &mut Found) {
        let subject = || self.deployment_subject(deployment.id);
        found.add(deployment.finished_at, subject, || {
            let rework = deployment.is_rework.then_some(Counted::ReworkDeployment);
            [Counted::Deployment].into_iter().chain(rework).collect()
        });
        let Some(failure) = &deployment.failure else { return };
        if let Some((at, reason)) = first_match(&failure.evidence) {
            found.add(at, subject, || vec![Counted::FailedDeployment(reason)]);
        }
        if let Some(at) = failure.restored_at {
            let seconds = span(deployment.finished_at, at);
            // With an incident, the incident is the production failure that is restored.
            let restored = (!failure.has_incident).then_some(Counted::Restore(seconds));
            let counted = || [Counted::Recovery(seconds)].into_iter().chain(restored).collect();
            found.add(at, subject, counted);
        }
    }

    fn deployment_subject(&self, id: DeploymentId) -> String {
        format!("deployment:{}:{}:{}", self.component.repo.0, id.0, self.component.name)
    }

    /// A change ships once per component.
    fn change_subject(&self, change: ChangeId) -> String {
        let ComponentId { repo, name } = self.component;
        match change {
            ChangeId::Pull(number) => format!("pull:{}:{number}:{name}", repo.0),
            ChangeId::Commit(oid) => format!("commit:{}:{oid}:{name}", repo.0),
        }
    }
}

/// The pull request that a subject names.
pub(super) fn pull_of(subject: &str) -> Option<PullNumber> {
    let (_repo, rest) = subject.strip_prefix("pull:")?.split_once(':')?;
    rest.split(':').next()?.parse().ok()
}

/// The fact that a settled subject was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectFact {
    /// A deployment of a repository.
    Deployment(RepoId, DeploymentId),
    /// A change of a repository.
    Change(RepoId, ChangeId),
    /// A pull request that changed infrastructure.
    InfrastructurePull(RepoId, PullNumber),
    /// An incident.
    Incident(IncidentId),
}

/// Reads a settled subject; absent for what this version does not know.
pub fn fact_of(subject: &str) -> Option<SubjectFact> {
    let (kind, rest) = subject.split_once(':')?;
    if kind == "incident" {
        return Some(SubjectFact::Incident(IncidentId(rest.into())));
    }
    if PHASES.iter().any(|phase| phase.name() == kind) {
        return fact_of(rest);
    }
    let (repo, rest) = rest.split_once(':')?;
    let (repo, id) = (RepoId(repo.parse().ok()?), rest.split(':').next()?);
    Some(match kind {
        "deployment" => SubjectFact::Deployment(repo, DeploymentId(id.parse().ok()?)),
        "pull" => SubjectFact::Change(repo, ChangeId::Pull(id.parse().ok()?)),
        "applied" => SubjectFact::InfrastructurePull(repo, id.parse().ok()?),
        "commit" => SubjectFact::Change(repo, ChangeId::Commit(id.parse().ok()?)),
        _ => return None,
    })
}

/// The incidents of a repository that belong to no component.
pub struct UnmappedIncidents<'a> {
    /// The incidents.
    pub incidents: Vec<&'a Incident>,
    /// How long after an instant it is judged.
    pub settle_after: Span,
}

impl Finishes for UnmappedIncidents<'_> {
    fn between(&self, after: Time, until: Time) -> Vec<Finish> {
        let mut found = Found { after, until, finishes: Vec::new() };
        for incident in &self.incidents {
            let subject = || incident_subject(&incident.id);
            let judged = |at: Time| judge_incident(incident, at.plus(self.settle_after));
            let opened_at = incident.opened_at;
            if judged(opened_at).is_some() {
                found.add(opened_at, subject, || vec![Counted::Incident]);
            }
            let events = incident.events.iter();
            let resolved = events.filter(|it| it.transition == IncidentTransition::Resolved);
            for at in resolved.map(|event| event.at) {
                if judged(at).is_some_and(|judged| judged.resolved_at == Some(at)) {
                    found.add(at, subject, || vec![restore(opened_at, at)]);
                }
            }
        }
        found.finishes
    }

    fn primed(&self, _after: Time, _until: Time) -> Vec<Finish> {
        Vec::new()
    }
}

/// Incidents keep their subject wherever they are mapped to, so that none counts twice.
fn incident_subject(id: &IncidentId) -> String {
    format!("incident:{}", id.0)
}

fn lead_times(change: &ShippedChange) -> Vec<Counted> {
    let lead_time = change.lead_time();
    let phases = PHASES.into_iter().filter_map(|phase| {
        let seconds = phase.of(&change.phases)?;
        Some(Counted::ChangePhase(phase, seconds.max(0)))
    });
    [Counted::LeadTimeHours(lead_time), Counted::LeadTime(lead_time)]
        .into_iter()
        .chain(phases)
        .collect()
}

/// The first match in time; of several at once the first rule names the reason. Later matches only
/// add evidence.
fn first_match(evidence: &[Evidence]) -> Option<(Time, Reason)> {
    evidence.iter().map(|evidence| (evidence.at, evidence.reason)).min()
}

fn restore(from: Time, to: Time) -> Counted {
    Counted::Restore(span(from, to))
}

fn span(from: Time, to: Time) -> Span {
    to.since(from).max(0)
}

/// Collects what lies in `(after, until]`.
struct Found {
    after: Time,
    until: Time,
    finishes: Vec<Finish>,
}

impl Found {
    fn add(
        &mut self,
        at: Time,
        subject: impl FnOnce() -> String,
        counted: impl FnOnce() -> Vec<Counted>,
    ) {
        if at > self.after && at <= self.until {
            self.finishes.push(Finish { at, subject: subject(), counted: counted() });
        }
    }
}

#[cfg(test)]
#[path = "finishes_tests.rs"]
mod tests;
