//! Search over an organisation.

use crate::client::{DAY, NOW, World};
use github_sim::{Merge, Scenario};
use serde_json::json;

const SEARCH: &str = "query Find($q: String!, $cursor: String) { search(type: ISSUE, query: $q, first: 50, after: $cursor) {
  issueCount pageInfo { hasNextPage endCursor } nodes { __typename ... on PullRequest { number updatedAt repository { id } } ... on Issue { number labels(first: 5) { nodes { name } } } } } }";

fn story() -> Scenario {
    let mut story = Scenario::new();
    for name in ["acme/pay", "acme/web", "other/pay"] {
        let repo = story.repository(NOW - 10 * DAY, name);
        story.commit(NOW - 3 * DAY, repo, "fix", "Fix");
        let number = story.open_pull(NOW - 3 * DAY + 1, repo, "fix", "Fix it");
        story.merge(NOW - 2 * DAY, repo, number, Merge::Squash);
        story.issue(NOW - 100, repo, "Down", &["incident"]);
    }
    story
}

#[tokio::test]
async fn qualifiers_narrow_a_search() {
    let world = World::of(story()).await;
    for (query, count) in [
        ("org:acme is:pr", 2),
        ("org:acme org:other is:pr", 3),
        ("repo:acme/pay is:issue", 1),
        ("org:acme is:pr updated:>=2026-05-30T00:00:00Z", 2),
        ("org:acme is:pr updated:>2026-05-30T00:00:00Z", 0),
        ("org:acme is:pr is:merged merged:2026-05-30", 2),
        ("org:acme is:issue label:incident created:>=2026-05-31", 2),
        ("org:acme is:issue -label:incident", 0),
        ("org:acme down", 2),
        ("org:nobody is:pr", 0),
    ] {
        let data = world.data(SEARCH, json!({"q": query})).await;
        assert_eq!(data["search"]["issueCount"], count, "{query}");
        assert_eq!(data["search"]["nodes"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn no_more_than_a_thousand_results_can_be_reached() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - DAY, "acme/pay");
    for n in 0..1030 {
        story.issue(NOW - 5000 + n, repo, "An issue", &[]);
    }
    let world = World::of(story).await;
    let (mut cursor, mut seen) = (json!(null), 0);
    loop {
        let data = world
            .data(SEARCH, json!({"q": "org:acme is:issue sort:created-asc", "cursor": cursor}))
            .await;
        assert_eq!(data["search"]["issueCount"], 1030);
        seen += data["search"]["nodes"].as_array().unwrap().len();
        if data["search"]["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        cursor = data["search"]["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, 1000);
}

#[tokio::test]
async fn the_index_lags_when_told_to() {
    let world = World::of(story()).await;
    world.sim.faults().lag_search(120);
    let query = json!({"q": "org:acme is:issue"});
    assert_eq!(world.data(SEARCH, query.clone()).await["search"]["issueCount"], 0);
    world.advance(60);
    assert_eq!(world.data(SEARCH, query).await["search"]["issueCount"], 2);
}

#[tokio::test]
async fn repositories_are_searched_by_their_last_push() {
    let world = World::of(story()).await;
    let query = "{ search(type: REPOSITORY, query: \"org:acme pushed:>=2026-05-30 archived:false\", first: 10) { repositoryCount nodes { ... on Repository { nameWithOwner } } } }";
    let data = world.data(query, json!({})).await;
    assert_eq!(data["search"]["repositoryCount"], 2);
}
