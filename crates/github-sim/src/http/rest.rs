//! The REST API: routes, conditional requests, pages and their links.

use super::answer::Answer;
use super::{Call, primary, rest_json, rest_lists, rest_runs};
use crate::graphql::show_time;
use crate::meter::Api;
use crate::sim::{Sim, VIEWER};
use crate::state::{AccountKind, Repository, State};
use http::{Method, header};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Items on a page, unless asked otherwise, and at most.
const PAGE: (usize, usize) = (30, 100);

/// The query parameters of a request.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(query: &str) -> Parameters {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Parameters(pairs.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, value)| known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn time(&self, name: &str) -> Option<i64> {
        crate::graphql::parse_time(self.get(name)?)
    }

    /// Whether the list descends: as asked, or as `default`.
    pub(super) fn descends(&self, default: bool) -> bool {
        self.get("direction").map_or(default, |direction| direction == "desc")
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }
}

/// Undoes percent-encoding. What is no UTF-8 then is replaced.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).and_then(|code| std::str::from_utf8(code).ok());
        match (bytes[at], code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What a route gives.
pub(super) enum Found {
    One(Value),
    /// A whole list, of which a page is cut.
    Many(Vec<Value>),
    /// The same, below this key and with the count beside it.
    Wrapped(&'static str, Vec<Value>),
    /// The resource is at `/repositories/{id}` and the rest of the path.
    Moved(String),
    Status(u16, &'static str),
}

pub(super) fn respond(sim: &Sim, call: &Call) -> Answer {
    if call.method != Method::GET && call.method != Method::HEAD {
        return Answer::message(404, "Not Found");
    }
    let now = sim.now();
    let window = sim.limits().window(&call.bucket, Api::Rest, now);
    if call.path == "/rate_limit" {
        return rate_limit(sim, call);
    }
    if !window.unlimited && window.remaining() == 0 {
        return primary(403);
    }
    let parameters = Parameters::parse(&call.query);
    let found = {
        let world = sim.world();
        match sim.apps().refusal(&call.token, &call.path, &world.state) {
            Some((status, message)) => Found::Status(status, message),
            None => route(&world.state, call, &parameters),
        }
    };
    let answer = match found {
        Found::One(value) => Answer::json(200, value),
        Found::Many(items) => page(call, &parameters, &items, |shown| json!(shown)),
        Found::Wrapped(key, items) => {
            page(call, &parameters, &items, |shown| json!({"total_count": items.len(), key: shown}))
        }
        Found::Status(status, message) => Answer::message(status, message),
        Found::Moved(path) => {
            let question = if call.query.is_empty() { "" } else { "?" };
            let url = format!("{}{path}{question}{}", call.base, call.query);
            let body = json!({"message": "Moved Permanently", "url": url});
            Answer::json(301, body).with(header::LOCATION, &url)
        }
    };
    let answer = if answer.status() == 200 { conditional(call, answer) } else { answer };
    // A 304 is free, except for those without a token.
    if answer.status() != 304 || call.token.is_empty() {
        sim.limits().charge(&call.bucket, Api::Rest, now, 1);
        sim.meter_mut().rest_charged += u64::from(!window.unlimited);
    }
    answer
}

/// Adds the ETag, which belongs to the token, and answers 304 to who has it.
fn conditional(call: &Call, answer: Answer) -> Answer {
    let mut hasher = DefaultHasher::new();
    (answer.body(), &call.token).hash(&mut hasher);
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    let asked = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = asked.is_some_and(|asked| {
        asked.split(',').any(|one| one.trim().trim_start_matches("W/") == &etag[2..])
    });
    let answer = if is_known { Answer::empty(304) } else { answer };
    answer.with(header::ETAG, &etag).with(header::CACHE_CONTROL, "private, max-age=60, s-maxage=60")
}

pub(super) fn page(
    call: &Call,
    parameters: &Parameters,
    items: &[Value],
    body: impl Fn(Vec<&Value>) -> Value,
) -> Answer {
    let size = parameters.number("per_page").unwrap_or(PAGE.0).clamp(1, PAGE.1);
    let number = parameters.number("page").unwrap_or(1).max(1);
    let last = items.len().div_ceil(size).max(1);
    let shown: Vec<&Value> = items.iter().skip((number - 1) * size).take(size).collect();
    let answer = Answer::json(200, body(shown));
    let kept: Vec<&str> = call
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("page="))
        .collect();
    let link = |page: usize, relation: &str| {
        let mut query = kept.join("&");
        query.push_str(if query.is_empty() { "" } else { "&" });
        format!("<{}{}?{query}page={page}>; rel=\"{relation}\"", call.base, call.path)
    };
    let mut links = Vec::new();
    if number > 1 {
        links.push(link((number - 1).min(last), "prev"));
    }
    if number < last {
        links.extend([link(number + 1, "next"), link(last, "last")]);
    }
    if number > 1 {
        links.push(link(1, "first"));
    }
    if links.is_empty() { answer } else { answer.with(header::LINK, &links.join(", ")) }
}

fn rate_limit(sim: &Sim, call: &Call) -> Answer {
    let bucket = |api| {
        let window = sim.limits().window(&call.bucket, api, sim.now());
        json!({
            "limit": window.limit,
            "used": window.used,
            "remaining": window.remaining(),
            "reset": window.reset_at,
        })
    };
    if !sim.limits().settings().primary {
        return Answer::message(404, "Rate limiting is not enabled.");
    }
    let core = bucket(Api::Rest);
    let (now, minute) = (sim.now(), 60);
    let search = json!({"limit": 30, "used": 0, "remaining": 30, "reset": now + minute});
    let resources = json!({"core": core, "graphql": bucket(Api::Graphql), "search": search});
    Answer::json(200, json!({"resources": resources, "rate": core}))
}

const NOT_FOUND: Found = Found::Status(404, "Not Found");

fn route(state: &State, call: &Call, parameters: &Parameters) -> Found {
    let decoded: Vec<String> = call.path.split('/').skip(1).map(decode).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["meta"] => Found::One(json!({
            "verifiable_password_authentication": false,
            "installed_version": "3.19.0",
        })),
        ["user"] if call.token.is_empty() => Found::Status(401, "Requires authentication"),
        ["user"] => Found::One(rest_json::user(state, VIEWER)),
        ["orgs", login] if kind(state, login) == Some(AccountKind::Organization) => {
            Found::One(rest_json::user(state, login))
        }
        ["users", login] if kind(state, login).is_some() => {
            Found::One(rest_json::user(state, login))
        }
        ["orgs", login, "repos"] if kind(state, login) == Some(AccountKind::Organization) => {
            rest_lists::repositories(state, login, parameters, &call.base)
        }
        ["orgs", login, "properties", "values"]
            if kind(state, login) == Some(AccountKind::Organization) =>
        {
            rest_lists::property_values(state, login)
        }
        ["users", login, "repos"] if kind(state, login).is_some() => {
            rest_lists::repositories(state, login, parameters, &call.base)
        }
        ["repos", owner, name, rest @ ..] => match state.find(owner, name) {
            Some((repo, true)) => of_repository(state, repo, rest, parameters, &call.base),
            Some((repo, false)) => {
                // The rest keeps its encoding; a path has "", "repos", owner and name before it.
                let rest = call.path.splitn(5, '/').nth(4);
                let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
                Found::Moved(format!("/repositories/{}{rest}", repo.id))
            }
            None => NOT_FOUND,
        },
        ["repositories", id, rest @ ..] => {
            let repo = id.parse().ok().and_then(|id: u64| state.repositories.get(&id));
            match repo {
                Some(repo) => of_repository(state, repo, rest, parameters, &call.base),
                None => NOT_FOUND,
            }
        }
        _ => NOT_FOUND,
    }
}

/// What a login is, if it was declared or owns something.
fn kind(state: &State, login: &str) -> Option<AccountKind> {
    let owns = || state.repositories.values().any(|repo| repo.owner.eq_ignore_ascii_case(login));
    let declared = state.accounts.contains_key(&login.to_ascii_lowercase());
    state.account(login).filter(|_| declared || owns()).map(|account| account.kind)
}

fn of_repository(
    state: &State,
    repo: &Repository,
    rest: &[&str],
    parameters: &Parameters,
    base: &str,
) -> Found {
    match rest {
        [] => Found::One(rest_json::whole_repository(state, repo, base)),
        ["deployments"] => rest_lists::deployments(state, repo, parameters, base),
        ["deployments", id] => one(rest_lists::deployment(repo, id), |deployment| {
            rest_json::deployment(state, repo, deployment, base)
        }),
        ["deployments", id, "statuses"] => match rest_lists::deployment(repo, id) {
            Some(deployment) => Found::Many(rest_json::statuses(state, repo, deployment, base)),
            None => NOT_FOUND,
        },
        ["environments"] => {
            let environments = repo.environments.iter();
            let environments: Vec<Value> = environments
                .map(|(name, at)| json!({"name": name, "created_at": show_time(*at)}))
                .collect();
            let count = environments.len();
            Found::One(json!({"total_count": count, "environments": environments}))
        }
        ["pulls"] => rest_lists::pulls(state, repo, parameters, base),
        ["pulls", number] => {
            let pull = number.parse().ok().and_then(|number: u32| repo.pulls.get(&number));
            one(pull, |pull| rest_json::pull(state, repo, pull, base))
        }
        ["issues"] => rest_lists::issues(state, repo, parameters, base),
        ["issues", number] => one(rest_lists::numbered(repo, number), |owner| {
            rest_json::issue(state, repo, owner, base)
        }),
        ["commits"] if repo.branches.is_empty() => Found::Status(409, "Git Repository is empty."),
        ["commits"] => rest_lists::commits(state, repo, parameters, base),
        ["commits", revision @ ..] => {
            let commit = crate::graphql::resolve(repo, &revision.join("/"));
            one(commit, |commit| rest_json::commit(state, repo, commit, base))
        }
        ["actions", rest @ ..] => rest_runs::route(state, repo, rest, parameters, base),
        ["compare", range @ ..] => rest_lists::compare(state, repo, &range.join("/"), base),
        _ => NOT_FOUND,
    }
}

fn one<T>(found: Option<T>, show: impl FnOnce(T) -> Value) -> Found {
    found.map_or(NOT_FOUND, |found| Found::One(show(found)))
}
