//! A GitHub App: its JWT, its installations, and what their tokens may do.

use crate::app_key::{generate, key};
use crate::client::{DAY, NOW, Reply, World};
use github_sim::{App, Installation, Scenario};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

fn jwt(key: &str, iss: Value, iat: i64, exp: i64) -> String {
    let key = EncodingKey::from_rsa_pem(key.as_bytes()).unwrap();
    encode(&Header::new(Algorithm::RS256), &json!({"iss": iss, "iat": iat, "exp": exp}), &key)
        .unwrap()
}

fn good() -> String {
    jwt(&key().private, json!("77"), NOW - 60, NOW + 540)
}

async fn world() -> World {
    let mut story = Scenario::new();
    for name in ["acme/api", "acme/web", "globex/api"] {
        let repo = story.repository(NOW - 30 * DAY, name);
        let sha = story.commit(NOW - DAY, repo, "main", "Work");
        story.ship(NOW - DAY, repo, &sha, "production");
    }
    let world = World::of(story).await;
    let public_key = key().public.clone();
    world.sim.apps().register(App { id: 77, slug: "reader".to_owned(), public_key });
    world.sim.apps().install(Installation::reading(7, "acme"));
    world
}

async fn send(world: &World, method: Method, path: &str, token: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers = [("user-agent", "test"), ("authorization", bearer.as_str())];
    world.send(method, path, &headers, String::new()).await.unwrap()
}

async fn mint(world: &World, id: u64) -> Reply {
    send(world, Method::POST, &format!("/app/installations/{id}/access_tokens"), &good()).await
}

async fn ask(world: &World, token: &str, query: &str) -> Value {
    let bearer = format!("Bearer {token}");
    let headers = [("user-agent", "test"), ("authorization", bearer.as_str())];
    let body = json!({"query": query}).to_string();
    world.send(Method::POST, "/graphql", &headers, body).await.unwrap().json()
}

#[tokio::test]
async fn an_app_proves_itself_by_a_jwt_of_at_most_ten_minutes() {
    let world = world().await;
    let own = &key().private;
    let other = generate().private;
    let id = || json!("77");
    for (jwt, status, message) in [
        (good(), 200, ""),
        (jwt(own, json!(77), NOW, NOW + 600), 200, ""),
        (jwt(own, id(), NOW + 5, NOW + 100), 401, "'Issued at' claim ('iat')"),
        (jwt(own, id(), NOW, NOW + 601), 401, "is too far in the future"),
        (jwt(own, id(), NOW - 900, NOW - 300), 401, "must be a numeric value"),
        (jwt(&other, id(), NOW, NOW + 60), 401, "could not be decoded"),
        (jwt(own, json!("78"), NOW, NOW + 60), 404, "Integration not found"),
        ("github_pat_x".to_owned(), 401, "could not be decoded"),
    ] {
        let reply = send(&world, Method::GET, "/app", &jwt).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        assert!(reply.text.contains(message), "{}", reply.text);
    }
}

#[tokio::test]
async fn installations_are_listed_in_pages_and_give_tokens_for_an_hour() {
    let world = world().await;
    for id in 100..140 {
        world.sim.apps().install(Installation::reading(id, &format!("org-{id}")));
    }
    let page = send(&world, Method::GET, "/app/installations?page=2", &good()).await;
    assert_eq!(page.json().as_array().unwrap().len(), 11);
    let first = send(&world, Method::GET, "/app/installations/7", &good()).await.json();
    assert_eq!(first["account"]["login"], "acme");
    assert_eq!(first["permissions"]["contents"], "read");
    assert_eq!(first["suspended_at"], Value::Null);
    let reply = mint(&world, 7).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let minted = reply.json();
    assert_eq!(minted["expires_at"], "2026-06-01T01:00:00Z");
    assert_eq!(minted["repository_selection"], "all");
    let token = minted["token"].as_str().unwrap();
    let viewer = "{ viewer { login } }";
    assert_eq!(ask(&world, token, viewer).await["errors"], Value::Null);
    assert_eq!(mint(&world, 8).await.status, 404);
    world.advance(3600);
    assert_eq!(ask(&world, token, viewer).await["message"], "Bad credentials");
}

#[tokio::test]
async fn a_token_sees_its_account_as_far_as_its_permissions_and_selection_go() {
    let world = world().await;
    let mut installation = Installation::reading(7, "acme");
    installation.permissions.remove("deployments");
    installation.selected = Some(vec!["acme/web".to_owned()]);
    world.sim.apps().install(installation);
    let token = mint(&world, 7).await.json()["token"].as_str().unwrap().to_owned();
    let answer = ask(
        &world,
        &token,
        "{ organization(login: \"acme\") { repositories(first: 9) { nodes { name
           deployments(first: 1) { totalCount } } } }
           other: repository(owner: \"globex\", name: \"api\") { id }
           search(type: ISSUE, first: 9, query: \"user:acme\") { issueCount } }",
    )
    .await;
    let nodes = answer["data"]["organization"]["repositories"]["nodes"].as_array().unwrap();
    let names: Vec<&Value> =
        nodes.iter().filter(|one| !one.is_null()).map(|one| &one["name"]).collect();
    assert!(names.is_empty() || names == ["web"], "{answer}");
    assert_eq!(answer["data"]["other"], Value::Null);
    let told: Vec<&Value> =
        answer["errors"].as_array().unwrap().iter().map(|error| &error["message"]).collect();
    assert!(told.contains(&&json!("Resource not accessible by integration")), "{answer}");
    assert_eq!(send(&world, Method::GET, "/repos/acme/api", &token).await.status, 404);
    assert_eq!(send(&world, Method::GET, "/repos/acme/web", &token).await.status, 200);
}

#[tokio::test]
async fn tokens_of_an_installation_share_its_limits_and_end_with_it() {
    let world = world().await;
    let token = async || mint(&world, 7).await.json()["token"].as_str().unwrap().to_owned();
    let (one, other) = (token().await, token().await);
    let limit = "{ rateLimit { remaining } }";
    let remaining = async |token: &str| {
        ask(&world, token, limit).await["data"]["rateLimit"]["remaining"].as_u64().unwrap()
    };
    assert_eq!((remaining(&one).await, remaining(&other).await), (4_999, 4_998));
    let suspended = Installation { suspended_at: Some(NOW), ..Installation::reading(7, "acme") };
    world.sim.apps().install(suspended);
    let message = "This installation has been suspended";
    assert_eq!(ask(&world, &one, limit).await["message"], message);
    assert_eq!(
        (mint(&world, 7).await.status, mint(&world, 7).await.json()["message"].take()),
        (403, json!(message))
    );
    world.sim.apps().uninstall(7);
    assert_eq!(ask(&world, &one, limit).await["message"], "Bad credentials");
}
