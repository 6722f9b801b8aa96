//! What requests cost by the server's own word, and what that changes.

use crate::fixture::{DAY, NOW, World};
use delivery::domain::Repository;
use dora_exporter::sources::github::RequestCost;
use github_sim::{Fault, LimitSettings, Scenario, When};

async fn world() -> (World, Vec<Repository>) {
    let mut scenario = Scenario::new();
    let ids: Vec<u64> = (0..60)
        .map(|number| scenario.repository(NOW - 300 * DAY, &format!("acme/shop-{number}")))
        .collect();
    let world = World::of(&mut scenario).await;
    let mut repositories = Vec::new();
    for id in ids {
        repositories.push(world.repository(id).await);
    }
    world.sim.reset_meter();
    (world, repositories)
}

fn sizes(costs: &[RequestCost]) -> Vec<usize> {
    costs.iter().map(|cost| cost.size).collect()
}

#[tokio::test]
async fn each_kind_is_asked_about_once_and_costs_a_point_at_its_largest_size() {
    let (world, repositories) = world().await;
    let spent = world.github.spent();
    let costs = world.github.calibrate(&repositories[0]).await;
    assert!(costs.len() > 10 && costs.iter().all(|cost| cost.points == 1), "{costs:?}");
    let meter = world.sim.meter();
    assert_eq!((meter.requests, meter.points), (costs.len() as u64, 0), "nothing is evaluated");
    assert_eq!(world.github.spent(), spent);
    assert_eq!(world.github.calibrate(&repositories[0]).await, costs);
    assert_eq!(world.sim.meter().requests, costs.len() as u64);
}

#[tokio::test]
async fn a_dearer_server_is_asked_for_less_at_once() {
    let (world, repositories) = world().await;
    world.sim.faults().multiply_costs(3);
    let costs = world.github.calibrate(&repositories[0]).await;
    let by_formula = [37, 100, 100, 13, 37, 7, 29, 24, 100, 13, 74, 49, 49, 149, 100, 13, 13];
    assert!(costs.iter().all(|cost| cost.points == 1), "{costs:?}");
    // Four connections for each of 12 repositories, charged thrice, are 144 fetches.
    assert_eq!(sizes(&costs)[..2], [12, 42]);
    assert!(sizes(&costs).iter().zip(by_formula).all(|(size, most)| *size < most), "{costs:?}");
    world.sim.reset_meter();
    let probes = world.github.probe(&repositories).await.unwrap();
    assert_eq!(probes.len(), 60);
    let meter = world.sim.meter();
    assert_eq!((meter.requests, meter.points), (5, 5), "12 at a time");
}

#[tokio::test]
async fn a_server_that_does_not_tell_is_not_asked_again() {
    let unlimited = LimitSettings { primary: false, ..LimitSettings::default() };
    for is_older in [true, false] {
        let (world, repositories) = world().await;
        match is_older {
            true => world.sim.faults().on_schema(&["Query.rateLimit(dryRun:)"]),
            false => world.sim.set_limits(unlimited),
        }
        for _ in 0..2 {
            assert_eq!(world.github.calibrate(&repositories[0]).await, []);
        }
        let operations = world.sim.meter().operations;
        assert_eq!(operations["Probe"].requests, 1, "{operations:?}");
        assert!(operations.keys().all(|name| name == "Probe" || name == "Schema"));
        assert_eq!(world.github.probe(&repositories).await.unwrap().len(), 60);
    }
}

#[tokio::test]
async fn trouble_passes_over_a_kind_and_a_limit_puts_the_rest_off() {
    let (world, repositories) = world().await;
    let all = world.github.calibrate(&repositories[0]).await.len();
    let (world, repositories) = self::world().await;
    world.sim.faults().on_requests(Fault::Html(502), When::default());
    let of = |name: &str| When { operation: Some(name.to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::RetryAfter(403, 600), of("Incidents"));
    let some = world.github.calibrate(&repositories[0]).await;
    assert!(some.len() < all - 1 && some.iter().all(|cost| cost.operation != "Probe"), "{some:?}");
    world.clock.advance(700);
    assert_eq!(world.github.calibrate(&repositories[0]).await.len(), all - 1);
    assert_eq!(world.sim.meter().violations, 0);
}
