//! The list of failed production deployments, with all the evidence.

use super::changes::change_names;
use super::incidents::incident_url;
use super::{Entry, Told};
use crate::serve::api::instant::Instant;
use delivery::domain::Time;
use delivery::ledger::{self, Witness};
use serde::Serialize;

/// A production deployment that failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// `owner/name` of its repository.
    pub repo: String,
    /// The component's name.
    pub component: String,
    /// The deployment that failed.
    pub deployment: u64,
    /// Its commit.
    pub sha: String,
    /// Its finish.
    pub finished_at: Instant,
    /// The first rule that matched.
    pub reason: &'static str,
    /// All that matched.
    pub evidence: Vec<Evidence>,
    /// When service was restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored_at: Option<Instant>,
    /// From its finish until service was restored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_seconds: Option<i64>,
    /// Whether nothing has resolved or repaired it yet.
    pub open: bool,
    /// Whether an incident is among the evidence, which then tells the time to restore.
    pub has_incident: bool,
    /// Always true: what did not fail is no failure.
    pub counted: bool,
    /// Its commit at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A match of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// The rule: `linked`, `rollback`, `revert`, `hotfix` or `incident`.
    pub rule: &'static str,
    /// When it became true.
    pub at: Instant,
    /// The incident that it saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The deployment that rolled back, or shipped the repair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<u64>,
    /// The repairing pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u32>,
    /// The repairing commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The incident or the repairing change at the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Told<'_> {
    pub(super) fn failures(&self, entries: &mut Vec<Entry>) {
        for one in &self.component.examination.history.deployments {
            let Some(failure) = &one.failure else { continue };
            let restored = failure.restored_at;
            let told = Failure {
                repo: self.repo(),
                component: self.name(),
                deployment: one.id.0,
                sha: one.sha.to_string(),
                finished_at: Instant(one.finished_at),
                reason: failure.reason.name(),
                evidence: failure.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
                restored_at: restored.map(Instant),
                recovery_seconds: restored.map(|at| at.since(one.finished_at).max(0)),
                open: failure.open,
                has_incident: failure.has_incident,
                counted: true,
                url: self.links.commit(&one.sha),
            };
            let burning = if failure.open { Time::MAX } else { one.finished_at };
            let span = (one.finished_at, restored.unwrap_or(burning));
            entries.push(self.entry(span, &format!("{:020}", one.id.0), &told));
        }
    }

    fn evidence(&self, evidence: &ledger::Evidence) -> Evidence {
        let told = Evidence {
            rule: evidence.reason.name(),
            at: Instant(evidence.at),
            incident: None,
            deployment: None,
            pull_request: None,
            commit: None,
            url: None,
        };
        match &evidence.witness {
            Witness::Incident(id) => {
                let url = incident_url(self.team, self.web, id);
                Evidence { incident: Some(id.0.to_string()), url, ..told }
            }
            Witness::Rollback(by) => Evidence { deployment: Some(by.0), ..told },
            Witness::Repair { change, shipped_by } => {
                let (pull_request, commit) = change_names(*change);
                let url = self.links.change(*change);
                let deployment = Some(shipped_by.0);
                Evidence { deployment, pull_request, commit, url, ..told }
            }
        }
    }
}
