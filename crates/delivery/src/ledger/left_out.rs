//! What no figure counts, and why: read off the record by which the history was judged, so that
//! what is told here cannot differ from what was counted.

use super::changes::{counts, touches};
use super::failures::{Verdict, verdicts};
use super::lead_time::{self, Start};
use super::record::Record;
use super::rework::Repairs;
use super::{ChangeId, History, Reason};
use crate::domain::{DeploymentId, IncidentId, Oid, Time};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Why a deployment is no production deployment of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeploymentOmission {
    /// It went to an environment that is not production.
    NotProduction,
    /// It failed and never succeeded; it is counted as aborted.
    Aborted,
    /// It has not reached `success`, or not been judged aborted yet.
    Unfinished,
    /// Another deployment of the same commit finished shortly before: the two count as one.
    SameDeployment(DeploymentId),
}

impl DeploymentOmission {
    /// How documents name it.
    pub fn name(self) -> &'static str {
        match self {
            DeploymentOmission::NotProduction => "not_production",
            DeploymentOmission::Aborted => "aborted",
            DeploymentOmission::Unfinished => "unfinished",
            DeploymentOmission::SameDeployment(_) => "same_deployment",
        }
    }
}

/// A deployment that is no production deployment of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutDeployment {
    /// Which deployment.
    pub id: DeploymentId,
    /// The deployed commit.
    pub sha: Oid,
    /// The environment that it was created for.
    pub environment: Arc<str>,
    /// When it was requested.
    pub created_at: Time,
    /// When it was judged aborted, or finished; else when it was requested.
    pub at: Time,
    /// Why.
    pub why: DeploymentOmission,
}

/// Why a merged change is not among the shipped ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeOmission {
    /// It only brings what was merged before to another branch.
    Promotion,
    /// Its author's changes do not count by configuration.
    ExcludedAuthor,
    /// A direct commit, which do not count by configuration.
    DirectCommit,
    /// It changes no path of any component of its repository.
    NoComponent,
    /// The baseline contains it: it was live before the first deployment that is known.
    Baseline,
    /// It is merged, and on its way.
    Waiting,
    /// Nothing was deployed yet that could ship it.
    NoBaseline,
    /// Neither its merge nor its head is a commit that is known.
    UnknownCommit,
    /// It was merged into a branch of which nothing was deployed, and is not on the default branch.
    OffBranch,
}

impl ChangeOmission {
    /// How documents name it.
    pub fn name(self) -> &'static str {
        match self {
            ChangeOmission::Promotion => "promotion",
            ChangeOmission::ExcludedAuthor => "excluded_author",
            ChangeOmission::DirectCommit => "direct_commit",
            ChangeOmission::NoComponent => "no_component",
            ChangeOmission::Baseline => "baseline",
            ChangeOmission::Waiting => "waiting",
            ChangeOmission::NoBaseline => "no_baseline",
            ChangeOmission::UnknownCommit => "unknown_commit",
            ChangeOmission::OffBranch => "off_branch",
        }
    }
}

/// A merged change that is not among the shipped ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutChange {
    /// Which change.
    pub id: ChangeId,
    /// When it was merged (a direct commit: committed).
    pub merged_at: Time,
    /// Why.
    pub why: ChangeOmission,
}

/// Why what was opened as an incident is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentOmission {
    /// Closed as a duplicate or not planned, or merged into another.
    Dismissed,
    /// Its source does not count it any more: the label was removed.
    Unmarked,
}

impl IncidentOmission {
    /// How documents name it.
    pub fn name(self) -> &'static str {
        match self {
            IncidentOmission::Dismissed => "dismissed",
            IncidentOmission::Unmarked => "unmarked",
        }
    }
}

/// What was opened as an incident and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutIncident {
    /// Which one.
    pub id: IncidentId,
    /// When it was opened.
    pub opened_at: Time,
    /// Why.
    pub why: IncidentOmission,
}

/// Why no deployment is blamed for an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unattributed {
    /// Its text names a cause, which no deployment that is known shipped in time.
    NamedCause,
    /// Nothing was deployed before it opened.
    NoDeployment,
    /// The latest deployment before it is older than the incident window.
    OutOfWindow,
    /// The rule `incident` is switched off.
    RuleOff,
    /// It has none of the severities that count.
    Severity,
}

impl Unattributed {
    /// How documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Unattributed::NamedCause => "named_cause",
            Unattributed::NoDeployment => "no_deployment",
            Unattributed::OutOfWindow => "out_of_window",
            Unattributed::RuleOff => "rule_off",
            Unattributed::Severity => "severity",
        }
    }
}

/// By what it is known when work on each shipped change started.
pub(super) fn starts(record: &Record<'_>, history: &History) -> Vec<Start> {
    let by_id: HashMap<ChangeId, Start> = record
        .changes
        .list
        .iter()
        .map(|change| (change.id, lead_time::start(record, change).1))
        .collect();
    // Every shipped change is one of the list.
    history.changes.iter().filter_map(|change| by_id.get(&change.id).copied()).collect()
}

/// Why nothing is to blame for the incidents of which that is so.
pub(super) fn unattributed(
    record: &Record<'_>,
    repairs: &Repairs,
    history: &History,
) -> BTreeMap<IncidentId, Unattributed> {
    let listens = record.rules.failure_rules.contains(&Reason::Incident);
    let all: HashSet<&IncidentId> =
        history.incidents.iter().filter(|one| !one.attributed).map(|one| &one.id).collect();
    let verdicts = verdicts(record, repairs).filter(|(incident, _)| all.contains(&incident.id));
    let why = |verdict| match verdict {
        Verdict::NamesItsCause => Unattributed::NamedCause,
        _ if !listens => Unattributed::RuleOff,
        Verdict::Severity => Unattributed::Severity,
        Verdict::OutOfWindow => Unattributed::OutOfWindow,
        Verdict::NoDeployment | Verdict::Blames(_) => Unattributed::NoDeployment,
    };
    verdicts.map(|(incident, verdict)| (incident.id.clone(), why(verdict))).collect()
}

/// Deployments that are no production deployments of their own.
pub(super) fn deployments(record: &Record<'_>) -> Vec<LeftOutDeployment> {
    let production = &record.production;
    let finished: HashMap<DeploymentId, usize> = production
        .finishes
        .iter()
        .enumerate()
        .map(|(at, finish)| (finish.deployment.id, at))
        .collect();
    let aborted: HashMap<DeploymentId, Time> =
        production.aborted.iter().map(|aborted| (aborted.id, aborted.at)).collect();
    let mut left_out: Vec<LeftOutDeployment> = record
        .standing
        .deployments
        .iter()
        .filter_map(|deployment| {
            let (at, why) = match (finished.get(&deployment.id), aborted.get(&deployment.id)) {
                (Some(&place), _) => {
                    let first = production.id(production.group_of[place]);
                    let other = (first != deployment.id).then_some(first)?;
                    let at = production.finishes[place].finished_at;
                    (at, DeploymentOmission::SameDeployment(other))
                }
                (None, Some(at)) => (*at, DeploymentOmission::Aborted),
                (None, None) => {
                    let own = deployment.statuses.iter().filter_map(|it| it.environment.as_ref());
                    let mut all = own.chain([&deployment.environment]);
                    let rule = &record.rules.production;
                    let why = if all.any(|environment| rule.contains(environment)) {
                        DeploymentOmission::Unfinished
                    } else {
                        DeploymentOmission::NotProduction
                    };
                    (deployment.created_at, why)
                }
            };
            Some(LeftOutDeployment {
                id: deployment.id,
                sha: deployment.sha,
                environment: Arc::clone(&deployment.environment),
                created_at: deployment.created_at,
                at,
                why,
            })
        })
        .collect();
    left_out.sort_unstable_by_key(|one| (one.at, one.id));
    left_out
}

/// Merged changes that are not among the shipped ones. Changes of another component of the
/// repository are counted there, and not named here.
pub(super) fn changes(record: &Record<'_>, history: &History) -> Vec<LeftOutChange> {
    let mut left_out: Vec<LeftOutChange> = not_shipped(record, history);
    for pull in &record.standing.pulls {
        let nobodys = pull.components.as_ref().is_some_and(Vec::is_empty);
        let why = match record.changes.pull(pull) {
            Some(_) => continue,
            None if !touches(record.scope, pull) && !nobodys => continue,
            None if !touches(record.scope, pull) => ChangeOmission::NoComponent,
            None if !counts(record.rules, &pull.author) => ChangeOmission::ExcludedAuthor,
            None => ChangeOmission::Promotion,
        };
        let (id, merged_at) = (ChangeId::Pull(pull.number), pull.merged_at);
        left_out.push(LeftOutChange { id, merged_at, why });
    }
    for &at in &record.branch {
        let commit = record.ancestry.graph.commit(at);
        let is_direct =
            commit.committed_at <= record.standing.t && record.belonging.pull_of(commit).is_none();
        if is_direct && record.changes.direct(commit.oid).is_none() {
            let why = match record.rules.direct_commits {
                true => ChangeOmission::ExcludedAuthor,
                false => ChangeOmission::DirectCommit,
            };
            let (id, merged_at) = (ChangeId::Commit(commit.oid), commit.committed_at);
            left_out.push(LeftOutChange { id, merged_at, why });
        }
    }
    left_out.sort_unstable_by_key(|one| (one.merged_at, one.id));
    left_out
}

/// The changes that count and were not shipped.
fn not_shipped(record: &Record<'_>, history: &History) -> Vec<LeftOutChange> {
    let waiting: HashSet<ChangeId> = history.waiting.iter().map(|change| change.id).collect();
    let changes = record.changes.list.iter().filter_map(|change| {
        let live = record.shipping.first_live(change.tips);
        let why = match (record.shipping.baseline, live) {
            (None, _) => ChangeOmission::NoBaseline,
            (baseline, Some(_)) if live == baseline => ChangeOmission::Baseline,
            (_, Some(_)) => return None,
            _ if waiting.contains(&change.id) => ChangeOmission::Waiting,
            _ if change.tips == [None, None] => ChangeOmission::UnknownCommit,
            _ => ChangeOmission::OffBranch,
        };
        Some(LeftOutChange { id: change.id, merged_at: change.merged_at, why })
    });
    changes.collect()
}

/// What was opened as an incident and is none.
pub(super) fn incidents(record: &Record<'_>) -> Vec<LeftOutIncident> {
    let counted: HashSet<&IncidentId> =
        record.incidents.iter().map(|standing| &standing.incident.id).collect();
    let others = record.standing.incidents.iter().filter(|one| !counted.contains(&one.id));
    let mut left_out: Vec<LeftOutIncident> = others
        .map(|incident| LeftOutIncident {
            id: incident.id.clone(),
            opened_at: incident.opened_at,
            why: match incident.counts {
                true => IncidentOmission::Dismissed,
                false => IncidentOmission::Unmarked,
            },
        })
        .collect();
    left_out.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
    left_out
}

#[cfg(test)]
mod tests;
