//! The list of deployments: those that count, and those that were left out.

use super::{Entry, Told};
use crate::serve::api::instant::Instant;
use delivery::ledger::{DeploymentOmission, LeftOutDeployment};
use serde::Serialize;

/// A deployment.
#[derive(Clone, Debug, Serialize)]
pub struct Deployment {
    /// `owner/name` of its repository.
    pub repo: String,
    /// The component's name.
    pub component: String,
    /// Its id at its host.
    pub id: u64,
    /// The deployed commit.
    pub sha: String,
    /// The environment.
    pub environment: String,
    /// When it was requested.
    pub created_at: Instant,
    /// The first `success` in production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Instant>,
    /// When it was judged aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aborted_at: Option<Instant>,
    /// Whether it counts as a production deployment.
    pub counted: bool,
    /// Why it does not: `not_production`, `aborted`, `unfinished` or `same_deployment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<&'static str>,
    /// The deployment that it counts as, of one that is the `same_deployment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<u64>,
    /// Whether it is the component's baseline, which ships nothing.
    pub baseline: bool,
    /// Whether its commit is known; without, it ships nothing.
    pub known_commit: bool,
    /// How many changes it was the first to ship.
    pub changes: u32,
    /// Whether it took production back.
    pub rollback: bool,
    /// Whether it repaired something.
    pub rework: bool,
    /// Whether it failed.
    pub failed: bool,
    /// The first rule that found it to have failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<&'static str>,
    /// The environment's deployments at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The commit at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_url: Option<String>,
}

impl Told<'_> {
    pub(super) fn deployments(&self, entries: &mut Vec<Entry>) {
        let examination = &self.component.examination;
        for one in &examination.history.deployments {
            let failure = one.failure.as_ref();
            let deployment = Deployment {
                repo: self.repo(),
                component: self.name(),
                id: one.id.0,
                sha: one.sha.to_string(),
                environment: one.environment.to_string(),
                created_at: Instant(one.created_at),
                finished_at: Some(Instant(one.finished_at)),
                aborted_at: None,
                counted: true,
                left_out: None,
                counts_as: None,
                baseline: one.is_baseline,
                known_commit: one.known_commit,
                changes: one.changes,
                rollback: one.is_rollback,
                rework: one.is_rework,
                failed: failure.is_some(),
                failure_reason: failure.map(|failure| failure.reason.name()),
                url: self.links.environment(&one.environment),
                commit_url: self.links.commit(&one.sha),
            };
            let at = one.finished_at;
            entries.push(self.entry((at, at), &format!("{:020}", one.id.0), &deployment));
        }
        let others = examination.deployments.iter();
        entries.extend(others.map(|one| self.left_out_deployment(one)));
    }

    fn left_out_deployment(&self, one: &LeftOutDeployment) -> Entry {
        let counts_as = match one.why {
            DeploymentOmission::SameDeployment(other) => Some(other.0),
            _ => None,
        };
        let deployment = Deployment {
            repo: self.repo(),
            component: self.name(),
            id: one.id.0,
            sha: one.sha.to_string(),
            environment: one.environment.to_string(),
            created_at: Instant(one.created_at),
            finished_at: counts_as.map(|_| Instant(one.at)),
            aborted_at: (one.why == DeploymentOmission::Aborted).then_some(Instant(one.at)),
            counted: false,
            left_out: Some(one.why.name()),
            counts_as,
            baseline: false,
            known_commit: true,
            changes: 0,
            rollback: false,
            rework: false,
            failed: false,
            failure_reason: None,
            url: self.links.environment(&one.environment),
            commit_url: self.links.commit(&one.sha),
        };
        self.entry((one.at, one.at), &format!("{:020}", one.id.0), &deployment)
    }
}
