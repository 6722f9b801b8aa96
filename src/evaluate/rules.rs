//! The configuration as the rules of evaluating: of judging and measuring by repository.

use super::SettlingRules;
use super::ownership::{OrderedOwners, Owners};
use crate::config::{ByRepository, Components, HashLogins, RepositoryRules, SelfService, Settings};
use delivery::domain::{Span, Window};
use delivery::ledger::Rules;
use std::sync::Arc;

/// The rules of evaluation, from the configuration.
pub struct EvaluationRules {
    /// How facts are judged.
    pub judging: ByRepository<Judging>,
    /// How finishes settle.
    pub settling: SettlingRules,
    /// The windows of teams and organisations, with their labels.
    pub windows: Vec<(String, Window)>,
    /// Below so many contributors how a team works together is withheld.
    pub min_contributors: usize,
    /// How much history is read: performance levels need theirs whole.
    pub lookback: Span,
    /// How long facts are kept that no figure needs any more.
    pub retention: Span,
    /// The components that are declared.
    pub components: Components,
    /// Whose is what.
    pub owners: Box<dyn Owners>,
    /// Whether workflow files are read.
    pub workflow_files: bool,
    /// Which pull requests change infrastructure.
    pub self_service: SelfService,
}

impl EvaluationRules {
    /// What the configuration says.
    pub fn by(settings: &Settings, logins: Arc<dyn HashLogins>) -> EvaluationRules {
        EvaluationRules {
            judging: settings.by_repository(move |rules| judging(rules, &*logins)),
            settling: SettlingRules {
                settle_after: settings.measures.settle_after,
                seed_prime_after: settings.measures.seed_prime_after,
            },
            windows: settings.measures.windows.clone(),
            min_contributors: settings.space.min_contributors,
            lookback: settings.collection.lookback,
            retention: settings.store.retention,
            components: settings.components.clone(),
            owners: Box::new(OrderedOwners::new(&settings.ownership)),
            workflow_files: settings.platform.workflow_files,
            self_service: settings.platform.self_service.clone(),
        }
    }
}

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
