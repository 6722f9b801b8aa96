//! What is said when GitHub or the way to it is wrong: each message names the thing, the cause and
//! the remedy, is logged once, and stands on the landing page while everything else is served.

use crate::exposition::{Scrape, difference};
use crate::running::{Config, Log, Running, TOKEN, World};
use crate::story::{MINUTE, NOW, organization};
use github_sim::{Fault, NodeFault, When};
use tracing::Level;

async fn world() -> World {
    World::of(organization().story, NOW).await
}

/// What the landing page says about sources, as text.
async fn page(daemon: &Running) -> String {
    let page = daemon.page().await;
    let (_, body) = page.split_once("<h2>Sources</h2>").unwrap();
    body.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[track_caller]
fn assert_says(text: &str, words: &[&str], what: &str) {
    for word in words {
        assert!(text.contains(word), "{what}: `{word}` is not in\n{text}");
    }
}

fn failures(scrape: &Scrape, reason: &str) -> f64 {
    let reason = format!("reason=\"{reason}\"");
    scrape.sum("dora_exporter_source_failures_total", &[&reason])
}

fn for_ever(fault: Fault) -> impl Fn(&World) {
    let when = When { times: 1_000, ..When::default() };
    move |world| world.sim.faults().on_requests(fault.clone(), when.clone())
}

/// Lets trouble come over a daemon that has figures, and go again.
async fn trouble(name: &str, begin: impl Fn(&World), reason: &str, words: &[&str]) {
    let log = Log::of(Level::INFO);
    let world = world().await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    let before = daemon.scrape().await.gauges();
    begin(&world);
    // After the fifth sweep and before the sixth, however they are jittered: what is over in the middle of
    // one concerns only a part of the repositories.
    daemon.advance(27 * MINUTE).await;

    assert_says(&page(&daemon).await, words, name);
    assert_eq!(log.count(words), 1, "{name} is logged once:\n{}", log.text());
    assert!(!log.text().contains(TOKEN), "{name}: the token is in the log");
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_exporter_source_up", &["source=\"github\""]), 0.0, "{name}");
    assert!(failures(&scrape, reason) >= 1.0, "{name}: no failure of reason {reason}");
    let meanwhile = scrape.gauges();
    let changed = difference(&before, &meanwhile);
    assert!(before == meanwhile, "{name} changed what was known:\n{changed}");
    let through = scrape.sum("dora_data_through_timestamp_seconds", &["acme/pay"]);
    assert!(through < (NOW + 5 * MINUTE) as f64, "{name}: {through} is told to be known");

    world.sim.faults().clear();
    world.sim.set_token(TOKEN);
    daemon.advance(12 * MINUTE).await;
    assert!(!page(&daemon).await.contains(words[0]), "{name} is over and still on the page");
    assert_eq!(log.count(&["works again"]), 1, "{name}:\n{}", log.text());
    assert_eq!(
        daemon.scrape().await.sum("dora_exporter_source_up", &["source=\"github\""]),
        1.0,
        "{name}"
    );
    daemon.stop().await;
}

#[tokio::test]
async fn a_revoked_token_is_named_with_where_it_came_from() {
    let words = ["HTTP 401", "the environment variable GITHUB_TOKEN", "renew the token"];
    trouble("a revoked token", |world| world.sim.revoke_tokens(), "unauthorized", &words).await;
}

#[tokio::test]
async fn html_instead_of_json_points_at_the_address_and_proxies() {
    let words = ["did not answer like the GitHub API", "HTML", "github.api_url", "proxies"];
    trouble("HTML", for_ever(Fault::Html(200)), "malformed", &words).await;
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let words = ["did not answer like the GitHub API", "broke off"];
    trouble("half an answer", for_ever(Fault::Truncated), "malformed", &words).await;
}

#[tokio::test]
async fn a_server_in_trouble_is_quoted() {
    let words = ["the server answered HTTP 502"];
    trouble("a server in trouble", for_ever(Fault::Html(502)), "server_error", &words).await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_called_unreachable() {
    let words = ["could not be reached", "/graphql"];
    trouble("a broken connection", for_ever(Fault::Reset), "unreachable", &words).await;
}

/// Starts a daemon that never had anything, and tells what it shows and logs.
async fn from_nothing(world: &World, change: impl Fn(&mut Config)) -> (Running, Log) {
    let log = Log::of(Level::INFO);
    let mut config = world.config();
    change(&mut config);
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    (daemon, log)
}

async fn assert_serves_without_figures(daemon: &Running) {
    let (status, body) = daemon.get("/-/ready").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(daemon.scrape().await.gauges(), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_that_nobody_answers_at_is_named_from_the_start() {
    let world = world().await;
    let unreachable = |config: &mut Config| config.api_url = "http://127.0.0.1:1".to_owned();
    let (daemon, log) = from_nothing(&world, unreachable).await;
    let words = ["http://127.0.0.1:1/graphql could not be reached", "refused"];
    assert_says(&page(&daemon).await, &words, "the page");
    assert_says(&log.text(), &words, "the log");
    assert_serves_without_figures(&daemon).await;
    daemon.stop().await;
}

#[tokio::test]
async fn a_wrong_token_is_named_from_the_start_and_never_shown() {
    let world = world().await;
    world.sim.set_token("another");
    let (daemon, log) = from_nothing(&world, |_| {}).await;
    let words = ["HTTP 401", "the environment variable GITHUB_TOKEN"];
    assert_says(&page(&daemon).await, &words, "the page");
    assert_says(&log.text(), &words, "the log");
    assert!(!log.text().contains(TOKEN) && !page(&daemon).await.contains(TOKEN));
    assert_serves_without_figures(&daemon).await;
    daemon.stop().await;
}

#[tokio::test]
async fn an_unknown_organisation_is_named_and_costs_only_itself() {
    let world = world().await;
    let two = |config: &mut Config| {
        let names = "organizations = [\"nobody\", \"acme\"]\nrepositories = [\"acme/gone\"]";
        config.github = names.to_owned();
    };
    let (daemon, log) = from_nothing(&world, two).await;
    assert_says(&log.text(), &["`nobody`", "`acme/gone`", "not found"], "the log");
    let shown = page(&daemon).await;
    assert!(shown.contains("`nobody`") || shown.contains("`acme/gone`"), "{shown}");
    let scrape = daemon.scrape().await;
    assert!(scrape.sum("dora_window_deployments", &["acme/pay"]) > 0.0);
    daemon.stop().await;
}

#[tokio::test]
async fn an_organisation_that_alone_is_configured_and_unknown_leaves_nothing_to_serve() {
    let world = world().await;
    let nobody = |config: &mut Config| config.github = "organizations = [\"nobody\"]".to_owned();
    let (daemon, log) = from_nothing(&world, nobody).await;
    let words = ["repositories of `nobody`", "not found", "the token may not see it"];
    assert_says(&page(&daemon).await, &words, "the page");
    assert_says(&log.text(), &words, "the log");
    assert_serves_without_figures(&daemon).await;
    daemon.stop().await;
}

#[tokio::test]
async fn issues_that_may_not_be_read_leave_the_rest_of_the_repository() {
    let world = world().await;
    world.sim.faults().on_field("Repository.issues", Some("acme/pay"), NodeFault::forbidden());
    let (daemon, log) = from_nothing(&world, |_| {}).await;
    let words = ["incidents of acme/pay", "not permitted", "grant the token: Issues: read"];
    assert_says(&page(&daemon).await, &words, "the page");
    assert_says(&log.text(), &words, "the log");
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_window_deployments", &["acme/pay"]), 8.0);
    assert_eq!(scrape.sum("dora_window_incidents", &["acme/pay"]), 0.0);
    assert!(failures(&scrape, "forbidden") >= 1.0);

    // Once granted, they are read without a restart.
    world.sim.faults().clear();
    daemon.advance(75 * MINUTE).await;
    assert_eq!(daemon.scrape().await.sum("dora_window_incidents", &["acme/pay"]), 3.0);
    assert!(!page(&daemon).await.contains("not permitted"));
    daemon.stop().await;
}

#[tokio::test]
async fn deployments_that_may_not_be_read_hold_back_their_repository_only() {
    let world = world().await;
    let field = "Repository.deployments";
    world.sim.faults().on_field(field, Some("acme/search"), NodeFault::forbidden());
    let (daemon, log) = from_nothing(&world, |_| {}).await;
    let words = ["deployments of acme/search", "not permitted", "Deployments: read"];
    assert_says(&page(&daemon).await, &words, "the page");
    assert_says(&log.text(), &words, "the log");
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.get("dora_window_deployments", &["acme/search"]), None);
    assert!(scrape.sum("dora_window_deployments", &["acme/pay"]) > 0.0);
    world.sim.faults().clear();
    daemon.advance(75 * MINUTE).await;
    assert!(daemon.scrape().await.sum("dora_window_deployments", &["acme/search"]) > 0.0);
    daemon.stop().await;
}

#[tokio::test]
async fn one_repository_that_github_cannot_show_costs_only_itself() {
    let world = world().await;
    world.sim.faults().on_node("acme/search", NodeFault::something_went_wrong());
    let (daemon, _log) = from_nothing(&world, |_| {}).await;
    let scrape = daemon.scrape().await;
    assert!(scrape.sum("dora_window_deployments", &["acme/pay"]) > 0.0);
    assert_eq!(scrape.get("dora_window_deployments", &["acme/search"]), None);
    world.sim.faults().clear();
    daemon.advance(75 * MINUTE).await;
    assert!(daemon.scrape().await.sum("dora_window_deployments", &["acme/search"]) > 0.0);
    daemon.stop().await;
}
