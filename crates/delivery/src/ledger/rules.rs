//! The rules by which a component's facts are judged, as the configuration sets them.

use super::Reason;
use crate::domain::{DAY, HOUR, MINUTE, Person, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where a change's lead time starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeadTimeStart {
    /// The authored time of its earliest commit.
    FirstCommit,
    /// The opening of its pull request.
    Opened,
    /// Its merge.
    Merged,
}

/// Decides which environments are production.
pub trait ProductionEnvironments: Send + Sync + std::fmt::Debug {
    /// Whether deployments to `environment` serve users.
    fn contains(&self, environment: &str) -> bool;

    /// Whether `environment` is taken out by name, whatever else says that it is production.
    fn excludes(&self, _environment: &str) -> bool {
        false
    }
}

/// All rules of judging.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which environments are production.
    pub production: Arc<dyn ProductionEnvironments>,
    /// Deployments of one SHA that finish within this span of the first count as one; 0 switches it off.
    pub same_deployment_window: Span,
    /// Where lead time starts.
    pub lead_time_start: LeadTimeStart,
    /// Whether direct commits of the default branch are changes.
    pub direct_commits: bool,
    /// Whose changes do not count.
    pub exclude_authors: BTreeSet<Person>,
    /// The rules that find change failures.
    pub failure_rules: BTreeSet<Reason>,
    /// How long after a deployment an incident is blamed on it.
    pub incident_window: Span,
    /// The severities, in lower case, of incidents that rule `incident` blames a deployment for;
    /// empty: it does for all incidents.
    pub severities: BTreeSet<Arc<str>>,
}

/// How long after its last status a failed deployment may still be re-run to success.
pub const ABORTED_AFTER: Span = 7 * DAY;
/// How long after shipping a change its revert blames the deployment.
pub const REVERT_LIMIT: Span = 30 * DAY;
/// How long after a deployment a hotfix blames it.
pub const HOTFIX_LIMIT: Span = 7 * DAY;
/// `failures.incident_window`'s default.
pub const INCIDENT_WINDOW: Span = 24 * HOUR;
/// `measures.same_deployment_window`'s default.
pub const SAME_DEPLOYMENT_WINDOW: Span = 10 * MINUTE;
