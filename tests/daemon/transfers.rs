//! A repository that goes from one `[[github]]` to another: its figures go along, and nothing of it
//! is lost, counted twice or gone in between.

use crate::exposition::Scrape;
use crate::running::{Config, Running, World};
use crate::story::{MINUTE, NOW, organization};
use github_sim::Event;

fn deployments(scrape: &Scrape, repo: &str) -> Option<f64> {
    scrape.get("dora_window_deployments", &[&format!("repo=\"{repo}\""), "window=\"30d\""])
}

fn two_sections(world: &World) -> Config {
    let mut config = world.config();
    config.github = "organizations = [\"acme\"]".to_owned();
    let api_url = &config.api_url;
    config.more = format!(
        "[[github]]\nname = \"second\"\napi_url = \"{api_url}\"\norganizations = [\"globex\"]"
    );
    config
}

/// Whose it is, and that its figures are all there and nowhere else.
async fn bearer(daemon: &Running) -> &'static str {
    let scrape = daemon.scrape().await;
    let shown = [deployments(&scrape, "acme/pay"), deployments(&scrape, "globex/pay")];
    let finished = |owner: &str| {
        let repo = format!("repo=\"{owner}/pay\"");
        scrape.get("dora_lead_time_hours_count", &[&repo])
    };
    let counted = [finished("acme"), finished("globex")];
    match (shown, counted) {
        ([Some(8.0), None], [Some(7.0), None]) => "acme",
        ([None, Some(8.0)], [None, Some(7.0)]) => "globex",
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_transferred_repository_neither_flaps_nor_is_lost_nor_counts_twice() {
    let told = organization();
    let pay = told.pay;
    let world = World::of(told.story, NOW).await;
    let organization = Event::Organization { login: "globex".to_owned() };
    world.sim.push(NOW, organization).unwrap();
    let config = two_sections(&world);
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    assert_eq!(bearer(&daemon).await, "acme");
    for (owner, other) in [("globex", "acme"), ("acme", "globex")] {
        let (to, name) = (owner.to_owned(), "pay".to_owned());
        let moved = Event::RepositoryMoved { repo: pay, owner: to, name };
        world.sim.push(world.clock.seconds(), moved).unwrap();
        let mut seen = Vec::new();
        for _ in 0..35 {
            daemon.advance(3 * MINUTE).await;
            seen.push(bearer(&daemon).await);
        }
        seen.dedup();
        assert!(seen == [other, owner] || seen == [owner], "it goes along once: {seen:?}");
    }
    daemon.stop().await;
    let daemon = world.start(&config).await;
    for _ in 0..10 {
        daemon.advance(7 * MINUTE).await;
        assert_eq!(bearer(&daemon).await, "acme");
    }
    daemon.stop().await;
}
