//! Deployments with their whole status history.

use super::{DeploymentId, Oid, RepoId, Time};
use std::sync::Arc;

/// A deployment status's state. Later `Inactive` statuses are the host's housekeeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeploymentState {
    /// It serves users.
    Success,
    /// It failed.
    Failure,
    /// It failed for a technical reason.
    Error,
    /// Superseded or taken down.
    Inactive,
    /// Running, queued or waiting for an approval: not final.
    Pending,
    /// A state this version does not know; it decides nothing and is not final.
    Other,
}

/// One entry of a deployment's status history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentStatus {
    /// When the status was set.
    pub at: Time,
    /// What it says.
    pub state: DeploymentState,
    /// The environment the status names, where it differs from the deployment's.
    pub environment: Option<Arc<str>>,
}

/// What a deployment says of itself beside its environment, as far as a component's selector names
/// it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeploymentMark {
    /// Its task.
    Task(Arc<str>),
    /// A field of its payload with its value.
    Payload(Arc<str>, Arc<str>),
}

/// A deployment to any environment; which are production is a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deployment {
    /// Numeric id: the last tie-breaker of the order of deployments.
    pub id: DeploymentId,
    /// What an unfinished deployment is asked again by: the host's opaque node id, or the path of a
    /// run; empty where it is not asked again.
    pub node_id: Arc<str>,
    /// The repository.
    pub repo: RepoId,
    /// The commit that was deployed.
    pub sha: Oid,
    /// The environment it was created for.
    pub environment: Arc<str>,
    /// When it was requested, before approvals and queues.
    pub created_at: Time,
    /// Its task and the payload fields that the configuration selects components by; what no
    /// selector names is not kept.
    pub marks: Vec<DeploymentMark>,
    /// Its statuses, in order of time.
    pub statuses: Vec<DeploymentStatus>,
}

/// A deployment to an environment that is not production. No rule reads it; it is kept so that it can
/// be told what was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OtherDeployment {
    /// Numeric id.
    pub id: DeploymentId,
    /// The repository.
    pub repo: RepoId,
    /// The environment it was created for.
    pub environment: Arc<str>,
    /// When it was requested.
    pub created_at: Time,
}
