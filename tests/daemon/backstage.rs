//! A stand-in of a Backstage catalog's server, to its documented answers: entities by query, paged by
//! cursors, with a bearer token.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How many entities a page holds where nobody says.
const DEFAULT_LIMIT: usize = 20;
/// No page holds more.
const MOST: usize = 500;

/// The server.
#[derive(Clone)]
pub struct Backstage {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    token: Option<String>,
    entities: Vec<Value>,
    /// Answers that take the place of the next ones: a status, and a body.
    faults: Vec<(u16, String)>,
    /// The queries so far.
    asked: Vec<HashMap<String, String>>,
}

impl Backstage {
    /// A server with these entities, which only `token` may read.
    pub async fn of(token: Option<&str>, entities: Vec<Value>) -> Backstage {
        let token = token.map(str::to_owned);
        let shared = Arc::new(Mutex::new(Shared { token, entities, ..Shared::default() }));
        let router = Router::new()
            .route("/api/catalog/entities/by-query", get(by_query))
            .with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Backstage { url, shared }
    }

    pub fn set(&self, entities: Vec<Value>) {
        self.shared.lock().unwrap().entities = entities;
    }

    /// The next requests get these answers instead.
    pub fn fail(&self, faults: &[(u16, &str)]) {
        let faults = faults.iter().map(|(status, body)| (*status, (*body).to_owned()));
        self.shared.lock().unwrap().faults = faults.collect();
    }

    pub fn asked(&self) -> Vec<HashMap<String, String>> {
        self.shared.lock().unwrap().asked.clone()
    }
}

async fn by_query(
    State(shared): State<Arc<Mutex<Shared>>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let mut shared = shared.lock().unwrap();
    shared.asked.push(query.clone());
    if !shared.faults.is_empty() {
        let (status, body) = shared.faults.remove(0);
        return (StatusCode::from_u16(status).unwrap(), body).into_response();
    }
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let expected = shared.token.as_ref().map(|token| format!("Bearer {token}"));
    if expected.is_some() && bearer != expected.as_deref() {
        let error =
            json!({ "error": { "name": "AuthenticationError", "message": "Missing credentials" } });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    // A cursor brings its filter along.
    let (filter, from) = match query.get("cursor") {
        None => (query.get("filter").cloned().unwrap_or_default(), 0),
        Some(cursor) => {
            let (from, filter) = cursor.split_once('|').unwrap();
            (filter.to_owned(), from.parse().unwrap())
        }
    };
    let kind = filter.split(',').find_map(|part| part.strip_prefix("kind=")).map(str::to_owned);
    let wanted = shared.entities.iter().filter(|entity| {
        let of_entity = entity["kind"].as_str().unwrap_or_default();
        kind.as_ref().is_none_or(|kind| of_entity.eq_ignore_ascii_case(kind))
    });
    let wanted: Vec<Value> = wanted.cloned().collect();
    let limit = query.get("limit").map_or(DEFAULT_LIMIT, |limit| limit.parse().unwrap()).min(MOST);
    let items: Vec<&Value> = wanted.iter().skip(from).take(limit).collect();
    let next = (from + limit < wanted.len()).then(|| format!("{}|{filter}", from + limit));
    let mut page_info = json!({});
    if let Some(next) = next {
        page_info["nextCursor"] = json!(next);
    }
    let total = wanted.len();
    Json(json!({ "items": items, "totalItems": total, "pageInfo": page_info })).into_response()
}
