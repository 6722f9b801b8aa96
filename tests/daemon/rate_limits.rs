//! Rate limits through the daemon: it stops at once, waits as long as it is told, and goes on.

use crate::exposition::Scrape;
use crate::running::{Running, World};
use crate::same_facts::{assert_same, at_once};
use crate::story::{HOUR, MINUTE, NOW, organization};
use github_sim::{Fault, LimitSettings, When};

fn throttled(scrape: &Scrape, reason: &str) -> f64 {
    let reason = format!("reason=\"{reason}\"");
    scrape.sum("dora_exporter_github_throttled_seconds_total", &[&reason])
}

/// Starts with what `limit` sets, waits until everything is collected, at most four hours, and
/// returns how many seconds that took.
async fn collect(world: &World, share: f64) -> (Running, i64) {
    let mut config = world.config();
    config.collection = format!("budget_share = {share:?}");
    let daemon = world.start(&config).await;
    loop {
        daemon.advance(5).await;
        let scrape = daemon.scrape().await;
        let complete = scrape.get("dora_exporter_backfill_complete", &[]);
        let took = world.clock.seconds() - NOW;
        if complete == Some(6.0) {
            daemon.advance(5).await;
            return (daemon, took);
        }
        assert!(took < 4 * HOUR, "{complete:?} of 6 repositories are complete after {took} s");
        // Long waits are slept through, or the test would take as long as they are boring.
        let step = if took < 10 * MINUTE { 30 } else { 4 * MINUTE };
        daemon.jump(world.clock.seconds() + step).await;
    }
}

#[tokio::test]
async fn one_limit_answer_is_enough_whatever_its_kind() {
    let expected = at_once(|_| {}).await;
    let minute = MINUTE..=3 * MINUTE;
    let hour = HOUR..=HOUR + 12 * MINUTE;
    let cases = [
        (Fault::RetryAfter(429, 120), "secondary", 2 * MINUTE..=8 * MINUTE),
        (Fault::RetryAfter(403, 30), "secondary", 30..=2 * MINUTE),
        (Fault::SecondaryLimit(403), "secondary", minute),
        (Fault::PrimaryLimit(403), "primary", hour.clone()),
        (Fault::PrimaryLimit(429), "primary", hour.clone()),
        (Fault::GraphqlLimit("RATE_LIMITED".to_owned()), "primary", hour.clone()),
        (Fault::GraphqlLimit("RATE_LIMIT".to_owned()), "primary", hour),
    ];
    for (fault, reason, expected_wait) in cases {
        for operation in ["Probe", "PullRequests"] {
            let world = World::of(organization().story, NOW).await;
            let operation_name = Some(operation.to_owned());
            let when = When { operation: operation_name, ..When::default() };
            world.sim.faults().on_requests(fault.clone(), when);
            let (daemon, took) = collect(&world, 1.0).await;
            let what = format!("{fault:?} for {operation}");
            assert!(expected_wait.contains(&took), "{what}: complete after {took} s");
            assert_eq!(world.sim.meter().limited, 1, "{what}");
            let scrape = daemon.scrape().await;
            assert!(throttled(&scrape, reason) > 0.0, "{what}");
            assert_same(&expected, &scrape.gauges());
            daemon.stop().await;
        }
    }
}

#[tokio::test]
async fn limits_that_go_on_are_met_ever_more_seldom() {
    let world = World::of(organization().story, NOW).await;
    let when = When { times: 5, ..When::default() };
    world.sim.faults().on_requests(Fault::SecondaryLimit(403), when);
    let (daemon, took) = collect(&world, 1.0).await;
    // 1, 2, 4, 8 and 16 minutes.
    assert!(took >= 31 * MINUTE, "{took} s are no growing pauses");
    assert_eq!(world.sim.meter().limited, 5);
    daemon.stop().await;
}

#[tokio::test]
async fn spent_points_are_foreseen_and_no_limit_is_ever_answered() {
    let world = World::of(organization().story, NOW).await;
    world.sim.set_limits(LimitSettings { points_per_hour: 9, ..LimitSettings::default() });
    let (daemon, took) = collect(&world, 1.0).await;
    assert!(took >= HOUR, "{took} s: nine points are too few for that");
    assert_eq!(world.sim.meter().limited, 0);
    assert_same(&at_once(|_| {}).await, &daemon.scrape().await.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn the_share_of_others_is_left_to_them() {
    let world = World::of(organization().story, NOW).await;
    world.sim.set_limits(LimitSettings { points_per_hour: 20, ..LimitSettings::default() });
    let mut config = world.config();
    config.collection = "budget_share = 0.4".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(50 * MINUTE).await;
    assert_eq!(world.sim.meter().points, 8);
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_exporter_github_rate_limit_remaining_points", &["graphql"]), 12.0);
    assert!(throttled(&scrape, "share") > 0.0);
    daemon.stop().await;
    let world = World::of(organization().story, NOW).await;
    world.sim.set_limits(LimitSettings { points_per_hour: 20, ..LimitSettings::default() });
    let (daemon, _) = collect(&world, 0.4).await;
    assert_same(&at_once(|_| {}).await, &daemon.scrape().await.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn a_server_without_limits_is_read_without_pauses() {
    let world = World::of(organization().story, NOW).await;
    world.sim.set_limits(LimitSettings {
        primary: false,
        secondary: false,
        ..LimitSettings::default()
    });
    let (daemon, took) = collect(&world, 0.8).await;
    assert!(took <= 10, "{took} s");
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.get("dora_exporter_github_rate_limit_points", &[]), None);
    assert_same(&at_once(|_| {}).await, &scrape.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn requests_go_out_one_at_a_time() {
    let world = World::of(organization().story, NOW).await;
    let (daemon, _) = collect(&world, 0.8).await;
    assert_eq!(world.sim.meter().most_in_flight, 1);
    daemon.stop().await;
}
