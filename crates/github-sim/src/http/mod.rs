//! The server: connections, and the way of a request through faults, credentials and limits.

mod answer;
mod apps;
mod rest;
mod rest_json;
mod rest_lists;
mod rest_pulls;
mod rest_runs;
mod rest_urls;
mod webhook;

pub(crate) use webhook::delivery;

use crate::faults::{Fault, SOMETHING_WENT_WRONG};
use crate::graphql::{self, Surroundings};
use crate::limits::{Limits, Refusal};
use crate::meter::Api;
use crate::sim::{Sim, VIEWER};
use answer::{Answer, Reply};
use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// The largest body that is read; GitHub refuses far smaller ones.
const BODY_LIMIT: usize = 1 << 20;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct SimServer {
    /// Where it listens, such as `http://127.0.0.1:34567`, without a slash at the end.
    pub url: String,
    task: JoinHandle<()>,
}

impl SimServer {
    pub(crate) async fn start(sim: Sim, address: SocketAddr) -> io::Result<SimServer> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(accept(listener, sim));
        Ok(SimServer { url, task })
    }

    /// Stops the server and ends its connections.
    pub async fn stop(mut self) {
        self.task.abort();
        // The only outcome is that it was aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for SimServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, sim: Sim) {
    // Dropping the set, as an abort does, ends the connections.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // Without it the last part of an answer may wait for an acknowledgement.
                let _ = stream.set_nodelay(true);
                let sim = sim.clone();
                connections.spawn(async move {
                    let service = service_fn(|request| handle(&sim, request));
                    // Broken connections are the clients' affair, and some are faults set here.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A request in its parts.
struct Call {
    api: Api,
    method: Method,
    /// The path without Enterprise Server's prefix.
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    /// Where links of the answer begin.
    base: String,
    token: String,
    /// Whose limits it is charged to: an installation's tokens share theirs.
    bucket: String,
}

impl Call {
    async fn read(sim: &Sim, request: Request<Incoming>) -> io::Result<Call> {
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(io::Error::other)?;
        let path = parts.uri.path();
        let (prefix, rest) = match path.strip_prefix("/api/v3") {
            Some(rest) => ("/api/v3", rest),
            None => ("", path),
        };
        let api = match path {
            "/graphql" | "/api/graphql" => Api::Graphql,
            _ => Api::Rest,
        };
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).unwrap_or("localhost");
        let credentials = text(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        let token = credentials.map_or("", |(_, token)| token.trim());
        Ok(Call {
            api,
            method: parts.method.clone(),
            path: rest.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            base: format!("http://{host}{prefix}"),
            token: token.to_owned(),
            bucket: sim.apps().bucket(token),
            headers: parts.headers.clone(),
            body: body.to_bytes(),
        })
    }
}

/// Counts a request out when it ends, however it ends.
struct InFlight<'a>(&'a Limits);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

async fn handle(sim: &Sim, request: Request<Incoming>) -> io::Result<Response<Reply>> {
    let call = Call::read(sim, request).await?;
    let parsed = serde_json::from_slice::<graphql::Request>(&call.body);
    let operation = match (call.api, &parsed) {
        (Api::Graphql, Ok(request)) => request.name(),
        _ => String::new(),
    };
    let (in_flight, refusal) = sim.limits().enter(&call.bucket, call.api, sim.now());
    let _counted_out = InFlight(sim.limits());
    count_in(sim, &call, &operation, in_flight);
    if refusal.is_some() || sim.limits().is_paused(&call.bucket, sim.now()) {
        sim.meter_mut().violations += 1;
    }

    let body = String::from_utf8_lossy(&call.body);
    let target = format!("{}?{}", call.path, call.query);
    let fault = sim.faults().take(call.api, &operation, [&target, &body]);
    let mut truncated = false;
    let answer = match fault {
        Some(Fault::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Stalled) => std::future::pending().await,
        Some(Fault::Truncated) => {
            truncated = true;
            None
        }
        Some(Fault::Delayed(time)) => {
            tokio::time::sleep(time).await;
            None
        }
        Some(fault) => Some(faulty(sim, &call, fault)),
        None => None,
    }
    .unwrap_or_else(|| match refusal {
        Some(refusal) => refused(&call, refusal),
        None => respond(sim, &call, parsed, &operation),
    });
    Ok(finish(sim, &call, answer, truncated))
}

fn count_in(sim: &Sim, call: &Call, operation: &str, in_flight: usize) {
    let mut meter = sim.meter_mut();
    meter.requests += 1;
    *meter.by_api.entry(call.api).or_default() += 1;
    meter.most_in_flight = meter.most_in_flight.max(in_flight);
    match call.api {
        Api::Graphql => {
            meter.operations.entry(operation.to_owned()).or_default().requests += 1;
        }
        Api::Rest => *meter.paths.entry(call.path.clone()).or_default() += 1,
    }
}

/// The answer of a request that no fault meets.
fn respond(
    sim: &Sim,
    call: &Call,
    parsed: Result<graphql::Request, serde_json::Error>,
    operation: &str,
) -> Answer {
    if !call.headers.contains_key(header::USER_AGENT) {
        let message = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).";
        return Answer::text(403, message);
    }
    if call.token.is_empty() && call.api == Api::Graphql {
        return Answer::message(401, "This endpoint requires you to be authenticated.");
    }
    if call.api == Api::Rest && apps::is_theirs(&call.path) {
        return apps::respond(sim, call);
    }
    if let Some((status, message)) = sim.apps().turns_away(&call.token, sim.now()) {
        return Answer::message(status, message);
    }
    if !call.token.is_empty() && call.bucket == call.token && !sim.accepts(&call.token) {
        return Answer::message(401, "Bad credentials");
    }
    match call.api {
        Api::Rest => rest::respond(sim, call),
        Api::Graphql if call.method != Method::POST => Answer::message(404, "Not Found"),
        Api::Graphql => match parsed {
            Ok(request) => execute(sim, call, &request, operation),
            Err(_) => Answer::message(400, "Problems parsing JSON"),
        },
    }
}

fn execute(sim: &Sim, call: &Call, request: &graphql::Request, operation: &str) -> Answer {
    let mut prepared = match request.prepare(sim.faults().schema()) {
        Ok(prepared) => prepared,
        Err(body) => return Answer::json(200, body),
    };
    prepared.cost.fetches *= sim.faults().price();
    let now = sim.now();
    let points = if prepared.dry_run { 0 } else { prepared.cost.points() };
    let (window, refusal) = sim.limits().charge(&call.bucket, Api::Graphql, now, points);
    if let Some(refusal) = refusal {
        sim.meter_mut().violations += 1;
        return refused(call, refusal);
    }
    if !window.unlimited {
        let mut meter = sim.meter_mut();
        meter.points += points;
        meter.operations.entry(operation.to_owned()).or_default().points += points;
    }
    let mut faults = sim.faults().in_answers();
    sim.apps().restrict(&call.token, &mut faults);
    let world = sim.world();
    let (state, histories) = (&world.state, &world.histories);
    let around = Surroundings { state, now, faults: &faults, histories, window, viewer: VIEWER };
    Answer::json(200, prepared.execute(around))
}

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. For more on scraping GitHub and how it may affect your rights, please review our Terms of Service.";

fn refused(call: &Call, refusal: Refusal) -> Answer {
    match (refusal, call.api) {
        (Refusal::Secondary, _) => {
            let answer = Answer::message(403, SECONDARY).with(header::RETRY_AFTER, "60");
            answer.refusing()
        }
        (Refusal::Primary, Api::Rest) => primary(403),
        (Refusal::Primary, Api::Graphql) => graphql_limit("RATE_LIMITED"),
    }
}

fn primary(status: u16) -> Answer {
    Answer::message(status, "API rate limit exceeded for user ID 1.").refusing()
}

fn graphql_limit(kind: &str) -> Answer {
    let mut error = json!({"type": kind, "message": "API rate limit exceeded for user ID 1."});
    if kind == "RATE_LIMIT" {
        error["code"] = json!("graphql_rate_limit");
    }
    Answer::json(200, json!({"errors": [error]})).refusing()
}

fn faulty(sim: &Sim, call: &Call, fault: Fault) -> Answer {
    let exhaust = || sim.limits().exhaust(&call.bucket, call.api, sim.now());
    match fault {
        Fault::Html(status) => Answer::html(status),
        Fault::Message(status, message) => Answer::message(status, &message),
        Fault::RetryAfter(status, seconds) => {
            sim.limits().pause(&call.bucket, sim.now().saturating_add_unsigned(seconds));
            let answer = Answer::message(status, SECONDARY);
            answer.with(header::RETRY_AFTER, &seconds.to_string()).refusing()
        }
        Fault::SecondaryLimit(status) => {
            sim.limits().pause(&call.bucket, sim.now() + 60);
            Answer::message(status, SECONDARY).refusing()
        }
        Fault::PrimaryLimit(status) => {
            exhaust();
            primary(status)
        }
        Fault::GraphqlLimit(kind) => {
            exhaust();
            graphql_limit(&kind)
        }
        Fault::SomethingWentWrong => {
            Answer::json(200, json!({"data": null, "errors": [{"message": SOMETHING_WENT_WRONG}]}))
        }
        // These have no answer of their own and are dealt with before.
        Fault::Truncated | Fault::Stalled | Fault::Reset | Fault::Delayed(_) => Answer::html(500),
    }
}

fn finish(sim: &Sim, call: &Call, answer: Answer, truncated: bool) -> Response<Reply> {
    let window = sim.limits().window(&call.bucket, call.api, sim.now());
    let mut meter = sim.meter_mut();
    *meter.statuses.entry(answer.status()).or_default() += 1;
    meter.limited += u64::from(answer.is_refusal());
    let number = meter.requests;
    drop(meter);
    let date = chrono::DateTime::from_timestamp(sim.now(), 0).unwrap_or_default();
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    answer.with(header::DATE, &date).into_response(call.api, &window, number, truncated)
}
