//! Deployments that runs, releases or tags tell, put where a survey shows GitHub's.

use crate::config::Settings;
use crate::sources::SourceError;
use crate::sources::github::{GitHub, ListedDeployment, Newest, Reach, Survey};
use delivery::domain::{
    Collector, Deployment, DeploymentSource, DeploymentState, Fact, Repository, Time,
};

/// How many pages are read at most.
const MOST_PAGES: usize = 5;

/// Reads what tells of a repository's deployments back to `recent`, where that is not GitHub's own
/// list. An error concerns the whole source.
pub async fn look(
    source: &GitHub,
    settings: &Settings,
    repository: &Repository,
    survey: &mut Survey,
    (recent, since): (Time, Time),
) -> Result<(), SourceError> {
    let teller = settings.by_repository(|rules| rules.deployments.source());
    if *teller.of(&repository.full_name) == DeploymentSource::GitHubDeployments {
        return Ok(());
    }
    // Whether GitHub's own may be read does not matter.
    survey.unreadable.retain(|(list, _)| *list != Collector::Deployments);
    survey.environments.clear();
    let reach = Reach { since, floor: since, again_since: None };
    let (mut found, mut cursor, mut is_whole) = (Vec::new(), None, false);
    for _ in 0..MOST_PAGES {
        let step = match source.deployments(repository, cursor.as_deref(), &reach).await {
            Ok(step) => step,
            Err(error) if error.concerns_the_whole_source() => return Err(error),
            Err(error @ SourceError::Forbidden { .. }) => {
                survey.unreadable.push((Collector::Deployments, error));
                break;
            }
            Err(error) => {
                survey.failure = Some(error);
                break;
            }
        };
        found.extend(step.facts.iter().filter_map(shown));
        is_whole = step.done;
        if step.done || found.last().is_some_and(|one: &ListedDeployment| one.created_at < recent) {
            break;
        }
        cursor = Some(step.cursor);
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.created_at));
    let total = found.len() as u64 + u64::from(!is_whole);
    survey.deployments = Newest { total, newest: found };
    Ok(())
}

fn shown(fact: &Fact) -> Option<ListedDeployment> {
    let Fact::Deployment(Deployment { created_at, environment, statuses, .. }) = fact else {
        return None;
    };
    Some(ListedDeployment {
        created_at: *created_at,
        environment: environment.to_string(),
        succeeded: statuses.iter().any(|status| status.state == DeploymentState::Success),
    })
}
