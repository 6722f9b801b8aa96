//! What a platform team watches of its own product: reusable workflows and golden paths, through the
//! whole daemon.

use crate::backstage::Backstage;
use crate::exposition::Scrape;
use crate::running::{Config, Log, Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::{Event, Fault, Scenario, When};
use serde_json::json;
use tracing::Level;

const SHA: &str = "8f4b7f84864484a7bf31766abe9204da3cbe65b3";
const BROKEN: &str = ".github/workflows/broken.yml";
const TOKEN: &str = "secret-of-the-catalog";

/// Two repositories that call workflows of a third, and of a person; the third's id.
fn estate() -> (Scenario, u64) {
    let mut story = Scenario::new();
    let at = NOW - 4 * DAY;
    let shared = story.repository(NOW - 100 * DAY, "acme/CI");
    let api = story.repository(NOW - 100 * DAY, "acme/api");
    let web = story.repository(NOW - 100 * DAY, "acme/web");
    let build = calls(&["acme/ci/.github/workflows/b.yml@v2"]);
    let entry = entity("api", "template:default/Service");
    let of_api = [
        (".github/workflows/build.yml", build.as_str()),
        (BROKEN, "jobs: [jane"),
        ("catalog-info.yaml", &entry),
    ];
    story.write(at, api, &of_api);
    let build = calls(&[
        "Acme/CI/.github/workflows/b.yml@main",
        &format!("acme/ci/.github/workflows/b.yml@{SHA}"),
        "jane/ci/.github/workflows/x.yml@jane-tries",
        "./.github/workflows/own.yml",
    ]);
    let entry = entity("web", "template:default/service");
    let of_web = [(".github/workflows/build.yaml", build.as_str()), ("catalog-info.yaml", &entry)];
    story.write(at, web, &of_web);
    (story, shared)
}

fn calls(workflows: &[&str]) -> String {
    let jobs = workflows.iter().enumerate();
    let jobs = jobs.map(|(at, workflow)| format!("  job{at}:\n    uses: {workflow}\n"));
    format!("on: push\njobs:\n{}", jobs.collect::<String>())
}

fn entity(name: &str, template: &str) -> String {
    format!(
        "kind: Component\nmetadata:\n  name: {name}\n  annotations:\n    \
         backstage.io/source-template: {template}\n    acme.example/path: other-{name}\n\
         spec: {{ owner: core }}\n"
    )
}

async fn running(world: &World, more: &str) -> Running {
    let mut config: Config = world.config();
    config.more = more.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    daemon
}

/// How often a workflow is called by branch, SHA and tag.
fn called(scrape: &Scrape, workflow: &str) -> [Option<f64>; 3] {
    let workflow = format!("workflow=\"{workflow}\"");
    ["branch", "sha", "tag"].map(|pin| {
        scrape.get("platform_workflow_references", &[&workflow, &format!("pin=\"{pin}\"")])
    })
}

fn listed_and_read(world: &World) -> (u64, u64) {
    let meter = world.sim.meter();
    let operation = |name: &str| meter.operations.get(name).map_or(0, |one| one.requests);
    (operation("Trees"), operation("Files"))
}

#[tokio::test]
async fn calls_are_counted_by_pin_under_the_present_name_and_nobody_is_named() {
    let log = Log::of(Level::DEBUG);
    let (story, shared) = estate();
    let world = World::of(story, NOW).await;
    let daemon = running(&world, "").await;
    let shown = daemon.scrape().await;
    let b = |name: &str| format!("acme/{name}/.github/workflows/b.yml");
    assert_eq!(called(&shown, &b("CI")), [Some(1.0); 3]);
    assert_eq!(called(&shown, "external"), [Some(1.0), Some(0.0), Some(0.0)]);
    assert_eq!(shown.sum("platform_workflow_references", &[]), 4.0);
    assert_eq!(log.count(&["WARN", "acme/api", BROKEN]), 1, "{}", log.text());
    let labels = ["github/workflow_files", "reason=\"malformed\""];
    assert_eq!(shown.sum("dora_exporter_source_failures_total", &labels), 1.0);
    assert_eq!(shown.sum("dora_exporter_source_up", &["github/workflow_files"]), 1.0);

    let before = listed_and_read(&world);
    assert_eq!(before, (1, 1), "one listing, and all files of all repositories at once");
    let name = "Shared".to_owned();
    let moved = Event::RepositoryMoved { repo: shared, owner: "acme".to_owned(), name };
    world.sim.extend([(NOW + 2 * MINUTE, moved)]).unwrap();
    daemon.advance(3 * HOUR).await;
    assert_eq!(listed_and_read(&world), before, "no head moved");
    let shown = daemon.scrape().await;
    assert_eq!(called(&shown, &b("Shared")), [Some(1.0); 3], "calls by its former name");
    assert_eq!(called(&shown, &b("CI")), [None; 3]);
    assert_eq!(log.count(&["WARN", "acme/api", BROKEN]), 1, "told once");
    daemon.stop().await;
    let daemon = running(&world, "").await;
    let shown = daemon.scrape().await;
    assert_eq!(called(&shown, &b("Shared")), [Some(1.0); 3]);
    assert_eq!(listed_and_read(&world), before, "a restart asks nothing again");
    daemon.stop().await;
    assert!(!shown.0.contains("jane") && !log.text().contains("jane"), "{}", log.text());
    let stored = std::fs::read(world.store()).unwrap();
    assert!(!stored.windows(4).any(|bytes| bytes == b"jane"), "nor stored");
}

#[tokio::test]
async fn other_owners_have_names_where_they_are_given_and_nothing_is_read_where_nobody_asks() {
    let (story, _) = estate();
    let world = World::of(story, NOW).await;
    let daemon = running(&world, "").await;
    daemon.stop().await;
    let daemon = running(&world, "[platform]\nworkflow_owners = [\"Jane\"]\n").await;
    let shown = daemon.scrape().await;
    let named = "jane/ci/.github/workflows/x.yml";
    assert_eq!(called(&shown, named), [Some(1.0), Some(0.0), Some(0.0)], "read again at once");
    assert_eq!(called(&shown, "external"), [None; 3]);
    daemon.stop().await;
    let more = "[platform]\nworkflow_files = false\n[ownership]\norder = [\"rules\"]\n";
    let before = listed_and_read(&world);
    let daemon = running(&world, more).await;
    daemon.advance(2 * HOUR).await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.get("platform_workflow_references", &[]), None, "stored, and not shown");
    assert!(!shown.0.contains("github/workflow_files"), "nobody asks for it");
    assert_eq!(listed_and_read(&world), before);
    daemon.stop().await;
}

#[tokio::test]
async fn golden_paths_are_told_by_files_and_the_server_and_another_annotation_is_read_at_once() {
    let (story, _) = estate();
    let world = World::of(story, NOW).await;
    let of_server = |name: &str, template: &str| {
        let annotations = json!({ "github.com/project-slug": format!("acme/{name}"),
            "backstage.io/source-template": template, "acme.example/path": "server" });
        json!({ "kind": "Component", "metadata": { "name": name, "annotations": annotations },
            "spec": { "owner": "core" } })
    };
    let entities = vec![of_server("CI", "template:default/library")];
    let server = Backstage::of(Some(TOKEN), entities).await;
    let file = world.folder.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    let catalog =
        |more: &str| format!("[catalog]\nurl = {:?}\ntoken_file = {file:?}\n{more}", server.url);
    let made_from = |shown: &Scrape, template: &str| {
        shown.get("platform_golden_path_components", &[&format!("template=\"{template}\"")])
    };
    let daemon = running(&world, &catalog("")).await;
    let shown = daemon.scrape().await;
    assert_eq!(made_from(&shown, "service"), Some(2.0));
    assert_eq!(made_from(&shown, "library"), Some(1.0));
    daemon.stop().await;
    let more = catalog("template_annotation = \"acme.example/path\"\n");
    let daemon = running(&world, &more).await;
    let shown = daemon.scrape().await;
    assert_eq!(made_from(&shown, "service"), None);
    for template in ["other-api", "other-web", "server"] {
        assert_eq!(made_from(&shown, template), Some(1.0), "{template}");
    }
    daemon.stop().await;
    let daemon = running(&world, "[ownership]\norder = [\"topic\"]\n").await;
    assert_eq!(made_from(&daemon.scrape().await, "server"), None, "no catalog is asked");
    daemon.stop().await;
}

#[tokio::test]
async fn the_same_files_give_the_same_figures_however_and_whenever_they_were_read() {
    let world = World::of(estate().0, NOW).await;
    let daemon = running(&world, "").await;
    let at_once = daemon.scrape().await.platform();
    daemon.stop().await;
    assert!(at_once.contains("platform_workflow_references{"), "{at_once}");

    // Head by head, in several runs, through troubles of every batch.
    let world = World::of(estate().0, NOW - 6 * DAY).await;
    let of = |operation: &str| When {
        times: 2,
        operation: Some(operation.to_owned()),
        ..When::default()
    };
    for _ in 0..2 {
        world.sim.faults().on_requests(Fault::Html(502), of("Trees"));
        world.sim.faults().on_requests(Fault::Truncated, of("Files"));
        world.sim.faults().on_requests(Fault::SomethingWentWrong, of("Files"));
        let daemon = running(&world, "").await;
        daemon.advance(3 * HOUR).await;
        daemon.jump(world.clock.seconds() + 3 * DAY).await;
        daemon.stop().await;
    }
    let daemon = running(&world, "").await;
    daemon.advance(HOUR + 2 * MINUTE).await;
    assert_eq!(daemon.scrape().await.platform(), at_once);
    daemon.stop().await;
}
