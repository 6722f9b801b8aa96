//! A GitHub App that is installed on two accounts: each is collected by its own installation.

use crate::app_key::key;
use crate::exposition::Scrape;
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, organization};
use github_sim::{App, Event, Fault, Installation, When};
use tracing::Level;

/// Two organisations with an App installed on both; the id of the repository of the second.
async fn world() -> (World, Config, u64) {
    let mut story = organization().story;
    let web = story.repository(NOW - 40 * DAY, "globex/web");
    for days in [20, 10, 3] {
        let sha = story.commit(NOW - days * DAY - HOUR, web, "main", "Work");
        story.ship(NOW - days * DAY, web, &sha, "production");
    }
    let world = World::of(story, NOW).await;
    let public_key = key().public.clone();
    world.sim.apps().register(App { id: 77, slug: "dora-reader".to_owned(), public_key });
    world.sim.apps().install(Installation::reading(7, "acme"));
    world.sim.apps().install(Installation::reading(8, "globex"));
    let file = world.folder.path().join("app.pem");
    std::fs::write(&file, &key().private).unwrap();
    let mut config = world.config();
    config.github = format!(
        "organizations = [\"acme\", \"globex\"]\napp_id = 77\nprivate_key_file = {:?}\n",
        file.display().to_string()
    );
    (world, config, web)
}

fn deployments(scrape: &Scrape, repo: &str) -> Option<f64> {
    scrape.get("dora_window_deployments", &[&format!("repo=\"{repo}\""), "window=\"30d\""])
}

fn up(scrape: &Scrape, source: &str) -> Option<f64> {
    scrape.get("dora_exporter_source_up", &[&format!("source=\"{source}\"}}")])
}

#[tokio::test]
async fn each_installation_spends_its_own_limits_and_fails_alone() {
    let log = Log::of(Level::INFO);
    let (world, config, _) = world().await;
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/pay"), Some(8.0));
    assert_eq!(deployments(&scrape, "globex/web"), Some(3.0));
    let left = |scrape: &Scrape, source: &str| {
        let source = format!("source=\"{source}\"");
        let labels = [source.as_str(), "api=\"graphql\""];
        scrape.get("dora_exporter_github_rate_limit_remaining_points", &labels).unwrap()
    };
    let (acme, globex) = (left(&scrape, "github/acme"), left(&scrape, "github/globex"));
    assert!(acme < globex && globex < 5_000.0, "{acme}, {globex}");

    let limited = When { mentions: Some("\"user:acme".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::PrimaryLimit(403), limited);
    let limited = When { operation: Some("Probe".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::PrimaryLimit(403), limited);
    daemon.advance(10 * MINUTE).await;
    let scrape = daemon.scrape().await;
    let both = (up(&scrape, "github/acme"), up(&scrape, "github/globex"));
    assert!([(Some(0.0), Some(1.0)), (Some(1.0), Some(0.0))].contains(&both), "{both:?}");
    world.sim.faults().clear();

    let sound = Installation::reading(8, "globex");
    world.sim.apps().install(Installation { suspended_at: Some(NOW), ..sound.clone() });
    daemon.advance(2 * HOUR).await;
    let scrape = daemon.scrape().await;
    let both = (up(&scrape, "github/acme"), up(&scrape, "github/globex"));
    assert_eq!(both, (Some(1.0), Some(0.0)));
    assert_eq!(deployments(&scrape, "globex/web"), Some(3.0), "the last good figures stay");
    assert_eq!(log.count(&["github/globex", "`globex` is suspended"]), 1, "{}", log.text());
    assert!(daemon.page().await.contains("is suspended"));
    world.sim.apps().install(sound);
    daemon.advance(10 * MINUTE).await;
    assert_eq!(up(&daemon.scrape().await, "github/globex"), Some(1.0));
    let text = log.text() + &daemon.page().await + &daemon.scrape().await.0;
    assert!(!text.contains("ghs_") && !text.contains("PRIVATE"), "{text}");
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_is_transferred_between_installations_takes_its_series_along() {
    let (world, config, web) = world().await;
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    for owner in ["acme", "globex", "acme"] {
        let (owner, name) = (owner.to_owned(), "web".to_owned());
        let moved = Event::RepositoryMoved { repo: web, owner: owner.clone(), name };
        world.sim.push(world.clock.seconds(), moved).unwrap();
        // Both list their repositories again, whichever comes first.
        for _ in 0..2 {
            daemon.jump(world.clock.seconds() + 35 * MINUTE).await;
        }
        let scrape = daemon.scrape().await;
        for account in ["acme", "globex"] {
            let expected = (account == owner).then_some(3.0);
            assert_eq!(deployments(&scrape, &format!("{account}/web")), expected, "{owner}");
        }
    }
    daemon.stop().await;
    let daemon = world.start(&config).await;
    daemon.advance(MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/web"), Some(3.0));
    assert_eq!(deployments(&scrape, "acme/pay"), Some(8.0));
    daemon.stop().await;
}

#[tokio::test]
async fn what_a_token_read_is_kept_when_an_app_takes_its_place() {
    let (world, with_app, _) = world().await;
    let mut with_token = world.config();
    with_token.github = "organizations = [\"acme\", \"globex\"]".to_owned();
    let daemon = world.start(&with_token).await;
    daemon.advance(2 * MINUTE).await;
    daemon.stop().await;
    world.sim.reset_meter();
    let daemon = world.start(&with_app).await;
    daemon.advance(2 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/pay"), Some(8.0));
    assert_eq!(deployments(&scrape, "globex/web"), Some(3.0));
    let operations = world.sim.meter().operations;
    assert!(!operations.contains_key("PullRequests"), "nothing is read twice: {operations:?}");
    daemon.stop().await;
}
