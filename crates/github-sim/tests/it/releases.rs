//! Releases and tags.

use crate::client::{DAY, NOW, World};
use github_sim::event::ReleaseEvent;
use github_sim::{Event, Scenario};
use serde_json::{Value, json};

const RELEASES: &str = "query Releases($id: ID!) { node(id: $id) { ... on Repository {
  releases(first: 10, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { id databaseId tagName isDraft isPrerelease isLatest createdAt publishedAt tagCommit { oid } } }
  refs(refPrefix: \"refs/tags/\", first: 10, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
    nodes { id name prefix target { __typename oid
      ... on Commit { committedDate }
      ... on Tag { name tagger { date } target { ... on Commit { oid committedDate } } } } } } } } }";

async fn read(world: &World) -> Value {
    let id = world.id_of("acme", "pay").await;
    world.data(RELEASES, json!({ "id": id })).await["node"].take()
}

fn texts<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    list["nodes"].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_release_is_created_with_its_commit_and_published_when_it_is_no_draft_any_more() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let old = story.commit(NOW - 9 * DAY, repo, "main", "One");
    let new = story.commit(NOW - 5 * DAY, repo, "main", "Two");
    story.tag(NOW - 4 * DAY, repo, "v2", &new);
    story.release(NOW - 4 * DAY, repo, "v2");
    story.tag(NOW - 3 * DAY, repo, "v1.1", &old);
    let release = |tag: &str, draft| {
        let (tag, prerelease) = (tag.to_owned(), false);
        Event::Release(ReleaseEvent::Released { repo, id: 9, tag, draft, prerelease })
    };
    story.event(NOW - 3 * DAY, release("v1.1", true));
    let world = World::of(story).await;
    let list = &read(&world).await["releases"];
    assert_eq!(texts(list, "tagName"), ["v2", "v1.1"], "by the commit's time");
    let draft = &list["nodes"][1];
    assert_eq!((&draft["isDraft"], &draft["publishedAt"]), (&json!(true), &Value::Null));
    assert_eq!(draft["createdAt"], json!("2026-05-23T00:00:00Z"));
    world.sim.push(NOW - DAY, release("v1.1", false)).unwrap();
    world.sim.push(NOW, release("v1.1", false)).unwrap();
    let list = &read(&world).await["releases"];
    assert_eq!(list["nodes"][1]["publishedAt"], json!("2026-05-31T00:00:00Z"), "the first time");
    assert_eq!(list["nodes"][1]["tagCommit"]["oid"], json!(old));
    assert_eq!(list["nodes"][0]["isLatest"], json!(true));
    let gone = ReleaseEvent::TagDeleted { repo, name: "v1.1".to_owned() };
    world.sim.push(NOW, Event::Release(gone)).unwrap();
    assert_eq!(read(&world).await["releases"]["nodes"][1]["tagCommit"], Value::Null);
}

#[tokio::test]
async fn an_annotated_tag_is_an_object_of_its_own_and_any_tag_may_move() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let (one, two) = (
        story.commit(NOW - 9 * DAY, repo, "main", "One"),
        story.commit(NOW - 5 * DAY, repo, "main", "Two"),
    );
    story.tag(NOW - 8 * DAY, repo, "v1", &one);
    let light = |sha: &str| {
        let (name, sha) = ("light".to_owned(), sha.to_owned());
        Event::Release(ReleaseEvent::Tagged { repo, name, sha, annotated: false })
    };
    story.event(NOW - 4 * DAY, light(&two));
    let world = World::of(story).await;
    let tags = &read(&world).await["refs"];
    assert_eq!(texts(tags, "name"), ["light", "v1"]);
    let [lightweight, annotated] = [0, 1].map(|at| &tags["nodes"][at]["target"]);
    assert_eq!((&lightweight["__typename"], &lightweight["oid"]), (&json!("Commit"), &json!(two)));
    assert_eq!(
        (&annotated["__typename"], &annotated["target"]["oid"]),
        (&json!("Tag"), &json!(one))
    );
    assert_eq!(annotated["tagger"]["date"], json!("2026-05-24T00:00:00Z"));
    world.sim.push(NOW, light(&one)).unwrap();
    let tags = &read(&world).await["refs"];
    assert_eq!(texts(tags, "name"), ["v1", "light"]);
    assert_eq!(tags["nodes"][1]["target"]["oid"], json!(one));
}
