//! Faults reach a client as GitHub's own troubles do.

use crate::client::{DAY, NOW, World};
use github_sim::{Api, Event, Fault, NodeFault, Scenario, When};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn world() -> World {
    let mut story = Scenario::new();
    for name in ["acme/pay", "acme/web"] {
        let repo = story.repository(NOW - DAY, name);
        let sha = story.commit(NOW - 1000, repo, "main", "Work");
        story.ship(NOW - 500, repo, &sha, "production");
    }
    World::of(story).await
}

const NAME: &str = "query Name { repository(owner: \"acme\", name: \"pay\") { name } }";

#[tokio::test]
async fn statuses_and_headers_are_those_of_githubs_limits() {
    let world = world().await;
    for (fault, status, header, value) in [
        (Fault::Html(502), 502, "content-type", "text/html; charset=utf-8"),
        (Fault::Html(200), 200, "content-type", "text/html; charset=utf-8"),
        (Fault::Message(500, "Server Error".into()), 500, "retry-after", ""),
        (Fault::RetryAfter(429, 7), 429, "retry-after", "7"),
        (Fault::SecondaryLimit(403), 403, "retry-after", ""),
        (Fault::PrimaryLimit(403), 403, "x-ratelimit-remaining", "0"),
        (Fault::GraphqlLimit("RATE_LIMIT".into()), 200, "x-ratelimit-remaining", "0"),
    ] {
        world.sim.faults().on_requests(fault.clone(), When::default());
        let reply = world.try_post(NAME, json!({})).await.unwrap();
        assert_eq!((reply.status, reply.header(header)), (status, value), "{fault:?}");
        world.sim.limits().set_remaining(Api::Graphql, 5000);
        assert_eq!(
            world.data(NAME, json!({})).await["repository"]["name"],
            "pay",
            "{fault:?} is over"
        );
    }
    assert_eq!(world.sim.meter().limited, 4);
    world.sim.faults().on_requests(Fault::SomethingWentWrong, When::default());
    let answer = world.post(NAME, json!({})).await;
    assert_eq!((&answer["data"], &answer["errors"][0]["type"]), (&Value::Null, &Value::Null));
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("Something went wrong while executing your query."));
}

#[tokio::test]
async fn faults_choose_their_requests() {
    let world = world().await;
    let when = When { times: 2, operation: Some("Other".into()), ..When::default() };
    world.sim.faults().on_requests(Fault::Html(504), when);
    let when = When { mentions: Some("acme/web".into()), api: Some(Api::Rest), ..When::default() };
    world.sim.faults().on_requests(Fault::Html(503), when);
    assert_eq!(world.try_post(NAME, json!({})).await.unwrap().status, 200);
    assert_eq!(world.get("/repos/acme/pay").await.status, 200);
    assert_eq!(world.get("/repos/acme/web").await.status, 503);
    for status in [504, 504, 200] {
        let reply = world.try_post("query Other { viewer { login } }", json!({})).await.unwrap();
        assert_eq!(reply.status, status);
    }
}

#[tokio::test]
async fn connections_break() {
    let world = world().await;
    world.sim.faults().on_requests(Fault::Truncated, When::default());
    world.try_post(NAME, json!({})).await.err().expect("half a body is no answer");
    world.sim.faults().on_requests(Fault::Reset, When::default());
    world.try_post(NAME, json!({})).await.err().expect("no answer at all");
    let short = Duration::from_millis(1);
    world.sim.faults().on_requests(Fault::Delayed(short), When::default());
    let asked = Instant::now();
    assert_eq!(world.data(NAME, json!({})).await["repository"]["name"], "pay");
    assert!(asked.elapsed() >= short);
    world.sim.faults().on_requests(Fault::Stalled, When::default());
    let patience = Duration::from_millis(100);
    tokio::time::timeout(patience, world.try_post(NAME, json!({}))).await.err().expect("no end");
    assert_eq!(world.data(NAME, json!({})).await["repository"]["name"], "pay");
}

const MANY: &str = "query Many($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { name deployments(first: 2) { nodes { state latestStatus { state } } } } } }";

#[tokio::test]
async fn a_broken_node_is_null_beside_good_ones() {
    let world = world().await;
    let ids = json!({"ids": [world.id_of("acme", "pay").await, world.id_of("acme", "web").await]});
    for (name, fault, kind) in [
        ("acme/web", NodeFault::something_went_wrong(), Value::Null),
        ("acme/web", NodeFault::forbidden(), json!("FORBIDDEN")),
    ] {
        world.sim.faults().clear();
        world.sim.faults().on_node(name, fault);
        let answer = world.post(MANY, ids.clone()).await;
        assert_eq!(
            (&answer["data"]["nodes"][0]["name"], &answer["data"]["nodes"][1]),
            (&json!("pay"), &Value::Null)
        );
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(
            (errors.len(), &errors[0]["type"], &errors[0]["path"]),
            (1, &kind, &json!(["nodes", 1]))
        );
    }
}

#[tokio::test]
async fn a_forbidden_field_that_cannot_be_null_takes_its_object_along() {
    let world = world().await;
    let ids = json!({"ids": [world.id_of("acme", "pay").await, world.id_of("acme", "web").await]});
    world.sim.faults().on_field("Repository.deployments", Some("acme/pay"), NodeFault::forbidden());
    let answer = world.post(MANY, ids).await;
    assert_eq!(answer["data"]["nodes"][0], Value::Null);
    assert_eq!(answer["data"]["nodes"][1]["name"], "web");
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(answer["errors"][0]["path"], json!(["nodes", 0, "deployments"]));
    assert_eq!(answer["errors"][0]["message"], "Resource not accessible by personal access token");
}

#[tokio::test]
async fn large_pages_can_exceed_the_resources() {
    let world = world().await;
    let ids = json!({"ids": [world.id_of("acme", "pay").await, world.id_of("acme", "web").await]});
    world.sim.faults().limit_pages(Some(1));
    let answer = world.post(MANY, ids.clone()).await;
    assert!(
        answer["errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(|error| error["type"] == "RESOURCE_LIMITS_EXCEEDED")
    );
    assert_eq!(answer["data"]["nodes"], json!([null, null]));
    world.sim.faults().limit_pages(Some(2));
    assert_eq!(world.data(MANY, ids).await["nodes"][1]["name"], "web");
}

#[tokio::test]
async fn an_unknown_enum_value_passes_through() {
    let world = world().await;
    let status =
        Event::DeploymentStatus { id: 500_001, state: "TELEPORTED".into(), environment: None };
    world.sim.push(NOW, status).unwrap();
    let ids = json!({"ids": [world.id_of("acme", "pay").await]});
    let data = world.data(MANY, ids).await;
    let deployment = &data["nodes"][0]["deployments"]["nodes"][0];
    assert_eq!(
        deployment,
        &json!({"state": "TELEPORTED", "latestStatus": {"state": "TELEPORTED"}})
    );
}

#[tokio::test]
async fn an_older_schema_lacks_fields_and_arguments_and_says_so() {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - DAY, "acme/api");
    story.issue(NOW - DAY, repo, "Down", &[]);
    let world = World::of(story).await;
    let lacking = ["Issue.stateReason(enableDuplicate:)", "DeploymentStatus.environment"];
    world.sim.faults().on_schema(&lacking);
    let with = |issue: &str| {
        format!(
            "{{ repository(owner: \"acme\", name: \"api\") {{ issue(number: 1) {{ {issue} }} }} }}"
        )
    };
    let refused = world.post(&with("stateReason(enableDuplicate: true)"), json!({})).await;
    let error = &refused["errors"][0];
    assert_eq!(error["message"], "Field 'stateReason' doesn't accept argument 'enableDuplicate'");
    assert_eq!(error["extensions"]["code"], "argumentNotAccepted");
    assert_eq!(refused.get("data"), None);
    world.data(&with("stateReason"), json!({})).await;
    let types = "{ __type(name: \"DeploymentStatus\") { fields { name args { name } } } }";
    let names = |types: Value| types["__type"]["fields"].to_string();
    assert!(!names(world.data(types, json!({})).await).contains("\"environment\""));
    world.sim.faults().clear();
    assert!(names(world.data(types, json!({})).await).contains("\"environment\""));
}
