//! Incidents that have to say whose they are: which component each counts for, and how many name none.

use super::environments;
use super::looked::Looked;
use super::report::SourceReport;
use crate::cli::findings::{Finding, Severity, named};
use crate::config::Settings;
use crate::evaluate::{Called, Directory, Owner};
use crate::sources::SourceError;
use crate::sources::github::{GitHub, Reach, Survey};
use delivery::domain::{ComponentId, Fact, Incident, Repository, Time};
use std::sync::Arc;

/// How many pages of a repository's incidents are read at most; each costs a point.
const MOST_PAGES: usize = 5;

/// Whether a repository has incidents since `recent`, and no component of its own to count for.
pub fn are_of_others(
    settings: &Settings,
    repository: &Repository,
    survey: &Survey,
    recent: Time,
) -> bool {
    let rules = settings.by_repository(|rules| rules.production.clone());
    let environments = environments::seen(survey, &rules.of(&repository.full_name), Time(0));
    survey.incidents.newest.iter().any(|at| *at >= recent)
        && settings.components.of(repository).is_empty()
        && !environments.iter().any(|one| one.production && one.deployments > 0)
}

/// Reads a repository's incidents back to `recent`. An error concerns the whole source.
pub async fn read(
    source: &GitHub,
    repository: &Repository,
    (recent, since): (Time, Time),
) -> Result<Vec<Incident>, SourceError> {
    let reach = Reach { since, floor: since, again_since: None };
    let (mut found, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let step = match source.incidents(repository, cursor.as_deref(), &reach).await {
            Ok(step) => step,
            Err(error) if error.concerns_the_whole_source() => return Err(error),
            // Why they cannot be read is told where the repository is looked at.
            Err(_) => break,
        };
        let incidents = step.facts.into_iter().filter_map(|fact| match fact {
            Fact::Incident(incident) => Some(incident),
            _ => None,
        });
        found.extend(incidents);
        if step.done || found.iter().any(|one: &Incident| one.opened_at < recent) {
            break;
        }
        cursor = Some(step.cursor);
    }
    Ok(found)
}

/// Enters a repository and its components, by name and owner.
pub fn enter(
    directory: &mut Directory,
    repository: &Repository,
    whole: Owner,
    components: &[(String, Owner)],
    is_declared: bool,
) {
    let called = components.iter().map(|(name, owner)| Called {
        id: id(repository, name, is_declared),
        name: Arc::from(name.as_str()),
        team: owner.team.clone(),
        service: None,
    });
    let called: Vec<Called> = called.collect();
    // A repository is its components' only team's, as the daemon has it.
    let mut teams = called.iter().map(|one| &one.team);
    let first = teams.next().cloned();
    let team = first.filter(|first| teams.all(|team| team == first)).unwrap_or(whole.team);
    directory.add(repository, team, &called);
}

/// What identifies a component.
pub fn id(repository: &Repository, name: &str, is_declared: bool) -> ComponentId {
    match is_declared {
        true => ComponentId { repo: repository.id, name: Arc::from(name) },
        false => ComponentId::whole(repository.id),
    }
}

/// How many of a repository's incidents since `recent` count for a component, or for none.
pub fn count(
    directory: &Directory,
    looked: &Looked,
    repository: &Repository,
    recent: Time,
    of: Option<&ComponentId>,
) -> Option<usize> {
    let incidents = looked.incidents_of(repository.id)?.iter();
    let recent = incidents.filter(|one| one.counts && one.opened_at >= recent);
    Some(recent.filter(|one| directory.component_of(one).as_ref() == of).count())
}

/// Incidents that name no component: a warning where none of a repository's does.
pub fn find(sources: &[SourceReport]) -> Vec<Finding> {
    let mut found = Vec::new();
    for severity in [Severity::Warning, Severity::Note] {
        let (mut names, mut unmapped, mut total) = (Vec::new(), 0, 0);
        for one in sources.iter().flat_map(|source| &source.repositories) {
            let is_all = one.unmapped_incidents == one.incidents;
            if one.unmapped_incidents > 0 && is_all == (severity == Severity::Warning) {
                names.push(&*one.name);
                unmapped += one.unmapped_incidents;
                total += one.incidents;
            }
        }
        if names.is_empty() {
            continue;
        }
        let message = format!(
            "{unmapped} of {total} incidents of 30 days in {} name no component, so they are in no \
             component's figures: label them component/<name>, or write `mappings` of their \
             labels or titles",
            named(&names)
        );
        found.push(Finding { severity, key: "incidents.mappings".to_owned(), message });
    }
    found
}
