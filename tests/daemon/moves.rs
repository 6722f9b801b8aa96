//! What happens to repositories and incidents while the daemon runs: series move or end with them.

use crate::exposition::Scrape;
use crate::running::{Log, Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::{Event, Merge, NodeFault};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tracing::Level;

/// Long enough for a sweep, and for the organisation to be listed again.
const A_WHILE: i64 = 40 * MINUTE;

async fn running(told: Story) -> (World, Running) {
    let world = World::of(told.story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    (world, daemon)
}

fn happens(world: &World, event: Event) {
    world.sim.push(world.clock.seconds(), event).unwrap();
}

fn deployments(scrape: &Scrape, repo: &str) -> Option<f64> {
    let repo = format!("repo=\"{repo}\"");
    scrape.get("dora_window_deployments", &[&repo, "window=\"30d\""])
}

fn incidents(scrape: &Scrape, repo: &str) -> f64 {
    let repo = format!("repo=\"{repo}\"");
    scrape.sum("dora_window_incidents", &[&repo, "window=\"30d\""])
}

fn lead_times(scrape: &Scrape, labels: &[&str]) -> Option<f64> {
    scrape.get("dora_lead_time_hours_count", labels)
}

#[tokio::test]
async fn a_renamed_repository_takes_its_series_along() {
    let told = organization();
    let pay = told.pay;
    let (world, daemon) = running(told).await;
    let before = daemon.scrape().await;
    assert_eq!(lead_times(&before, &["acme/pay"]), Some(7.0));
    let (owner, name) = ("acme".to_owned(), "payments".to_owned());
    happens(&world, Event::RepositoryMoved { repo: pay, owner, name });
    daemon.advance(A_WHILE).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/pay"), None);
    assert_eq!(deployments(&after, "acme/payments"), Some(8.0));
    let place = ["repo=\"acme/payments\"", "component=\"payments\"", "team=\"payments\""];
    assert_eq!(lead_times(&after, &place), Some(7.0), "what was counted moves along");
    assert_eq!(lead_times(&after, &["acme/pay\""]), None);
    daemon.stop().await;
}

#[tokio::test]
async fn a_rename_between_two_runs_is_followed_by_a_configuration_with_the_old_name() {
    let told = organization();
    let pay = told.pay;
    let world = World::of(told.story, NOW).await;
    let mut config = world.config();
    config.github = "repositories = [\"acme/pay\"]".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    assert_eq!(deployments(&daemon.scrape().await, "acme/pay"), Some(8.0));
    daemon.stop().await;
    let (owner, name) = ("acme".to_owned(), "payments".to_owned());
    happens(&world, Event::RepositoryMoved { repo: pay, owner, name });
    let daemon = world.start(&config).await;
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/payments"), Some(8.0));
    assert_eq!(lead_times(&scrape, &["acme/payments"]), Some(7.0));
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_is_transferred_away_ends_with_its_series() {
    let told = organization();
    let pay = told.pay;
    let (world, daemon) = running(told).await;
    happens(&world, Event::Organization { login: "elsewhere".to_owned() });
    let (owner, name) = ("elsewhere".to_owned(), "pay".to_owned());
    happens(&world, Event::RepositoryMoved { repo: pay, owner, name });
    daemon.advance(A_WHILE).await;
    let after = daemon.scrape().await;
    for name in ["acme/pay", "elsewhere/pay"] {
        assert_eq!(deployments(&after, name), None, "{name} was configured by organisation");
    }
    assert_eq!(after.get("dora_org_window_deployments", &["elsewhere"]), None);
    assert!(deployments(&after, "acme/search").is_some());
    assert_eq!(after.get("dora_team_window_deployments", &["payments"]), None);
    daemon.stop().await;
}

#[tokio::test]
async fn a_deleted_repository_costs_only_itself() {
    let told = organization();
    let (pay, search) = (told.pay, told.search);
    let mut story = told.story;
    let shipped = NOW + 20 * MINUTE;
    let known = story.clone().into_events().len();
    let sha = change(&mut story, search, shipped - MINUTE, "after", Merge::Squash);
    story.ship(shipped, search, &sha, "prod-eu");
    let log = Log::of(Level::INFO);
    let world = World::of_events(story.clone().into_events()[..known].to_vec(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    let before = daemon.scrape().await;
    happens(&world, Event::RepositoryDeleted { repo: pay });
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(A_WHILE).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/pay"), None);
    let ends = ["acme/pay", "it was deleted", "its series end"];
    assert_eq!(log.count(&ends), 1, "{}", log.text());
    let more = deployments(&before, "acme/search").map(|count| count + 1.0);
    assert_eq!(deployments(&after, "acme/search"), more);
    assert_eq!(after.sum("dora_exporter_source_up", &["source=\"github\""]), 1.0);
    // The tests' configuration has a pattern that meets nothing here.
    assert_eq!(log.count(&["WARN"]), log.count(&["`acme/find*`"]), "{}", log.text());
    daemon.stop().await;
    // Its facts stay, and nobody asks for it again.
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    assert_eq!(deployments(&daemon.scrape().await, "acme/pay"), None);
    daemon.stop().await;
}

#[tokio::test]
async fn an_archived_repository_ends_and_comes_back_with_its_counts() {
    let log = Log::of(Level::INFO);
    let told = organization();
    let search = told.search;
    let (world, daemon) = running(told).await;
    let before = daemon.scrape().await;
    happens(&world, Event::RepositoryArchived { repo: search, archived: true });
    daemon.advance(A_WHILE).await;
    assert_eq!(deployments(&daemon.scrape().await, "acme/search"), None);
    let ends = ["acme/search", "it is archived", "its series end"];
    assert_eq!(log.count(&ends), 1, "{}", log.text());
    happens(&world, Event::RepositoryArchived { repo: search, archived: false });
    daemon.advance(A_WHILE).await;
    assert_eq!(log.count(&ends), 1, "{}", log.text());
    assert_eq!(log.count(&["acme/search", "collected again"]), 1, "{}", log.text());
    assert_eq!(log.count(&["its series"]), 2, "{}", log.text());
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/search"), deployments(&before, "acme/search"));
    let search = ["acme/search"];
    assert_eq!(lead_times(&after, &search), lead_times(&before, &search));
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_a_reload_excludes_ends_and_comes_back_with_its_counters() {
    let told = organization();
    let (pay, mut story) = (told.pay, told.story);
    let known = story.clone().into_events().len();
    let sha = change(&mut story, pay, NOW + 19 * MINUTE, "counted", Merge::Squash);
    story.ship(NOW + 20 * MINUTE, pay, &sha, "production");
    let sha = story.commit(NOW + 2 * HOUR, pay, "main", "Meanwhile");
    story.ship(NOW + 2 * HOUR + MINUTE, pay, &sha, "production");
    let world = World::of_events(story.clone().into_events()[..known].to_vec(), NOW).await;
    let config = world.config();
    let (daemon, reloader) = world.start_reloadable(&config).await;
    daemon.advance(2 * MINUTE).await;
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(HOUR).await;
    let counted = |scrape: &Scrape| {
        let of = |family, labels: &[&str]| scrape.sum(family, labels);
        [
            of("dora_deployments_total", &["acme/pay"]),
            of("dora_team_deployments_total", &["payments"]),
            of("dora_org_deployments_total", &["acme"]),
        ]
    };
    let before = daemon.scrape().await;
    assert_eq!(counted(&before)[0], 1.0);

    let mut without = world.config();
    without.github.push_str("\nexclude = [\"acme/pay\"]");
    world.configure(&without);
    reloader.reload().await.unwrap();
    daemon.advance(2 * HOUR).await;
    let meanwhile = daemon.scrape().await;
    let left: Vec<String> = meanwhile.samples().into_keys().collect();
    let left: Vec<&String> = left.iter().filter(|one| one.contains("repo=\"acme/pay\"")).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(deployments(&meanwhile, "acme/search").is_some(), "the others go on");
    let of_org = meanwhile.get("dora_org_deployments_total", &["acme"]);
    assert_eq!(of_org, Some(counted(&before)[2]), "no counter goes back");

    world.configure(&config);
    reloader.reload().await.unwrap();
    daemon.advance(2 * HOUR).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/pay"), deployments(&before, "acme/pay").map(|n| n + 1.0));
    // Once what happened meanwhile is read, it is counted, too; nothing is counted twice.
    assert_eq!(counted(&after), counted(&before).map(|count| count + 1.0));
    daemon.stop().await;
}

#[tokio::test]
async fn an_incident_whose_label_is_taken_away_stops_counting_and_comes_back_with_it() {
    let told = organization();
    let (pay, burning) = (told.pay, told.burning);
    let (world, daemon) = running(told).await;
    let before = daemon.scrape().await;
    assert_eq!(incidents(&before, "acme/pay"), 3.0);
    let labelled = |labels: &[&str]| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Event::Labeled { repo: pay, number: burning, labels }
    };
    happens(&world, labelled(&["question"]));
    daemon.advance(12 * MINUTE).await;
    let without = daemon.scrape().await;
    assert_eq!(incidents(&without, "acme/pay"), 2.0);
    assert_eq!(without.sum("dora_open_failures", &["acme/pay"]), 0.0);
    happens(&world, labelled(&["INCIDENT"]));
    daemon.advance(12 * MINUTE).await;
    assert_eq!(daemon.scrape().await.gauges(), before.gauges());
    daemon.stop().await;
}

#[tokio::test]
async fn an_issue_becomes_an_incident_when_it_is_labelled_later() {
    let mut told = organization();
    let issue = told.story.issue(NOW - 2 * DAY, told.pay, "Odd totals", &["question"]);
    let pay = told.pay;
    let (world, daemon) = running(told).await;
    assert_eq!(incidents(&daemon.scrape().await, "acme/pay"), 3.0);
    let labels = vec!["question".to_owned(), "incident".to_owned()];
    happens(&world, Event::Labeled { repo: pay, number: issue, labels });
    daemon.advance(12 * MINUTE).await;
    assert_eq!(incidents(&daemon.scrape().await, "acme/pay"), 4.0);
    daemon.stop().await;
}

#[tokio::test]
async fn an_incident_whose_issue_is_deleted_stops_counting() {
    let told = organization();
    let burning = told.burning;
    let (world, daemon) = running(told).await;
    assert_eq!(incidents(&daemon.scrape().await, "acme/pay"), 3.0);
    let id = node_id_of_issue(&world, "acme", "pay", burning).await;
    let kind = Some("NOT_FOUND".to_owned());
    let message = "Could not resolve to a node with the global id of ''.".to_owned();
    world.sim.faults().on_node(&id, NodeFault { kind, message });
    daemon.advance(6 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(incidents(&scrape, "acme/pay"), 2.0);
    assert_eq!(scrape.sum("dora_open_failures", &["acme/pay"]), 0.0);
    daemon.stop().await;
}

#[tokio::test]
async fn an_open_incident_that_cannot_be_seen_for_a_while_burns_on() {
    let told = organization();
    let burning = told.burning;
    let (world, daemon) = running(told).await;
    let before = daemon.scrape().await;
    let id = node_id_of_issue(&world, "acme", "pay", burning).await;
    let unresolved = NodeFault {
        kind: Some("NOT_FOUND".to_owned()),
        message: "Could not resolve to a node with the global id of ''.".to_owned(),
    };
    // The token loses the repository, then only the permission to read its issues.
    for is_whole in [true, false] {
        world.sim.faults().on_node(&id, unresolved.clone());
        if is_whole {
            world.sim.faults().on_node("acme/pay", unresolved.clone());
        } else {
            let issues = "Repository.issues";
            world.sim.faults().on_field(issues, Some("acme/pay"), NodeFault::forbidden());
        }
        daemon.advance(12 * MINUTE).await;
        world.sim.faults().clear();
        daemon.advance(2 * A_WHILE).await;
        let after = daemon.scrape().await;
        assert_eq!(incidents(&after, "acme/pay"), incidents(&before, "acme/pay"), "{is_whole}");
        assert_eq!(after.sum("dora_open_failures", &["acme/pay"]), 1.0, "{is_whole}");
    }
    daemon.stop().await;
}

/// Asks the simulated GitHub as any client would.
async fn node_id_of_issue(world: &World, owner: &str, name: &str, number: u32) -> String {
    let query = format!(
        "query {{ repository(owner: \"{owner}\", name: \"{name}\") {{ issue(number: {number}) {{ id }} }} }}"
    );
    let body = serde_json::json!({ "query": query }).to_string();
    let request = hyper::Request::post(format!("{}/graphql", world.github.url))
        .header("authorization", "bearer test")
        .header("user-agent", "test")
        .body(http_body_util::Full::new(hyper::body::Bytes::from(body)))
        .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.unwrap().into_body().collect().await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.to_bytes()).unwrap();
    answer["data"]["repository"]["issue"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .into()
}

#[tokio::test]
async fn issues_of_a_deleted_repository_burn_no_longer() {
    let told = organization();
    let ops = told.ops;
    let (world, daemon) = running(told).await;
    let open = |scrape: &Scrape| scrape.sum("dora_org_open_failures", &[]);
    assert_eq!(open(&daemon.scrape().await), 2.0);
    happens(&world, Event::RepositoryDeleted { repo: ops });
    daemon.advance(A_WHILE).await;
    // What happened elsewhere and was told there is gone with it; `acme/pay` still burns.
    assert_eq!(open(&daemon.scrape().await), 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_deploys_for_the_first_time_becomes_a_component() {
    let mut told = organization();
    let repo = told.story.repository(NOW - 30 * DAY, "acme/pay-new");
    let sha = told.story.head(repo, "main").unwrap();
    told.story.ship(NOW + HOUR, repo, &sha, "production");
    let next = change(&mut told.story, repo, NOW + 2 * HOUR, "first", Merge::Merge);
    told.story.ship(NOW + 2 * HOUR + MINUTE, repo, &next, "production");
    let (_world, daemon) = running(told).await;
    assert_eq!(deployments(&daemon.scrape().await, "acme/pay-new"), None);
    daemon.advance(HOUR + 20 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/pay-new"), Some(1.0));
    assert_eq!(lead_times(&scrape, &["acme/pay-new"]), Some(0.0));
    daemon.advance(HOUR).await;
    let scrape = daemon.scrape().await;
    assert_eq!(deployments(&scrape, "acme/pay-new"), Some(2.0));
    assert_eq!(lead_times(&scrape, &["acme/pay-new"]), Some(1.0), "the first change counts");
    daemon.stop().await;
}
