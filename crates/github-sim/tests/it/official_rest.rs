//! REST answers against GitHub's own description of them.

use crate::app_key::key;
use crate::client::{DAY, NOW, World};
use github_sim::{App, Event, Installation, Merge, Scenario};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};
use std::io::Read;

struct Official(Value);

impl Official {
    fn read() -> Official {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/github-rest.json.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        Official(serde_json::from_str(&text).unwrap())
    }

    /// What of an answer is not as GitHub describes it.
    fn faults(&self, answer: &str, value: &Value) -> Vec<String> {
        let schema = &self.0["answers"][answer];
        assert!(schema.is_object(), "{answer} is not described");
        let mut faults = Vec::new();
        self.compare(answer, schema, value, &mut faults);
        faults
    }

    fn compare(&self, place: &str, schema: &Value, value: &Value, faults: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.compare(place, &self.0["schemas"][name], value, faults);
        }
        if value.is_null() && schema["nullable"] == json!(true) {
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.compare(place, part, value, faults);
        }
        for choice in ["anyOf", "oneOf"] {
            let Some(choices) = schema[choice].as_array() else { continue };
            let of_each = choices.iter().map(|one| {
                let mut faults = Vec::new();
                self.compare(place, one, value, &mut faults);
                faults
            });
            let least = of_each.min_by_key(Vec::len).unwrap_or_default();
            faults.extend(least);
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            faults.push(format!("{place} is {value}"));
        }
        let kind = schema["type"].as_str();
        if kind.is_some_and(|kind| !is_of(kind, value)) {
            faults.push(format!("{place} is {value}, at GitHub {schema}"));
            return;
        }
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            self.compare(&format!("{place}[{at}]"), &schema["items"], item, faults);
        }
        if let Some(fields) = value.as_object() {
            self.compare_fields(place, schema, fields, faults);
        }
    }

    fn compare_fields(
        &self,
        place: &str,
        schema: &Value,
        fields: &Map<String, Value>,
        faults: &mut Vec<String>,
    ) {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(required.as_str().unwrap()) {
                faults.push(format!("{place} lacks {required}"));
            }
        }
        for (name, value) in fields {
            let described = &schema["properties"][name];
            if described.is_object() {
                self.compare(&format!("{place}.{name}"), described, value, faults);
            }
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("{other}"),
    }
}

fn jwt() -> String {
    let signing = EncodingKey::from_rsa_pem(key().private.as_bytes()).unwrap();
    let claims = json!({"iss": "77", "iat": NOW - 60, "exp": NOW + 540});
    encode(&Header::new(Algorithm::RS256), &claims, &signing).unwrap()
}

async fn world() -> (World, u64, u64) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 30 * DAY, "acme/pay");
    let sha = story.commit(NOW - 2 * DAY, repo, "main", "Work");
    for conclusion in ["success", "failure"] {
        let run = story.run(NOW - DAY, repo, "deploy.yml", &sha);
        story.conclude(NOW - DAY + 60, repo, run, conclusion);
    }
    let run = story.run(NOW - 3_600, repo, "deploy.yml", &sha);
    let deployed = story.ship(NOW - 7_200, repo, &sha, "production");
    story.commit(NOW - 7_000, repo, "change", "A change");
    let number = story.open_pull(NOW - 6_900, repo, "change", "A change");
    let labels = vec!["urgent".to_owned()];
    story.event(NOW - 6_800, Event::Labeled { repo, number, labels });
    story.merge(NOW - 6_700, repo, number, Merge::Squash);
    story.commit(NOW - 6_000, repo, "open", "Not yet");
    story.open_pull(NOW - 5_900, repo, "open", "Not yet");
    let values = vec!["payments".to_owned()];
    story.event(NOW - DAY, Event::PropertySet { repo, name: "team".to_owned(), values });
    let world = World::of(story).await;
    let public_key = key().public.clone();
    world.sim.apps().register(App { id: 77, slug: "reader".to_owned(), public_key });
    world.sim.apps().install(Installation::reading(7, "acme"));
    let suspended = Installation { suspended_at: Some(NOW), ..Installation::reading(8, "globex") };
    world.sim.apps().install(suspended);
    (world, run, deployed)
}

#[tokio::test]
async fn answers_have_what_github_describes() {
    let official = Official::read();
    let (world, run, deployed) = world().await;
    let jwt = format!("Bearer {}", jwt());
    let as_app = [("user-agent", "test"), ("authorization", jwt.as_str())];
    let mut faults = Vec::new();
    let mut asked = 0;
    for (method, path, described) in [
        (Method::GET, "/app", "/app 200"),
        (Method::GET, "/app/installations", "/app/installations 200"),
        (Method::GET, "/app/installations/7", "/app/installations/{installation_id} 200"),
        (
            Method::POST,
            "/app/installations/7/access_tokens",
            "/app/installations/{installation_id}/access_tokens 201",
        ),
    ] {
        let described = format!("{method} {described}");
        let reply = world.send(method, path, &as_app, String::new()).await.unwrap();
        assert!(described.ends_with(&reply.status.to_string()), "{described}: {}", reply.text);
        faults.extend(official.faults(&described, &reply.json()));
        asked += 1;
    }
    let workflows = "/repos/{owner}/{repo}/actions/workflows";
    let runs = "/repos/acme/pay/actions/workflows/deploy.yml/runs";
    for (path, described) in [
        ("/orgs/acme/properties/values", "/orgs/{org}/properties/values"),
        ("/repos/acme/pay", "/repos/{owner}/{repo}"),
        ("/repos/acme/pay/actions/workflows", workflows),
        (runs, &format!("{workflows}/{{workflow_id}}/runs")),
        (
            &format!("/repos/acme/pay/actions/runs/{run}"),
            "/repos/{owner}/{repo}/actions/runs/{run_id}",
        ),
        ("/repos/acme/pay/deployments", "/repos/{owner}/{repo}/deployments"),
        (
            &format!("/repos/acme/pay/deployments/{deployed}/statuses"),
            "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
        ),
        ("/repos/acme/pay/pulls?state=all", "/repos/{owner}/{repo}/pulls"),
        ("/rate_limit", "/rate_limit"),
    ] {
        let reply = world.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        assert_ne!(reply.text, "[]", "{path} has nothing to compare");
        faults.extend(official.faults(&format!("GET {described} 200"), &reply.json()));
        asked += 1;
    }
    faults.sort();
    faults.dedup();
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(official.0["answers"].as_object().unwrap().len(), asked, "all that is described");
}

#[test]
fn what_is_lacking_or_of_another_type_is_found() {
    let official = Official::read();
    let faults = |value| official.faults("GET /rate_limit 200", &value);
    let lacking = faults(json!({"rate": {"limit": "many", "remaining": 1, "reset": 2, "used": 3}}));
    assert_eq!(lacking.len(), 2, "{lacking:?}");
    assert!(
        lacking[0].contains("lacks \"resources\"") || lacking[1].contains("lacks \"resources\"")
    );
}
