//! What the lead-time histogram of the original dashboard counts, seen from outside.

use crate::exposition::Scrape;
use crate::running::World;
use crate::story::{HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::Merge;

fn count(scrape: &Scrape) -> Option<f64> {
    scrape.get("dora_lead_time_hours_count", &["acme/pay"])
}

fn gauge(scrape: &Scrape) -> f64 {
    scrape.sum("dora_window_changes", &["acme/pay", "\"30d\""])
}

/// The story, and a change of `acme/pay` that ships at `at`.
fn with_a_shipment(at: i64) -> Story {
    let mut told = organization();
    let sha = change(&mut told.story, told.pay, at - HOUR, "live", Merge::Squash);
    told.story.ship(at, told.pay, &sha, "production");
    told
}

#[tokio::test]
async fn it_is_born_at_zero_primed_once_and_then_counts_what_ships() {
    let shipped = NOW + 20 * MINUTE;
    let world = World::of(with_a_shipment(shipped).story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    let born = daemon.scrape().await;
    assert_eq!(count(&born), Some(0.0), "the first exposition is 0");
    assert_eq!(gauge(&born), 7.0);
    daemon.advance(MINUTE).await;
    let primed = daemon.scrape().await;
    assert_eq!(count(&primed), Some(7.0), "the last 30 days enter");
    assert_eq!(primed.sum("dora_lead_time_hours_sum", &["acme/pay"]), 7.0 * 32.0);

    // The change ships, and settles once it is collected and `settle_after` has passed. `waiting`
    // was merged before and goes live with it.
    daemon.advance(shipped + 15 * MINUTE - world.clock.seconds()).await;
    let live = daemon.scrape().await;
    assert_eq!(count(&live), Some(9.0));
    assert_eq!(live.sum("dora_lead_time_hours_bucket", &["acme/pay", "le=\"+Inf\""]), 9.0);
    // Nothing but the original histogram is primed.
    for (level, labels) in [("dora", "acme/pay"), ("dora_team", "payments"), ("dora_org", "acme")] {
        let counted = |name: &str| live.sum(&format!("{level}_{name}"), &[labels]);
        assert_eq!(counted("deployments_total"), 1.0, "{level}");
        assert_eq!(counted("changes_shipped_total"), 2.0, "{level}");
        assert_eq!(counted("change_lead_time_seconds_count"), 2.0, "{level}");
        assert_eq!(counted("failed_deployments_total"), 0.0, "{level}");
    }
    daemon.advance(HOUR).await;
    assert_eq!(count(&daemon.scrape().await), Some(9.0), "each counts once");
    daemon.stop().await;
}

#[tokio::test]
async fn what_has_just_finished_moves_gauges_at_once_and_counts_later() {
    let shipped = NOW + 20 * MINUTE;
    let world = World::of(with_a_shipment(shipped).story, NOW).await;
    let mut config = world.config();
    config.collection = "sweep_interval = \"1m\"".to_owned();
    config.measures = "seed_prime_after = \"30s\"\nsettle_after = \"15m\"".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(22 * MINUTE).await;
    let early = daemon.scrape().await;
    assert_eq!((gauge(&early), count(&early)), (9.0, Some(7.0)));
    daemon.advance(16 * MINUTE).await;
    assert_eq!(count(&daemon.scrape().await), Some(9.0));
    daemon.stop().await;
}

#[tokio::test]
async fn a_fact_that_turns_up_late_changes_gauges_only() {
    let told = organization();
    let (pay, mut story) = (told.pay, told.story);
    let world = World::of(story.clone(), NOW).await;
    let mut config = world.config();
    config.collection = "reconcile_interval = \"10m\"".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(30 * MINUTE).await;
    let before = daemon.scrape().await;

    // GitHub tells only now of a deployment that finished twenty minutes ago.
    let known = story.clone().into_events().len();
    let sha = change(&mut story, pay, NOW + 5 * MINUTE, "late", Merge::Squash);
    story.ship(NOW + 10 * MINUTE, pay, &sha, "production");
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(30 * MINUTE).await;
    let after = daemon.scrape().await;
    assert_eq!(gauge(&after), gauge(&before) + 2.0);
    assert_eq!(count(&after), count(&before));
    daemon.stop().await;
}

#[tokio::test]
async fn counts_never_decrease_whatever_restarts_and_changes_come() {
    let shipped = NOW + 30 * MINUTE;
    let world = World::of(with_a_shipment(shipped).story, NOW).await;
    let mut highest = 0.0_f64;
    for turn in 0..12_i64 {
        let mut config = world.config();
        if turn % 3 == 2 {
            // Other rules judge history anew; what was counted stays.
            config.measures += "\ndirect_commits = false\nlead_time_start = \"merged\"";
        }
        let daemon = world.start(&config).await;
        daemon.advance(4 * MINUTE + turn).await;
        let counted = count(&daemon.scrape().await).unwrap();
        assert!(counted >= highest, "turn {turn}: {counted} after {highest}");
        highest = counted;
        daemon.stop().await;
    }
    assert_eq!(highest, 9.0);
}

#[tokio::test]
async fn a_count_stays_with_the_team_that_owned_the_component() {
    let shipped = NOW + 40 * MINUTE;
    let world = World::of(with_a_shipment(shipped).story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    daemon.stop().await;
    let mut config = world.config();
    // The first rule that matches wins, and this one stands before those of every test.
    config.github += "\n[[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"core\"";
    let daemon = world.start(&config).await;
    daemon.advance(55 * MINUTE).await;
    let scrape = daemon.scrape().await;
    let of = |team: &str| {
        scrape.get("dora_lead_time_hours_count", &["acme/pay", &format!("team=\"{team}\"")])
    };
    assert_eq!((of("payments"), of("core")), (Some(7.0), Some(2.0)));
    assert_eq!(scrape.get("dora_window_changes", &["acme/pay", "team=\"payments\""]), None);
    daemon.stop().await;
}
