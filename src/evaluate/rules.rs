//! The configuration as the rules of judging and measuring, by repository.

use crate::config::{ByRepository, HashLogins, RepositoryRules, Settings};
use delivery::domain::Window;
use delivery::ledger::Rules;
use std::sync::Arc;

/// How the components of a repository are judged, and over which windows they are measured.
#[derive(Clone, Debug)]
pub struct Judging {
    /// The rules of judging.
    pub rules: Rules,
    /// The windows with their labels.
    pub windows: Vec<(String, Window)>,
    /// What selects the runs of continuous integration; absent where they are not read.
    pub ci: Option<u32>,
}

/// The rules that `[production]`, `[measures]`, `[failures]` and `[[overrides]]` set.
pub fn rules_of(settings: &Settings, logins: Arc<dyn HashLogins>) -> ByRepository<Judging> {
    settings.by_repository(move |rules| judging(rules, &*logins))
}

fn judging(rules: &RepositoryRules, logins: &dyn HashLogins) -> Judging {
    let RepositoryRules { production, measures, failures, .. } = rules;
    let excluded = measures.exclude_authors.iter().map(|login| logins.person(login));
    let ci = rules.ci().selection();
    let rules = Rules {
        production: Arc::new(production.clone()),
        same_deployment_window: measures.same_deployment_window,
        lead_time_start: measures.lead_time_start,
        direct_commits: measures.direct_commits,
        exclude_authors: excluded.collect(),
        failure_rules: failures.rules.clone(),
        incident_window: failures.incident_window,
        severities: failures.severities.clone(),
    };
    Judging { rules, windows: measures.windows.clone(), ci }
}
