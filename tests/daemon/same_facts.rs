//! The same facts give the same gauges, however and whenever they were collected.

use crate::exposition::{Scrape, difference};
use crate::running::{Config, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change, organization};
use github_sim::{Fault, Merge, NodeFault, When};

/// The gauges of the story at [`NOW`] and a few seconds, collected at once.
pub async fn at_once(change: impl Fn(&mut Config)) -> Vec<String> {
    let world = World::of(organization().story, NOW).await;
    let mut config = world.config();
    change(&mut config);
    let daemon = world.start(&config).await;
    daemon.advance(5).await;
    let gauges = daemon.scrape().await.gauges();
    daemon.stop().await;
    assert!(gauges.len() > 300, "{gauges:#?}");
    gauges
}

#[track_caller]
pub fn assert_same(left: &[String], right: &[String]) {
    assert!(left == right, "the gauges differ:\n{}", difference(left, right));
}

fn full(config: &mut Config) {
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
}

#[tokio::test]
async fn news_by_news_gives_the_gauges_of_collecting_at_once() {
    // Through every kind of failure and many reconciles.
    let world = World::of(organization().story, NOW - 25 * DAY).await;
    let mut config = world.config();
    full(&mut config);
    let daemon = world.start(&config).await;
    let mut at = NOW - 25 * DAY;
    while at < NOW - HOUR {
        at += 7 * HOUR + 13 * MINUTE;
        daemon.jump(at.min(NOW - HOUR)).await;
    }
    // The last sweep asks at the very instant.
    daemon.jump(NOW).await;
    let gauges = daemon.scrape().await.gauges();
    daemon.stop().await;
    assert_same(&at_once(full).await, &gauges);
}

#[tokio::test]
async fn small_pages_give_the_same_gauges() {
    let world = World::of(organization().story, NOW).await;
    world.sim.faults().limit_pages(Some(7));
    let gauges = patiently(&world, |_| {}).await;
    assert_same(&at_once(full).await, &gauges);
}

#[tokio::test]
async fn troubles_on_the_way_give_the_same_gauges() {
    let world = World::of(organization().story, NOW).await;
    let faults = world.sim.faults();
    let of = |operation: &str| When {
        times: 2,
        operation: Some(operation.to_owned()),
        ..When::default()
    };
    faults.on_requests(Fault::Html(502), of("Deployments"));
    faults.on_requests(Fault::SomethingWentWrong, of("PullRequests"));
    faults.on_requests(Fault::Truncated, of("History"));
    faults.on_requests(Fault::Reset, of("Histories"));
    faults.on_requests(Fault::Message(500, "Server Error".to_owned()), of("Incidents"));
    faults.on_requests(Fault::Html(504), of("Probe"));
    let gauges = patiently(&world, |_| {}).await;
    assert_same(&at_once(full).await, &gauges);
}

#[tokio::test]
async fn elements_that_github_loses_for_a_while_cost_only_themselves_and_come_later() {
    let at_once = at_once(full).await;
    let deployments = |gauges: &[String]| -> Vec<String> {
        let counted = |line: &&String| line.starts_with("dora_window_deployments{");
        gauges.iter().filter(counted).cloned().collect()
    };
    for field in ["PullRequest.commits", "PullRequest.reviews", "Issue.timelineItems"] {
        let world = World::of(organization().story, NOW).await;
        world.sim.faults().on_field(field, None, NodeFault::something_went_wrong());
        let gauges = patiently(&world, |scrape| {
            let gauges = scrape.gauges();
            assert!(gauges != at_once, "{field} was not lost at all");
            assert_same(&deployments(&at_once), &deployments(&gauges));
        })
        .await;
        assert_same(&at_once, &gauges);
    }
}

#[tokio::test]
async fn elements_that_github_loses_for_long_come_with_the_next_reconcile() {
    let world = World::of(organization().story, NOW).await;
    let fault = NodeFault::something_went_wrong();
    world.sim.faults().on_field("PullRequest.commits", None, fault);
    let mut config = world.config();
    full(&mut config);
    config.collection = "reconcile_interval = \"1h\"".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(40 * MINUTE).await;
    world.sim.faults().clear();
    daemon.advance(40 * MINUTE).await;
    assert_same(&at_once(full).await, &daemon.scrape().await.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_holds_back_its_repository_and_no_other() {
    let at_once = at_once(full).await;
    for field in ["Repository.object", "Repository.pullRequests", "Repository.deployments"] {
        let world = World::of(organization().story, NOW).await;
        let fault = NodeFault::something_went_wrong();
        world.sim.faults().on_field(field, Some("acme/search"), fault);
        let gauges = patiently(&world, |scrape| {
            assert_eq!(scrape.get("dora_window_deployments", &["acme/search"]), None, "{field}");
            assert!(scrape.sum("dora_window_deployments", &["acme/pay"]) > 0.0, "{field}");
            let known = ["repo=\"acme/search\""];
            assert_eq!(scrape.sum("dora_exporter_backfill_complete", &known), 0.0, "{field}");
        })
        .await;
        assert_same(&at_once, &gauges);
    }
}

#[tokio::test]
async fn news_that_cannot_be_read_to_their_end_change_nothing_meanwhile() {
    for field in ["Repository.object", "Repository.pullRequests"] {
        let mut told = organization();
        change(&mut told.story, told.search, NOW + MINUTE, "half-read", Merge::Squash);
        let world = World::of(told.story, NOW).await;
        let mut config = world.config();
        full(&mut config);
        // The original histogram takes its history over while news are half read.
        config.measures = "seed_prime_after = \"8m\"".to_owned();
        let daemon = world.start(&config).await;
        daemon.advance(5).await;
        let before = daemon.scrape().await.gauges();
        let fault = NodeFault::something_went_wrong();
        world.sim.faults().on_field(field, Some("acme/search"), fault);
        daemon.advance(12 * MINUTE).await;
        let meanwhile = daemon.scrape().await;
        assert_same(&before, &meanwhile.gauges());
        let primed = meanwhile.get("dora_lead_time_hours_count", &["acme/search"]);
        let changes = ["acme/search", "window=\"30d\""];
        assert_eq!(primed, meanwhile.get("dora_window_changes", &changes), "{field}");
        world.sim.faults().clear();
        daemon.advance(6 * MINUTE).await;
        let waiting = daemon.scrape().await.sum("dora_waiting_changes", &["acme/search"]);
        assert_eq!(waiting, 1.0, "{field}");
        daemon.stop().await;
    }
}

#[tokio::test]
async fn a_history_that_is_read_again_and_again_gives_the_same_gauges() {
    let world = World::of(organization().story, NOW).await;
    let mut config = world.config();
    full(&mut config);
    config.collection = "reconcile_interval = \"1s\"".to_owned();
    let daemon = world.start(&config).await;
    for _ in 0..3 {
        daemon.advance(6 * MINUTE).await;
    }
    let again = daemon.scrape().await.gauges();
    daemon.stop().await;

    let later = World::of(organization().story, NOW + 18 * MINUTE).await;
    let mut config = later.config();
    full(&mut config);
    let daemon = later.start(&config).await;
    daemon.advance(5).await;
    assert_same(&daemon.scrape().await.gauges(), &again);
    daemon.stop().await;
}

/// Starts at [`NOW`] with the troubles that are set, hands what is shown meanwhile to `look`, ends
/// the troubles, and returns the gauges after some sweeps: nothing happens in the story meanwhile,
/// and no window loses anything.
async fn patiently(world: &World, look: impl FnOnce(&Scrape)) -> Vec<String> {
    let mut config = world.config();
    full(&mut config);
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    look(&daemon.scrape().await);
    world.sim.faults().clear();
    daemon.advance(20 * MINUTE).await;
    let gauges = daemon.scrape().await.gauges();
    daemon.stop().await;
    gauges
}
