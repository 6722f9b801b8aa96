//! Small histories for tests, in hours: a repository's commits, pull requests, deployments and
//! incidents, with everything that a test does not mention set to something harmless.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    Author, ChangeReference, Commit, DeploymentId, DeploymentState, DeploymentStatus, HOUR,
    Headline, IncidentEvent, IncidentId, IncidentTransition, MINUTE, Person, PullCommit, RepoId,
    RepositoryName, Reversion, Review, ReviewState,
};
use std::sync::Arc;

/// The instant `hours` after the start of the scenario.
pub(super) fn h(hours: i64) -> Time {
    Time(hours * HOUR)
}

/// The object id that a test calls `name`: the name itself, so that failures can be read.
pub(super) fn oid(name: &str) -> Oid {
    let mut bytes = [b'.'; 20];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Oid(bytes)
}

/// An author with an account.
pub(super) fn person(number: u64) -> Author {
    Author { person: Some(Person(number)), is_bot: false }
}

/// A statement that something reverts a pull request.
pub(super) fn reverts_pull(number: u32) -> Reversion {
    Reversion { of: ChangeReference::Pull(number), reapplies: false }
}

/// A reference to a commit by its whole id.
pub(super) fn by_sha(name: &str) -> ChangeReference {
    ChangeReference::Commit(oid(name).into())
}

/// A submitted approval.
pub(super) fn review(at: Time, author: Author) -> Review {
    Review { at, state: ReviewState::Approved, author }
}

/// A deployment status that names no environment of its own.
pub(super) fn status(at: Time, state: DeploymentState) -> DeploymentStatus {
    DeploymentStatus { at, state, environment: None }
}

/// An incident's transition.
pub(super) fn event(at: Time, transition: IncidentTransition) -> IncidentEvent {
    IncidentEvent { at, transition }
}

#[derive(Debug)]
struct NamedProduction;

impl ProductionEnvironments for NamedProduction {
    fn contains(&self, environment: &str) -> bool {
        environment.starts_with("production")
    }
}

/// Facts and rules to be judged.
pub(super) struct Scenario {
    pub(super) graph: CommitGraph,
    pub(super) head: Option<Oid>,
    pub(super) pulls: Vec<PullRequest>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) incidents: Vec<Incident>,
    /// Incidents that count elsewhere.
    pub(super) naming: Vec<Incident>,
    pub(super) caused_elsewhere: BTreeMap<IncidentId, Time>,
    pub(super) rules: Rules,
}

impl Scenario {
    /// Nothing has happened yet, and all rules are at their defaults.
    pub(super) fn new() -> Scenario {
        Scenario {
            graph: CommitGraph::default(),
            head: None,
            pulls: Vec::new(),
            deployments: Vec::new(),
            incidents: Vec::new(),
            naming: Vec::new(),
            caused_elsewhere: BTreeMap::new(),
            rules: Rules {
                production: Arc::new(NamedProduction),
                same_deployment_window: SAME_DEPLOYMENT_WINDOW,
                lead_time_start: LeadTimeStart::FirstCommit,
                direct_commits: true,
                exclude_authors: Default::default(),
                failure_rules: Reason::ALL.into_iter().collect(),
                incident_window: INCIDENT_WINDOW,
                severities: Default::default(),
            },
        }
    }

    /// A linear default branch with a commit `c0`, `c1`, … at each full hour from 0, each after
    /// `c0` the squash merge of the pull request of its number, and `c0` live at hour 0.
    pub(super) fn with_pulls(count: u32) -> Scenario {
        let mut scenario = Scenario::new();
        scenario.main("c0", &[], 0);
        scenario.deploy(100, "c0", 0);
        for number in 1..=count {
            let (parent, commit) = (format!("c{}", number - 1), format!("c{number}"));
            scenario.main(&commit, &[&parent], i64::from(number));
            scenario.pull(number, &commit, i64::from(number));
        }
        scenario
    }

    /// A commit off the default branch, written and committed at an hour.
    pub(super) fn commit(&mut self, name: &str, parents: &[&str], hour: i64) {
        self.commit_with(name, parents, hour, |_| {});
    }

    /// A commit off the default branch, changed before it is kept.
    pub(super) fn commit_with(
        &mut self,
        name: &str,
        parents: &[&str],
        hour: i64,
        change: impl FnOnce(&mut Commit),
    ) {
        let mut commit = Commit {
            repo: RepoId(1),
            oid: oid(name),
            parents: parents.iter().map(|parent| oid(parent)).collect(),
            authored_at: h(hour),
            committed_at: h(hour),
            headline: Headline::of(name),
            author: person(1),
            reverts: Vec::new(),
            hotfix: false,
        };
        change(&mut commit);
        self.graph.insert(commit);
    }

    /// A commit that becomes the default branch's head.
    pub(super) fn main(&mut self, name: &str, parents: &[&str], hour: i64) {
        self.commit(name, parents, hour);
        self.head = Some(oid(name));
    }

    /// A pull request merged as `merge` at an hour: opened an hour before by person 1 with one
    /// commit `p<number>`, written two hours before, that no graph holds.
    pub(super) fn pull(&mut self, number: u32, merge: &str, merged: i64) -> &mut PullRequest {
        let name = format!("p{number}");
        self.pulls.push(PullRequest {
            repo: RepoId(1),
            number,
            author: person(1),
            opened_at: h(merged - 1),
            merged_at: h(merged),
            merge_commit: Some(oid(merge)),
            head: Some(oid(&name)),
            commits: vec![pull_commit(&name, merged - 2)],
            readiness: Vec::new(),
            reviews: Vec::new(),
            reverts: Vec::new(),
            hotfix: false,
            additions: 1,
            deletions: 1,
            changed_files: 1,
            components: None,
        });
        self.pulls.last_mut().unwrap()
    }

    /// A deployment to `production` that finished at an hour, requested a minute before.
    pub(super) fn deploy(&mut self, id: u64, sha: &str, finished: i64) -> &mut Deployment {
        self.deployments.push(Deployment {
            id: DeploymentId(id),
            node_id: Arc::from("D"),
            repo: RepoId(1),
            sha: oid(sha),
            environment: Arc::from("production"),
            created_at: h(finished).plus(-MINUTE),
            marks: Vec::new(),
            statuses: vec![status(h(finished), DeploymentState::Success)],
        });
        self.deployments.last_mut().unwrap()
    }

    /// An incident opened at an hour, still open.
    pub(super) fn incident(&mut self, id: &str, opened: i64) -> &mut Incident {
        self.incidents.push(Incident {
            id: IncidentId(Arc::from(id)),
            node_id: Arc::from("I"),
            url: None,
            repo: Some(RepoId(1)),
            component: None,
            ruled: None,
            severities: Vec::new(),
            counts: true,
            opened_at: h(opened),
            events: Vec::new(),
            causes: Vec::new(),
            fixes: Vec::new(),
        });
        self.incidents.last_mut().unwrap()
    }

    /// The pull request of a number.
    pub(super) fn pull_mut(&mut self, number: u32) -> &mut PullRequest {
        self.pulls.iter_mut().find(|pull| pull.number == number).unwrap()
    }

    /// Judges as of an hour.
    pub(super) fn judge(&self, hour: i64) -> History {
        self.judge_at(h(hour))
    }

    /// Judges as of an instant.
    pub(super) fn judge_at(&self, t: Time) -> History {
        self.judge_component(Scope::Repository, t)
    }

    /// Judges one of several components.
    pub(super) fn judge_component(&self, scope: Scope<'_>, t: Time) -> History {
        self.with_facts(scope, |facts| judge(facts, &self.rules, t))
    }

    /// Hands the facts of one of several components on.
    pub(super) fn with_facts<T>(
        &self,
        scope: Scope<'_>,
        look: impl FnOnce(&ComponentFacts<'_>) -> T,
    ) -> T {
        let facts = ComponentFacts {
            deployments: &self.deployments.iter().collect::<Vec<_>>(),
            pulls: &self.pulls.iter().collect::<Vec<_>>(),
            graph: &self.graph,
            head: self.head,
            incidents: &self.incidents.iter().collect::<Vec<_>>(),
            scope,
            repo: RepoId(1),
            names: &[RepositoryName::of("acme/shop")],
            naming: &self.naming.iter().collect::<Vec<_>>(),
            caused_elsewhere: &self.caused_elsewhere,
        };
        look(&facts)
    }
}

/// A pull request's commit, written at an hour.
pub(super) fn pull_commit(name: &str, authored: i64) -> PullCommit {
    PullCommit {
        oid: oid(name),
        authored_at: Some(h(authored)),
        headline: Headline::of(name),
        looks_like_merge: false,
    }
}

/// Ids of shipped changes with the ids of the deployments that shipped them.
pub(super) fn shipped(history: &History) -> Vec<(ChangeId, u64)> {
    let by = |change: &ShippedChange| history.deployments[change.deployment as usize].id.0;
    history.changes.iter().map(|change| (change.id, by(change))).collect()
}

/// The production deployment of an id.
pub(super) fn deployment(history: &History, id: u64) -> &ProductionDeployment {
    history.deployments.iter().find(|deployment| deployment.id.0 == id).unwrap()
}

/// Ids of failed deployments with their reasons.
pub(super) fn failed(history: &History) -> Vec<(u64, Reason)> {
    let failures = history.deployments.iter().filter_map(|deployment| {
        deployment.failure.as_ref().map(|failure| (deployment.id.0, failure.reason))
    });
    failures.collect()
}

/// Ids of rework deployments.
pub(super) fn rework(history: &History) -> Vec<u64> {
    let rework = history.deployments.iter().filter(|deployment| deployment.is_rework);
    rework.map(|deployment| deployment.id.0).collect()
}
