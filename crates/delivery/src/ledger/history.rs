//! The judged history of a component: what the ledger gives, and all that measures may read.

use crate::domain::{DeploymentId, IncidentId, Oid, Person, PullNumber, Time};
use std::sync::Arc;

/// A change's identity within its repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeId {
    /// A merged pull request.
    Pull(PullNumber),
    /// A direct commit of the default branch.
    Commit(Oid),
}

/// The rule that found a deployment to be a change failure, in the order in which rules name the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A source says so.
    Linked,
    /// It was rolled back.
    Rollback,
    /// A change that it shipped was reverted.
    Revert,
    /// It was followed by a hotfix.
    Hotfix,
    /// An incident opened soon after it.
    Incident,
}

impl Reason {
    /// All reasons, in the order in which they name.
    pub const ALL: [Reason; 5] =
        [Reason::Linked, Reason::Rollback, Reason::Revert, Reason::Hotfix, Reason::Incident];

    /// The value of the label `reason`, and of `failures.rules`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Linked => "linked",
            Reason::Rollback => "rollback",
            Reason::Revert => "revert",
            Reason::Hotfix => "hotfix",
            Reason::Incident => "incident",
        }
    }
}

/// What a rule saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Witness {
    /// An incident that names the deployment, or opened soon after it.
    Incident(IncidentId),
    /// The deployment that rolled it back.
    Rollback(DeploymentId),
    /// The change that reverts or hotfixes, and the deployment that shipped it.
    Repair {
        /// The repairing change.
        change: ChangeId,
        /// The deployment that shipped it.
        shipped_by: DeploymentId,
    },
}

/// One match of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The rule.
    pub reason: Reason,
    /// When the match became true: the incident's opening, or the finish of the deployment that
    /// rolled back or shipped the repair.
    pub at: Time,
    /// What it saw.
    pub witness: Witness,
}

/// Why a production deployment failed, and when service was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The first rule that matched, in the order of [`Reason`].
    pub reason: Reason,
    /// Every match, ordered by reason, then time.
    pub evidence: Vec<Evidence>,
    /// Service was restored: the resolution of the last incident in the evidence, or the finish of
    /// the first deployment that repaired it. Absent while an incident in the evidence is open, or
    /// where the end is not after the finish.
    pub restored_at: Option<Time>,
    /// Whether it is still burning: nothing has resolved or repaired it yet.
    pub open: bool,
    /// Whether an incident is among the evidence; one without is a production failure of its own.
    pub has_incident: bool,
}

impl Failure {
    /// When the first rule matched; a failure settles then.
    pub fn matched_at(&self) -> Time {
        self.evidence.iter().map(|evidence| evidence.at).min().unwrap_or(Time::MAX)
    }
}

/// A production deployment: one or several deployments of one SHA that count as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductionDeployment {
    /// The id of the deployment that finished first.
    pub id: DeploymentId,
    /// The later deployments that count as this one, in order.
    pub others: Box<[DeploymentId]>,
    /// The deployed commit.
    pub sha: Oid,
    /// The environment of the first finish.
    pub environment: Arc<str>,
    /// When the first was requested.
    pub created_at: Time,
    /// The first `success` status.
    pub finished_at: Time,
    /// Whether the commit graph holds the SHA; where not, it ships nothing.
    pub known_commit: bool,
    /// Whether it is the component's baseline, which ships nothing.
    pub is_baseline: bool,
    /// How many changes it was the first to ship.
    pub changes: u32,
    /// Whether it took production back.
    pub is_rollback: bool,
    /// Whether it repaired something: a rollback, a revert, a hotfix or an incident's fix.
    pub is_rework: bool,
    /// Why it failed, if it did.
    pub failure: Option<Box<Failure>>,
}

impl ProductionDeployment {
    /// When something last happened to it: its finish, a match against it, its recovery.
    fn last_turn(&self) -> Time {
        let failure = self.failure.iter();
        let turns = failure.flat_map(|failure| {
            failure.evidence.iter().map(|evidence| evidence.at).chain(failure.restored_at)
        });
        turns.fold(self.finished_at, Time::max)
    }
}

/// The phases of a pull request's lead time, in seconds; what is not known is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Phases {
    /// First commit → ready for review.
    pub coding: Option<u32>,
    /// Ready → first review by anyone but the author.
    pub pickup: Option<u32>,
    /// First review → merged.
    pub review: Option<u32>,
    /// Merged → shipped.
    pub deploy: Option<u32>,
}

/// A change that reached production, by the first deployment that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedChange {
    /// Which change.
    pub id: ChangeId,
    /// The place in [`History::deployments`] of the deployment that shipped it.
    pub deployment: u32,
    /// When work on it started, by `lead_time_start`.
    pub started_at: Time,
    /// When it was merged (a direct commit: committed).
    pub merged_at: Time,
    /// The shipping deployment's finish.
    pub finished_at: Time,
    /// Its phases; all absent for a direct commit.
    pub phases: Phases,
    /// Whether it counts for every component of its repository because its paths are not known.
    pub unknown_paths: bool,
}

impl ShippedChange {
    /// The change lead time in seconds; never negative.
    pub fn lead_time(&self) -> i64 {
        self.finished_at.since(self.started_at).max(0)
    }

    /// When the change counts: shipped and merged (a branch deployment goes live before the merge).
    pub fn counts_at(&self) -> Time {
        self.finished_at.max(self.merged_at)
    }
}

/// A merged change that is on its way: reachable from the default branch's head, not shipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingChange {
    /// Which change.
    pub id: ChangeId,
    /// When it was merged.
    pub merged_at: Time,
}

/// A merged pull request that counts as a change, shipped or not, with its reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedChange {
    /// When it was merged.
    pub merged_at: Time,
    /// Who wrote it; absent for a bot and for an account that is gone.
    pub author: Option<Person>,
    /// Ready for review → first review, in seconds; absent without a review.
    pub first_review: Option<u32>,
    /// The reviews before the merge by anyone but the author, bots excluded.
    pub reviews: Box<[ReviewOf]>,
    /// Lines added and deleted.
    pub lines: u32,
}

impl MergedChange {
    /// Who wrote and who reviewed it, as often as they did.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        self.author.into_iter().chain(self.reviews.iter().filter_map(|review| review.reviewer))
    }
}

/// A review of a merged change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewOf {
    /// Who reviewed; absent for an account that is gone.
    pub reviewer: Option<Person>,
    /// Whether it asks for changes. One that was dismissed later does not tell any more.
    pub requests_changes: bool,
}

/// An incident of the component, as it stands at the judged instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedIncident {
    /// Which incident.
    pub id: IncidentId,
    /// When it was opened.
    pub opened_at: Time,
    /// When it was last resolved; absent while it is open.
    pub resolved_at: Option<Time>,
    /// Whether a deployment was found to blame.
    pub attributed: bool,
}

/// A deployment that failed and never succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortedDeployment {
    /// Which deployment.
    pub id: DeploymentId,
    /// When it was judged aborted: 7 days after its last status.
    pub at: Time,
}

/// All that is judged of one component at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct History {
    /// Production deployments, in order of finish.
    pub deployments: Vec<ProductionDeployment>,
    /// Shipped changes, in order of the shipping finish, then of id.
    pub changes: Vec<ShippedChange>,
    /// Waiting changes, in order of merge, then of id; none without a baseline.
    pub waiting: Vec<WaitingChange>,
    /// Merged pull requests that count as changes, in order of merge, then of number.
    pub merged: Vec<MergedChange>,
    /// Incidents, in order of opening, then of id.
    pub incidents: Vec<JudgedIncident>,
    /// Aborted deployments, in order of judgement.
    pub aborted: Vec<AbortedDeployment>,
    /// When what incidents name as cause or fix was merged or went live, in order: a history judged
    /// as of an earlier instant may have found that such a text leads elsewhere, or nowhere.
    pub named_since: Vec<Time>,
    /// The next instant at which judging the same facts again may give another history.
    pub next_edge: Option<Time>,
}

impl History {
    /// Keeps only what something happens to after an instant, or has yet to happen to, and the
    /// deployments of the changes among that. Waiting changes have nothing that happened,
    /// and of what was merged nothing settles.
    pub fn forget_until(&mut self, at: Time) {
        self.changes.retain(|change| change.counts_at() > at);
        self.incidents.retain(|one| one.opened_at.max(one.resolved_at.unwrap_or(Time::MAX)) > at);
        self.aborted.retain(|aborted| aborted.at > at);
        self.named_since.retain(|since| *since > at);
        self.waiting = Vec::new();
        self.merged = Vec::new();
        let mut kept: Vec<bool> =
            self.deployments.iter().map(|deployment| deployment.last_turn() > at).collect();
        self.changes.iter().for_each(|change| kept[change.deployment as usize] = true);
        let mut places = Vec::with_capacity(kept.len());
        let mut place = 0;
        for kept in &kept {
            places.push(place);
            place += u32::from(*kept);
        }
        for change in &mut self.changes {
            change.deployment = places[change.deployment as usize];
        }
        let mut kept = kept.into_iter();
        self.deployments.retain(|_| kept.next().unwrap_or(true));
        self.deployments.shrink_to_fit();
        self.changes.shrink_to_fit();
        self.incidents.shrink_to_fit();
        self.aborted.shrink_to_fit();
        self.named_since.shrink_to_fit();
    }
}
