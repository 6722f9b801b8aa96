//! Production deployments: which deployments reached users, which of them count as one, and which
//! were aborted.

use super::as_of::{NextEdge, Standing};
use super::{ABORTED_AFTER, AbortedDeployment, ProductionEnvironments, Rules};
use crate::domain::{Deployment, DeploymentId, DeploymentState, Oid, Time};
use std::collections::HashMap;
use std::sync::Arc;

/// A deployment's arrival in production.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finish<'a> {
    /// The deployment.
    pub(super) deployment: &'a Deployment,
    /// The environment of its first success.
    pub(super) environment: &'a Arc<str>,
    /// Its first success.
    pub(super) finished_at: Time,
}

impl Finish<'_> {
    /// The order of deployments.
    fn order(&self) -> (Time, Time, DeploymentId) {
        (self.finished_at, self.deployment.created_at, self.deployment.id)
    }

    /// The deployed commit.
    pub(super) fn sha(&self) -> Oid {
        self.deployment.sha
    }
}

/// All that reached production, and what never did.
#[derive(Debug)]
pub(super) struct Production<'a> {
    /// Finishes in order.
    pub(super) finishes: Vec<Finish<'a>>,
    /// Production deployments in order: the places in `finishes` of those that count as one.
    pub(super) groups: Vec<Vec<usize>>,
    /// For each finish the place in `groups`.
    pub(super) group_of: Vec<usize>,
    /// Aborted deployments, in order of judgement.
    pub(super) aborted: Vec<AbortedDeployment>,
}

impl<'a> Production<'a> {
    /// Judges all deployments.
    pub(super) fn of(standing: &Standing<'a>, rules: &Rules, edge: &mut NextEdge) -> Self {
        let mut environments = Environments::of(&*rules.production);
        let mut finishes = Vec::new();
        let mut aborted = Vec::new();
        for deployment in &standing.deployments {
            let outcome = Outcome::of(deployment, standing.t, &mut environments);
            if let Some((finished_at, environment)) = outcome.finished {
                finishes.push(Finish { deployment, environment, finished_at });
            } else if let Some(last) = outcome.last.filter(|_| outcome.failed) {
                let at = last.plus(ABORTED_AFTER);
                edge.note(at);
                if at <= standing.t {
                    aborted.push(AbortedDeployment { id: deployment.id, at });
                }
            }
        }
        finishes.sort_unstable_by_key(Finish::order);
        aborted.sort_unstable_by_key(|aborted| (aborted.at, aborted.id));
        let (groups, group_of) = group(&finishes, rules.same_deployment_window);
        Production { finishes, groups, group_of, aborted }
    }

    /// The finish that counts for a production deployment: the first of its group.
    pub(super) fn first(&self, group: usize) -> &Finish<'a> {
        &self.finishes[self.groups[group][0]]
    }

    /// When a production deployment finished.
    pub(super) fn finished_at(&self, group: usize) -> Time {
        self.first(group).finished_at
    }

    /// The id of a production deployment.
    pub(super) fn id(&self, group: usize) -> DeploymentId {
        self.first(group).deployment.id
    }

    /// How many production deployments finished at or before an instant: they come first.
    pub(super) fn finished_by(&self, at: Time) -> usize {
        self.groups.partition_point(|group| self.finishes[group[0]].finished_at <= at)
    }
}

/// What a deployment's statuses say of production.
#[derive(Debug, Default)]
struct Outcome<'a> {
    finished: Option<(Time, &'a Arc<str>)>,
    failed: bool,
    last: Option<Time>,
}

impl<'a> Outcome<'a> {
    fn of(deployment: &'a Deployment, t: Time, environments: &mut Environments<'a, '_>) -> Self {
        let mut outcome = Outcome::default();
        for status in deployment.statuses.iter().filter(|status| status.at <= t) {
            outcome.last = outcome.last.max(Some(status.at));
            // Hosts send an empty environment where a status names none.
            let own = status.environment.as_ref().filter(|name| !name.is_empty());
            let environment = own.unwrap_or(&deployment.environment);
            if !environments.contains(environment) {
                continue;
            }
            match status.state {
                DeploymentState::Success => {
                    let finish = (status.at, environment);
                    outcome.finished = Some(outcome.finished.map_or(finish, |f| f.min(finish)));
                }
                DeploymentState::Failure | DeploymentState::Error => outcome.failed = true,
                _ => {}
            }
        }
        outcome
    }
}

/// Asks once for each name, since patterns are dearer than a look-up.
struct Environments<'a, 'r> {
    production: &'r dyn ProductionEnvironments,
    known: HashMap<&'a str, bool>,
}

impl<'a, 'r> Environments<'a, 'r> {
    fn of(production: &'r dyn ProductionEnvironments) -> Self {
        Environments { production, known: HashMap::new() }
    }

    fn contains(&mut self, name: &'a str) -> bool {
        *self.known.entry(name).or_insert_with(|| self.production.contains(name))
    }
}

/// The latest finishes of one environment, by which another commit between two finishes is seen.
#[derive(Clone, Copy)]
struct Latest {
    sha: Oid,
    at: usize,
    /// The latest finish of another commit than `sha`.
    other: Option<usize>,
}

/// Puts finishes of one commit together that come within `window` of the first, unless another
/// commit finished in the same environment between.
fn group(finishes: &[Finish<'_>], window: i64) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of = Vec::with_capacity(finishes.len());
    let mut group_of_sha: HashMap<Oid, usize> = HashMap::new();
    let mut latest: HashMap<&str, Latest> = HashMap::new();
    for (at, finish) in finishes.iter().enumerate() {
        let before = latest.get(&**finish.environment).copied();
        let other = match before {
            Some(latest) if latest.sha != finish.sha() => Some(latest.at),
            Some(latest) => latest.other,
            None => None,
        };
        let joins = group_of_sha.get(&finish.sha()).copied().filter(|&group| {
            let first = groups[group][0];
            window > 0
                && finish.finished_at.since(finishes[first].finished_at) <= window
                && other.is_none_or(|other| other < first)
        });
        let group = joins.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(at);
        group_of.push(group);
        group_of_sha.insert(finish.sha(), group);
        latest.insert(finish.environment, Latest { sha: finish.sha(), at, other });
    }
    (groups, group_of)
}

#[cfg(test)]
mod tests;
