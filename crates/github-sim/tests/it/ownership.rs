//! What tells whose a repository is: custom properties, teams, topics and files.

use crate::client::{DAY, NOW, World};
use github_sim::event::Permission;
use github_sim::{Event, Scenario};
use serde_json::json;

fn story() -> Scenario {
    let mut story = Scenario::new();
    let pay = story.repository(NOW - 30 * DAY, "acme/pay");
    let web = story.repository(NOW - 30 * DAY, "acme/web");
    let at = NOW - DAY;
    for (repo, name, values) in
        [(pay, "team", &["payments"][..]), (pay, "tier", &["1", "2"]), (web, "other", &["x"])]
    {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        story.event(at, Event::PropertySet { repo, name: name.to_owned(), values });
    }
    for (slug, parent, repositories) in [
        ("core", None, vec![(pay, Permission::Write), (web, Permission::Read)]),
        ("payments", Some("core"), vec![(pay, Permission::Admin)]),
    ] {
        let (organization, slug) = ("acme".to_owned(), slug.to_owned());
        let parent = parent.map(str::to_owned);
        story.event(at, Event::TeamSet { organization, slug, parent, repositories });
    }
    story.event(at, Event::TopicsSet { repo: pay, topics: vec!["team-payments".to_owned()] });
    story.write(at, pay, &[("docs/CODEOWNERS", "* @acme/core"), ("a/b/c.yaml", "x: 1")]);
    story
}

#[tokio::test]
async fn custom_properties_are_listed_for_all_repositories_with_null_where_there_is_none() {
    let world = World::of(story()).await;
    let page = world.get("/orgs/acme/properties/values?per_page=1").await;
    assert!(page.header("link").contains("rel=\"next\""));
    let all = world.get("/orgs/acme/properties/values").await.json();
    assert_eq!(all[0]["repository_full_name"], "acme/pay");
    assert_eq!(
        all[0]["properties"],
        json!([
            { "property_name": "other", "value": null },
            { "property_name": "team", "value": "payments" },
            { "property_name": "tier", "value": ["1", "2"] },
        ])
    );
    assert_eq!(world.get("/orgs/nobody/properties/values").await.status, 404);
}

#[tokio::test]
async fn a_team_has_what_its_parents_have_in_the_order_of_permissions() {
    let world = World::of(story()).await;
    let query = "query($order: OrderDirection!) { organization(login: \"acme\") { teams(first: 9) {
        nodes { slug parentTeam { slug } repositories(first: 9, orderBy: {field: PERMISSION, direction: $order}) {
            edges { permission node { name } } } } } } }";
    let teams = world.data(query, json!({ "order": "DESC" })).await;
    let of = |team: usize| teams["organization"]["teams"]["nodes"][team].clone();
    assert_eq!((of(0)["slug"].as_str(), &of(0)["parentTeam"]), (Some("core"), &json!(null)));
    let edges = json!([
        { "permission": "ADMIN", "node": { "name": "pay" } },
        { "permission": "READ", "node": { "name": "web" } },
    ]);
    assert_eq!(
        (&of(1)["repositories"]["edges"], &of(1)["parentTeam"]["slug"]),
        (&edges, &json!("core"))
    );
    let teams = world.data(query, json!({ "order": "ASC" })).await;
    let edges = &teams["organization"]["teams"]["nodes"][0]["repositories"]["edges"];
    assert_eq!(
        (&edges[0]["permission"], &edges[1]["permission"]),
        (&json!("READ"), &json!("WRITE"))
    );
}

#[tokio::test]
async fn files_are_found_by_path_and_by_the_object_ids_of_trees() {
    let world = World::of(story()).await;
    let query = "query($e: String, $o: GitObjectID) { repository(owner: \"acme\", name: \"pay\") {
        object(expression: $e, oid: $o) { __typename oid
            ... on Blob { text } ... on Tree { entries { name type oid } } } } }";
    let at = async |expression: &str| {
        let data = world.data(query, json!({ "e": expression })).await;
        data["repository"]["object"].clone()
    };
    let root = at("HEAD:").await;
    let names: Vec<_> =
        root["entries"].as_array().unwrap().iter().map(|entry| &entry["name"]).collect();
    assert_eq!(names, ["a", "docs"]);
    assert_eq!(at("main:docs/CODEOWNERS").await["text"], "* @acme/core");
    assert_eq!(at("HEAD:a/b").await["entries"][0]["type"], "blob");
    let oid = &at("HEAD:a/b").await["entries"][0]["oid"];
    let by_id = world.data(query, json!({ "o": oid })).await;
    assert_eq!(by_id["repository"]["object"]["text"], "x: 1");
    for missing in ["HEAD:nothing", "HEAD:doc", "gone:docs"] {
        assert!(at(missing).await.is_null(), "{missing}");
    }
}
