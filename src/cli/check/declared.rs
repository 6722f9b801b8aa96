//! What the newest pages of a repository hold for its declared components: read as collecting would
//! read them, and no further than it takes to say what each component has.

use crate::config::{ComponentSettings, EnvironmentRule, claimants};
use crate::evaluate::Evidence;
use crate::sources::SourceError;
use crate::sources::github::{GitHub, Reach, Survey};
use delivery::domain::{
    Collector, ComponentName, Deployment, DeploymentState, Fact, Incident, PullRequest, Repository,
    Time,
};
use delivery::ledger::ProductionEnvironments;
use std::collections::{BTreeMap, BTreeSet};

/// How many pages of each list are read at most; each costs a point.
const MOST_PAGES: usize = 5;

/// What was read of a repository.
#[derive(Debug, Default)]
pub struct Declared {
    deployments: Vec<Deployment>,
    pulls: Vec<PullRequest>,
    incidents: Vec<Incident>,
    is_of_several: bool,
    /// Whether deployments of the asked time are left that were not read.
    pub there_may_be_more: bool,
}

/// Reads a repository that holds `components`: deployments and incidents back to `recent`, and on
/// until each component has one, within the look-back that begins at `since`. An error concerns the
/// whole source.
pub async fn read(
    source: &GitHub,
    repository: &Repository,
    components: &[&ComponentSettings],
    (recent, since): (Time, Time),
) -> Result<Declared, SourceError> {
    let mut read = Declared { is_of_several: components.len() > 1, ..Declared::default() };
    let reach = Reach { since, floor: since, again_since: None };
    for list in [Collector::Deployments, Collector::PullRequests, Collector::Incidents] {
        let mut cursor = None;
        for page in 1..=MOST_PAGES {
            if read.has_enough_of(list, components, recent) {
                break;
            }
            let from = cursor.as_deref();
            let step = match list {
                Collector::Deployments => source.deployments(repository, from, &reach).await,
                Collector::PullRequests => source.pull_requests(repository, from, &reach).await,
                _ => source.incidents(repository, from, &reach).await,
            };
            let step = match step {
                Ok(step) => step,
                Err(error) if error.concerns_the_whole_source() => return Err(error),
                // Why a list cannot be read is told where the repository is looked at.
                Err(_) => break,
            };
            step.facts.into_iter().for_each(|fact| read.take(fact));
            if step.done {
                break;
            }
            if page == MOST_PAGES && list == Collector::Deployments {
                let oldest = read.deployments.iter().map(|one| one.created_at).min();
                read.there_may_be_more = oldest.is_none_or(|oldest| oldest > recent);
            }
            cursor = Some(step.cursor);
        }
    }
    Ok(read)
}

impl Declared {
    fn take(&mut self, fact: Fact) {
        match fact {
            Fact::Deployment(deployment) => self.deployments.push(deployment),
            Fact::PullRequest(pull) => self.pulls.push(pull),
            Fact::Incident(incident) => self.incidents.push(incident),
            _ => {}
        }
    }

    fn has_enough_of(
        &self,
        list: Collector,
        components: &[&ComponentSettings],
        recent: Time,
    ) -> bool {
        match list {
            Collector::Deployments => {
                let reaches = self.deployments.iter().any(|one| one.created_at < recent);
                let owners = self.deployments.iter().filter_map(|one| claimants(components, one).0);
                let owners: BTreeSet<&ComponentName> = owners.map(|one| &one.name).collect();
                reaches && owners.len() == components.len()
            }
            Collector::PullRequests => {
                let met: BTreeSet<&ComponentName> =
                    self.pulls.iter().flat_map(|pull| pull.components.iter().flatten()).collect();
                components.iter().all(|one| one.paths.is_empty() || met.contains(&one.name))
            }
            // Without several components nobody has to tell whose an incident is.
            _ => components.len() < 2 || self.incidents.iter().any(|one| one.opened_at < recent),
        }
    }

    /// What the components take, to be judged; `survey` shows what went to other environments.
    pub fn evidence<'a>(&'a self, survey: &'a Survey, rule: &EnvironmentRule) -> Evidence<'a> {
        let mut elsewhere = BTreeMap::new();
        for one in survey.deployments.newest.iter().filter(|one| !rule.contains(&one.environment)) {
            *elsewhere.entry(&*one.environment).or_default() += 1;
        }
        Evidence {
            deployments: self.deployments.iter().collect(),
            elsewhere,
            pulls: self.pulls.iter().collect(),
            is_enough: true,
        }
    }

    /// Its incidents, where they have to say whose each is.
    pub fn incidents(&self) -> Option<&[Incident]> {
        self.is_of_several.then_some(&*self.incidents)
    }

    /// Successful deployments to production since `recent` of one of `components`, by environment.
    pub fn own(
        &self,
        component: &ComponentSettings,
        components: &[&ComponentSettings],
        rule: &EnvironmentRule,
        recent: Time,
    ) -> BTreeMap<String, usize> {
        let mut environments = BTreeMap::new();
        for deployment in &self.deployments {
            let is_own = claimants(components, deployment)
                .0
                .is_some_and(|owner| owner.name == component.name);
            if let (true, Some(environment)) = (is_own, production(deployment, rule)) {
                let count = environments.entry(environment.to_owned()).or_default();
                *count += usize::from(deployment.created_at >= recent);
            }
        }
        environments
    }
}

/// The environment of production that a deployment reached.
fn production<'d>(deployment: &'d Deployment, rule: &EnvironmentRule) -> Option<&'d str> {
    let successes =
        deployment.statuses.iter().filter(|status| status.state == DeploymentState::Success);
    successes
        .map(|status| status.environment.as_deref().unwrap_or(&deployment.environment))
        .find(|environment| rule.contains(environment))
}
