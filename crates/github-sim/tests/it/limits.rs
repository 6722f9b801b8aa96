//! Limits and credentials.

use crate::client::{DAY, NOW, World};
use github_sim::{Api, Fault, LimitSettings, Scenario, When};
use hyper::Method;
use serde_json::{Value, json};

fn story() -> Scenario {
    let mut story = Scenario::new();
    story.repository(NOW - DAY, "acme/pay");
    story
}

const CHEAP: &str =
    "query Cheap { viewer { login } rateLimit { cost limit remaining used resetAt nodeCount } }";

#[tokio::test]
async fn points_are_charged_shown_and_given_back_after_an_hour() {
    let world = World::of(story()).await;
    let reply = world.try_post(CHEAP, json!({})).await.unwrap();
    let shown = json!({"cost": 1, "limit": 5000, "remaining": 4999, "used": 1, "resetAt": "2026-06-01T01:00:00Z", "nodeCount": 0});
    assert_eq!(reply.json()["data"]["rateLimit"], shown);
    for (name, value) in
        [("limit", "5000"), ("remaining", "4999"), ("used", "1"), ("resource", "graphql")]
    {
        assert_eq!(reply.header(&format!("x-ratelimit-{name}")), value);
    }
    assert_eq!(reply.header("x-ratelimit-reset"), (NOW + 3600).to_string());
    assert!(!reply.header("x-github-request-id").is_empty());

    world.sim.limits().set_remaining(Api::Graphql, 0);
    let refused = world.try_post(CHEAP, json!({})).await.unwrap();
    assert_eq!((refused.status, refused.header("x-ratelimit-remaining")), (200, "0"));
    assert_eq!(refused.json()["errors"][0]["type"], "RATE_LIMITED");
    assert_eq!(refused.json().get("data"), None);
    // The other API has its own limit.
    assert_eq!(world.get("/repos/acme/pay").await.status, 200);

    world.advance(3600);
    assert_eq!(world.data(CHEAP, json!({})).await["rateLimit"]["remaining"], 4999);
    let meter = world.sim.meter();
    assert_eq!((meter.requests, meter.points, meter.limited), (4, 2, 1));
    assert_eq!(meter.operations["Cheap"].requests, 3);
}

#[tokio::test]
async fn rest_is_refused_with_403_when_its_requests_are_used_up() {
    let world = World::of(story()).await;
    world.sim.set_limits(LimitSettings { requests_per_hour: 2, ..LimitSettings::default() });
    for (status, remaining) in [(200, "1"), (200, "0"), (403, "0")] {
        let reply = world.get("/repos/acme/pay").await;
        assert_eq!((reply.status, reply.header("x-ratelimit-remaining")), (status, remaining));
        assert_eq!(reply.header("x-ratelimit-resource"), "core");
    }
    assert_eq!(world.get("/rate_limit").await.json()["resources"]["core"]["remaining"], 0);
}

#[tokio::test]
async fn the_minute_has_a_secondary_limit() {
    let world = World::of(story()).await;
    for _ in 0..900 {
        assert_eq!(world.get("/rate_limit").await.status, 200);
    }
    let reply = world.get("/rate_limit").await;
    assert_eq!((reply.status, reply.header("retry-after")), (403, "60"));
    assert!(reply.json()["message"].as_str().unwrap().contains("secondary rate limit"));
    world.advance(61);
    assert_eq!(world.get("/rate_limit").await.status, 200);
}

#[tokio::test]
async fn an_enterprise_server_without_limits_says_nothing_of_them() {
    let world = World::of(story()).await;
    world.sim.set_limits(LimitSettings {
        primary: false,
        secondary: false,
        ..LimitSettings::default()
    });
    let body = json!({"query": CHEAP}).to_string();
    let headers = [("user-agent", "test"), ("authorization", "token secret")];
    let reply = world.send(Method::POST, "/api/graphql", &headers, body).await.unwrap();
    assert_eq!(
        reply.json()["data"],
        json!({"viewer": {"login": "dora-viewer"}, "rateLimit": null})
    );
    assert_eq!(reply.header("x-ratelimit-limit"), "");
    assert_eq!(world.get("/api/v3/meta").await.json()["installed_version"], "3.19.0");
}

#[tokio::test]
async fn credentials_and_a_user_agent_are_needed() {
    let world = World::of(story()).await;
    let body = json!({"query": CHEAP}).to_string();
    let post = |headers: &'static [(&'static str, &'static str)]| {
        world.send(Method::POST, "/graphql", headers, body.clone())
    };
    assert_eq!(post(&[("authorization", "Bearer secret")]).await.unwrap().status, 403);
    assert_eq!(post(&[("user-agent", "test")]).await.unwrap().status, 401);
    world.sim.set_token("other");
    let reply = post(&[("user-agent", "test"), ("authorization", "Bearer secret")]).await.unwrap();
    assert_eq!((reply.status, reply.json()["message"].clone()), (401, json!("Bad credentials")));
    let good: Value =
        post(&[("user-agent", "test"), ("authorization", "Bearer other")]).await.unwrap().json();
    assert_eq!(good["data"]["viewer"]["login"], "dora-viewer");
    world.sim.revoke_tokens();
    assert_eq!(world.get("/user").await.status, 401);
    world.sim.set_token("secret");
    assert_eq!(world.get("/user").await.json()["login"], "dora-viewer");
}

#[tokio::test]
async fn more_than_a_hundred_requests_at_once_meet_the_secondary_limit() {
    let world = std::sync::Arc::new(World::of(story()).await);
    world.sim.faults().on_requests(Fault::Stalled, When { times: 100, ..When::default() });
    let waiting = (0..100).map(|_| {
        let world = world.clone();
        tokio::spawn(async move { world.get("/meta").await.status })
    });
    let waiting: Vec<_> = waiting.collect();
    while world.sim.meter().requests < 100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.get("/meta").await.status, 403);
    waiting.iter().for_each(|request| request.abort());
    // The server notices closed connections when it gets to them.
    while world.get("/meta").await.status != 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.sim.meter().most_in_flight, 101);
}
