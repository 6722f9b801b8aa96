//! Judges a component's facts: who shipped what, what failed and why, what repaired it.
//!
//! A pure function of facts, rules and an instant, one rule a file:
//!
//! | Module | Decides |
//! |---|---|
//! | `as_of` | which facts exist at the instant |
//! | `production` | finishes, what counts as one deployment, what was aborted |
//! | `graph` | who contains whom |
//! | `belonging`, `changes` | which commits are whose, and which changes count |
//! | `shipping` | the baseline, and where each commit first went live |
//! | `shipped`, `waiting` | which changes went live, which wait |
//! | `reviews` | which reviews count |
//! | `merged` | what was merged, shipped or not, and who looked at it |
//! | `lead_time`, `phases` | where lead time starts and how it divides |
//! | `incidents` | which incidents count, and whether they are open |
//! | `failures`, `rework`, `recovery` | what failed, what repaired, when service was back |
//! | `left_out` | which facts no figure counts, and why |
//! | `forget` | what no judgement needs any more |
//!
//! `record` prepares the facts once and `references` finds what texts refer to; neither judges.

mod as_of;
mod belonging;
mod changes;
mod failures;
mod forget;
mod graph;
mod history;
mod incidents;
mod lead_time;
mod left_out;
mod merged;
mod phases;
mod production;
mod record;
mod recovery;
mod references;
mod reviews;
mod rework;
mod rules;
#[cfg(test)]
mod scenario;
mod shipped;
mod shipping;
mod waiting;

pub use forget::{Forgettable, forgettable, is_over};
pub use history::{
    AbortedDeployment, ChangeId, Evidence, Failure, History, JudgedIncident, MergedChange, Phases,
    ProductionDeployment, Reason, ReviewOf, ShippedChange, WaitingChange, Witness,
};
pub use incidents::judge_incident;
pub use lead_time::Start;
pub use left_out::{
    ChangeOmission, DeploymentOmission, IncidentOmission, LeftOutChange, LeftOutDeployment,
    LeftOutIncident, Unattributed,
};
pub use rules::{
    ABORTED_AFTER, HOTFIX_LIMIT, INCIDENT_WINDOW, LeadTimeStart, ProductionEnvironments,
    REVERT_LIMIT, Rules, SAME_DEPLOYMENT_WINDOW,
};

use crate::domain::{
    CommitGraph, Deployment, Incident, IncidentId, Oid, PullRequest, RepoId, RepositoryName, Time,
};
use as_of::NextEdge;
use failures::Matches;
use record::Record;
use rework::Repairs;
use std::collections::BTreeMap;

/// The facts of one component. Their order has no meaning.
#[derive(Clone, Copy, Debug)]
pub struct ComponentFacts<'a> {
    /// The component's deployments, to any environment.
    pub deployments: &'a [&'a Deployment],
    /// The repository's merged pull requests.
    pub pulls: &'a [&'a PullRequest],
    /// The repository's commits.
    pub graph: &'a CommitGraph,
    /// The head of the repository's default branch.
    pub head: Option<Oid>,
    /// Incidents mapped to this component.
    pub incidents: &'a [&'a Incident],
    /// Which of the repository's changes are the component's.
    pub scope: Scope<'a>,
    /// The component's repository.
    pub repo: RepoId,
    /// Its present and former names, by which texts may name it.
    pub names: &'a [RepositoryName],
    /// Incidents that count elsewhere, whose text may name something of this repository.
    pub naming: &'a [&'a Incident],
    /// Those of the incidents mapped to this component whose text names a known cause elsewhere.
    pub caused_elsewhere: &'a BTreeMap<IncidentId, Time>,
}

/// Which changes of its repository belong to a component. Promotions and what belongs to a pull
/// request are judged over all of the repository's pull requests in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All of them.
    Repository,
    /// Pull requests whose changed paths match the globs of the component of this name. A change
    /// whose paths are not known, such as a direct commit, belongs to every component.
    Paths(&'a str),
}

/// A component's judged history with what a reader needs to follow the judgement.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Examination {
    /// The history that [`judge`] gives.
    pub history: History,
    /// By what it is known when work on each of [`History::changes`] started, in their order.
    pub starts: Vec<Start>,
    /// Why nothing is to blame, of each incident without a deployment to blame.
    pub unattributed: BTreeMap<IncidentId, Unattributed>,
    /// Deployments that are no production deployments of their own, in order of `at`, then of id.
    pub deployments: Vec<LeftOutDeployment>,
    /// Merged changes that no figure of lead time counts, in order of merge, then of id.
    pub changes: Vec<LeftOutChange>,
    /// What was opened as an incident and is none, in order of opening, then of id.
    pub incidents: Vec<LeftOutIncident>,
}

/// Judges a component as of `t`: what happened later does not exist.
pub fn judge(facts: &ComponentFacts<'_>, rules: &Rules, t: Time) -> History {
    let mut edge = NextEdge::after(t);
    let record = Record::of(facts, rules, t, &mut edge);
    history(&record, &Repairs::of(&record), edge)
}

/// Judges a component as [`judge`] does, and tells what was left out and why.
pub fn examine(facts: &ComponentFacts<'_>, rules: &Rules, t: Time) -> Examination {
    let mut edge = NextEdge::after(t);
    let record = Record::of(facts, rules, t, &mut edge);
    let repairs = Repairs::of(&record);
    let history = history(&record, &repairs, edge);
    Examination {
        starts: left_out::starts(&record, &history),
        unattributed: left_out::unattributed(&record, &repairs, &history),
        deployments: left_out::deployments(&record),
        changes: left_out::changes(&record, &history),
        incidents: left_out::incidents(&record),
        history,
    }
}

fn history(record: &Record<'_>, repairs: &Repairs, edge: NextEdge) -> History {
    let matches = failures::matches(record, repairs);
    let attributed = matches.attributed();
    let is_attributed = |incident: &Incident| {
        attributed.contains(&incident.id) || record.is_caused_elsewhere(incident)
    };
    let incidents = record.incidents.iter().map(|standing| JudgedIncident {
        id: standing.incident.id.clone(),
        opened_at: standing.incident.opened_at,
        resolved_at: standing.resolved_at,
        attributed: is_attributed(standing.incident),
    });
    let incidents = incidents.collect();
    let changes = shipped::shipped(record);
    History {
        deployments: deployments(record, repairs, matches, &changes),
        waiting: waiting::waiting(record),
        merged: merged::merged(record),
        changes,
        incidents,
        aborted: record.production.aborted.clone(),
        named_since: record.named_since().into_iter().collect(),
        next_edge: edge.get(),
    }
}

/// Brings together what was judged of each production deployment.
fn deployments(
    record: &Record<'_>,
    repairs: &Repairs,
    matches: Matches,
    changes: &[ShippedChange],
) -> Vec<ProductionDeployment> {
    let resolutions = recovery::resolutions(record.witnesses());
    let mut shipped = vec![0; record.production.groups.len()];
    changes.iter().for_each(|change| shipped[change.deployment as usize] += 1);
    let groups = record.production.groups.iter().zip(matches.evidence).enumerate();
    groups
        .map(|(at, (members, evidence))| {
            let first = record.production.first(at);
            let others = members[1..].iter();
            let others = others.map(|&member| record.production.finishes[member].deployment.id);
            ProductionDeployment {
                id: first.deployment.id,
                others: others.collect(),
                sha: first.sha(),
                environment: first.environment.clone(),
                created_at: first.deployment.created_at,
                finished_at: first.finished_at,
                known_commit: record.ancestry.graph.find(&first.sha()).is_some(),
                is_baseline: record.shipping.baseline == Some(at),
                changes: shipped[at],
                is_rollback: repairs.is_rollback[at],
                is_rework: repairs.is_rework[at],
                failure: recovery::failure(first.finished_at, evidence, &resolutions).map(Box::new),
            }
        })
        .collect()
}
