//! What collecting remembers of a repository between requests: never more than it needs to decide
//! what to ask next. It is absorbed from the same facts that the store keeps, so a restart rebuilds it.

mod asked_again;
mod cadence;
mod open_reading;

pub use cadence::{RECONCILE_DEPTH, UNREADABLE_FOR};

use crate::config::EnvironmentRule;
use crate::sources::github::Mark;
use delivery::domain::{
    ClaimSource, Collector, DAY, Deployment, DeploymentId, DeploymentState, Fact, Incident,
    IncidentId, IncidentTransition, MINUTE, Oid, Progress, PullNumber, Repository, RepositoryState,
    Span, Time,
};
use delivery::ledger::ProductionEnvironments;
use open_reading::OpenReading;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A failed deployment is asked again this long with every sweep, since it may be re-run to success…
const FAILED_ASKED_FOR: Span = 7 * DAY;
/// …and this long by the reconcile: GitHub lets runs be run again for 30 days.
const FAILED_RECONCILED_FOR: Span = 31 * DAY;
/// Whether a merged pull request is applied is asked this long.
const APPLY_ASKED_FOR: Span = 7 * DAY;
/// A pending one is asked again this long: GitHub ends waiting approvals after 30 days.
const PENDING_ASKED_FOR: Span = 31 * DAY;

/// So long a repository that is gone from one source is given to be found by another: both list
/// theirs every half hour.
const LEAVING_FOR: Span = 31 * MINUTE;

/// One repository as collecting sees it.
#[derive(Debug)]
pub struct Tracked {
    /// The repository itself, as it is stored: its head is the one up to which commits are read.
    pub repository: Repository,
    /// The default branch's head, as the last probe saw it.
    pub head: Option<Oid>,
    /// Which of its environments are production.
    production: Arc<EnvironmentRule>,
    /// The opaque cursor of each collector.
    pub cursors: HashMap<Collector, String>,
    /// How far each collector has come.
    pub progress: HashMap<Collector, Progress>,
    /// Collectors that have something to read, whatever the newest entries say.
    pub pending: Vec<Collector>,
    /// The newest entry of each list, as the last probe saw it.
    pub marks: HashMap<Collector, Option<Mark>>,
    /// The newest deployment elsewhere than to production that a probe saw since the start.
    pub newest_other: Option<DeploymentId>,
    /// When the last sweep asked about it, by whatever question, and found it.
    pub probed_at: Option<Time>,
    /// When its deployments were last asked for.
    pub looked_at: Option<Time>,
    /// When it was last asked for everything.
    pub checked_at: Option<Time>,
    /// Since when it is not found where it was, while another source may find it.
    pub leaving_since: Option<Time>,
    /// When its progress was last stored.
    pub kept_at: Option<Time>,
    /// When it last moved: a push, a pull request, an incident, a deployment.
    moved_at: Option<Time>,
    /// When something last moved that starts runs, or a webhook told of it.
    pub stirred_at: Option<Time>,
    /// Lists that may not be read, with when they are asked for again.
    pub held_until: HashMap<Collector, Time>,
    /// The sources of ownership that were asked for it.
    pub claimed: HashSet<ClaimSource>,
    /// Where reading the files goes on that say whose it is.
    pub owner_files: Option<String>,
    /// Its open pull requests.
    pub open: OpenReading,
    /// The head that the commit graph was last found to reach, since the start.
    pub head_read: Option<Oid>,
    /// When the baseline's commit was made, once the graph holds it.
    pub baseline_committed_at: Option<Time>,
    /// When what was read was last read again.
    pub reconciled_at: Option<Time>,
    /// Whether it is being read again.
    pub reconciling: bool,
    /// Production finishes, in order: the first tells how far back to read.
    finishes: BTreeMap<(Time, DeploymentId), Oid>,
    unfinished: HashMap<DeploymentId, Unfinished>,
    incidents: HashMap<IncidentId, Incident>,
    /// Pull requests that change infrastructure and are not known to be applied.
    unapplied: HashMap<PullNumber, Unfinished>,
}

#[derive(Debug)]
struct Unfinished {
    node_id: Arc<str>,
    /// Until when sweeps ask…
    asked_until: Time,
    /// …and the reconcile.
    reconciled_until: Time,
}

impl Tracked {
    /// A repository of which nothing has been read yet.
    pub fn new(repository: Repository, production: Arc<EnvironmentRule>) -> Tracked {
        Tracked {
            head: repository.head,
            repository,
            production,
            cursors: HashMap::new(),
            progress: HashMap::new(),
            pending: Vec::new(),
            marks: HashMap::new(),
            newest_other: None,
            probed_at: None,
            looked_at: None,
            checked_at: None,
            leaving_since: None,
            kept_at: None,
            moved_at: None,
            stirred_at: None,
            held_until: HashMap::new(),
            claimed: HashSet::new(),
            owner_files: None,
            open: OpenReading::default(),
            head_read: None,
            baseline_committed_at: None,
            reconciled_at: None,
            reconciling: false,
            finishes: BTreeMap::new(),
            unfinished: HashMap::new(),
            incidents: HashMap::new(),
            unapplied: HashMap::new(),
        }
    }

    /// Takes note of what the repository is now, and of the rule that its present name brings.
    pub fn update(&mut self, repository: &Repository, production: Arc<EnvironmentRule>) {
        if self.repository.full_name != repository.full_name {
            // Another name may bring other patterns, by which commits are read again.
            self.head_read = None;
        }
        self.repository = repository.clone();
        self.production = production;
    }

    /// Takes note of a fact about this repository.
    pub fn absorb(&mut self, fact: &Fact) {
        match fact {
            Fact::Deployment(deployment) => self.absorb_deployment(deployment),
            Fact::Incident(incident) => {
                self.incidents.insert(incident.id.clone(), incident.clone());
            }
            Fact::InfrastructurePull(pull) if pull.applied_at.is_some() => {
                self.unapplied.remove(&pull.number);
            }
            Fact::InfrastructurePull(pull) => {
                let node_id = Arc::clone(&pull.node_id);
                let asked_until = pull.merged_at.plus(APPLY_ASKED_FOR);
                self.unapplied.insert(
                    pull.number,
                    Unfinished { node_id, asked_until, reconciled_until: asked_until },
                );
            }
            Fact::Progress(progress) => {
                // As the store keeps it: what was known once stays known.
                let known = self.progress.get(&progress.collector);
                let through = progress.through.max(known.and_then(|known| known.through));
                self.progress.insert(progress.collector, Progress { through, ..*progress });
            }
            Fact::Claims(claims) => {
                self.claimed.insert(claims.source);
            }
            Fact::OpenPullRequests(open) => self.open.absorb(open),
            Fact::Repository(_)
            | Fact::WorkflowRun(_)
            | Fact::OtherDeployment(_)
            | Fact::PullRequest(_)
            | Fact::Commit(_)
            | Fact::LostCommit { .. }
            | Fact::Frontier { .. }
            | Fact::Survey(_) => {}
        }
    }

    fn absorb_deployment(&mut self, deployment: &Deployment) {
        if let Some(finished_at) = finish(deployment, &self.production) {
            let place = (finished_at, deployment.id);
            if self.finishes.insert(place, deployment.sha).is_none() {
                // Its commit may lie outside what the graph holds.
                self.expect(Collector::Commits);
            }
            self.unfinished.remove(&deployment.id);
            return;
        }
        if deployment.node_id.is_empty() {
            self.unfinished.remove(&deployment.id);
            return;
        }
        let last = deployment.statuses.last();
        let failed = last.is_some_and(|status| {
            matches!(status.state, DeploymentState::Failure | DeploymentState::Error)
        });
        let last_at = last.map_or(deployment.created_at, |status| status.at);
        let (asked, reconciled) = match failed {
            true => (FAILED_ASKED_FOR, FAILED_RECONCILED_FOR),
            false => (PENDING_ASKED_FOR, PENDING_ASKED_FOR),
        };
        let unfinished = Unfinished {
            node_id: Arc::clone(&deployment.node_id),
            asked_until: last_at.plus(asked),
            reconciled_until: last_at.plus(reconciled),
        };
        self.unfinished.insert(deployment.id, unfinished);
    }

    /// Whether a fact is a production deployment, and so makes the repository a component.
    pub fn makes_a_component(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::Deployment(deployment) if finish(deployment, &self.production).is_some())
    }

    /// Whether the repository has a component: whether it ever had a production deployment.
    pub fn has_component(&self) -> bool {
        !self.finishes.is_empty()
    }

    /// Whether any incident lives in it.
    pub fn has_incidents(&self) -> bool {
        !self.incidents.is_empty()
    }

    /// Production finishes with their commits, oldest first.
    pub fn finishes(&self) -> impl Iterator<Item = (Time, Oid)> + '_ {
        self.finishes.iter().map(|((at, _), oid)| (*at, *oid))
    }

    /// The ids of production finishes.
    pub fn finished(&self) -> impl Iterator<Item = DeploymentId> + '_ {
        self.finishes.keys().map(|(_, id)| *id)
    }

    /// Whether a deployment is known, finished in production or unfinished.
    pub fn knows(&self, id: DeploymentId) -> bool {
        self.unfinished.contains_key(&id) || self.finished().any(|finished| finished == id)
    }

    /// Whether an incident is known.
    pub fn knows_incident(&self, id: &IncidentId) -> bool {
        self.incidents.contains_key(id)
    }

    /// Drops finishes that the store forgot: what they deployed is no commit to look for.
    pub fn forget_finishes(&mut self, forgotten: &BTreeSet<DeploymentId>) {
        self.finishes.retain(|(_, id), _| !forgotten.contains(id));
    }

    /// Whether a collector has read all history that was asked for.
    pub fn is_complete(&self, collector: Collector) -> bool {
        self.progress.get(&collector).is_some_and(|progress| progress.complete)
    }

    /// Whether every collector has.
    pub fn backfill_complete(&self) -> bool {
        Collector::ALL.iter().all(|collector| self.is_complete(*collector))
    }

    /// Whether it is wanted by the configuration, and where it was.
    pub fn is_active(&self) -> bool {
        self.repository.state == RepositoryState::Active && self.leaving_since.is_none()
    }

    /// Whether it is asked for news: active, and found by the last probe.
    pub fn is_collected(&self) -> bool {
        self.is_active() && self.probed_at.is_some()
    }

    /// Whether it is still given the time to be found elsewhere; `found` is what became of it here.
    pub fn leaves(&mut self, found: RepositoryState, may_have_left: bool, now: Time) -> bool {
        let is_leaving = self.repository.state == RepositoryState::Active
            && found != RepositoryState::Active
            && may_have_left;
        if !is_leaving {
            self.leaving_since = None;
            return false;
        }
        let since = *self.leaving_since.get_or_insert(now);
        // A clock that was set back must not put it off.
        let waits = (0..LEAVING_FOR).contains(&now.since(since));
        if !waits {
            self.leaving_since = None;
        }
        waits
    }

    /// The repository with its head as the last probe saw it, however far its commits are read.
    pub fn as_probed(&self) -> Repository {
        Repository { head: self.head, ..self.repository.clone() }
    }

    /// Whether the branch has moved since the commit graph was read.
    pub fn commits_may_have_news(&self) -> bool {
        self.has_component() && self.head != self.head_read
    }

    /// The first production deployment makes a component: its commits and pull requests, which
    /// nobody needed before, have to be read before it is shown.
    pub fn reopened_lists(&self) -> impl Iterator<Item = Progress> + '_ {
        let lists = [Collector::Commits, Collector::PullRequests].into_iter();
        lists
            .filter_map(|collector| self.progress.get(&collector))
            .filter(|progress| progress.complete)
            .map(|progress| Progress { complete: false, ..*progress })
    }

    /// Marks a collector as having something to read.
    pub fn expect(&mut self, collector: Collector) {
        if !self.pending.contains(&collector) {
            self.pending.push(collector);
        }
    }
}

/// The first success in production.
fn finish(deployment: &Deployment, production: &EnvironmentRule) -> Option<Time> {
    let in_production = |environment: Option<&Arc<str>>| {
        production.contains(environment.unwrap_or(&deployment.environment))
    };
    let successes =
        deployment.statuses.iter().filter(|status| status.state == DeploymentState::Success);
    successes
        .filter(|status| in_production(status.environment.as_ref()))
        .map(|status| status.at)
        .min()
}

fn is_open(incident: &Incident) -> bool {
    let last = incident.events.last();
    last.is_none_or(|event| event.transition == IncidentTransition::Reopened)
}

#[cfg(test)]
#[path = "tracked_tests.rs"]
mod tests;
