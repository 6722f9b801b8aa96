//! A plain client and a simulation with a clock that tests move.

use github_sim::{Scenario, Sim, SimServer};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub const DAY: i64 = 86_400;
/// 2026-06-01T00:00:00Z
pub const NOW: i64 = 1_780_272_000;

pub struct World {
    pub sim: Sim,
    pub server: SimServer,
    clock: Arc<AtomicI64>,
    http: Client<HttpConnector, Full<Bytes>>,
}

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub async fn of(mut story: Scenario) -> World {
        let clock = Arc::new(AtomicI64::new(NOW));
        let shown = clock.clone();
        let sim = Sim::new(move || shown.load(Ordering::Relaxed));
        story.play(&sim).unwrap();
        let server = sim.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let http = Client::builder(TokioExecutor::new()).build_http();
        World { sim, server, clock, http }
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Reply, String> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.server.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let response = self.http.request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, text })
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, more: &[(&str, &str)]) -> Reply {
        let mut headers = vec![("user-agent", "test"), ("authorization", "Bearer secret")];
        headers.extend(more);
        self.send(Method::GET, path, &headers, String::new()).await.unwrap()
    }

    pub async fn try_post(&self, query: &str, variables: Value) -> Result<Reply, String> {
        let headers = [("user-agent", "test"), ("authorization", "bearer secret")];
        let body = json!({"query": query, "variables": variables}).to_string();
        self.send(Method::POST, "/graphql", &headers, body).await
    }

    pub async fn post(&self, query: &str, variables: Value) -> Value {
        let reply = self.try_post(query, variables).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    /// The data of a query that must not have errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.post(query, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{query:.200}");
        answer["data"].take()
    }

    /// The node id of a repository.
    pub async fn id_of(&self, owner: &str, name: &str) -> String {
        let query = "query($o: String!, $n: String!) { repository(owner: $o, name: $n) { id } }";
        let data = self.data(query, json!({"o": owner, "n": name})).await;
        data["repository"]["id"].as_str().unwrap().to_owned()
    }
}
