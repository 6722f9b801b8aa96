//! What a configuration says of repositories, teams and components that are not there: the log says
//! each once, when it is known.

use crate::evidence::json;
use crate::running::{Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, organization};
use github_sim::{Merge, Scenario};
use tracing::Level;

const MISTAKEN: &str = r#"
[[ownership.rules]]
repositories = ["acme/nowhere-*"]
team = "idle"
[[incidents]]
repositories = ["acme/oncall"]
[[components]]
repo = "acme/shoop"
name = "lost"
[[components]]
repo = "acme/shop"
name = "api"
paths = ["apis/**"]
deployments = { environment = "*-ap" }
[[components]]
repo = "acme/shop"
name = "web"
paths = ["web"]
deployments = { environment = "*-web" }
"#;

fn with_a_shop() -> Scenario {
    let mut story = organization().story;
    let repo = story.repository(NOW - 100 * DAY, "acme/shop");
    let sha = story.head(repo, "main").unwrap();
    story.ship(NOW - 50 * DAY, repo, &sha, "prod-web");
    story.commit(NOW - 9 * DAY, repo, "work", "Work");
    let pull = story.open_pull(NOW - 9 * DAY + 60, repo, "work", "Work");
    story.files(NOW - 9 * DAY + 60, repo, pull, &["web/index.html"]);
    let merged = story.merge(NOW - 9 * DAY + HOUR, repo, pull, Merge::Squash);
    story.ship(NOW - 8 * DAY, repo, &merged, "prod-web");
    story
}

#[tokio::test]
async fn a_configuration_that_does_not_fit_is_told_once_at_each_start() {
    let log = Log::of(Level::WARN);
    let world = World::of(with_a_shop(), NOW).await;
    let mut config = world.config();
    config.github.push_str("\nexclude = [\"acme/pya\"]\n[[github]]\nname = \"again\"\n");
    config.github.push_str(&format!("api_url = \"{}\"\n", config.api_url));
    config.github.push_str("repositories = [\"acme/pay\"]");
    config.more = MISTAKEN.to_owned();
    let told = [
        &["github[0].exclude[0]", "`acme/pya` takes out nothing"][..],
        &["github[1]", "acme/pay would be collected by github[0] too"],
        &["ownership.rules[1].repositories[1]", "`acme/find*` matches no collected repository"],
        &["ownership.rules[2].repositories[0]", "`acme/nowhere-*` matches no collected repository"],
        &["ownership.rules[2].team", "\"idle\" owns nothing"],
        &["incidents[0].repositories[0]", "`acme/oncall` matches no collected repository"],
        &["components[0].repo", "`acme/shoop` is collected by no [[github]] section"],
        &["components[1].deployments", "selects none of the 2 deployments"],
        &["components[1].paths", "match no file of the 1 merged pull requests"],
    ];
    for start in 1..=2 {
        let daemon = world.start_and_leave(&config).await.unwrap();
        // Long enough for what is configured to be listed again.
        for _ in 0..8 {
            world.clock.quiet(3).await;
            world.clock.set(world.clock.seconds() + 10 * MINUTE);
        }
        world.clock.quiet(3).await;
        for words in told {
            assert_eq!(log.count(words), start, "{words:?}:\n{}", log.text());
        }
        let others = log.text().lines().count() - told.len() * start;
        assert_eq!(others, 0, "\n{}", log.text());
        daemon.stop().await;
    }
}

#[tokio::test]
async fn what_could_not_be_listed_is_missed_by_nobody() {
    let log = Log::of(Level::WARN);
    let world = World::of(with_a_shop(), NOW).await;
    let mut config = world.config();
    config.github = "organizations = [\"acme\", \"nobody\"]".to_owned();
    config.more = MISTAKEN.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(40 * MINUTE).await;
    assert_eq!(log.count(&["`nobody`", "not found"]), 1, "{}", log.text());
    assert_eq!(log.count(&["matches no collected repository"]), 0, "{}", log.text());
    assert_eq!(log.count(&["owns nothing"]), 0, "{}", log.text());
    // What its own repository shows is certain all the same.
    assert_eq!(log.count(&["components[1].paths"]), 1, "{}", log.text());
    daemon.stop().await;
}

#[tokio::test]
async fn deployments_that_no_component_selects_are_told_once_and_listed() {
    let log = Log::of(Level::INFO);
    let mut story = with_a_shop();
    let shop = story.repository(NOW - 100 * DAY, "acme/kiosk");
    let sha = story.head(shop, "main").unwrap();
    for (days, environment) in [(50, "prod-web"), (40, "prod-old"), (30, "prod-old")] {
        story.ship(NOW - days * DAY, shop, &sha, environment);
    }
    let world = World::of(story, NOW).await;
    let mut config = world.config();
    config.more = "[[components]]\nrepo = \"acme/kiosk\"\nname = \"web\"\nteam = \"kiosk\"\n\
                   deployments = { environment = \"prod-web\" }"
        .to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(40 * MINUTE).await;
    let words = ["INFO", "no component of acme/kiosk selects 2 deployments", "\"prod-old\""];
    assert_eq!(log.count(&words), 1, "{}", log.text());
    assert_eq!(log.count(&["no component of"]), 1, "{}", log.text());
    for path in ["/api/v1/teams/kiosk/environments", "/api/v1/org/environments"] {
        let told = json(&daemon, path).await;
        let items = told["items"].as_array().unwrap();
        let of_shop = items.iter().find(|one| one["left_out"] == "not_selected").unwrap();
        assert_eq!(
            (&of_shop["repo"], &of_shop["environment"]),
            (&"acme/kiosk".into(), &"prod-old".into())
        );
        assert_eq!(
            (&of_shop["deployments"], &of_shop["decided_by"]),
            (&2.into(), &"components".into())
        );
        let others = items.iter().filter(|one| one["repo"] == "acme/kiosk").count();
        assert_eq!(others, 1, "{told}");
    }
    let none = json(&daemon, "/api/v1/teams/kiosk/environments?window=7d").await;
    assert_eq!(none["items"], serde_json::json!([]), "none of these days");
    daemon.stop().await;
}
