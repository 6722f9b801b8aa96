//! Trouble under the daemon: a store that is locked or damaged, a clock that jumps. It is told once
//! when it begins and once when it is over; figures are served all the time, and nothing is lost.

use crate::clock::SteppedClock;
use crate::exposition::difference;
use crate::running::{Log, Running, World};
use crate::story::{HOUR, MINUTE, NOW, Story, organization};
use github_sim::Merge;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use tracing::Level;

/// When the first of two changes ships; the second one does an hour later.
const SHIPPED: i64 = NOW + 12 * MINUTE;

fn with_shipments() -> Story {
    let mut told = organization();
    let (story, pay) = (&mut told.story, told.pay);
    let shipments = [("first", SHIPPED), ("second", SHIPPED + HOUR)];
    let pulls = shipments.map(|(name, at)| {
        story.commit(NOW - HOUR, pay, name, "Work");
        (story.open_pull(NOW - 50 * MINUTE, pay, name, "Work"), at)
    });
    for (number, at) in pulls {
        let sha = story.merge(at - 5 * MINUTE, pay, number, Merge::Squash);
        story.ship(at, pay, &sha, "production");
    }
    told
}

/// What is shown at `end` where nothing disturbs.
async fn undisturbed(end: i64) -> (Vec<String>, Vec<String>) {
    let world = World::of(with_shipments().story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(end - NOW).await;
    let shown = daemon.scrape().await;
    daemon.stop().await;
    (shown.gauges(), shown.counted())
}

async fn assert_undisturbed(daemon: &Running, (gauges, counted): &(Vec<String>, Vec<String>)) {
    let shown = daemon.scrape().await;
    let (now_gauges, now_counted) = (shown.gauges(), shown.counted());
    assert!(*gauges == now_gauges, "{}", difference(gauges, &now_gauges));
    assert!(*counted == now_counted, "{}", difference(counted, &now_counted));
}

async fn deployments(daemon: &Running) -> f64 {
    daemon.scrape().await.sum("dora_window_deployments", &["acme/pay", "\"30d\""])
}

/// A second program at the store, which tests use to disturb.
async fn second_program(world: &World) -> SqliteConnection {
    SqliteConnectOptions::new().filename(world.store()).connect().await.unwrap()
}

async fn execute(connection: &mut SqliteConnection, statement: &'static str) {
    sqlx::query(statement).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_store_that_another_program_locks_is_told_and_catches_up() {
    let log = Log::of(Level::INFO);
    let world = World::of(with_shipments().story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(10 * MINUTE).await;
    let before = deployments(&daemon).await;

    let mut program = second_program(&world).await;
    execute(&mut program, "BEGIN IMMEDIATE").await;
    daemon.advance(8 * MINUTE).await;
    assert_eq!(deployments(&daemon).await, before, "the last figures are served");
    let words = ["ERROR", "in use by another process", "the last figures are served"];
    assert_eq!(log.count(&words), 1, "{}", log.text());
    assert_eq!(log.count(&["in use by another process"]), 1, "{}", log.text());
    assert!(daemon.page().await.contains("in use by another process"));
    let scrape = daemon.scrape().await;
    assert!(scrape.sum("dora_exporter_source_failures_total", &["reason=\"store\""]) >= 1.0);
    assert_eq!(scrape.sum("dora_exporter_source_up", &["source=\"github\""]), 0.0);

    execute(&mut program, "ROLLBACK").await;
    daemon.advance(25 * MINUTE).await;
    assert_eq!(log.count(&["works again"]), 1, "{}", log.text());
    assert_eq!(deployments(&daemon).await, before + 1.0);
    let now = world.clock.seconds();
    daemon.advance(SHIPPED + 75 * MINUTE - now).await;
    assert_undisturbed(&daemon, &undisturbed(SHIPPED + 75 * MINUTE).await).await;
    assert!(!daemon.page().await.contains("in use by another process"));
    daemon.stop().await;
}

#[tokio::test]
async fn a_store_with_a_damaged_row_keeps_the_last_figures_until_it_is_mended() {
    let log = Log::of(Level::INFO);
    let world = World::of(with_shipments().story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(10 * MINUTE).await;
    let before = deployments(&daemon).await;

    let mut program = second_program(&world).await;
    execute(
        &mut program,
        "INSERT INTO deployments (seq, id, node_id, repo, sha, environment, created_at, statuses)
         VALUES (9000000, 77, 'D', 1, zeroblob(20), 'production', 0, 'not a list')",
    )
    .await;
    daemon.advance(20 * MINUTE).await;
    assert_eq!(deployments(&daemon).await, before, "the last figures are served");
    assert_eq!(log.count(&["ERROR", "damaged", "restore a backup"]), 1, "{}", log.text());
    assert_eq!(log.count(&["damaged"]), 1, "{}", log.text());

    execute(&mut program, "DELETE FROM deployments WHERE id = 77").await;
    daemon.advance(MINUTE).await;
    assert_eq!(log.count(&["the store works again"]), 1, "{}", log.text());
    assert_eq!(deployments(&daemon).await, before + 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_store_that_is_written_over_keeps_the_last_figures_and_is_refused_at_the_next_start() {
    let log = Log::of(Level::INFO);
    let world = World::of(with_shipments().story, NOW).await;
    let config = world.config();
    let daemon = world.start(&config).await;
    daemon.advance(10 * MINUTE).await;
    let before = daemon.scrape().await.gauges();
    execute(&mut second_program(&world).await, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let mut bytes = std::fs::read(world.store()).unwrap();
    bytes[4_096..].fill(0xa5);
    std::fs::write(world.store(), &bytes).unwrap();

    daemon.advance(30 * MINUTE).await;
    assert_eq!(log.count(&["ERROR", "damaged", "restore a backup"]), 1, "{}", log.text());
    assert_eq!(log.count(&["ERROR"]), 1, "{}", log.text());
    let shown = daemon.scrape().await.gauges();
    assert!(before == shown, "{}", difference(&before, &shown));
    daemon.stop().await;
    let refused = world.try_start(&config).await.err().unwrap().to_string();
    assert!(refused.contains("damaged") && refused.contains("move the file away"), "{refused}");
}

/// A daemon on a machine whose clock is not GitHub's.
struct TwoClocks {
    githubs: SteppedClock,
    world: World,
    daemon: Running,
}

impl TwoClocks {
    async fn start() -> TwoClocks {
        let (githubs, machines) = (SteppedClock::at(NOW), SteppedClock::at(NOW));
        let events = with_shipments().story.into_events();
        let world = World::of_two_clocks(events, githubs.clone(), machines).await;
        let daemon = world.start(&world.config()).await;
        TwoClocks { githubs, world, daemon }
    }

    /// Lets both clocks go on until GitHub's shows `until`.
    async fn go_on(&self, until: i64) {
        while self.githubs.seconds() < until {
            let step = (until - self.githubs.seconds()).min(MINUTE);
            self.githubs.set(self.githubs.seconds() + step);
            self.daemon.advance(step).await;
        }
    }

    /// Sets the machine's clock.
    async fn set(&self, ahead: i64) {
        let to = self.githubs.seconds() + ahead;
        match to >= self.world.clock.seconds() {
            true => self.world.clock.set(to),
            false => self.world.clock.set_back(to),
        }
        self.daemon.quiet().await;
    }
}

#[tokio::test]
async fn a_clock_that_jumps_an_hour_and_comes_back_loses_nothing() {
    for ahead in [HOUR, -HOUR] {
        let log = Log::of(Level::INFO);
        let two = TwoClocks::start().await;
        two.go_on(NOW + 10 * MINUTE).await;
        let before = deployments(&two.daemon).await;
        two.set(ahead).await;
        two.go_on(SHIPPED + 20 * MINUTE).await;
        let way = if ahead > 0 { "60 minutes ahead of" } else { "60 minutes behind" };
        assert_eq!(log.count(&["WARN", way]), 1, "{}", log.text());
        assert!(two.daemon.page().await.contains(way));
        let scrape = two.daemon.scrape().await;
        let through = scrape.sum("dora_data_through_timestamp_seconds", &["acme/pay"]);
        assert!(through <= (two.githubs.seconds() + MINUTE) as f64, "{ahead}: {through}");
        if ahead > 0 {
            assert_eq!(deployments(&two.daemon).await, before + 1.0, "news are shown");
        }
        two.set(0).await;
        two.go_on(SHIPPED + 40 * MINUTE).await;
        assert_eq!(log.count(&["this machine's clock is right again"]), 1, "{}", log.text());
        assert_eq!(deployments(&two.daemon).await, before + 1.0, "{ahead}");
        let end = SHIPPED + 75 * MINUTE;
        two.go_on(end).await;
        assert_undisturbed(&two.daemon, &undisturbed(end).await).await;
        assert_eq!(log.count(&["minutes ahead"]) + log.count(&["minutes behind"]), 1);
        two.daemon.stop().await;
    }
}
