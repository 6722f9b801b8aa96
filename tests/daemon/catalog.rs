//! A catalog's server, through the whole daemon: its pages, its token, its failures.

use crate::backstage::Backstage;
use crate::exposition::Scrape;
use crate::running::{Log, Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::Scenario;
use serde_json::{Value, json};
use tracing::Level;

const TOKEN: &str = "backstage-secret";

fn entity(name: &str, repo: &str, owner: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {
            "name": name,
            "annotations": { "github.com/project-slug": repo, "pagerduty.com/service-id": "P1" },
        },
        "spec": { "type": "service", "owner": owner, "system": "checkout", "lifecycle": "production" },
    })
}

/// Some repositories that are live, and a file that says something else than the server.
async fn world() -> World {
    let mut story = Scenario::new();
    for name in ["shop", "blog", "wiki"] {
        let repo = story.repository(NOW - 100 * DAY, &format!("acme/{name}"));
        let first = story.head(repo, "main").unwrap();
        story.ship(NOW - 50 * DAY, repo, &first, "production");
        let file = "kind: Component\nmetadata: { name: NAME }\nspec: { owner: file }\n";
        story.write(NOW - 40 * DAY, repo, &[("catalog-info.yaml", &file.replace("NAME", name))]);
    }
    World::of(story, NOW).await
}

async fn running(world: &World, server: &Backstage) -> Running {
    let mut config = world.config();
    let token = world.folder.path().join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let (url, token) = (&server.url, token.display());
    config.more = format!("[catalog]\nurl = \"{url}\"\ntoken_file = \"{token}\"\n");
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    daemon
}

fn teams(scrape: &Scrape, repo: &str) -> Vec<String> {
    let repo = format!("repo=\"acme/{repo}\"");
    let samples = scrape.samples();
    let found = samples
        .keys()
        .filter(|series| series.starts_with("dora_component_info{") && series.contains(&repo));
    let team = |series: &String| {
        let rest = series.split("team=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    found.map(team).collect()
}

#[tokio::test]
async fn a_catalogs_server_is_read_page_by_page_and_comes_before_files() {
    let log = Log::of(Level::INFO);
    let mut entities: Vec<Value> =
        (0..1_100).map(|n| entity(&format!("other-{n}"), "acme/elsewhere", "core")).collect();
    entities.push(entity("shop", "Acme/Shop", "group:default/Payments"));
    entities.push(entity("wiki", "acme/wiki", "user:default/jane"));
    entities.push(json!({ "kind": "Group", "metadata": { "name": "payments" } }));
    let server = Backstage::of(Some(TOKEN), entities).await;
    let world = world().await;
    let daemon = running(&world, &server).await;
    let shown = daemon.scrape().await;
    assert_eq!(teams(&shown, "shop"), ["payments"]);
    assert_eq!(teams(&shown, "blog"), ["file"], "what the server does not have files may say");
    assert_eq!(teams(&shown, "wiki"), ["unowned"], "a user is no team, and the server comes first");
    let labels = ["acme/shop", "system=\"checkout\"", "source=\"catalog\""];
    assert_eq!(shown.get("dora_component_info", &labels), Some(1.0));
    let asked = server.asked();
    assert_eq!(asked.len(), 3, "pages of 500");
    assert_eq!(asked[0].get("filter").map(String::as_str), Some("kind=component"));
    assert!(asked[1..].iter().all(|query| !query.contains_key("filter")), "{asked:?}");
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"catalog\""]), 1.0);
    let no_team = ["catalog", "ownership", "no_team"];
    assert_eq!(shown.sum("dora_exporter_source_failures_total", &no_team), 1.0);
    assert_eq!(log.count(&["components of repositories that are not collected"]), 1);
    assert!(!log.text().contains("jane") && !log.text().contains(TOKEN), "{}", log.text());
    daemon.advance(50 * MINUTE).await;
    daemon.stop().await;
    let daemon = running(&world, &server).await;
    assert_eq!(server.asked().len(), 3, "a restart asks nothing again");
    assert_eq!(teams(&daemon.scrape().await, "shop"), ["payments"]);
    server.set(vec![entity("shop", "acme/shop", "search")]);
    daemon.advance(20 * MINUTE).await;
    let shown = daemon.scrape().await;
    assert_eq!(teams(&shown, "shop"), ["search"]);
    assert_eq!(teams(&shown, "wiki"), ["file"]);
    daemon.stop().await;
}

#[tokio::test]
async fn a_server_that_fails_or_answers_half_keeps_its_last_answer() {
    let entities = vec![entity("shop", "acme/shop", "payments")];
    let server = Backstage::of(Some(TOKEN), entities).await;
    let world = world().await;
    let daemon = running(&world, &server).await;
    let half = "{\"items\":[{\"kind\":\"Component\",\"metadata\":{\"name\":\"x";
    let html = "<html>Sign in</html>";
    let down = "{\"error\":{\"message\":\"database is locked\"}}";
    for (status, body, words) in [
        (200, half, "no whole JSON"),
        (200, html, "no whole JSON"),
        (503, down, "database is locked"),
        (401, down, "catalog.token_env"),
        (403, down, "catalog.entity.read"),
        (404, "", "404"),
    ] {
        let log = Log::of(Level::INFO);
        server.fail(&vec![(status, body); 100]);
        daemon.advance(2 * HOUR).await;
        let shown = daemon.scrape().await;
        assert_eq!(teams(&shown, "shop"), ["payments"], "{status}");
        assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"catalog\""]), 0.0, "{status}");
        assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github\""]), 1.0, "{status}");
        assert_eq!(log.count(&["WARN", words]), 1, "{status} is told once:\n{}", log.text());
        server.fail(&[]);
        daemon.advance(HOUR).await;
        let shown = daemon.scrape().await;
        assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"catalog\""]), 1.0, "{status}");
    }
    server.fail(&[(429, ""), (500, "")]);
    daemon.advance(HOUR + MINUTE).await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"catalog\""]), 1.0, "it is retried");
    daemon.stop().await;
}

#[tokio::test]
async fn one_broken_entity_is_left_out_alone() {
    let mut broken = entity("broken", "acme/blog", "core");
    broken["spec"]["owner"] = json!(["core"]);
    let mut orphan = entity("orphan", "acme/wiki", "core");
    orphan["metadata"]["annotations"]["backstage.io/orphan"] = json!("true");
    let entities = vec![
        broken,
        orphan,
        entity("nowhere", "https://github.com/acme/shop", "core"),
        json!(17),
        entity("shop", "acme/shop", "payments"),
    ];
    let server = Backstage::of(None, entities).await;
    let log = Log::of(Level::WARN);
    let world = world().await;
    let daemon = running(&world, &server).await;
    daemon.advance(3 * HOUR).await;
    let shown = daemon.scrape().await;
    assert_eq!(teams(&shown, "shop"), ["payments"]);
    assert_eq!(teams(&shown, "blog"), ["file"]);
    assert_eq!(teams(&shown, "wiki"), ["file"], "an orphan is gone");
    assert_eq!(log.count(&["WARN", "`nowhere`"]), 1, "{}", log.text());
    daemon.stop().await;
}
