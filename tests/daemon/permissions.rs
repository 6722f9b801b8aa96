//! What a token may see changes while the daemon runs: what it may not see any more stops or ends, the
//! rest goes on, and everything comes back by itself.

use crate::exposition::Scrape;
use crate::running::{Log, Running, World};
use crate::story::{MINUTE, NOW, Story, change, organization};
use github_sim::{Merge, NodeFault};
use tracing::Level;

/// Long enough for a sweep, and for the organisation to be listed again.
const A_WHILE: i64 = 40 * MINUTE;
/// Long enough for what was refused to be asked for again.
const LONG: i64 = 80 * MINUTE;

/// A daemon with figures, and deployments of both teams after a quarter of an hour.
async fn running() -> (World, Running, Log) {
    let Story { mut story, pay, search, .. } = organization();
    for (repo, environment) in [(pay, "production"), (search, "prod-eu")] {
        let sha = change(&mut story, repo, NOW + 10 * MINUTE, "later", Merge::Squash);
        story.ship(NOW + 15 * MINUTE, repo, &sha, environment);
    }
    let log = Log::of(Level::INFO);
    let world = World::of(story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    (world, daemon, log)
}

fn deployments(scrape: &Scrape, repo: &str) -> Option<f64> {
    let repo = format!("repo=\"{repo}\"");
    scrape.get("dora_window_deployments", &[&repo, "window=\"30d\""])
}

fn failures(scrape: &Scrape, reason: &str) -> f64 {
    let reason = format!("reason=\"{reason}\"");
    scrape.sum("dora_exporter_source_failures_total", &[&reason])
}

/// The landing page and the log say so, the log once.
async fn assert_told(daemon: &Running, log: &Log, words: &[&str]) {
    let page = daemon.page().await;
    for word in words {
        assert!(page.contains(word), "`{word}` is not on the page:\n{page}");
    }
    assert_eq!(log.count(words), 1, "{}", log.text());
}

#[tokio::test]
async fn a_permission_that_is_lost_half_way_stops_what_needs_it_and_no_more() {
    let (world, daemon, log) = running().await;
    let before = daemon.scrape().await;
    let field = "Repository.deployments";
    world.sim.faults().on_field(field, Some("acme/search"), NodeFault::forbidden());
    daemon.advance(A_WHILE).await;
    let during = daemon.scrape().await;
    let more = |scrape: &Scrape, repo: &str| deployments(scrape, repo).map(|count| count + 1.0);
    assert_eq!(deployments(&during, "acme/pay"), more(&before, "acme/pay"));
    assert_eq!(deployments(&during, "acme/search"), deployments(&before, "acme/search"));
    let words = ["deployments of acme/search", "not permitted", "Deployments: read"];
    assert_told(&daemon, &log, &words).await;
    assert!(failures(&during, "forbidden") >= 1.0);
    world.sim.faults().clear();
    daemon.advance(LONG).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/search"), more(&before, "acme/search"));
    assert!(!daemon.page().await.contains("not permitted"));
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_becomes_private_ends_and_comes_back_with_what_happened_meanwhile() {
    let (world, daemon, log) = running().await;
    let before = daemon.scrape().await;
    let message = "Could not resolve to a node with the global id.".to_owned();
    let hidden = NodeFault { kind: Some("NOT_FOUND".to_owned()), message };
    world.sim.faults().on_node("acme/search", hidden);
    daemon.advance(A_WHILE).await;
    let during = daemon.scrape().await;
    assert_eq!(deployments(&during, "acme/search"), None);
    assert!(deployments(&during, "acme/pay") > deployments(&before, "acme/pay"));
    assert_eq!(during.sum("dora_exporter_source_up", &["source=\"github\""]), 1.0);
    assert_eq!(log.count(&["its series end", "acme/search"]), 1, "{}", log.text());
    world.sim.faults().clear();
    daemon.advance(LONG).await;
    let after = daemon.scrape().await;
    assert_eq!(
        deployments(&after, "acme/search"),
        deployments(&before, "acme/search").map(|count| count + 1.0)
    );
    assert_eq!(log.count(&["it is collected again", "acme/search"]), 1, "{}", log.text());
    daemon.stop().await;
}

#[tokio::test]
async fn an_organisation_that_may_not_be_seen_keeps_its_figures_and_says_so() {
    let (world, daemon, log) = running().await;
    let before = daemon.scrape().await;
    let message = "Could not resolve to a node with the global id.".to_owned();
    let hidden = NodeFault { kind: Some("NOT_FOUND".to_owned()), message };
    for field in ["Query.organization", "Query.repositoryOwner"] {
        world.sim.faults().on_field(field, None, hidden.clone());
    }
    for repo in ["acme/pay", "acme/search", "acme/ops", "acme/library", "acme/idle", "acme/empty"] {
        world.sim.faults().on_node(repo, hidden.clone());
    }
    daemon.advance(A_WHILE).await;
    let during = daemon.scrape().await;
    assert_eq!(deployments(&during, "acme/pay"), deployments(&before, "acme/pay"), "as they were");
    assert_eq!(during.sum("dora_exporter_source_up", &["source=\"github\""]), 0.0);
    assert_told(&daemon, &log, &["repositories of `acme`: not found"]).await;
    world.sim.faults().clear();
    daemon.advance(6 * MINUTE).await;
    let after = daemon.scrape().await;
    for repo in ["acme/pay", "acme/search"] {
        assert!(deployments(&after, repo) > deployments(&before, repo), "{repo}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn an_organisation_that_turns_on_single_sign_on_is_named_with_what_github_asks_for() {
    let (world, daemon, log) = running().await;
    let before = daemon.scrape().await;
    let message = "Resource protected by organization SAML enforcement. You must grant your \
                   Personal Access token access to this organization.";
    let enforced = NodeFault { kind: Some("FORBIDDEN".to_owned()), message: message.to_owned() };
    for field in ["Query.organization", "Query.repositoryOwner"] {
        world.sim.faults().on_field(field, None, enforced.clone());
    }
    for repo in ["acme/pay", "acme/search", "acme/ops", "acme/library", "acme/idle", "acme/empty"] {
        world.sim.faults().on_node(repo, enforced.clone());
    }
    daemon.advance(A_WHILE).await;
    let during = daemon.scrape().await;
    assert_eq!(deployments(&during, "acme/pay"), deployments(&before, "acme/pay"), "as they were");
    assert!(failures(&during, "forbidden") >= 1.0);
    assert!(daemon.page().await.contains("SAML enforcement. You must grant"));
    assert_eq!(during.sum("dora_exporter_source_up", &["source=\"github\""]), 0.0);
    let listing = log.count(&["repositories of `acme`", "SAML enforcement"]);
    assert_eq!(listing, 1, "{}", log.text());
    world.sim.faults().clear();
    daemon.advance(LONG).await;
    let after = daemon.scrape().await;
    for repo in ["acme/pay", "acme/search"] {
        assert!(deployments(&after, repo) > deployments(&before, repo), "{repo}");
    }
    assert!(!daemon.page().await.contains("SAML"));
    daemon.stop().await;
}
