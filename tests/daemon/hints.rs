//! When hints of webhooks are looked into: between the pages of a listing, and again where GitHub's
//! replicas did not show yet what they told of.

use crate::github_webhooks::{Delivery, deployments, happens, seldom};
use crate::running::{Running, World};
use crate::story::{HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::{Event, Fault, Merge, When};
use std::time::Duration;

/// The story of a change that goes live a minute from now, and its events.
fn told() -> (Story, Vec<(i64, Event)>) {
    let mut told = organization();
    let known = told.story.clone().into_events().len();
    let sha = change(&mut told.story, told.pay, NOW + MINUTE, "told", Merge::Squash);
    told.story.ship(NOW + 90, told.pay, &sha, "production");
    let events = told.story.clone().into_events().split_off(known);
    (told, events)
}

async fn of_pay(daemon: &Running) -> f64 {
    deployments(&daemon.scrape().await, "acme/pay")
}

/// How often an operation was asked since the meter was reset.
fn asked(world: &World, operation: &str) -> u64 {
    world.sim.meter().operations.get(operation).map_or(0, |one| one.requests)
}

#[tokio::test]
async fn what_a_lagging_replica_does_not_show_yet_is_looked_for_again() {
    let (ahead, events) = told();
    // What sends webhooks is ahead of what answers.
    let ahead = World::of(ahead.story, NOW + 2 * MINUTE).await;
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let before = of_pay(&daemon).await;
    for (_, event) in &events {
        let Some(delivery) = Delivery::of(&ahead, event) else { continue };
        assert!(delivery.arrives(&daemon).await < 300, "{}", delivery.kind);
    }
    daemon.advance(2).await;
    assert_eq!(of_pay(&daemon).await, before);
    let shows = world.clock.seconds() + 15;
    world.sim.extend(events.into_iter().map(|(_, event)| (shows, event))).unwrap();
    daemon.advance(12).await;
    assert_eq!(of_pay(&daemon).await, before, "the second look is too early, too");
    daemon.advance(MINUTE + 2).await;
    assert_eq!(of_pay(&daemon).await, before + 1.0, "the third one sees it");
    daemon.stop().await;
}

#[tokio::test]
async fn what_never_shows_is_looked_for_twice_more_only() {
    let (ahead, events) = told();
    let ahead = World::of(ahead.story, NOW + 2 * MINUTE).await;
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let mut sent = events.iter().filter_map(|(_, event)| Delivery::of(&ahead, event));
    let last = sent.next_back().unwrap();
    assert_eq!(last.kind, "deployment_status");
    world.sim.reset_meter();
    assert_eq!(last.arrives(&daemon).await, 200);
    daemon.advance(2).await;
    let a_look = world.sim.meter().requests;
    assert!(a_look > 0);
    daemon.advance(HOUR).await;
    assert_eq!(world.sim.meter().requests, 3 * a_look);
    daemon.stop().await;
}

#[tokio::test]
async fn a_hint_is_looked_into_between_the_pages_of_a_listing() {
    let mut told = organization();
    for number in 0..350 {
        told.story.repository(NOW - HOUR, &format!("acme/library-{number}"));
    }
    let known = told.story.clone().into_events().len();
    let world = World::of(told.story.clone(), NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let sha = change(&mut told.story, told.pay, NOW + HOUR, "told", Merge::Squash);
    told.story.ship(NOW + HOUR + 90, told.pay, &sha, "production");
    world.sim.reset_meter();
    const LISTING: &str = "OrganizationRepositories";
    let pages = When { times: 4, operation: Some(LISTING.to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Delayed(Duration::from_millis(700)), pages);
    let until = async |operation: &str| {
        while asked(&world, operation) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let hinting = async {
        until(LISTING).await;
        for delivery in happens(&world, known, &told.story) {
            assert!(delivery.arrives(&daemon).await < 300);
        }
        until("Recheck").await;
        asked(&world, LISTING)
    };
    let ((), listed) = tokio::join!(daemon.advance(3 * HOUR + 10 * MINUTE), hinting);
    assert!((1..4).contains(&listed), "{listed} of 4 pages");
    assert!(asked(&world, LISTING) >= 4);
    daemon.stop().await;
}
