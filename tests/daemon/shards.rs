//! Several processes that divide the repositories: each has its own, and together they have all.

use crate::exposition::Scrape;
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::Scenario;
use tracing::Level;

const REPOSITORIES: i64 = 12;

fn story() -> Scenario {
    let mut story = Scenario::new();
    for number in 0..REPOSITORIES {
        let repo = story.repository(NOW - 60 * DAY, &format!("acme/r{number}"));
        for days in [20, 9, 2 + number % 3] {
            let sha = story.commit(NOW - days * DAY - HOUR, repo, "main", "Work");
            story.ship(NOW - days * DAY, repo, &sha, "production");
        }
        story.issue(NOW - 8 * DAY, repo, "Down", &["incident"]);
    }
    story
}

/// A process with a store of its own.
async fn shown(world: &World, part: &str) -> Scrape {
    let config = config(world, part, part);
    let daemon = world.start(&config).await;
    daemon.advance(MINUTE).await;
    let scrape = daemon.scrape().await;
    daemon.stop().await;
    scrape
}

fn config(world: &World, part: &str, store: &str) -> Config {
    let mut config = world.config();
    config.store = world.folder.path().join(format!("{}.db", store.replace('/', "-")));
    config.collection = format!("shard = \"{part}\"");
    config
}

/// The gauges of components.
fn of_components(scrape: &Scrape) -> Vec<String> {
    let mut lines = scrape.gauges();
    lines.retain(|line| line.contains("repo=\"acme/") && !line.contains("backfill_complete"));
    lines.sort();
    lines
}

#[tokio::test]
async fn parts_together_show_what_one_process_shows() {
    let world = World::of(story(), NOW).await;
    let log = Log::of(Level::WARN);
    let whole = shown(&world, "1/1").await;
    let complete = |scrape: &Scrape| scrape.sum("dora_exporter_backfill_complete", &[]);
    assert_eq!(complete(&whole), REPOSITORIES as f64);
    let expected = of_components(&whole);
    assert!(expected.len() > 200, "{}", expected.len());
    for count in [2, 3] {
        let (mut together, mut deployments) = (Vec::new(), 0.0);
        for index in 1..=count {
            let part = shown(&world, &format!("{index}/{count}")).await;
            assert!(complete(&part) < REPOSITORIES as f64, "{index}/{count}");
            let org = ["org=\"acme\"", "window=\"30d\""];
            deployments += part.get("dora_org_window_deployments", &org).unwrap_or_default();
            together.extend(of_components(&part));
        }
        together.sort();
        assert_eq!(together, expected, "{count} parts");
        assert_eq!(deployments, 3.0 * REPOSITORIES as f64);
    }
    // A glob of another part's repositories is no mistake here.
    assert!(!log.text().contains("[[github]]"), "{}", log.text());
}

#[tokio::test]
async fn a_store_follows_another_division() {
    let world = World::of(story(), NOW).await;
    let mut shares = Vec::new();
    for part in ["1/2", "1/1", "1/3"] {
        let daemon = world.start(&config(&world, part, "same")).await;
        daemon.advance(MINUTE).await;
        let scrape = daemon.scrape().await;
        daemon.stop().await;
        let lines = of_components(&scrape);
        let is_shown =
            |number: &i64| lines.iter().any(|line| line.contains(&format!("/r{number}\"")));
        shares.push((0..REPOSITORIES).filter(is_shown).count() as i64);
    }
    assert_eq!(shares[1], REPOSITORIES);
    assert!(shares[2] <= shares[0] && shares[0] < REPOSITORIES, "{shares:?}");
}
