//! Runs as the deployments of hundreds of repositories: found, at the price of asking for what moved.

use crate::running::{Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change};
use github_sim::{Merge, Scenario};

const RUNS: &str = "[[deployments]]\nsource = \"workflow_run\"\nworkflow = \"deploy.yml\"\n";
const ALL: u64 = 330;
/// So many of them are worked on.
const BUSY: u64 = 10;

fn run(story: &mut Scenario, at: i64, repo: u64, sha: &str) {
    let id = story.run(at - MINUTE, repo, "deploy.yml", sha);
    story.conclude(at, repo, id, "success");
}

fn crowd() -> (Scenario, Vec<u64>) {
    let mut story = Scenario::new();
    let repositories = (0..ALL).map(|number| {
        let repo = story.repository(NOW - 100 * DAY, &format!("acme/service-{number}"));
        let sha = story.head(repo, "main").unwrap();
        run(&mut story, NOW - 20 * DAY, repo, &sha);
        repo
    });
    let repositories: Vec<u64> = repositories.collect();
    for repo in &repositories[..BUSY as usize] {
        let sha = change(&mut story, *repo, NOW - 4 * DAY, "work", Merge::Squash);
        run(&mut story, NOW - 4 * DAY + HOUR, *repo, &sha);
    }
    (story, repositories)
}

async fn deployments(daemon: &Running, number: usize) -> Option<f64> {
    let repo = format!("repo=\"acme/service-{number}\"");
    daemon.scrape().await.get("dora_window_deployments", &[&repo, "window=\"30d\""])
}

#[tokio::test]
async fn runs_of_hundreds_of_repositories_are_found_and_asking_for_them_is_free() {
    let (mut story, repositories) = crowd();
    let known = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let mut config = world.config();
    config.more = RUNS.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(12 * MINUTE).await;
    assert_eq!(deployments(&daemon, 0).await, Some(2.0));
    assert_eq!(deployments(&daemon, 300).await, Some(1.0));

    world.sim.reset_meter();
    daemon.advance(6 * MINUTE).await;
    let quiet = world.sim.meter();
    let rest = quiet.paths.values().sum::<u64>();
    // Each list of runs is as it was; of the few that are reconciled the workflows are read again.
    let workflows = quiet.paths.keys().filter(|path| path.ends_with("/actions/workflows")).count();
    assert_eq!(quiet.rest_charged, workflows as u64, "{quiet:?}");
    assert!(workflows <= 5, "{quiet:?}");
    assert!((BUSY..=2 * BUSY).contains(&rest), "{rest} REST requests: {:?}", quiet.paths);
    assert!(quiet.points <= 6, "{} points: {:?}", quiet.points, quiet.operations);

    // One that is worked on, and one that slept.
    let at = world.clock.seconds();
    for repo in [repositories[3], repositories[300]] {
        let sha = change(&mut story, repo, at + 60, "news", Merge::Squash);
        run(&mut story, at + 3 * MINUTE, repo, &sha);
    }
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(12 * MINUTE).await;
    assert_eq!(deployments(&daemon, 3).await, Some(3.0));
    assert_eq!(deployments(&daemon, 300).await, Some(2.0));
    daemon.stop().await;
}
