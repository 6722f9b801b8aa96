//! The configuration as the rules of judging.

use crate::config::{HashLogins, Settings};
use delivery::ledger::Rules;
use std::sync::Arc;

/// The rules that `[production]`, `[measures]` and `[failures]` set.
pub fn rules_of(settings: &Settings, logins: &dyn HashLogins) -> Rules {
    let measures = &settings.measures;
    Rules {
        production: Arc::new(settings.production.clone()),
        same_deployment_window: measures.same_deployment_window,
        lead_time_start: measures.lead_time_start,
        direct_commits: measures.direct_commits,
        exclude_authors: measures
            .exclude_authors
            .iter()
            .map(|login| logins.person(login))
            .collect(),
        failure_rules: settings.failures.rules.clone(),
        incident_window: settings.failures.incident_window,
    }
}
