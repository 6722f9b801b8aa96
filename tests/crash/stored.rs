//! The store's file: what it must hold at any moment, whatever the daemon was doing, and stores of
//! older versions.

use crate::exposition::Scrape;
use crate::world::World;
use dora_exporter::evaluate::Settled;
use dora_exporter::store::Store;
use sqlx::migrate::{Migration, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};

/// Keeps everybody else from writing to the database for as long as the connection lives.
pub fn lock(world: &World) -> SqliteConnection {
    world.runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(world.store());
        let mut connection = options.connect().await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        connection
    })
}

/// Looks into the database beside the daemon.
pub fn reader(world: &World) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(world.store()).read_only(true);
    world.runtime.block_on(options.connect()).unwrap()
}

/// How many rows a table has.
pub fn rows(world: &World, connection: &mut SqliteConnection, table: &str) -> u64 {
    let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    world.runtime.block_on(sqlx::query_scalar(count).fetch_one(connection)).unwrap()
}

/// Whoever was shown a count can rely on it: it is in the store, and so is every birth.
pub fn assert_stored(world: &World, shown: &Scrape) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("dora.db");
    for ending in ["", "-wal"] {
        let of = |path: &PathBuf| PathBuf::from(format!("{}{ending}", path.display()));
        std::fs::copy(of(&world.store()), of(&copy)).unwrap();
    }
    let (settled, births) = world.runtime.block_on(async {
        let store = Store::open(&copy).await.unwrap();
        let read = (Settled::read(&store).await.unwrap(), store.births().await.unwrap());
        store.close().await;
        read
    });
    let orgs = settled.totals.of_orgs([]);
    let of_acme = orgs.iter().find(|(org, _)| **org == *"acme");
    let stored = of_acme.map(|(_, figures)| (**figures).clone()).unwrap_or_default();
    for (family, stored) in [
        ("dora_org_deployments_total", stored.deployments),
        ("dora_org_aborted_deployments_total", stored.aborted_deployments),
        ("dora_org_rework_deployments_total", stored.rework_deployments),
        ("dora_org_failed_deployments_total", stored.failed_deployments.iter().sum()),
        ("dora_org_incidents_total", stored.incidents),
    ] {
        let shown = shown.get(family, &["org=\"acme\""]).unwrap_or(0.0);
        assert!(shown <= stored as f64, "{family} showed {shown}, and {stored} are stored");
    }
    let samples = shown.samples();
    let series = samples.keys().filter(|series| series.starts_with("dora_deployments_total{"));
    let (series, births) = (series.count(), births.len());
    assert!(series <= births, "{series} components were shown, and {births} births are stored");
}

/// A counter never shows less than before. Those of a repository that is archived end.
pub fn assert_no_counter_fell(before: &Scrape, after: &Scrape) {
    let (known, now) = (before.samples(), after.samples());
    for line in before.counted() {
        let series = line.rsplit_once(' ').unwrap().0;
        let (was, is) = (known[series], now.get(series).copied());
        assert!(is.is_none_or(|is| is >= was), "{series} was {was} and is {is:?}");
    }
}

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");

/// The migration from which on totals hold everything that was counted.
const TOTALS_OF_ALL_ROWS: i64 = 9;

async fn all_migrations() -> Vec<Migration> {
    let migrator = Migrator::new(Path::new(MIGRATIONS)).await.unwrap();
    migrator.iter().cloned().collect()
}

/// How many migrations lead to this version.
pub fn migrations(world: &World) -> usize {
    world.runtime.block_on(all_migrations()).len()
}

/// Makes `older` a store of the version with so many migrations only, which holds of the facts of
/// `newest` what that version could hold.
pub fn make_older(world: &World, newest: &Path, older: &Path, migrations: usize) {
    // Of the one before there may be none.
    let _ = std::fs::remove_file(older);
    world.runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(older).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        run(&mut connection, "PRAGMA application_id = 0x444f5241".to_owned()).await;
        let migrations = all_migrations().await[..migrations].to_vec();
        let versions: Vec<i64> = migrations.iter().map(|one| one.version).collect();
        let migrator = Migrator::with_migrations(migrations);
        migrator.run(&mut connection).await.unwrap();
        run(&mut connection, format!("ATTACH '{}' AS newest", newest.display())).await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'
             AND name NOT LIKE 'sqlite%' AND name IN (SELECT name FROM newest.sqlite_schema)",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        for table in tables {
            // Before, totals held nothing but what was folded, and nothing is here.
            if table == "totals" && !versions.contains(&TOTALS_OF_ALL_ROWS) {
                continue;
            }
            let columns: Vec<String> =
                sqlx::query_scalar("SELECT name FROM pragma_table_info(?, 'main')")
                    .bind(&table)
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            let columns = columns.join(", ");
            let copy = format!(
                "INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM newest.{table}"
            );
            run(&mut connection, copy).await;
        }
        connection.close().await.unwrap();
    });
}

async fn run(connection: &mut SqliteConnection, statement: String) {
    sqlx::query(AssertSqlSafe(statement)).execute(connection).await.unwrap();
}
