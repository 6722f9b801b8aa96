//! An Enterprise Server whose schema is older than the documents.

use crate::fixture::{DAY, NOW, World, reach};
use delivery::domain::{Fact, Repository};
use github_sim::Scenario;

async fn world() -> (World, Repository) {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(NOW - 300 * DAY, "acme/shop");
    let sha = scenario.head(repo, "main").unwrap();
    scenario.ship(NOW - 2 * DAY, repo, &sha, "production");
    let issue = scenario.issue(NOW - DAY, repo, "Down", &["incident"]);
    scenario.close_issue(NOW - 3_600, repo, issue);
    let world = World::of(&mut scenario).await;
    let repo = world.repository(repo).await;
    (world, repo)
}

async fn read(world: &World, repo: &Repository) -> Vec<Fact> {
    let mut facts = world.github.deployments(repo, None, &reach()).await.unwrap().facts;
    facts.extend(world.github.incidents(repo, None, &reach()).await.unwrap().facts);
    facts
}

#[tokio::test]
async fn what_the_schema_lacks_is_asked_once_and_left_out_from_then_on() {
    let (world, repo) = world().await;
    let expected = read(&world, &repo).await;
    assert!(!world.sim.meter().operations.contains_key("Schema"), "a new one is not asked");
    let lacking = ["Issue.stateReason(enableDuplicate:)", "DeploymentStatus.environment"];
    world.sim.faults().on_schema(&lacking);
    world.sim.reset_meter();
    assert_eq!(read(&world, &repo).await.len(), expected.len());
    read(&world, &repo).await;
    let meter = world.sim.meter();
    assert_eq!(meter.operations["Schema"].requests, 1);
    // One refusal, and nothing of it is sent again.
    assert_eq!(
        (meter.operations["Deployments"].requests, meter.operations["Incidents"].requests),
        (3, 2)
    );
    let names: Vec<String> =
        world.github.lacking().await.unwrap().iter().map(|one| one.name()).collect();
    assert_eq!(names, lacking);
    assert_eq!(world.sim.meter().operations["Schema"].requests, 1);
    assert_eq!(world.clock.waits(), Vec::<i64>::new());
}

#[tokio::test]
async fn what_cannot_be_done_without_is_told_in_the_servers_words() {
    let (world, repo) = world().await;
    world.sim.faults().on_schema(&["Deployment.commitOid"]);
    for _ in 0..2 {
        let error = world.github.deployments(&repo, None, &reach()).await.unwrap_err();
        let told = "Field 'commitOid' doesn't exist on type 'Deployment'";
        assert!(error.to_string().contains(told), "{error}");
        assert!(!error.concerns_the_whole_source());
    }
    assert_eq!(world.sim.meter().operations["Schema"].requests, 1);
    assert!(world.github.incidents(&repo, None, &reach()).await.is_ok());
}
