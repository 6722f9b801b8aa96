//! Deployments that are not to production. They have no change number: nobody follows them.

use delivery::domain::OtherDeployment;
use sqlx::SqliteConnection;

const UPSERT: &str = "INSERT INTO other_deployments (repo, id, environment, created_at)
 VALUES (?, ?, ?, ?)
 ON CONFLICT (repo, id) DO UPDATE SET environment = excluded.environment,
 created_at = excluded.created_at
 WHERE (environment, created_at) IS NOT (excluded.environment, excluded.created_at)";

/// Writes one, or leaves it as it is.
pub(super) async fn upsert(
    connection: &mut SqliteConnection,
    fact: &OtherDeployment,
) -> Result<(), sqlx::Error> {
    sqlx::query(UPSERT)
        .bind(fact.repo.0.cast_signed())
        .bind(fact.id.0.cast_signed())
        .bind(&*fact.environment)
        .bind(fact.created_at.0)
        .execute(connection)
        .await
        .map(|_| ())
}
