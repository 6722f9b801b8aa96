//! An organisation as facts, without a store and without a source: the same for every run.
//!
//! Each repository has, about every day and a half, three pull requests of five commits and their
//! merges, two deployments, and now and then an incident: 8 commits, 3 pull requests, 2 deployments.

use delivery::domain::{
    Author, ChangeReference, Collector, Commit, DAY, Deployment, DeploymentId, DeploymentState,
    DeploymentStatus, Fact, HOUR, Headline, Incident, IncidentEvent, IncidentId, IncidentLink,
    IncidentTransition, MINUTE, Oid, Person, Progress, PullCommit, PullRequest, RepoId, Repository,
    RepositoryName, RepositoryState, Review, ReviewState, Time,
};
use std::sync::Arc;

/// How long there has been history.
const HISTORY: i64 = 120 * DAY;
/// Facts of a round: 8 commits, 3 pull requests, 2 deployments.
pub const FACTS_A_ROUND: u64 = 13;
/// In how many teams' names repositories are.
pub const TEAMS: u64 = 40;
/// Every so many rounds a repository has an incident.
const ROUNDS_AN_INCIDENT: u64 = 13;

/// A repository and how it grows.
pub struct Grown {
    id: u64,
    /// The last commit of its branch.
    head: Oid,
    commits: u64,
    pulls: u32,
    deployments: u64,
    incidents: u64,
}

impl Grown {
    /// A repository with a history of so many rounds that ends at `now`; its facts go to `to`.
    pub fn with_history(id: u64, rounds: u64, now: Time, to: &mut dyn FnMut(Fact)) -> Grown {
        let mut grown =
            Grown { id, head: oid(id, 0), commits: 0, pulls: 0, deployments: 0, incidents: 0 };
        let start = now.plus(-HISTORY);
        to(grown.commit(start.plus(-DAY), &[]));
        to(grown.deployment(start));
        for round in 0..rounds {
            let at = |share: i64| {
                start.plus((round as i64 * 100 + share) * HISTORY / (rounds as i64 * 100))
            };
            for pull in 0..3 {
                grown.merge(at(10 + 20 * pull), to);
                if pull > 0 {
                    to(grown.deployment(at(20 + 20 * pull)));
                }
            }
            if (round + id).is_multiple_of(ROUNDS_AN_INCIDENT) {
                to(grown.incident(at(70)));
            }
        }
        to(grown.repository());
        progress(id, now).for_each(to);
        grown
    }

    /// The repository as it stands.
    pub fn repository(&self) -> Fact {
        Fact::Repository(Repository {
            id: RepoId(self.id),
            node_id: Arc::from(format!("R_{}", self.id)),
            full_name: Arc::from(self.name()),
            former_names: Vec::new(),
            host: Arc::from("github"),
            state: RepositoryState::Active,
            head: Some(self.head),
            created_at: None,
        })
    }

    fn name(&self) -> String {
        format!("acme/team-{:02}-service-{}", self.id % TEAMS, self.id)
    }

    /// A branch with one or two commits, its pull request and its merge; the head moves.
    pub fn merge(&mut self, merged_at: Time, to: &mut dyn FnMut(Fact)) {
        let base = self.head;
        // Hours to days, differently in each pull request.
        let lead = HOUR + spread(self.id, self.commits) % (4 * DAY);
        let mut commits = Vec::new();
        let mut parent = base;
        for number in 0..1 + i64::from(!self.pulls.is_multiple_of(3)) {
            let at = merged_at.plus(-lead + number * 10 * MINUTE);
            let Fact::Commit(commit) = self.commit(at, &[parent]) else { continue };
            parent = commit.oid;
            commits.push(commit.clone());
            to(Fact::Commit(commit));
        }
        let merge = self.commit(merged_at, &[base, parent]);
        to(merge);
        to(self.pull_request(merged_at, &commits));
    }

    /// A commit on top of its parents, which becomes the head.
    pub fn commit(&mut self, at: Time, parents: &[Oid]) -> Fact {
        let oid = oid(self.id, self.commits);
        self.head = oid;
        self.commits += 1;
        Fact::Commit(Commit {
            repo: RepoId(self.id),
            oid,
            parents: parents.to_vec(),
            authored_at: at,
            committed_at: at,
            headline: Headline(self.commits),
            author: author(self.commits),
            reverts: Vec::new(),
            hotfix: false,
        })
    }

    /// A direct commit on top of the head.
    pub fn direct_commit(&mut self, at: Time) -> Fact {
        let head = self.head;
        self.commit(at, &[head])
    }

    /// The pull request that the head merges.
    pub fn pull_request(&mut self, merged_at: Time, commits: &[Commit]) -> Fact {
        self.pulls += 1;
        let opened_at = merged_at.plus(-HOUR);
        let review = |minutes: i64| Review {
            at: merged_at.plus(-minutes * MINUTE),
            state: ReviewState::Approved,
            author: author(u64::from(self.pulls) + 3),
        };
        let commits = commits.iter().map(|commit| PullCommit {
            oid: commit.oid,
            authored_at: Some(commit.authored_at),
            headline: commit.headline,
            looks_like_merge: false,
        });
        Fact::PullRequest(PullRequest {
            repo: RepoId(self.id),
            number: self.pulls,
            author: author(self.pulls.into()),
            opened_at,
            merged_at,
            merge_commit: Some(self.head),
            head: None,
            commits: commits.collect(),
            readiness: Vec::new(),
            reviews: vec![review(i64::from(self.pulls % 50) + 5), review(2)],
            reverts: Vec::new(),
            hotfix: self.pulls.is_multiple_of(29),
            additions: 10,
            deletions: 5,
            changed_files: 2,
            components: None,
        })
    }

    /// A production deployment of the head.
    pub fn deployment(&mut self, at: Time) -> Fact {
        self.deployments += 1;
        let id = self.id * 1_000_000 + self.deployments;
        let status =
            |seconds, state| DeploymentStatus { at: at.plus(seconds), state, environment: None };
        Fact::Deployment(Deployment {
            id: DeploymentId(id),
            node_id: Arc::from(format!("DE_{id}")),
            repo: RepoId(self.id),
            sha: self.head,
            environment: Arc::from("production"),
            created_at: at.plus(-120),
            marks: Vec::new(),
            statuses: vec![
                status(-110, DeploymentState::Pending),
                status(-60, DeploymentState::Pending),
                status(0, DeploymentState::Success),
            ],
        })
    }

    /// An incident, resolved within a day. Every fourth lives in the organisation's own repository
    /// for incidents, and names the component or, as its cause, a pull request.
    pub fn incident(&mut self, at: Time) -> Fact {
        self.incidents += 1;
        let id = self.id * 1_000 + self.incidents;
        let resolved = at.plus(5 * MINUTE + spread(self.id, self.incidents) % DAY);
        let is_central = id.is_multiple_of(4);
        let cause = ChangeReference::Pull(self.pulls);
        let cause = IncidentLink::ChangeOf(RepositoryName::of(&self.name()), cause);
        Fact::Incident(Incident {
            id: IncidentId(Arc::from(format!("github:{id}"))),
            node_id: Arc::from(format!("I_{id}")),
            url: None,
            repo: Some(RepoId(if is_central { INCIDENTS } else { self.id })),
            component: (is_central && id.is_multiple_of(8)).then(|| Arc::from(self.name())),
            ruled: None,
            severities: Vec::new(),
            counts: true,
            opened_at: at,
            events: vec![IncidentEvent { at: resolved, transition: IncidentTransition::Resolved }],
            causes: if is_central { vec![cause] } else { Vec::new() },
            fixes: Vec::new(),
        })
    }
}

/// The repository in which the organisation's incidents live.
const INCIDENTS: u64 = 999_999;

/// The organisation's repository for incidents.
pub fn incidents(now: Time) -> Vec<Fact> {
    let repository = Fact::Repository(Repository {
        id: RepoId(INCIDENTS),
        node_id: Arc::from("R_incidents"),
        full_name: Arc::from("acme/incidents"),
        former_names: Vec::new(),
        host: Arc::from("github"),
        state: RepositoryState::Active,
        head: None,
        created_at: None,
    });
    [repository].into_iter().chain(progress(INCIDENTS, now)).collect()
}

/// Everything of a repository is collected through `t`.
pub fn progress(repo: u64, t: Time) -> impl Iterator<Item = Fact> {
    Collector::ALL.into_iter().map(move |collector| {
        let (repo, through) = (RepoId(repo), Some(t));
        Fact::Progress(Progress { repo, collector, complete: true, through })
    })
}

fn author(number: u64) -> Author {
    Author { person: Some(Person(number % 7)), is_bot: false }
}

fn oid(repo: u64, number: u64) -> Oid {
    let mut oid = [0; 20];
    oid[..8].copy_from_slice(&mixed(repo, number).to_be_bytes());
    oid[8..16].copy_from_slice(&repo.to_be_bytes());
    oid[16..].copy_from_slice(&(number as u32).to_be_bytes());
    Oid(oid)
}

/// A number that looks like chance.
fn spread(repo: u64, number: u64) -> i64 {
    (mixed(repo, number) >> 1) as i64
}

fn mixed(repo: u64, number: u64) -> u64 {
    let mut mixed = repo.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number;
    for _ in 0..2 {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    mixed ^ (mixed >> 31)
}
