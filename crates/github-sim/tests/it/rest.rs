//! REST: lists, pages, redirects, conditional requests.

use crate::client::{DAY, NOW, World};
use github_sim::{Event, Merge, Scenario};

fn story() -> Scenario {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    for n in 0..3 {
        let at = NOW - (10 - n) * DAY;
        story.commit(at, repo, &format!("f{n}"), "Work");
        let number = story.open_pull(at + 1, repo, &format!("f{n}"), "Feature");
        let sha = story.merge(at + 2, repo, number, Merge::Merge);
        story.ship(at + 100, repo, &sha, "production");
    }
    story.issue(NOW - 100, repo, "Down", &["incident"]);
    story.empty_repository(NOW - DAY, "acme/empty");
    story
}

#[tokio::test]
async fn lists_are_paged_by_link_headers() {
    let world = World::of(story()).await;
    let (mut path, mut seen) = (
        "/repos/acme/pay/pulls?state=all&sort=created&direction=asc&per_page=2".to_owned(),
        Vec::new(),
    );
    loop {
        let reply = world.get(&path).await;
        seen.extend(
            reply.json().as_array().unwrap().iter().map(|pull| pull["number"].as_i64().unwrap()),
        );
        let link = reply.header("link").to_owned();
        let Some(next) = link.split(", ").find(|part| part.ends_with("rel=\"next\"")) else {
            break;
        };
        let url = next.split_once('>').unwrap().0.trim_start_matches('<').to_owned();
        path = url.strip_prefix(&world.server.url).unwrap().to_owned();
    }
    assert_eq!(seen, [1, 2, 3]);
    let enterprise = world.get("/api/v3/repos/acme/pay/deployments?per_page=1").await;
    assert!(
        enterprise.header("link").contains("/api/v3/repos/acme/pay/deployments?per_page=1&page=2")
    );
}

#[tokio::test]
async fn resources_have_githubs_shape() {
    let world = World::of(story()).await;
    let repos = world.get("/orgs/acme/repos?sort=full_name").await.json();
    assert_eq!(
        (repos[0]["full_name"].as_str(), repos[1]["full_name"].as_str()),
        (Some("acme/empty"), Some("acme/pay"))
    );
    assert_eq!(repos[0]["pushed_at"], serde_json::Value::Null);
    let deployments = world.get("/repos/acme/pay/deployments?environment=production").await.json();
    assert_eq!(deployments.as_array().unwrap().len(), 3);
    let id = &deployments[1]["id"];
    let statuses = world.get(&format!("/repos/acme/pay/deployments/{id}/statuses")).await.json();
    let states: Vec<_> = statuses
        .as_array()
        .unwrap()
        .iter()
        .map(|status| status["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["inactive", "success", "in_progress"]);
    let commits = world.get("/repos/acme/pay/commits?per_page=100").await.json();
    assert_eq!(commits.as_array().unwrap().len(), 7);
    assert_eq!(commits[0]["parents"].as_array().unwrap().len(), 2);
    // Issues hold the pull requests too.
    assert_eq!(
        world.get("/repos/acme/pay/issues?state=all").await.json().as_array().unwrap().len(),
        4
    );
    assert_eq!(
        world.get("/repos/acme/pay/issues?labels=incident").await.json().as_array().unwrap().len(),
        1
    );
    assert_eq!(world.get("/repos/acme/empty/commits").await.status, 409);
    assert_eq!(world.get("/repos/acme/none").await.status, 404);
    let compared = world
        .get(&format!("/repos/acme/pay/compare/{}...main", commits[6]["sha"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(
        (compared["status"].as_str(), compared["ahead_by"].as_i64()),
        (Some("ahead"), Some(6))
    );
}

#[tokio::test]
async fn deployments_and_pull_requests_are_filtered_and_ordered() {
    let mut story = story();
    story.commit(NOW - 50, 1001, "open", "Not yet");
    let open = story.open_pull(NOW - 40, 1001, "open", "Not yet");
    story.comment(NOW - 4 * DAY, 1001, 1, "This was the first");
    let world = World::of(story).await;
    let list = async |query: &str, field: &str| {
        let path = format!("/repos/acme/pay/{query}");
        let items = world.get(&path).await.json();
        items.as_array().unwrap().iter().map(|item| item[field].clone()).collect::<Vec<_>>()
    };
    let closed = "pulls?state=closed&base=main&sort=updated";
    assert_eq!(list(closed, "number").await, [2, 3, 1]);
    assert_eq!(list(&format!("{closed}&direction=desc"), "number").await, [1, 3, 2]);
    assert_eq!(list("pulls", "number").await, [open]);
    assert_eq!(list("pulls?state=all&base=release", "number").await, [0; 0]);
    assert_eq!(list("pulls?state=all&head=acme:f1", "number").await, [2]);
    let popular = "pulls?state=closed&sort=popularity&direction=desc";
    assert_eq!(list(popular, "number").await[0], 1);
    let merged = list("pulls?state=closed&head=acme:f1", "merge_commit_sha").await.remove(0);
    let deployed = format!("deployments?environment=production&sha={}", merged.as_str().unwrap());
    assert_eq!(list(&deployed, "sha").await, [merged]);
    assert_eq!(list(&deployed.replace("production", "staging"), "sha").await, [0; 0]);
    let mut times = list("deployments", "created_at").await;
    times.reverse();
    assert!(times.is_sorted_by_key(|at| at.as_str().unwrap().to_owned()), "newest first");
    assert_eq!(list("deployments?task=migrate", "id").await, [0; 0]);
}

#[tokio::test]
async fn an_old_name_redirects_until_it_is_used_again() {
    let world = World::of(story()).await;
    world
        .sim
        .push(
            NOW,
            Event::RepositoryMoved { repo: 1001, owner: "acme".into(), name: "payments".into() },
        )
        .unwrap();
    let moved = world.get("/repos/acme/pay/deployments?per_page=5").await;
    assert_eq!(moved.status, 301);
    let target = format!("{}/repositories/1001/deployments?per_page=5", world.server.url);
    assert_eq!(moved.header("location"), target);
    let followed = world.get("/repositories/1001/deployments?per_page=5").await;
    assert_eq!((followed.status, followed.json().as_array().unwrap().len()), (200, 3));
    let reused = Event::RepositoryCreated {
        repo: 9,
        owner: "acme".into(),
        name: "pay".into(),
        default_branch: "main".into(),
        fork: false,
        topics: vec![],
    };
    world.sim.push(NOW, reused).unwrap();
    assert_eq!(world.get("/repos/acme/pay").await.json()["id"], 9);
}

#[tokio::test]
async fn what_did_not_change_is_304_and_free_for_the_same_token() {
    let world = World::of(story()).await;
    let first = world.get("/orgs/acme/repos").await;
    let etag = first.header("etag").to_owned();
    let unchanged = world.get_with("/orgs/acme/repos", &[("if-none-match", &etag)]).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    assert_eq!(unchanged.header("x-ratelimit-used"), "1");
    let headers =
        [("user-agent", "test"), ("authorization", "Bearer another"), ("if-none-match", &etag)];
    let other =
        world.send(hyper::Method::GET, "/orgs/acme/repos", &headers, String::new()).await.unwrap();
    assert_eq!(other.status, 200);
    world.sim.push(NOW, Event::RepositoryArchived { repo: 1001, archived: true }).unwrap();
    assert_eq!(world.get_with("/orgs/acme/repos", &[("if-none-match", &etag)]).await.status, 200);
    assert_eq!(world.sim.meter().rest_charged, 3);
}
