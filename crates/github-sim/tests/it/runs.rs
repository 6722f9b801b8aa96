//! Runs of workflows: lists, searches and their cap, attempts.

use crate::client::{DAY, NOW, World};
use github_sim::Scenario;
use serde_json::{Value, json};

const RUNS: &str = "/repos/acme/pay/actions/workflows/deploy.yml/runs";

fn ids(list: &Value) -> Vec<u64> {
    let runs = list["workflow_runs"].as_array().unwrap();
    runs.iter().map(|run| run["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn runs_are_listed_newest_first_by_workflow_branch_status_and_time() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let sha = story.head(repo, "main").unwrap();
    let first = story.run(NOW - 3 * DAY, repo, "deploy.yml", &sha);
    let tests = story.run(NOW - 2 * DAY, repo, "test.yml", &sha);
    let other = story.run_of(NOW - 2 * DAY, repo, "deploy.yml", &sha, "next");
    let last = story.run(NOW - DAY, repo, "deploy.yml", &sha);
    story.conclude(NOW - 3 * DAY + 60, repo, first, "success");
    story.conclude(NOW - DAY + 60, repo, last, "failure");
    let world = World::of(story).await;
    for (path, expected) in [
        (RUNS.to_owned(), vec![last, other, first]),
        ("/repos/acme/pay/actions/runs".to_owned(), vec![last, other, tests, first]),
        (format!("{RUNS}?branch=main"), vec![last, first]),
        (format!("{RUNS}?status=completed"), vec![last, first]),
        (format!("{RUNS}?status=success"), vec![first]),
        (format!("{RUNS}?created=%3C%3D2026-05-30T00:00:00Z"), vec![other, first]),
        (format!("{RUNS}?per_page=1&page=2"), vec![other]),
    ] {
        assert_eq!(ids(&world.get(&path).await.json()), expected, "{path}");
    }
    let missing = "/repos/acme/pay/actions/workflows/none.yml/runs";
    assert_eq!(world.get(missing).await.status, 404);
    let workflows = world.get("/repos/acme/pay/actions/workflows").await.json();
    assert_eq!(workflows["total_count"], 2);
    assert_eq!(workflows["workflows"][0]["path"], ".github/workflows/deploy.yml");
    let by_id =
        format!("/repos/acme/pay/actions/workflows/{}/runs", workflows["workflows"][0]["id"]);
    assert_eq!(ids(&world.get(&by_id).await.json()).len(), 3);
}

#[tokio::test]
async fn a_run_shows_its_last_attempt_and_keeps_the_earlier_ones() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let sha = story.head(repo, "main").unwrap();
    let id = story.run(NOW - 3 * DAY, repo, "deploy.yml", &sha);
    story.conclude(NOW - 3 * DAY + 60, repo, id, "failure");
    story.rerun(NOW - DAY, repo, id);
    let world = World::of(story.clone()).await;
    let path = format!("/repositories/{repo}/actions/runs/{id}");
    let run = world.get(&path).await.json();
    assert_eq!((&run["run_attempt"], &run["status"]), (&json!(2), &json!("in_progress")));
    assert_eq!(run["conclusion"], Value::Null);
    assert_eq!(run["created_at"], json!("2026-05-29T00:00:00Z"));
    assert_eq!(run["run_started_at"], json!("2026-05-31T00:00:00Z"));
    let first = world.get(&format!("{path}/attempts/1")).await.json();
    assert_eq!((&first["run_attempt"], &first["conclusion"]), (&json!(1), &json!("failure")));
    assert_eq!(world.get(&format!("{path}/attempts/3")).await.status, 404);
    let mut more = Scenario::new();
    more.conclude(NOW, repo, id, "success");
    more.play(&world.sim).unwrap();
    let run = world.get(&path).await.json();
    assert_eq!(
        (&run["conclusion"], &run["updated_at"]),
        (&json!("success"), &json!("2026-06-01T00:00:00Z"))
    );
}

#[tokio::test]
async fn a_search_finds_a_thousand_at_most() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let sha = story.head(repo, "main").unwrap();
    for n in 0..1_050 {
        story.run(NOW - 20 * DAY + n, repo, "deploy.yml", &sha);
    }
    let world = World::of(story).await;
    let last = async |path: String| {
        let list = world.get(&path).await.json();
        (list["total_count"].as_u64().unwrap(), ids(&list).len())
    };
    assert_eq!(last(format!("{RUNS}?per_page=100&page=11")).await, (1_050, 50));
    assert_eq!(last(format!("{RUNS}?per_page=100&page=11&branch=main")).await, (1_000, 0));
}
