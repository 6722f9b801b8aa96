//! A repository that holds several components, first shown as one, then as it is declared.

use crate::exposition::Scrape;
use crate::running::{Log, Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::{Event, Merge, Scenario};
use tracing::Level;

const COMPONENTS: &str = r#"
[[components]]
repo = "acme/shop"
name = "api"
paths = ["services/api"]
deployments = { environment = "*-api" }
team = "payments"
[[components]]
repo = "acme/shop"
name = "web"
paths = ["services/web"]
deployments = { environment = "production-*" }
"#;

/// Both components go live, then three changes: of the API, of both, and of what is nobody's; then
/// both go live again with them and with a direct commit.
fn shop() -> (Scenario, u64) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 100 * DAY, "acme/shop");
    let first = story.head(repo, "main").unwrap();
    for environment in ["production-api", "production-web"] {
        story.ship(NOW - 50 * DAY, repo, &first, environment);
    }
    for (days, paths) in [
        (9, &["services/api/main.rs"][..]),
        (8, &["services/api/main.rs", "services/web/index.html"]),
        (7, &["README.md"]),
    ] {
        change(&mut story, repo, NOW - days * DAY, paths);
    }
    story.commit(NOW - 6 * DAY, repo, "main", "Straight to the branch");
    let head = story.head(repo, "main").unwrap();
    for environment in ["production-api", "production-web"] {
        story.ship(NOW - 5 * DAY, repo, &head, environment);
    }
    (story, repo)
}

fn change(story: &mut Scenario, repo: u64, at: i64, paths: &[&str]) {
    let branch = format!("change-{at}");
    story.commit(at, repo, &branch, "Change");
    let number = story.open_pull(at + MINUTE, repo, &branch, "Change");
    story.files(at + MINUTE, repo, number, paths);
    story.merge(at + HOUR, repo, number, Merge::Squash);
}

/// Deployments and changes of 30 days, by component.
fn counts(scrape: &Scrape, component: &str) -> Option<(f64, f64)> {
    let component = format!("component=\"{component}\"");
    let get = |family| scrape.get(family, &[&component, "window=\"30d\""]);
    Some((get("dora_window_deployments")?, get("dora_window_changes")?))
}

async fn declared(world: &World) -> Running {
    let mut config = world.config();
    config.more = COMPONENTS.to_owned();
    world.start(&config).await
}

#[tokio::test]
async fn a_repository_that_is_declared_as_several_is_shown_as_these_and_read_again() {
    let (story, _) = shop();
    let world = World::of(story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    assert_eq!(counts(&daemon.scrape().await, "shop"), Some((1.0, 4.0)), "one deployment of two");
    daemon.stop().await;
    world.clock.set(NOW + HOUR);
    let log = Log::of(Level::WARN);
    let daemon = declared(&world).await;
    daemon.advance(2 * MINUTE).await;
    let shown = daemon.scrape().await;
    assert_eq!(counts(&shown, "shop"), None);
    // The direct commit counts for both, and what is nobody's for none.
    assert_eq!(counts(&shown, "api"), Some((1.0, 3.0)));
    assert_eq!(counts(&shown, "web"), Some((1.0, 2.0)));
    let month = ["window=\"30d\""];
    assert_eq!(shown.get("dora_org_window_changes", &month), Some(5.0), "pairs are counted");
    assert_eq!(shown.get("dora_org_window_changes_unknown_paths", &month), Some(2.0));
    let payments = ["team=\"payments\"", "window=\"30d\""];
    assert_eq!(shown.get("dora_team_window_changes", &payments), Some(3.0));
    assert_eq!(log.count(&["components[1].deployments", "select the same", "`web` has not"]), 1);
    daemon.stop().await;
}

#[tokio::test]
async fn what_ships_in_two_components_settles_in_both_and_a_restart_changes_nothing() {
    let (mut story, repo) = shop();
    let told = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let daemon = declared(&world).await;
    daemon.advance(2 * MINUTE).await;
    let at = world.clock.seconds();
    change(&mut story, repo, at - 2 * HOUR, &["services/web/a", "services/api/b"]);
    let head = story.head(repo, "main").unwrap();
    for environment in ["production-api", "production-web"] {
        story.ship(at, repo, &head, environment);
    }
    world.sim.extend(story.into_events().split_off(told)).unwrap();
    daemon.advance(HOUR).await;
    let shown = daemon.scrape().await;
    for component in ["component=\"api\"", "component=\"web\""] {
        assert_eq!(shown.get("dora_changes_shipped_total", &[component]), Some(1.0));
        assert_eq!(shown.get("dora_deployments_total", &[component]), Some(1.0));
    }
    assert_eq!(shown.get("dora_org_changes_shipped_total", &[]), Some(2.0));
    let before = shown.counted();
    daemon.stop().await;
    let daemon = declared(&world).await;
    assert_eq!(daemon.scrape().await.counted(), before);
    daemon.stop().await;
}

fn entity(name: &str, kind: &str, owner: &str) -> String {
    format!(
        "kind: Component\nmetadata: {{ name: {name} }}\n\
         spec: {{ type: {kind}, owner: {owner}, lifecycle: production }}\n"
    )
}

/// What the catalog has of `acme/shop`: two services in folders of their own, and a library.
fn write_catalog(story: &mut Scenario, repo: u64, at: i64) {
    let (api, web) = (entity("api", "service", "payments"), entity("web", "website", "shop"));
    let library = entity("money", "library", "payments");
    let files = [
        ("services/api/catalog-info.yaml", api.as_str()),
        ("services/web/catalog-info.yaml", web.as_str()),
        ("libs/catalog-info.yaml", library.as_str()),
    ];
    story.write(at, repo, &files);
}

#[tokio::test]
async fn components_that_the_catalog_has_make_a_monorepo_without_configuration() {
    let (mut story, repo) = shop();
    write_catalog(&mut story, repo, NOW - 5 * DAY + 1);
    let world = World::of(story, NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(15 * MINUTE).await;
    let shown = daemon.scrape().await;
    assert_eq!(counts(&shown, "shop"), None);
    assert_eq!(counts(&shown, "money"), None, "a library is not deployed");
    // The same as where they are declared.
    assert_eq!(counts(&shown, "api"), Some((1.0, 3.0)));
    assert_eq!(counts(&shown, "web"), Some((1.0, 2.0)));
    let owned = ["component=\"web\"", "team=\"shop\"", "source=\"catalog\"", "production"];
    assert_eq!(shown.get("dora_component_info", &owned), Some(1.0));
    let points = world.sim.meter().points;
    daemon.stop().await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    assert_eq!(counts(&daemon.scrape().await, "api"), Some((1.0, 3.0)));
    assert!(world.sim.meter().points <= points + 4, "a restart reads no history again");
    daemon.stop().await;
}

#[tokio::test]
async fn a_deployment_that_names_no_component_of_the_catalog_ships_them_all() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 100 * DAY, "acme/shop");
    let first = story.head(repo, "main").unwrap();
    story.ship(NOW - 50 * DAY, repo, &first, "production");
    change(&mut story, repo, NOW - 9 * DAY, &["services/api/main.rs"]);
    change(&mut story, repo, NOW - 8 * DAY, &["services/api/a.rs", "services/web/index.html"]);
    let head = story.head(repo, "main").unwrap();
    story.ship(NOW - 7 * DAY, repo, &head, "production");
    change(&mut story, repo, NOW - 6 * DAY, &["services/web/index.html"]);
    let head = story.head(repo, "main").unwrap();
    let (environment, task, payload) = ("production", "deploy", "{\"service\": \"web\"}");
    let created = Event::DeploymentCreated {
        repo,
        id: 77,
        sha: head,
        branch: None,
        environment: environment.to_owned(),
        task: task.to_owned(),
        payload: payload.to_owned(),
    };
    story.event(NOW - 5 * DAY, created);
    story.status(NOW - 5 * DAY + MINUTE, 77, "SUCCESS");
    let told = story.clone().into_events().len();
    write_catalog(&mut story, repo, NOW + 10 * MINUTE);
    let events = story.into_events();
    let world = World::of_events(events[..told].to_vec(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(5 * MINUTE).await;
    assert_eq!(counts(&daemon.scrape().await, "shop"), Some((2.0, 3.0)));
    world.sim.extend(events[told..].to_vec()).unwrap();
    daemon.advance(90 * MINUTE).await;
    let shown = daemon.scrape().await;
    assert_eq!(counts(&shown, "shop"), None);
    assert_eq!(counts(&shown, "api"), Some((1.0, 2.0)), "the payload names the other");
    assert_eq!(counts(&shown, "web"), Some((2.0, 2.0)));
    daemon.stop().await;
}
