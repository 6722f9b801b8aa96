//! Deployments that no figure counts because their environment is not production: how many, and which
//! key of the configuration says so. They are not kept in memory; the store counts them when somebody
//! asks.

use super::Evaluator;
use super::evidence::{NothingToExamine, RepositoryPlace, named, team_names};
use super::parallel;
use crate::exposition::ComponentFigures;
use crate::store::{OtherDeployments, Store};
use delivery::domain::{RepoId, Time};
use delivery::ledger::ProductionEnvironments;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Deployments of a repository to an environment that is not production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherEnvironment {
    /// The repository.
    pub repository: RepositoryPlace,
    /// The environment.
    pub environment: Arc<str>,
    /// How many are known.
    pub deployments: u64,
    /// When the first of them was requested.
    pub first_at: Time,
    /// When the newest was.
    pub newest_at: Time,
    /// Whether `production.exclude` names it; else no pattern of production does.
    pub is_excluded: bool,
}

/// The environments that are not production, of the repositories that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherEnvironments {
    /// The instant of the figures.
    pub at: Time,
    /// The environments, in no order.
    pub list: Vec<OtherEnvironment>,
}

/// The repositories whose environments are asked for.
pub struct Deployers {
    at: Time,
    repositories: BTreeMap<RepoId, (RepositoryPlace, Arc<dyn ProductionEnvironments>)>,
}

impl Evaluator {
    /// The repositories of a team or of one of its components; without a team all that are no
    /// component, whosever they are.
    pub fn deployers(
        &mut self,
        team: Option<&str>,
        component: Option<&str>,
    ) -> Result<Deployers, NothingToExamine> {
        let (at, shown) = self.shown_figures().ok_or(NothingToExamine::NotReady)?;
        let mut found = match component {
            None => self.never_deployed(team),
            Some(_) => Vec::new(),
        };
        if let Some(team) = team {
            // A team that never deployed to production is not shown, and may ask why.
            if found.is_empty() && !shown.teams.iter().any(|one| &*one.team == team) {
                return Err(NothingToExamine::NoTeam(team_names(&shown)));
            }
            let own = shown.components.iter().filter(|one| &*one.labels.team == team);
            let mut own: Vec<&Arc<ComponentFigures>> = own.collect();
            if let Some(name) = component {
                own = named(name, &own)?;
            }
            let ids = own.iter().map(|one| (&one.labels.repo, &one.labels.component));
            let ids = ids.filter_map(|(repo, component)| self.places.named(repo, component));
            found.extend(ids.map(|id| id.repo));
        }
        let deployer = |repo: RepoId| {
            let repository = self.estate.repositories.get(&repo)?.active()?;
            let production = &self.rules.judging.of(&repository.full_name).rules.production;
            Some((repo, (RepositoryPlace::of(repository), Arc::clone(production))))
        };
        Ok(Deployers { at, repositories: found.into_iter().filter_map(deployer).collect() })
    }

    /// The repositories that were never deployed to production and would be the team's, or anyone's.
    fn never_deployed(&self, team: Option<&str>) -> Vec<RepoId> {
        let idle = self.estate.repositories.iter().filter(|(_, facts)| !facts.has_component());
        let idle: Vec<_> = idle.collect();
        let found = parallel::map(&idle, |(repo, facts)| {
            let repository = facts.active()?;
            let is_own = team.is_none_or(|team| *self.home(repository, facts).0 == *team);
            is_own.then_some(**repo)
        });
        found.into_iter().flatten().collect()
    }
}

impl Deployers {
    /// Counts what they deployed elsewhere than to production, ever or in a span.
    pub async fn environments(
        self,
        store: &Store,
        during: Option<(Time, Time)>,
    ) -> Result<OtherEnvironments, NothingToExamine> {
        let ids: Vec<RepoId> = self.repositories.keys().copied().collect();
        let counted = store.other_deployments(&ids, during).await;
        let counted = counted.map_err(|error| NothingToExamine::Unreadable(error.to_string()))?;
        let list = counted.into_iter().filter_map(|one| self.environment(one)).collect();
        Ok(OtherEnvironments { at: self.at, list })
    }

    /// Nothing where the patterns of today say that it is production: then it is being read again.
    fn environment(&self, counted: OtherDeployments) -> Option<OtherEnvironment> {
        let (repository, production) = self.repositories.get(&counted.repo)?;
        let OtherDeployments { environment, deployments, first_at, newest_at, .. } = counted;
        if production.contains(&environment) {
            return None;
        }
        let (repository, is_excluded) = (repository.clone(), production.excludes(&environment));
        let other = OtherEnvironment {
            repository,
            environment,
            deployments,
            first_at,
            newest_at,
            is_excluded,
        };
        Some(other)
    }
}
