//! Stops at any moment, and starts again on the same store.

use crate::exposition::{Scrape, difference};
use crate::running::{Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change, organization};
use github_sim::{Merge, Scenario};
use std::time::Duration;

/// A history of several pages of everything: resuming matters where there is much to read.
fn busy() -> Scenario {
    let mut story = organization().story;
    let repo = story.repository(NOW - 300 * DAY, "acme/search-index");
    for n in 0..110_i64 {
        let at = NOW - 170 * DAY + n * 36 * HOUR;
        let sha = change(&mut story, repo, at, &format!("busy-{n}"), Merge::Merge);
        story.ship(at + HOUR, repo, &sha, "prod-eu");
        story.ship(at + 90 * MINUTE, repo, &sha, "staging");
    }
    story
}

/// Requests of a first collection without disturbance, and the gauges that it ends with.
async fn undisturbed() -> (u64, Vec<String>) {
    let world = World::of(busy(), NOW).await;
    let daemon = world.start(&world.config()).await;
    let requests = world.sim.meter().requests;
    daemon.advance(5).await;
    let gauges = daemon.scrape().await.gauges();
    daemon.stop().await;
    (requests, gauges)
}

#[tokio::test]
async fn a_first_collection_that_was_stopped_anywhere_goes_on_where_it_was() {
    let (requests, gauges) = undisturbed().await;
    assert!(requests >= 15, "{requests} requests are too few to stop between");
    for stopped_after in (1..requests).step_by(3) {
        let world = World::of(busy(), NOW).await;
        let daemon = world.start_and_leave(&world.config()).await.unwrap();
        while world.sim.meter().requests < stopped_after {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        daemon.stop().await;
        let daemon = world.start(&world.config()).await;
        // One request was lost in flight, and the new process looks around first: the organisation,
        // the newest entries, unfinished deployments, open incidents.
        let in_all = world.sim.meter().requests;
        assert!(
            in_all <= requests + 5,
            "stopped after {stopped_after}: {in_all} requests, {requests} undisturbed"
        );
        daemon.advance(5).await;
        assert_all_shown(&daemon, &gauges, stopped_after).await;
        daemon.stop().await;
    }
}

async fn assert_all_shown(daemon: &Running, expected: &[String], stopped_after: u64) {
    let scrape = daemon.scrape().await;
    let shown = scrape.gauges();
    let difference = difference(expected, &shown);
    assert!(expected == shown, "stopped after {stopped_after}, the gauges differ:\n{difference}");
    let through = scrape.get("dora_exporter_source_data_through_timestamp_seconds", &[]);
    assert!(through.is_none_or(|through| through >= NOW as f64), "{through:?}");
}

#[tokio::test]
async fn a_restart_reads_nothing_again_and_keeps_births_and_counts() {
    let world = World::of(busy(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    let before = daemon.scrape().await;
    daemon.stop().await;

    world.sim.reset_meter();
    let daemon = world.start(&world.config()).await;
    let meter = world.sim.meter();
    // The organisation, the newest entries, unfinished deployments, open incidents.
    assert!(meter.requests <= 4 && meter.points <= 4, "{meter:?}");
    daemon.advance(2 * MINUTE).await;
    let after = daemon.scrape().await;
    assert!(!before.counted().is_empty());
    assert_eq!(before.counted(), after.counted());
    assert_eq!(before.gauges(), after.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn figures_are_served_from_the_store_before_anything_is_asked() {
    let world = World::of(busy(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    let before = daemon.scrape().await.gauges();
    daemon.stop().await;
    let mut config = world.config();
    // Nobody listens there.
    config.api_url = "http://127.0.0.1:1".to_owned();
    let daemon = world.start(&config).await;
    assert_eq!(before, daemon.scrape().await.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn news_of_the_time_between_are_found_after_a_restart() {
    let mut told = organization();
    let at = NOW + 3 * HOUR;
    let sha = change(&mut told.story, told.pay, at, "meanwhile", Merge::Squash);
    told.story.ship(at + HOUR, told.pay, &sha, "production");
    let world = World::of(told.story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    let deployments =
        |scrape: &Scrape| scrape.sum("dora_window_deployments", &["acme/pay", "\"30d\""]);
    let before = deployments(&daemon.scrape().await);
    daemon.stop().await;

    world.clock.set(NOW + 6 * HOUR);
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    assert_eq!(deployments(&daemon.scrape().await), before + 1.0);
    daemon.stop().await;
}
