//! Environments that may be production under another name.

use super::environments::{likely_production, seen};
use super::looked::{Looked, RECENT};
use super::report::EnvironmentReport;
use crate::cli::findings::{Finding, Severity, named};
use crate::config::{EnvironmentRule, Settings};
use crate::sources::github::Survey;
use delivery::domain::Time;
use delivery::ledger::ProductionEnvironments;
use std::collections::BTreeMap;

/// How many environments are suggested.
const SUGGESTED: usize = 3;
/// How many times as many deployments as production has are worth a note.
const MANY_TIMES: usize = 3;
/// How many deployments in a row, and none to production, are worth one.
const IN_A_ROW: usize = 3;

/// The key that an environment would be added to, its name, and whether production is missing.
type Candidate = (String, String, bool);

/// Environments that are suggested; `can_read` says whether deployments may be read anywhere, since
/// what may not be read is no evidence.
pub fn find(settings: &Settings, sources: &[Looked], now: Time, can_read: bool) -> Vec<Finding> {
    let rules = settings.by_repository(|rules| rules.production.clone());
    let mut candidates: BTreeMap<Candidate, Candidacy> = BTreeMap::new();
    let mut has_production = false;
    for (repository, survey) in sources.iter().flat_map(|source| &source.repositories) {
        let rule = rules.of(&repository.full_name);
        let environments = seen(survey, &rule, now.plus(-RECENT));
        let deployed = environments.iter().filter(|one| one.production);
        let production: usize = deployed.map(|one| one.deployments).sum();
        has_production |= production > 0;
        for one in environments {
            if !is_candidate(&one, &rule) || !outdoes(&one, production, survey, &rule) {
                continue;
            }
            let key = settings.overrides.environments_key(&repository.full_name);
            let candidacy = candidates.entry((key, one.name, production == 0)).or_default();
            candidacy.deployments += one.deployments;
            candidacy.to_production += production;
            candidacy.repositories.push(&repository.full_name);
        }
    }
    let mut candidates: Vec<_> = candidates.into_iter().collect();
    candidates.sort_by_key(|((_, _, missing), one)| (!missing, std::cmp::Reverse(one.deployments)));
    let mut found: Vec<Finding> =
        candidates.into_iter().take(SUGGESTED).map(|(of, one)| one.finding(of)).collect();
    if found.is_empty() && !has_production && can_read {
        let message = "no repository was deployed to production in 30 days, so there will be no \
                       figures: deployments are what workflows with `environment: production` \
                       make, or the deployments API";
        found.push(Finding::warning("production.environments", message));
    }
    found
}

fn is_candidate(one: &EnvironmentReport, rule: &EnvironmentRule) -> bool {
    !one.production
        && one.deployments > 0
        && likely_production(&one.name)
        && !rule.excludes(&one.name)
}

/// Whether there is nothing in production, or so much more or newer elsewhere that it may have been
/// renamed.
fn outdoes(
    one: &EnvironmentReport,
    production: usize,
    survey: &Survey,
    rule: &EnvironmentRule,
) -> bool {
    let succeeded = survey.deployments.newest.iter().filter(|listed| listed.succeeded);
    let since_production = succeeded.take_while(|listed| !rule.contains(&listed.environment));
    let in_a_row = since_production.filter(|listed| listed.environment == one.name).count();
    one.deployments >= MANY_TIMES * production || in_a_row >= IN_A_ROW
}

/// What speaks for an environment.
#[derive(Debug, Default)]
struct Candidacy<'a> {
    deployments: usize,
    to_production: usize,
    repositories: Vec<&'a str>,
}

impl Candidacy<'_> {
    fn finding(&self, (key, name, production_is_missing): Candidate) -> Finding {
        let deployments = if self.deployments == 1 { "deployment" } else { "deployments" };
        let (severity, production) = match production_is_missing {
            true => (Severity::Warning, "none".to_owned()),
            // There are figures, and whoever wrote the configuration may know better.
            false if self.deployments > self.to_production => {
                (Severity::Note, format!("only {}", self.to_production))
            }
            false => (Severity::Note, format!("{}, none as new,", self.to_production)),
        };
        let message = format!(
            "{} {deployments} to {name:?} in 30 days ({}), and {production} to production there: \
             add it to {key} if it is production",
            self.deployments,
            named(&self.repositories),
        );
        Finding { severity, key, message }
    }
}
