//! `[measures]` and `[failures]`: what may differ by repository.

use crate::config::patterns::HotfixRule;
use delivery::domain::{Span, Window};
use delivery::ledger::{LeadTimeStart, Reason};
use std::collections::BTreeSet;
use std::sync::Arc;

/// `[measures]`
#[derive(Clone, Debug)]
pub struct MeasuresSettings {
    /// `windows`: with the text that the label `window` shows; lengths are at least a day and differ.
    pub windows: Vec<(String, Window)>,
    /// `lead_time_start`: where a change's lead time starts.
    pub lead_time_start: LeadTimeStart,
    /// `direct_commits`: whether commits without a pull request are changes.
    pub direct_commits: bool,
    /// `exclude_authors`: exact logins whose changes do not count; a bot's without `[bot]`,
    /// as GraphQL tells it.
    pub exclude_authors: Vec<String>,
    /// `same_deployment_window`: how far apart deployments of one SHA count as one; 0 switches it off.
    pub same_deployment_window: Span,
    /// `settle_after`: how long after a finish it may settle.
    pub settle_after: Span,
    /// `seed_surface`: whether the four families of the original collector are shown.
    pub seed_surface: bool,
    /// `seed_prime_after`: how long after its first exposition `dora_lead_time_hours` is primed.
    pub seed_prime_after: Span,
}

/// `[failures]`
#[derive(Clone, Debug)]
pub struct FailuresSettings {
    /// `rules`: those that find change failures.
    pub rules: BTreeSet<Reason>,
    /// `incident_window`: how long after a deployment an incident is blamed on it.
    pub incident_window: Span,
    /// `severities`: of incidents that blame a deployment by time alone, in lower case; empty: all.
    pub severities: BTreeSet<Arc<str>>,
    /// `hotfix_labels`, `hotfix_branches`, `hotfix_titles`.
    pub hotfix: HotfixRule,
}
