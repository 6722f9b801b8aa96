//! Incidents: opened, resolved, perhaps reopened.

use super::{IncidentId, IncidentLink, RepoId, Time};
use std::sync::Arc;

/// What happened to an incident after it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncidentTransition {
    /// Resolved, or closed as completed.
    Resolved,
    /// Closed as duplicate or not planned, or merged into another: not an incident while so.
    Dismissed,
    /// Open again.
    Reopened,
}

/// A transition with its time. Acknowledging and reassigning are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentEvent {
    /// When.
    pub at: Time,
    /// What.
    pub transition: IncidentTransition,
}

/// An incident as its source tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incident {
    /// Unique over all sources.
    pub id: IncidentId,
    /// The source's opaque id, by which it is asked again.
    pub node_id: Arc<str>,
    /// Its page, where its source tells one.
    pub url: Option<Arc<str>>,
    /// The repository it lives in, for issues.
    pub repo: Option<RepoId>,
    /// The component that the source names (label `component/<name>`): a component's name,
    /// `owner/repo` or `owner/repo/name`; or [`pagerduty_service`], which a catalog may know.
    pub component: Option<Arc<str>>,
    /// The component that a configured rule gives for its labels or its title, written alike: it
    /// counts where the source names none and its repository has not exactly one.
    pub ruled: Option<Arc<str>>,
    /// Its severities, of those that the configuration speaks of: lower case, in order.
    pub severities: Vec<Arc<str>>,
    /// Whether it counts by its source: an issue whose incident label was removed does not.
    pub counts: bool,
    /// When it was opened.
    pub opened_at: Time,
    /// What happened since, in order of time.
    pub events: Vec<IncidentEvent>,
    /// What its text, or its resolver's comments, name as the cause.
    pub causes: Vec<IncidentLink>,
    /// What they name as the fix.
    pub fixes: Vec<IncidentLink>,
}

/// How an incident names its component where no more is known of it than a service of PagerDuty.
pub fn pagerduty_service(id: &str) -> Arc<str> {
    Arc::from(format!("pagerduty:{id}"))
}
