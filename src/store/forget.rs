//! Removing facts that are finished with. Which ones these are is no matter of the store.

use super::writer::Change;
use super::{Store, StoreError};
use delivery::domain::{DeploymentId, Fact, IncidentId, Oid, PullNumber, RepoId, Time};
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::BTreeSet;

/// How many rows are removed at once: the writer has others to serve between.
const ROWS_A_CHANGE: usize = 1_000;

/// Facts of one repository to remove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Deployments.
    pub deployments: Vec<DeploymentId>,
    /// Pull requests.
    pub pulls: Vec<PullNumber>,
    /// Pull requests that changed infrastructure.
    pub infrastructure: Vec<PullNumber>,
    /// Commits.
    pub commits: Vec<Oid>,
    /// Incidents.
    pub incidents: Vec<IncidentId>,
    /// Runs of continuous integration.
    pub runs: Vec<u64>,
    /// Commits that are on the frontier from now on.
    pub frontier: Vec<Oid>,
    /// Commits that were on the frontier.
    pub frontier_before: Vec<Oid>,
}

/// One fact to remove.
#[derive(Clone, Debug)]
pub(super) enum Removal {
    Deployment(DeploymentId),
    Pull(PullNumber),
    InfrastructurePull(PullNumber),
    Commit(Oid),
    Incident(IncidentId),
    Run(u64),
    Frontier(Oid),
}

impl Forgotten {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Forgotten::default()
    }

    /// How many facts are to be removed.
    pub fn facts(&self) -> usize {
        let pulls = self.pulls.len() + self.infrastructure.len();
        let of_changes = self.deployments.len() + pulls + self.commits.len();
        of_changes + self.incidents.len() + self.runs.len()
    }

    fn removals(&self) -> Vec<Removal> {
        let pulls = self.pulls.iter().copied().map(Removal::Pull);
        let applied = self.infrastructure.iter().copied().map(Removal::InfrastructurePull);
        let pulls = pulls.chain(applied);
        let commits = self.commits.iter().copied().map(Removal::Commit);
        let deployments = self.deployments.iter().copied().map(Removal::Deployment);
        let incidents = self.incidents.iter().cloned().map(Removal::Incident);
        let runs = self.runs.iter().copied().map(Removal::Run);
        let frontier = self.frontier_before.iter().copied().map(Removal::Frontier);
        pulls
            .chain(commits)
            .chain(deployments)
            .chain(incidents)
            .chain(runs)
            .chain(frontier)
            .collect()
    }
}

impl Store {
    /// Removes facts of a repository as far as they have not changed after the change number
    /// `through`. The new frontier is written before anything is removed, and the old one goes last,
    /// so that a stop at any moment leaves facts that say the same.
    pub async fn forget(
        &self,
        repo: RepoId,
        forgotten: &Forgotten,
        through: u64,
    ) -> Result<(), StoreError> {
        let frontier = forgotten.frontier.iter().map(|oid| Fact::Frontier { repo, oid: *oid });
        let frontier: Vec<Fact> = frontier.collect();
        if !frontier.is_empty() {
            self.write(Change::Facts { facts: frontier, cursors: Vec::new() }).await?;
        }
        for some in forgotten.removals().chunks(ROWS_A_CHANGE) {
            self.write(Change::Forget { repo, through, removals: some.to_vec() }).await?;
        }
        Ok(())
    }

    /// Of these deployments those that are not stored.
    pub async fn missing_deployments(
        &self,
        ids: impl IntoIterator<Item = DeploymentId>,
    ) -> Result<BTreeSet<DeploymentId>, StoreError> {
        let mut missing: BTreeSet<DeploymentId> = ids.into_iter().collect();
        let all: Vec<DeploymentId> = missing.iter().copied().collect();
        for some in all.chunks(ROWS_A_CHANGE) {
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("SELECT id FROM deployments WHERE id IN (");
            let mut list = query.separated(", ");
            for id in some {
                list.push_bind(id.0.cast_signed());
            }
            query.push(")");
            let found = query.build_query_scalar().fetch_all(&self.readers).await;
            let found: Vec<i64> =
                found.map_err(|error| self.failure("looking up deployments", &error))?;
            for id in found {
                missing.remove(&DeploymentId(id.cast_unsigned()));
            }
        }
        Ok(missing)
    }
}

/// Removes facts in the writer's transaction.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    repo: RepoId,
    through: u64,
    removals: &[Removal],
) -> Result<(), sqlx::Error> {
    let through = i64::try_from(through).unwrap_or(i64::MAX);
    for removal in removals {
        removal.statement(repo).bind(through).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Removes deployments elsewhere than to production, in the writer's transaction.
pub(super) async fn forget_others(
    connection: &mut SqliteConnection,
    before: Time,
) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM other_deployments WHERE created_at < ?");
    delete.bind(before.0).execute(connection).await.map(|_| ())
}

impl Removal {
    fn statement(&self, repo: RepoId) -> Query<'_, Sqlite, SqliteArguments> {
        let repo = repo.0.cast_signed();
        match self {
            Removal::Deployment(id) => {
                sqlx::query("DELETE FROM deployments WHERE id = ? AND seq <= ?")
                    .bind(id.0.cast_signed())
            }
            Removal::Pull(number) => {
                let delete = "DELETE FROM pull_requests WHERE repo = ? AND number = ? AND seq <= ?";
                sqlx::query(delete).bind(repo).bind(number)
            }
            Removal::InfrastructurePull(number) => {
                let delete =
                    "DELETE FROM infrastructure_pulls WHERE repo = ? AND number = ? AND seq <= ?";
                sqlx::query(delete).bind(repo).bind(number)
            }
            Removal::Commit(oid) => {
                let delete = "DELETE FROM commits WHERE repo = ? AND oid = ? AND seq <= ?";
                sqlx::query(delete).bind(repo).bind(&oid.0[..])
            }
            Removal::Incident(id) => {
                sqlx::query("DELETE FROM incidents WHERE id = ? AND seq <= ?").bind(&*id.0)
            }
            Removal::Run(id) => sqlx::query("DELETE FROM workflow_runs WHERE id = ? AND seq <= ?")
                .bind(id.cast_signed()),
            Removal::Frontier(oid) => {
                let delete = "DELETE FROM frontier WHERE repo = ? AND oid = ? AND seq <= ?";
                sqlx::query(delete).bind(repo).bind(&oid.0[..])
            }
        }
    }
}
