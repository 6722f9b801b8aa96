//! Whose everything is, by what the sources of ownership say now.

use super::looked::{Looked, Said};
use crate::cli::findings::{Finding, Ownership, Severity};
use crate::clock::SharedClock;
use crate::config::{OwnershipSettings, OwnershipSource, Settings};
use crate::evaluate::RepositoryClaims;
use crate::sources::SourceError;
use crate::sources::backstage::Backstage;
use crate::sources::github::{GitHub, OwnerFiles};
use delivery::domain::{Claim, ClaimSource, Claims, Repository};
use std::collections::{BTreeMap, BTreeSet};

/// How many failures, and problems of files, are listed.
const TOLD: usize = 20;
/// How many repositories a message lists.
const NAMED: usize = 3;

/// Asks the sources at a GitHub that are in the order. An error concerns the whole of it.
pub async fn ask(
    source: &GitHub,
    settings: &Settings,
    organizations: &BTreeSet<String>,
    repositories: &[Repository],
    said: &mut Said,
) -> Result<(), SourceError> {
    for from in settings.ownership.order.iter().filter_map(|one| asked_by_organization(*one)) {
        for organization in organizations {
            match source.claims(from, organization).await {
                Ok(answer) => {
                    let claims = answer.claims.into_iter().map(|(repo, claims)| Claims {
                        repo: Some(repo),
                        source: from,
                        claims,
                    });
                    said.claims.extend(claims);
                    *said.no_team.entry(from).or_default() += answer.no_team;
                }
                Err(error) if error.concerns_the_whole_source() => return Err(error),
                Err(error) => said.failures.push((from, error)),
            }
        }
    }
    read_files(source, settings, repositories, said).await
}

/// Asks the catalog's server, if one is named and asked.
pub async fn ask_catalog(settings: &Settings, clock: SharedClock, said: &mut Said) {
    let is_asked = settings.ownership.order.contains(&OwnershipSource::Catalog);
    let Some(catalog) = settings.catalog.as_ref().filter(|_| is_asked) else { return };
    let answer = match Backstage::connect(catalog, clock) {
        Ok(server) => server.components().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => {
            said.claims.push(answer.claims);
            let problems = answer.problems.into_iter();
            let told = |problem| format!("an entity of the catalog {problem}");
            said.problems
                .extend(problems.map(|problem| (ClaimSource::CatalogServer, told(problem))));
        }
        Err(error) => said.failures.push((ClaimSource::CatalogServer, error)),
    }
}

async fn read_files(
    source: &GitHub,
    settings: &Settings,
    repositories: &[Repository],
    said: &mut Said,
) -> Result<(), SourceError> {
    let order = &settings.ownership.order;
    let wanted = OwnerFiles {
        catalog: order.contains(&OwnershipSource::Catalog),
        codeowners: order.contains(&OwnershipSource::CodeOwners),
        workflows: settings.platform.workflow_files,
    };
    let from = match wanted {
        OwnerFiles { catalog: true, .. } => ClaimSource::CatalogFiles,
        OwnerFiles { codeowners: true, .. } => ClaimSource::CodeOwners,
        OwnerFiles { workflows: true, .. } => ClaimSource::WorkflowFiles,
        _ => return Ok(()),
    };
    let asked: Vec<(&Repository, Option<&str>)> =
        repositories.iter().map(|repository| (repository, None)).collect();
    for (read, repository) in
        source.owner_files(&asked, wanted).await?.into_iter().zip(repositories)
    {
        match read {
            Ok(read) => {
                said.claims.extend(read.claims);
                let name = &repository.full_name;
                let problems = read.problems.into_iter();
                said.problems
                    .extend(problems.map(|(from, path, problem)| {
                        (from, format!("{path} of {name} {problem}"))
                    }));
            }
            Err(error) => said.failures.push((from, error)),
        }
    }
    Ok(())
}

fn asked_by_organization(source: OwnershipSource) -> Option<ClaimSource> {
    match source {
        OwnershipSource::CustomProperty => Some(ClaimSource::CustomProperty),
        OwnershipSource::GitHubTeam => Some(ClaimSource::GitHubTeam),
        _ => None,
    }
}

/// Whose everything is, by what was said of what was looked at.
pub fn heard(settings: &OwnershipSettings, looked: &[Looked]) -> Ownership {
    let repositories = looked.iter().flat_map(|source| &source.repositories);
    let repositories = repositories.map(|(repository, _)| repository.clone());
    let claims = looked.iter().flat_map(|source| source.said.claims.iter().cloned());
    Ownership::new(settings).heard(repositories, claims)
}

/// How many templates components were made from.
pub fn templates(looked: &[Looked]) -> usize {
    let templates = claims(looked).filter_map(|claim| match claim {
        Claim::Component(component) => component.template.as_deref(),
        _ => None,
    });
    templates.collect::<BTreeSet<&str>>().len()
}

/// How many reusable workflows are called.
pub fn workflows(looked: &[Looked]) -> usize {
    let workflows = claims(looked).filter_map(|claim| match claim {
        Claim::Calls { workflow, .. } => Some(workflow.as_deref()),
        _ => None,
    });
    workflows.collect::<BTreeSet<Option<&str>>>().len()
}

fn claims(looked: &[Looked]) -> impl Iterator<Item = &Claim> {
    looked.iter().flat_map(|source| &source.said.claims).flat_map(|claims| &claims.claims)
}

/// What is missing or amiss with the sources of ownership.
pub fn findings(ownership: &Ownership, looked: &[Looked]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |severity, from, message: String| {
        let key = match from {
            ClaimSource::WorkflowFiles => "platform.workflow_files",
            _ => "ownership.order",
        };
        found.push(Finding { severity, key: key.to_owned(), message });
    };
    for said in looked.iter().map(|source| &source.said) {
        for (from, failure) in said.failures.iter().take(TOLD) {
            add(Severity::Warning, *from, format!("{} cannot be asked: {failure}", from.name()));
        }
        for (from, problem) in said.problems.iter().take(TOLD) {
            add(Severity::Warning, *from, problem.clone());
        }
        let untold = said.problems.len().max(said.failures.len()).saturating_sub(TOLD);
        if untold > 0 {
            let from = ClaimSource::CatalogFiles;
            add(Severity::Warning, from, format!("{untold} more parts of files cannot be used"));
        }
        for (from, count) in said.no_team.iter().filter(|(_, count)| **count > 0) {
            let message =
                format!("{count} owners by {} are no team, and are left out", from.name());
            add(Severity::Warning, *from, message);
        }
    }
    let mut tied: BTreeMap<ClaimSource, Vec<String>> = BTreeMap::new();
    for (repository, _) in looked.iter().flat_map(|source| &source.repositories) {
        for (from, teams) in ties(ownership.claims_of(repository)) {
            let tie = format!("{} ({})", repository.full_name, teams.join(", "));
            tied.entry(from).or_default().push(tie);
        }
    }
    for (from, repositories) in tied {
        let count = repositories.len();
        let shown = repositories.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let message = format!(
            "{} names several teams for {count} repositories, and so none of them: {shown}",
            from.name()
        );
        add(Severity::Note, from, message);
    }
    found
}

/// The sources that name several teams for a repository.
fn ties(claims: &RepositoryClaims) -> Vec<(ClaimSource, Vec<String>)> {
    let several = |from: ClaimSource| {
        let teams: BTreeSet<String> = match from {
            ClaimSource::CodeOwners => {
                claims.code_owners("").iter().map(|team| team.to_string()).collect()
            }
            _ => claims.teams(from).map(|team| team.to_string()).collect(),
        };
        (teams.len() > 1).then(|| (from, teams.into_iter().collect()))
    };
    ClaimSource::ALL.into_iter().filter_map(several).collect()
}
