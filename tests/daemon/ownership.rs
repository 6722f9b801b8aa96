//! Whose everything is, through the whole daemon: every source, its failures, restarts, new owners.

use crate::exposition::Scrape;
use crate::running::{Config, Log, Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::event::Permission;
use github_sim::{Event, Fault, Meter, NodeFault, Scenario, When};
use tracing::Level;

const ORDER: &str =
    "\"rules\", \"catalog\", \"custom_property\", \"github_team\", \"codeowners\", \"topic\"";

/// A repository that goes live and ships a change, and what is said of it.
fn live(story: &mut Scenario, name: &str) -> u64 {
    let repo = story.repository(NOW - 100 * DAY, &format!("acme/{name}"));
    let first = story.head(repo, "main").unwrap();
    story.ship(NOW - 50 * DAY, repo, &first, "production");
    let sha = story.commit(NOW - 6 * DAY, repo, "main", "A change");
    story.ship(NOW - 5 * DAY, repo, &sha, "production");
    repo
}

fn property(repo: u64, team: &str) -> Event {
    Event::PropertySet { repo, name: "team".to_owned(), values: vec![team.to_owned()] }
}

fn team(slug: &str, repo: u64) -> Event {
    Event::TeamSet {
        organization: "acme".to_owned(),
        slug: slug.to_owned(),
        parent: None,
        repositories: vec![(repo, Permission::Write)],
    }
}

/// One repository for each source that alone names its team, and one that all of them name.
fn estate() -> Scenario {
    let mut story = Scenario::new();
    let at = NOW - 4 * DAY;
    live(&mut story, "pay-by-rule");
    let catalog = live(&mut story, "by-catalog");
    let entity = "kind: Component\nmetadata: { name: anything }\n\
                  spec: { owner: 'group:default/Entity', system: checkout, lifecycle: production }\n";
    story.write(at, catalog, &[("catalog-info.yaml", entity)]);
    let by_property = live(&mut story, "by-property");
    story.event(at, property(by_property, "property"));
    let by_team = live(&mut story, "by-team");
    story.event(at, team("team", by_team));
    let by_line = live(&mut story, "by-line");
    story.write(at, by_line, &[("CODEOWNERS", "* @jane @acme/line")]);
    let by_topic = live(&mut story, "by-topic");
    let topics = vec!["team-topic".to_owned()];
    story.event(at, Event::TopicsSet { repo: by_topic, topics: topics.clone() });
    live(&mut story, "nobodys");
    let all = live(&mut story, "all");
    story.write(at, all, &[("catalog-info.yaml", entity), ("CODEOWNERS", "* @acme/line")]);
    story.event(at, property(all, "property"));
    story.event(at, team("another", all));
    story.event(at, Event::TopicsSet { repo: all, topics });
    story
}

fn ordered(world: &World, order: &str) -> Config {
    let mut config = world.config();
    config.more = format!("[ownership]\norder = [{order}]\n");
    config
}

/// Who owns a repository, and who says so.
fn owner(scrape: &Scrape, name: &str) -> Option<(String, String)> {
    let repo = format!("repo=\"acme/{name}\"");
    let samples = scrape.samples();
    let mut found = samples
        .keys()
        .filter(|series| series.starts_with("dora_component_info{") && series.contains(&repo));
    let series = found.next()?;
    assert_eq!(found.next(), None, "one owner each");
    let label = |name: &str| {
        let start = series.find(&format!("{name}=\""))? + name.len() + 2;
        Some(series[start..].split('"').next()?.to_owned())
    };
    Some((label("team")?, label("source")?))
}

#[track_caller]
fn assert_owner(scrape: &Scrape, name: &str, team: &str, source: &str) {
    assert_eq!(owner(scrape, name), Some((team.to_owned(), source.to_owned())), "{name}");
}

async fn running(world: &World, order: &str) -> Running {
    let daemon = world.start(&ordered(world, order)).await;
    daemon.advance(2 * MINUTE).await;
    daemon
}

#[tokio::test]
async fn every_source_names_its_team_and_the_order_decides_among_them() {
    let world = World::of(estate(), NOW).await;
    let daemon = running(&world, ORDER).await;
    let shown = daemon.scrape().await;
    for (name, team, source) in [
        ("pay-by-rule", "payments", "rules"),
        ("by-catalog", "entity", "catalog"),
        ("by-property", "property", "custom_property"),
        ("by-team", "team", "github_team"),
        ("by-line", "line", "codeowners"),
        ("by-topic", "topic", "topic"),
        ("nobodys", "unowned", "none"),
        ("all", "entity", "catalog"),
    ] {
        assert_owner(&shown, name, team, source);
    }
    let labels = ["by-catalog", "system=\"checkout\"", "lifecycle=\"production\""];
    assert_eq!(shown.get("dora_component_info", &labels), Some(1.0));
    assert!(!shown.0.contains("jane"), "nobody is named");
    assert_eq!(shown.sum("dora_exporter_source_up", &["github/custom_property"]), 1.0);
    daemon.stop().await;

    let before = asked(&world);
    let topic_first =
        "\"topic\", \"codeowners\", \"github_team\", \"custom_property\", \"catalog\"";
    let daemon = running(&world, topic_first).await;
    assert_owner(&daemon.scrape().await, "all", "topic", "topic");
    daemon.stop().await;
    let daemon = running(&world, "\"codeowners\", \"catalog\"").await;
    assert_owner(&daemon.scrape().await, "all", "line", "codeowners");
    assert_owner(&daemon.scrape().await, "by-topic", "unowned", "none");
    daemon.stop().await;
    let daemon = running(&world, "\"github_team\"").await;
    assert_owner(&daemon.scrape().await, "all", "another", "github_team");
    daemon.stop().await;
    assert_eq!(asked(&world), before, "another order is no reason to ask again");
    let store = std::fs::read(world.store()).unwrap();
    let holds = |text: &str| store.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("entity") && !holds("jane"), "nobody is kept");
}

/// How often the sources of ownership were asked: pages of properties, of teams, listings, files.
fn asked(world: &World) -> (u64, u64, u64, u64) {
    let meter: Meter = world.sim.meter();
    let operation = |name: &str| meter.operations.get(name).map_or(0, |one| one.requests);
    let properties = meter.paths.get("/orgs/acme/properties/values").copied().unwrap_or_default();
    (properties, operation("Teams"), operation("Trees"), operation("Files"))
}

#[tokio::test]
async fn sources_are_asked_once_an_hour_and_files_only_where_a_head_moved() {
    let mut story = estate();
    let told = story.clone().into_events().len();
    let repo = live(&mut story, "new");
    story.event(NOW - DAY, property(repo, "fresh"));
    let events = story.into_events();
    let world = World::of_events(events[..told].to_vec(), NOW).await;
    let daemon = running(&world, ORDER).await;
    assert_eq!(asked(&world), (1, 1, 1, 1));
    daemon.advance(50 * MINUTE).await;
    assert_eq!(asked(&world), (1, 1, 1, 1));
    daemon.stop().await;
    let daemon = running(&world, ORDER).await;
    assert_eq!(asked(&world), (1, 1, 1, 1), "a restart asks nothing again");
    daemon.advance(20 * MINUTE).await;
    assert_eq!(asked(&world), (2, 2, 1, 1), "no head has moved");
    world.sim.extend(events[told..].to_vec()).unwrap();
    daemon.advance(40 * MINUTE).await;
    assert_owner(&daemon.scrape().await, "new", "fresh", "custom_property");
    assert_eq!(asked(&world), (3, 3, 2, 1), "a new repository is asked for at once");
    daemon.stop().await;
}

#[tokio::test]
async fn a_source_that_may_not_be_read_is_told_once_and_keeps_its_last_answer() {
    let log = Log::of(Level::INFO);
    let world = World::of(estate(), NOW).await;
    let daemon = running(&world, ORDER).await;
    let message = "Resource not accessible by personal access token".to_owned();
    let when = When { times: 1_000, mentions: Some("properties".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Message(403, message), when);
    daemon.advance(3 * HOUR).await;
    let shown = daemon.scrape().await;
    assert_owner(&shown, "by-property", "property", "custom_property");
    assert_owner(&shown, "by-team", "team", "github_team");
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github/custom_property\""]), 0.0);
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github\""]), 1.0);
    let failures = ["github/custom_property", "ownership", "forbidden"];
    assert!(shown.sum("dora_exporter_source_failures_total", &failures) >= 2.0);
    let words = ["custom properties of `acme`", "Custom properties: read"];
    assert_eq!(log.count(&words), 1, "{}", log.text());
    world.sim.faults().clear();
    daemon.advance(HOUR).await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github/custom_property\""]), 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn an_organisation_that_may_not_be_listed_keeps_what_was_said_of_its_repositories() {
    let world = World::of(estate(), NOW).await;
    let daemon = running(&world, ORDER).await;
    let owned = |scrape: &Scrape| ["by-property", "by-team"].map(|name| owner(scrape, name));
    let before = owned(&daemon.scrape().await);
    daemon.stop().await;
    for field in ["Query.organization", "Query.repositoryOwner"] {
        world.sim.faults().on_field(field, None, NodeFault::forbidden());
    }
    world.clock.set(NOW + 2 * HOUR);
    let daemon = running(&world, ORDER).await;
    assert_eq!(owned(&daemon.scrape().await), before);
    let up = daemon.scrape().await.sum("dora_exporter_source_up", &["github/custom_property"]);
    assert_eq!(up, 0.0);
    world.sim.faults().clear();
    daemon.advance(HOUR).await;
    let after = daemon.scrape().await;
    assert_eq!(owned(&after), before);
    assert_eq!(after.sum("dora_exporter_source_up", &["github/custom_property"]), 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_source_that_cannot_be_reached_holds_up_nothing_else() {
    let world = World::of(estate(), NOW).await;
    let when = When { times: 10_000, mentions: Some("properties".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Reset, when);
    let daemon = running(&world, ORDER).await;
    daemon.advance(HOUR).await;
    let shown = daemon.scrape().await;
    assert_owner(&shown, "by-property", "unowned", "none");
    assert_owner(&shown, "by-team", "team", "github_team");
    assert_owner(&shown, "by-line", "line", "codeowners");
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github\""]), 1.0);
    assert_eq!(shown.sum("dora_exporter_source_up", &["source=\"github/custom_property\""]), 0.0);
    world.sim.faults().clear();
    daemon.advance(20 * MINUTE).await;
    assert_owner(&daemon.scrape().await, "by-property", "property", "custom_property");
    daemon.stop().await;
}

#[tokio::test]
async fn a_new_owner_takes_the_windows_along_and_counters_keep_what_was_settled() {
    let mut story = Scenario::new();
    let repo = live(&mut story, "shop");
    story.event(NOW - 40 * DAY, property(repo, "old"));
    let other = live(&mut story, "other");
    story.event(NOW - 40 * DAY, property(other, "old"));
    let mut later = story.clone();
    let world = World::of(story, NOW).await;
    let daemon = running(&world, "\"custom_property\"").await;
    let told = later.clone().into_events().len();
    let at = world.clock.seconds();
    let sha = later.commit(at, repo, "main", "Another change");
    later.ship(at, repo, &sha, "production");
    world.sim.extend(later.into_events().split_off(told)).unwrap();
    daemon.advance(20 * MINUTE).await;
    let before = daemon.scrape().await;
    let month = |team: &str| [format!("team=\"{team}\""), "window=\"30d\"".to_owned()];
    let deployments = |scrape: &Scrape, team: &str| {
        let labels = month(team);
        scrape.get("dora_team_window_deployments", &[&labels[0], &labels[1]])
    };
    assert_eq!(deployments(&before, "old"), Some(3.0));
    let counted = |scrape: &Scrape, team: &str| {
        let team = format!("team=\"{team}\"");
        scrape.get("dora_team_deployments_total", &[&team])
    };
    assert_eq!(counted(&before, "old"), Some(1.0));
    world.sim.push(world.clock.seconds(), property(repo, "new")).unwrap();
    daemon.advance(2 * HOUR).await;
    let after = daemon.scrape().await;
    assert_owner(&after, "shop", "new", "custom_property");
    assert_eq!(deployments(&after, "new"), Some(2.0), "the windows move along");
    assert_eq!(deployments(&after, "old"), Some(1.0));
    assert_eq!(counted(&after, "old"), Some(1.0), "what was settled stays");
    assert_eq!(counted(&after, "new"), Some(0.0));
    daemon.stop().await;
}

#[tokio::test]
async fn broken_files_are_told_once_with_their_place_and_hide_nothing() {
    let log = Log::of(Level::INFO);
    let mut story = estate();
    let repo = live(&mut story, "broken");
    let entities = "kind: [\n---\nkind: Component\nmetadata: { name: x }\nspec: { owner: core }\n";
    let lines = "!/x/ @acme/x\n* @acme/line\n";
    story.write(NOW - DAY, repo, &[("catalog-info.yaml", entities), ("CODEOWNERS", lines)]);
    let world = World::of(story, NOW).await;
    let daemon = running(&world, ORDER).await;
    daemon.advance(3 * HOUR).await;
    let shown = daemon.scrape().await;
    assert_owner(&shown, "broken", "core", "catalog");
    assert_owner(&shown, "by-catalog", "entity", "catalog");
    for (from, file) in [("catalog_files", "catalog-info.yaml"), ("codeowners", "CODEOWNERS")] {
        let labels = [&format!("github/{from}"), "malformed"];
        assert_eq!(shown.sum("dora_exporter_source_failures_total", &labels), 1.0, "{from}");
        assert_eq!(log.count(&["WARN", "acme/broken", file]), 1, "{}", log.text());
    }
    daemon.stop().await;
}

#[tokio::test]
async fn the_health_of_the_catalog_is_shown_for_the_platform_team() {
    let mut story = estate();
    let entity = |name: &str, more: &str, spec: &str| {
        format!("kind: Component\nmetadata: {{ name: {name}{more} }}\nspec: {{ {spec} }}\n")
    };
    let at = NOW - 4 * DAY;
    let whole = live(&mut story, "whole");
    let annotations = ", annotations: { pagerduty.com/service-id: P1, backstage.io/techdocs-ref: x }\
                       , links: [{ url: 'https://slo.example', title: SLO }]";
    let text = entity("whole", annotations, "owner: core, lifecycle: production");
    story.write(at, whole, &[("catalog-info.yaml", &text)]);
    let never = story.repository(NOW - 100 * DAY, "acme/never-deployed");
    let text = entity("never", "", "owner: 'user:jane', lifecycle: Production");
    story.write(at, never, &[("catalog-info.yaml", &text)]);
    let library = story.repository(NOW - 100 * DAY, "acme/library");
    let text = entity("library", "", "type: library, owner: core, lifecycle: production");
    story.write(at, library, &[("catalog-info.yaml", &text)]);
    let world = World::of(story, NOW).await;
    let daemon = running(&world, ORDER).await;
    let shown = daemon.scrape().await;
    // by-catalog, all and whole are in production and shown; six more are shown.
    assert_eq!(shown.get("platform_components", &["lifecycle=\"production\""]), Some(3.0));
    assert_eq!(shown.get("platform_components", &["lifecycle=\"unknown\""]), Some(6.0));
    assert_eq!(shown.get("platform_unowned_components", &[]), Some(1.0));
    let stale = |reason: &str| {
        shown.get("platform_stale_catalog_entries", &[&format!("reason=\"{reason}\"")])
    };
    assert_eq!(stale("not_deployed"), Some(1.0));
    assert_eq!(stale("owner_unknown"), Some(1.0));
    assert_eq!(stale("repository_gone"), Some(0.0));
    for what in ["oncall", "docs", "slo"] {
        let labels = [&*format!("what=\"{what}\"")];
        let without = shown.get("platform_production_components_without", &labels);
        assert_eq!(without, Some(3.0), "all but one lack {what}");
    }
    daemon.stop().await;
    let daemon = running(&world, "\"topic\"").await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.get("platform_stale_catalog_entries", &[]), None, "nobody was asked");
    assert_eq!(shown.get("platform_components", &["lifecycle=\"unknown\""]), Some(9.0));
    daemon.stop().await;
}
