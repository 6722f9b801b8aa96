//! Infrastructure that teams change themselves: how long its pull requests took until they were
//! applied.
//!
//! A repository is born, for this alone, when its pull requests are read to the end for the first
//! time; what is merged and applied later settles, once, whenever that is found out. There is no
//! frontier as components have: whether something was applied may be told by a status that nobody
//! announces, so that it is known late, and a histogram does not mind in which order it grows.

use super::Evaluator;
use super::settling::{Counted, Settlement};
use crate::exposition::Histogram;
use crate::store::{Birth, SettledRow};
use delivery::domain::{Collector, ComponentId, InfrastructurePull, RepoId, Time};
use std::sync::Arc;

/// The name under which a repository's infrastructure settles. No component can have it.
const APPLIED: &str = "*applied";

/// What is to become of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It settles now, with so many seconds.
    Due(i64),
    /// It may settle later.
    Later,
    /// It never settles: it came before the birth, or so long ago that what settled is forgotten.
    Never,
}

impl Evaluator {
    /// What is due of pull requests that change infrastructure.
    pub(super) fn due_of_self_service(&self, now: Time, due: &mut Settlement) {
        if self.rules.self_service.is_empty() {
            return;
        }
        for repo in self.restless.iter().copied().filter(|repo| self.has_rules(*repo)) {
            let component = applied(repo);
            if self.settled.born_at(&component).is_none() && self.pulls_through(repo).is_some() {
                due.births.push(Birth {
                    component,
                    born_at: now,
                    settled_through: now,
                    primed_at: Some(now),
                });
            }
        }
        for (pull, turn) in self.turns(now) {
            if let Turn::Due(seconds) = turn {
                due.rows.push(row(pull, Counted::SelfService(seconds)));
            }
        }
    }

    /// Lets go of those that were settled, or never will be.
    pub(super) fn let_settled_applies_rest(&mut self, now: Time) {
        let over = self.turns(now).filter(|(_, turn)| *turn != Turn::Later);
        let over: Vec<_> = over.map(|(pull, _)| (pull.repo, pull.number)).collect();
        over.iter().for_each(|pull| {
            self.estate.unsettled.remove(pull);
        });
    }

    /// What is shown; nothing where no rule says what infrastructure is.
    pub(super) fn self_service(&self) -> Option<Histogram> {
        (!self.rules.self_service.is_empty()).then(|| self.settled.totals.self_service())
    }

    fn turns(&self, now: Time) -> impl Iterator<Item = (&InfrastructurePull, Turn)> {
        self.estate.unsettled.iter().filter_map(move |(repo, number)| {
            let pull = self.estate.repositories.get(repo)?.infrastructure.get(number)?;
            Some((pull, self.turn(pull, now)))
        })
    }

    fn turn(&self, pull: &InfrastructurePull, now: Time) -> Turn {
        if pull.merged_at <= now.plus(-self.rules.retention) {
            return Turn::Never;
        }
        let Some((applied_at, done_at)) = pull.applied_at.zip(pull.done_at()) else {
            return Turn::Later;
        };
        let born_at = self.settled.born_at(&applied(pull.repo));
        let (Some(born_at), true) = (born_at, self.has_rules(pull.repo)) else {
            return Turn::Later;
        };
        let through = self.pulls_through(pull.repo).map(|at| at.min(now));
        let settles_at = done_at.plus(self.rules.settling.settle_after);
        match through {
            _ if done_at <= born_at => Turn::Never,
            Some(through) if settles_at <= through => {
                Turn::Due(applied_at.since(pull.opened_at).max(0))
            }
            _ => Turn::Later,
        }
    }

    /// Whether a repository is collected and has infrastructure by the rules.
    fn has_rules(&self, repo: RepoId) -> bool {
        let facts = self.estate.repositories.get(&repo);
        let name = facts.and_then(|facts| Some(&facts.active()?.full_name));
        name.is_some_and(|name| !self.rules.self_service.of(name).is_empty())
    }

    /// Through when a repository's pull requests are read, once they are read to the end.
    fn pulls_through(&self, repo: RepoId) -> Option<Time> {
        let facts = self.estate.repositories.get(&repo).filter(|facts| facts.is_complete())?;
        facts.through_of(Collector::PullRequests)
    }
}

fn applied(repo: RepoId) -> ComponentId {
    ComponentId { repo, name: Arc::from(APPLIED) }
}

/// The instant of a row is the merge, which never changes: a row goes, once the retention is over,
/// with what it was made of, and what was merged before that settles no more.
fn row(pull: &InfrastructurePull, counted: Counted) -> SettledRow {
    SettledRow {
        family: counted.family().to_owned(),
        subject: format!("applied:{}:{}", pull.repo.0, pull.number),
        component: applied(pull.repo),
        team: String::new(),
        org: String::new(),
        reason: None,
        value: counted.value() as f64,
        at: pull.merged_at,
    }
}

#[cfg(test)]
#[path = "self_service_tests.rs"]
mod tests;
