//! Environments as a survey shows them, and which of them may be production under another name.

use super::report::EnvironmentReport;
use crate::config::EnvironmentRule;
use crate::sources::github::Survey;
use delivery::domain::Time;
use delivery::ledger::ProductionEnvironments;
use std::collections::BTreeMap;

/// Words in the names of environments that are surely not production.
const OTHERS: [&str; 29] = [
    "acc",
    "acceptance",
    "canary",
    "ci",
    "demo",
    "dev",
    "develop",
    "development",
    "github",
    "integration",
    "int",
    "load",
    "local",
    "nightly",
    "nonprod",
    "perf",
    "pr",
    "preprod",
    "pre",
    "preview",
    "qa",
    "review",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "uat",
];

/// The environments of a repository, production first, then by name, with their successful
/// deployments since `since`.
pub fn seen(survey: &Survey, rule: &EnvironmentRule, since: Time) -> Vec<EnvironmentReport> {
    let mut counts: BTreeMap<&str, usize> =
        survey.environments.iter().map(|name| (name.as_str(), 0)).collect();
    for one in &survey.deployments.newest {
        let count = counts.entry(&one.environment).or_default();
        *count += usize::from(one.succeeded && one.created_at >= since);
    }
    let mut environments: Vec<EnvironmentReport> = counts
        .into_iter()
        .map(|(name, deployments)| EnvironmentReport {
            name: name.to_owned(),
            production: rule.contains(name),
            deployments,
        })
        .collect();
    environments.sort_by_key(|one| !one.production);
    environments
}

/// Whether nothing in the name says that it is not production.
pub fn likely_production(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|letter: char| !letter.is_alphanumeric());
    !words.any(|word| {
        let stem = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
        OTHERS.contains(&stem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_may_be_production_unless_its_name_says_otherwise() {
        for name in ["prd", "main", "customer-7", "eu-west-1", "Release"] {
            assert!(likely_production(name), "{name}");
        }
        for name in ["Staging", "pr-17", "dev2", "qa/eu", "pre-production", "github-pages", "stg"] {
            assert!(!likely_production(name), "{name}");
        }
    }
}
