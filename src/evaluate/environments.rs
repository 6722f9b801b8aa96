//! Deployments that no figure counts because their environment is not production, or because no
//! component selects them: how many, and which key of the configuration says so. The former are not kept
//! in memory; the store counts them when somebody asks.

use super::Evaluator;
use super::evidence::{NothingToExamine, RepositoryPlace, named, team_names};
use super::parallel;
use super::unselected::is_unselected;
use crate::exposition::ComponentFigures;
use crate::store::{OtherDeployments, Store};
use delivery::domain::{RepoId, Time};
use delivery::ledger::ProductionEnvironments;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The key that leaves deployments out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecidedBy {
    /// `production.exclude` names their environment.
    Exclude,
    /// No pattern of production names it.
    Environments,
    /// It is production, but no component of the repository selects them.
    Components,
}

impl DecidedBy {
    /// The key.
    pub fn key(self) -> &'static str {
        match self {
            DecidedBy::Exclude => "production.exclude",
            DecidedBy::Environments => "production.environments",
            DecidedBy::Components => "components",
        }
    }

    /// Why they are left out, as a word.
    pub fn omission(self) -> &'static str {
        match self {
            DecidedBy::Exclude | DecidedBy::Environments => "not_production",
            DecidedBy::Components => "not_selected",
        }
    }
}

/// Deployments of a repository to an environment that are left out.
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
    /// What leaves them out.
    pub decided_by: DecidedBy,
}

/// The environments of deployments that are left out, of the repositories that were asked for.
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
    unselected: Vec<Unselected>,
}

/// Deployments of a repository that none of its components selects.
struct Unselected {
    repository: RepositoryPlace,
    /// To which environment each was, and when it was requested.
    deployments: Vec<(Arc<str>, Time)>,
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
        let unselected = match team {
            Some(_) => self.unselected(found.iter().copied()),
            None => self.unselected(self.estate.repositories.keys().copied()),
        };
        let repositories = found.into_iter().filter_map(deployer).collect();
        Ok(Deployers { at, repositories, unselected })
    }

    /// The deployments of these repositories that none of their components selects.
    fn unselected(&self, repositories: impl Iterator<Item = RepoId>) -> Vec<Unselected> {
        let repositories: BTreeSet<RepoId> = repositories.collect();
        let of = |repo: RepoId| {
            let facts = self.estate.repositories.get(&repo)?;
            let repository = facts.active()?;
            let declared = self.rules.components.of(repository);
            if declared.is_empty() {
                return None;
            }
            let all = facts.deployments.all(repo);
            let left = all.filter(|deployment| is_unselected(&declared, deployment));
            let deployments = left.map(|one| (one.environment, one.created_at)).collect();
            Some(Unselected { repository: RepositoryPlace::of(repository), deployments })
        };
        repositories.into_iter().filter_map(of).collect()
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
    /// Counts what they deployed that is left out, ever or in a span.
    pub async fn environments(
        self,
        store: &Store,
        during: Option<(Time, Time)>,
    ) -> Result<OtherEnvironments, NothingToExamine> {
        let ids: Vec<RepoId> = self.repositories.keys().copied().collect();
        let counted = store.other_deployments(&ids, during).await;
        let counted = counted.map_err(|error| NothingToExamine::Unreadable(error.to_string()))?;
        let others = counted.into_iter().filter_map(|one| self.environment(one));
        let list = others.chain(self.of_no_component(during)).collect();
        Ok(OtherEnvironments { at: self.at, list })
    }

    fn of_no_component(&self, during: Option<(Time, Time)>) -> Vec<OtherEnvironment> {
        let mut found = Vec::new();
        for Unselected { repository, deployments } in &self.unselected {
            let mut by_environment: BTreeMap<&Arc<str>, Vec<Time>> = BTreeMap::new();
            for (environment, at) in deployments {
                if during.is_none_or(|(from, to)| *at > from && *at <= to) {
                    by_environment.entry(environment).or_default().push(*at);
                }
            }
            for (environment, times) in by_environment {
                let (Some(first_at), Some(newest_at)) = (times.iter().min(), times.iter().max())
                else {
                    continue;
                };
                found.push(OtherEnvironment {
                    repository: repository.clone(),
                    environment: Arc::clone(environment),
                    deployments: times.len() as u64,
                    first_at: *first_at,
                    newest_at: *newest_at,
                    decided_by: DecidedBy::Components,
                });
            }
        }
        found
    }

    /// Nothing where the patterns of today say that it is production: then it is being read again.
    fn environment(&self, counted: OtherDeployments) -> Option<OtherEnvironment> {
        let (repository, production) = self.repositories.get(&counted.repo)?;
        let OtherDeployments { environment, deployments, first_at, newest_at, .. } = counted;
        if production.contains(&environment) {
            return None;
        }
        let decided_by = match production.excludes(&environment) {
            true => DecidedBy::Exclude,
            false => DecidedBy::Environments,
        };
        let other = OtherEnvironment {
            repository: repository.clone(),
            environment,
            deployments,
            first_at,
            newest_at,
            decided_by,
        };
        Some(other)
    }
}
