//! What a GitHub App's installation may read, beside what the configuration needs.

use super::report::InstallationReport;
use crate::config::{AppliedBy, OwnershipSource, Settings};
use crate::sources::github::Installation;
use delivery::domain::DeploymentSource;

/// A permission as GitHub's API names it, as its pages do, and what it is for.
type Permission = (&'static str, &'static str, &'static str);

/// What an installation is, and what it lacks.
pub fn report(installation: &Installation, settings: &Settings) -> InstallationReport {
    let lacks = needed(settings)
        .into_iter()
        .filter(|(name, ..)| !installation.permissions.contains_key(*name))
        .map(|(_, shown, purpose)| format!("{shown}: read ({purpose})"));
    InstallationReport {
        id: installation.id,
        account: installation.account.clone(),
        repositories: if installation.selected { "selected" } else { "all" },
        lacks: lacks.collect(),
    }
}

/// What is missing, and where to grant it; nothing where nothing is.
pub fn finding(installation: &Installation, settings: &Settings) -> Option<String> {
    let report = report(installation, settings);
    (!report.lacks.is_empty()).then(|| {
        format!(
            "the installation on `{}` lacks {}: grant it in the app's settings, then have it \
             accepted at {}",
            report.account,
            report.lacks.join(", "),
            installation.url
        )
    })
}

fn needed(settings: &Settings) -> Vec<Permission> {
    let mut needed = vec![
        ("metadata", "Metadata", "repositories"),
        ("deployments", "Deployments", "deployments"),
        ("pull_requests", "Pull requests", "changes and reviews"),
        ("contents", "Contents", "commits"),
    ];
    let mut need = |is_needed: bool, permission| needed.extend(is_needed.then_some(permission));
    need(!settings.incidents.is_empty(), ("issues", "Issues", "incidents"));
    let mut tellers = settings.deployments.iter().map(|entry| entry.teller.source());
    let by_runs = tellers.any(|source| source == DeploymentSource::WorkflowRun);
    need(by_runs, ("actions", "Actions", "runs of workflows"));
    let mut rules = settings.platform.self_service.iter();
    let by_statuses = rules.any(|rule| rule.applied_by != AppliedBy::Merge);
    need(by_statuses, ("statuses", "Commit statuses", "what was applied of infrastructure"));
    let asks = |source| settings.ownership.order.contains(&source);
    need(asks(OwnershipSource::GitHubTeam), ("members", "Members", "teams, of the organisation"));
    need(
        asks(OwnershipSource::CustomProperty),
        ("organization_custom_properties", "Custom properties", "owners, of the organisation"),
    );
    needed
}
