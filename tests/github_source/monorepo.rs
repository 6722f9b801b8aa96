//! Repositories that hold several components: changed paths and marks of deployments, and what
//! reading them costs.

use crate::fixture::{DAY, NOW, World, reach, walk};
use delivery::domain::{Collector, DeploymentMark, Fact, PullNumber};
use dora_exporter::sources::Step;
use dora_exporter::sources::github::Mark;
use github_sim::{Event, Fault, Merge, Scenario, When};
use std::collections::{BTreeMap, BTreeSet};

const COMPONENTS: &str = r#"
[[components]]
repo = "acme/shop"
name = "api"
paths = ["services/api"]
deployments = { payload = { service = "api" } }
[[components]]
repo = "acme/shop"
name = "web"
paths = ["services/web/**"]
deployments = { payload = { service = "web" } }
"#;

/// A merged pull request that changes these files.
fn change(scenario: &mut Scenario, repo: u64, at: i64, paths: &[&str]) -> u32 {
    let branch = format!("change-{at}");
    scenario.commit(at, repo, &branch, "Change");
    let number = scenario.open_pull(at, repo, &branch, "Change");
    scenario.files(at, repo, number, paths);
    scenario.merge(at + 60, repo, number, Merge::Squash);
    number
}

fn deploy(scenario: &mut Scenario, repo: u64, id: u64, at: i64, service: &str) {
    let sha = scenario.head(repo, "main").unwrap();
    let payload = format!(r#"{{"service":"{service}","by":"mona"}}"#);
    let (environment, task, branch) = ("production".to_owned(), "deploy".to_owned(), None);
    let created = Event::DeploymentCreated { repo, id, sha, branch, environment, task, payload };
    scenario.event(at, created);
    scenario.status(at, id, "SUCCESS");
}

#[tokio::test]
async fn pull_requests_are_marked_by_all_their_paths_at_a_point_a_page() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let many: Vec<String> = (0..250).map(|n| format!("docs/{n:03}.md")).collect();
    let mut long: Vec<&str> = many.iter().map(String::as_str).collect();
    long.push("services/web/index.html");
    let expected: BTreeMap<u32, Vec<&str>> = [
        (change(&mut scenario, repo, NOW - 9 * DAY, &["services/api/a.rs"]), vec!["api"]),
        (
            change(&mut scenario, repo, NOW - 8 * DAY, &["services/api/a.rs", "services/web/b.ts"]),
            vec!["api", "web"],
        ),
        (change(&mut scenario, repo, NOW - 7 * DAY, &["README.md"]), vec![]),
        (change(&mut scenario, repo, NOW - 6 * DAY, &long), vec!["web"]),
    ]
    .into();
    for n in 0..40 {
        change(&mut scenario, repo, NOW - 5 * DAY + n * 600, &["services/api/a.rs"]);
    }
    let world = World::of(&mut scenario).await.with_components(COMPONENTS);
    let repository = world.repository(repo).await;
    let (github, reach) = (&world.github, reach());
    world.sim.reset_meter();
    let walked = walk(None, async |cursor: Option<String>| {
        github.pull_requests(&repository, cursor.as_deref(), &reach).await
    })
    .await;
    let marked: BTreeMap<u32, Vec<&str>> = walked
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::PullRequest(pull) if expected.contains_key(&pull.number) => {
                let names = pull.components.as_ref().unwrap().iter().map(|name| &**name);
                Some((pull.number, names.collect()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(marked, expected);
    assert_eq!((walked.facts.len(), walked.pages), (44, 2), "29 a page");
    assert_eq!(world.sim.meter().points, 4, "two pages, and two more of the many files");
}

/// Twenty pull requests that change 250 files each.
async fn twenty_large_ones() -> (World, u64) {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let paths: Vec<String> = (0..250).map(|n| format!("services/web/{n:03}.md")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    for n in 0..20 {
        change(&mut scenario, repo, NOW - 5 * DAY + n * 600, &paths);
    }
    let world = World::of(&mut scenario).await.with_components(COMPONENTS);
    (world, repo)
}

#[tokio::test]
async fn further_pages_of_large_pull_requests_are_asked_for_together() {
    let (world, repo) = twenty_large_ones().await;
    let repository = world.repository(repo).await;
    world.sim.reset_meter();
    let step = world.github.pull_requests(&repository, None, &reach()).await.unwrap();
    let web = Some(vec!["web".into()]);
    let is_marked = |fact: &Fact| matches!(fact, Fact::PullRequest(pull) if pull.components == web);
    assert!(step.done && step.facts.len() == 20 && step.facts.iter().all(is_marked));
    let meter = world.sim.meter();
    assert_eq!((meter.requests, meter.points), (3, 3), "the page, and two more of each");
}

#[tokio::test]
async fn what_cannot_be_completed_is_asked_for_again_and_hides_no_other() {
    let (world, repo) = twenty_large_ones().await;
    let repository = world.repository(repo).await;
    let of = When { times: 4, operation: Some("PullRequestsRest".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Html(502), of);
    let (github, reach) = (&world.github, reach());
    let numbers = |step: &Step| -> BTreeSet<PullNumber> {
        let number = |fact: &Fact| match fact {
            Fact::PullRequest(pull) => pull.number,
            _ => unreachable!("{fact:?}"),
        };
        step.facts.iter().map(number).collect()
    };
    let some = github.pull_requests(&repository, None, &reach).await.unwrap();
    assert_eq!(numbers(&some).len(), 17, "the last of four tries asked for three");
    assert!(github.owes(Collector::PullRequests, Some(&some.cursor)));
    let cursor = Some(some.cursor.as_str());
    let rest = github.pull_requests(&repository, cursor, &reach).await.unwrap();
    assert_eq!((&numbers(&some) | &numbers(&rest)).len(), 20);
    assert!(!github.owes(Collector::PullRequests, Some(&rest.cursor)));
}

#[tokio::test]
async fn where_nothing_is_declared_no_paths_are_asked_for() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/other");
    change(&mut scenario, repo, NOW - DAY, &["services/api/a.rs"]);
    let world = World::of(&mut scenario).await.with_components(COMPONENTS);
    let repository = world.repository(repo).await;
    let step = world.github.pull_requests(&repository, None, &reach()).await.unwrap();
    let Fact::PullRequest(pull) = &step.facts[0] else { unreachable!() };
    assert_eq!(pull.components, None);
}

#[tokio::test]
async fn deployments_bear_what_selectors_name_and_each_component_has_a_baseline() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    for (id, days, service) in
        [(1, 230, "api"), (2, 200, "web"), (3, 150, "api"), (4, 140, "api"), (5, 1, "other")]
    {
        deploy(&mut scenario, repo, id, NOW - days * DAY, service);
    }
    let world = World::of(&mut scenario).await.with_components(COMPONENTS);
    let repository = world.repository(repo).await;
    let step = world.github.deployments(&repository, None, &reach()).await.unwrap();
    let found: Vec<(u64, Vec<DeploymentMark>)> = step
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Deployment(deployment) => Some((deployment.id.0, deployment.marks.clone())),
            _ => None,
        })
        .collect();
    let mark = |service: &str| vec![DeploymentMark::Payload("service".into(), service.into())];
    let expected = vec![(5, vec![]), (4, mark("api")), (3, mark("api")), (2, mark("web"))];
    assert_eq!(found, expected, "back to the older of both baselines, and not further");
}

#[tokio::test]
async fn other_globs_and_selectors_mean_reading_anew() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    change(&mut scenario, repo, NOW - DAY, &["services/api/a.rs"]);
    deploy(&mut scenario, repo, 1, NOW - DAY / 2, "api");
    let world = World::of(&mut scenario).await.with_components(COMPONENTS);
    let repository = world.repository(repo).await;
    let pulls = world.github.pull_requests(&repository, None, &reach()).await.unwrap().cursor;
    let deployments = world.github.deployments(&repository, None, &reach()).await.unwrap().cursor;
    let old = Mark { id: "old".to_owned(), at: delivery::domain::Time(NOW - 2 * DAY) };
    let news = |world: &World| {
        let of = |collector, cursor: &str| {
            world.github.has_news(&repository, collector, Some(cursor), Some(&old))
        };
        (of(Collector::PullRequests, &pulls), of(Collector::Deployments, &deployments))
    };
    assert_eq!(news(&world), (false, false));
    let world = world.with_components(&COMPONENTS.replace("services/api", "api"));
    assert_eq!(news(&world), (true, false));
    let world = world.with_components(&COMPONENTS.replace("service = \"api\"", "app = \"api\""));
    assert_eq!(news(&world), (false, true));
}
