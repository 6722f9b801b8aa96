//! A stand-in of a PagerDuty account over HTTP, to the vendor's documented answers: lists with
//! `limit`, `offset` and `more`, their limits, log entries, refusals, and faults on demand. It
//! stands as its clock says: what is told of later has not happened.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};

pub const KEY: &str = "u+secret-key";
/// PagerDuty's own limits.
const DEEPEST: usize = 10_000;
const LONGEST_RANGE: i64 = 184 * 86_400;

/// An entry of an incident's log.
#[derive(Clone)]
struct Entry {
    at: i64,
    kind: &'static str,
    agent: String,
    words: String,
}

#[derive(Clone)]
struct Incident {
    id: String,
    service: String,
    title: String,
    urgency: &'static str,
    priority: Option<&'static str>,
    merged: bool,
    log: Vec<Entry>,
}

impl Incident {
    fn opened_at(&self) -> i64 {
        self.log[0].at
    }

    /// Its status at an instant, with when that last changed.
    fn status(&self, now: i64) -> (&'static str, i64) {
        let mut status = ("triggered", self.opened_at());
        let mut log = self.log.clone();
        log.sort_by_key(|entry| entry.at);
        for entry in log.iter().filter(|entry| entry.at <= now) {
            status = match entry.kind {
                "resolve" => ("resolved", entry.at),
                "acknowledge" => ("acknowledged", entry.at),
                "reopen" | "unacknowledge" => ("triggered", entry.at),
                _ => status,
            };
        }
        status
    }
}

/// An answer instead of the right one.
#[derive(Clone)]
pub struct Fault {
    pub path: &'static str,
    pub times: usize,
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: &'static str,
}

#[derive(Default)]
struct Account {
    incidents: Vec<Incident>,
    services: Vec<(String, String)>,
    faults: Vec<Fault>,
    asked: Vec<String>,
    revoked: bool,
}

#[derive(Clone)]
pub struct StandIn {
    account: Arc<Mutex<Account>>,
    now: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub url: String,
}

impl StandIn {
    pub async fn serve(now: impl Fn() -> i64 + Send + Sync + 'static) -> StandIn {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stand_in = StandIn { account: Arc::default(), now: Arc::new(now), url };
        let router = Router::new()
            .route("/incidents", get(incidents))
            .route("/incidents/{id}", get(incident))
            .route("/incidents/{id}/log_entries", get(log_of))
            .route("/log_entries", get(log))
            .route("/abilities", get(abilities))
            .route("/services", get(services))
            .with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        stand_in
    }

    /// The account has a service.
    pub fn service(&self, id: &str, name: &str) {
        self.lock().services.push((id.to_owned(), name.to_owned()));
    }

    /// An incident is triggered.
    pub fn open(&self, at: i64, id: &str, service: &str, title: &str) {
        let log =
            vec![Entry { at, kind: "trigger", agent: service.to_owned(), words: String::new() }];
        let (id, service, title) = (id.to_owned(), service.to_owned(), title.to_owned());
        let incident =
            Incident { id, service, title, urgency: "high", priority: None, merged: false, log };
        self.lock().incidents.push(incident);
    }

    /// Something happens to it.
    pub fn log(&self, at: i64, id: &str, kind: &'static str, agent: &str, words: &str) {
        let (agent, words) = (agent.to_owned(), words.to_owned());
        self.change(id, |incident| incident.log.push(Entry { at, kind, agent, words }));
    }

    pub fn resolve(&self, at: i64, id: &str) {
        self.log(at, id, "resolve", "UADA", "");
    }

    /// It is merged into another.
    pub fn merge(&self, at: i64, id: &str) {
        self.resolve(at, id);
        self.change(id, |incident| incident.merged = true);
    }

    pub fn grade(&self, id: &str, urgency: &'static str, priority: Option<&'static str>) {
        self.change(id, |incident| (incident.urgency, incident.priority) = (urgency, priority));
    }

    pub fn fail(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    pub fn revoke(&self, revoked: bool) {
        self.lock().revoked = revoked;
    }

    /// What was asked since the last time, as paths with their queries.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().asked)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Incident)) {
        change(self.lock().incidents.iter_mut().find(|one| one.id == id).unwrap());
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap()
    }

    /// Notes a request; the answer where it is refused.
    fn refused(&self, path: &str, query: &str, headers: &HeaderMap) -> Option<Response> {
        let mut account = self.lock();
        account.asked.push(format!("{path}?{query}"));
        let token = headers.get("authorization").and_then(|value| value.to_str().ok());
        if account.revoked || token != Some(&format!("Token token={KEY}")) {
            return Some(StatusCode::UNAUTHORIZED.into_response());
        }
        if headers["accept"] != "application/vnd.pagerduty+json;version=2" {
            return Some(StatusCode::NOT_ACCEPTABLE.into_response());
        }
        let is_hit = |fault: &&mut Fault| fault.times > 0 && path.starts_with(fault.path);
        let fault = account.faults.iter_mut().find(is_hit)?;
        fault.times -= 1;
        let mut response = fault.body.into_response();
        *response.status_mut() = StatusCode::from_u16(fault.status).unwrap();
        for (name, value) in &fault.headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        Some(response)
    }
}

type Asked = (State<StandIn>, RawQuery, HeaderMap);

async fn abilities((State(it), RawQuery(query), headers): Asked) -> Response {
    let refused = it.refused("/abilities", &query.unwrap_or_default(), &headers);
    let abilities = || axum::Json(json!({"abilities": ["teams"]})).into_response();
    refused.unwrap_or_else(abilities)
}

async fn services((State(it), RawQuery(query), headers): Asked) -> Response {
    let query = Query::of(query);
    if let Some(refusal) = it.refused("/services", &query.0, &headers) {
        return refusal;
    }
    let services = it.lock().services.clone();
    let shown = |(id, name): &(String, String)| json!({"id": id, "type": "service", "name": name, "summary": name, "status": "active"});
    query.page("services", &services, shown)
}

async fn incidents((State(it), RawQuery(query), headers): Asked) -> Response {
    let query = Query::of(query);
    if let Some(refusal) = it.refused("/incidents", &query.0, &headers) {
        return refusal;
    }
    let now = (it.now)();
    let statuses = query.all("statuses[]");
    let range = match query.one("date_range").as_deref() {
        Some("all") => i64::MIN..=i64::MAX,
        _ => match query.range(now) {
            Some(range) => range,
            None => return bad("the range is longer than 6 months"),
        },
    };
    let mut found = it.lock().incidents.clone();
    found.sort_by_key(Incident::opened_at);
    found.retain(|one| {
        let (at, status) = (one.opened_at(), one.status(now).0);
        at <= now
            && range.contains(&at)
            && (statuses.is_empty() || statuses.iter().any(|wanted| wanted == status))
    });
    query.page("incidents", &found, |one| shown(one, now))
}

async fn incident(
    State(it): State<StandIn>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let path = format!("/incidents/{id}");
    if let Some(refusal) = it.refused(&path, &query.unwrap_or_default(), &headers) {
        return refusal;
    }
    let (now, account) = ((it.now)(), it.lock());
    match account.incidents.iter().find(|one| one.id == id && one.opened_at() <= now) {
        Some(incident) => axum::Json(json!({"incident": shown(incident, now)})).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn log_of(
    State(it): State<StandIn>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(query);
    let path = format!("/incidents/{id}/log_entries");
    if let Some(refusal) = it.refused(&path, &query.0, &headers) {
        return refusal;
    }
    let now = (it.now)();
    let incidents = it.lock().incidents.clone();
    let Some(incident) = incidents.iter().find(|one| one.id == id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let with_channels = query.with_channels();
    let found = entries(std::slice::from_ref(incident), now, &(i64::MIN..=now));
    query.page("log_entries", &found, |it| entry(it, with_channels))
}

async fn log((State(it), RawQuery(query), headers): Asked) -> Response {
    let query = Query::of(query);
    if let Some(refusal) = it.refused("/log_entries", &query.0, &headers) {
        return refusal;
    }
    let now = (it.now)();
    let Some(range) = query.range(now) else { return bad("the range is longer than 6 months") };
    let incidents = it.lock().incidents.clone();
    let found = entries(&incidents, now, &range);
    query.page("log_entries", &found, |it| entry(it, query.with_channels()))
}

/// An entry with its incident and its number.
type Found<'a> = (&'a Incident, usize, &'a Entry);

/// The newest first, as PagerDuty lists them.
fn entries<'a>(
    incidents: &'a [Incident],
    now: i64,
    range: &std::ops::RangeInclusive<i64>,
) -> Vec<Found<'a>> {
    let all = incidents
        .iter()
        .flat_map(|one| one.log.iter().enumerate().map(move |(number, it)| (one, number, it)));
    let mut found: Vec<Found<'a>> =
        all.filter(|(_, _, entry)| entry.at <= now && range.contains(&entry.at)).collect();
    found.sort_by_key(|(_, _, entry)| std::cmp::Reverse(entry.at));
    found
}

fn entry((incident, number, entry): &Found<'_>, with_channels: bool) -> Value {
    let mut channel = json!({"type": if entry.kind == "annotate" { "note" } else { "web" }});
    if with_channels {
        channel["content"] = json!(entry.words);
    }
    json!({
        "id": format!("R{}{number}", incident.id),
        "type": format!("{}_log_entry", entry.kind),
        "summary": "Something happened", "created_at": instant(entry.at),
        "agent": {"id": entry.agent, "type": "user_reference", "summary": "Ada Lovelace"},
        "channel": channel,
        "incident": {"id": incident.id, "type": "incident_reference"},
        "service": {"id": incident.service},
    })
}

fn shown(incident: &Incident, now: i64) -> Value {
    let (status, since) = incident.status(now);
    let is_merged = incident.merged && status == "resolved";
    json!({
        "id": incident.id, "type": "incident", "summary": format!("[#1] {}", incident.title),
        "title": incident.title, "created_at": instant(incident.opened_at()), "status": status,
        "urgency": incident.urgency,
        "html_url": format!("https://acme.pagerduty.com/incidents/{}", incident.id),
        "priority": incident.priority.map(|name| json!({"id": "PPRIO", "summary": name})),
        "service": {"id": incident.service, "type": "service_reference", "summary": "Payments"},
        "last_status_change_at": instant(since),
        "last_status_change_by": {"id": "UADA", "summary": "Ada Lovelace"},
        "resolved_at": (status == "resolved").then(|| instant(since)),
        "resolve_reason": is_merged.then(|| json!({"type": "merge_resolve_reason"})),
        "assignments": [{"assignee": {"id": "UADA", "summary": "Ada Lovelace"}}],
    })
}

pub fn instant(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn bad(message: &str) -> Response {
    let body = json!({"error": {"message": message, "code": 2001}});
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

/// A query, as it was sent.
struct Query(String);

impl Query {
    fn of(query: Option<String>) -> Query {
        let text = query.unwrap_or_default();
        Query(text.replace("%5B", "[").replace("%5D", "]").replace("%3A", ":"))
    }

    fn all(&self, name: &str) -> Vec<String> {
        let pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).collect()
    }

    fn one(&self, name: &str) -> Option<String> {
        self.all(name).pop()
    }

    /// `since` and `until`, where they lie within 6 months.
    fn range(&self, now: i64) -> Option<std::ops::RangeInclusive<i64>> {
        let at = |name: &str, otherwise: i64| match self.one(name) {
            Some(text) => DateTime::parse_from_rfc3339(&text).unwrap().timestamp(),
            None => otherwise,
        };
        let (since, until) = (at("since", now - 30 * 86_400), at("until", now));
        (until - since <= LONGEST_RANGE).then_some(since..=until)
    }

    fn with_channels(&self) -> bool {
        self.all("include[]").contains(&"channels".to_owned())
    }

    fn page<T>(&self, name: &str, all: &[T], shown: impl Fn(&T) -> Value) -> Response {
        let number = |name: &str, otherwise| match self.one(name) {
            Some(text) => text.parse::<usize>().unwrap(),
            None => otherwise,
        };
        let (limit, offset) = (number("limit", 25).min(100), number("offset", 0));
        if limit + offset > DEEPEST {
            return bad("offset + limit must not exceed 10000");
        }
        let page: Vec<Value> = all.iter().skip(offset).take(limit).map(shown).collect();
        let more = offset + page.len() < all.len();
        let body = json!({
            name: page, "limit": limit, "offset": offset, "more": more, "total": null,
        });
        axum::Json(body).into_response()
    }
}
