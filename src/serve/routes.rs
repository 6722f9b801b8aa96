//! What is served under which path.

use super::doors::Sender;
use super::{ServeState, accept, api, chunks, landing, negotiation, pages, survey_door};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// The page needs its own style and icon, and nothing else, whatever a source's error may hold.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

pub(super) fn router(state: Arc<ServeState>, body_bytes: usize) -> Router {
    let doors = Router::new()
        .route(
            Sender::GitHub.path(),
            post(|state, headers, body| knock(Sender::GitHub, state, headers, body)),
        )
        .route(
            Sender::PagerDuty.path(),
            post(|state, headers, body| knock(Sender::PagerDuty, state, headers, body)),
        )
        .route(survey_door::PATH, post(take_survey).fallback(survey_door::by_post))
        // Only a door that is open tells that it takes nothing but POST: by its answer.
        .method_not_allowed_fallback(not_found);
    Router::new()
        .route(&state.telemetry_path, get(metrics))
        .route("/", get(landing_page))
        .route("/-/healthy", get(healthy))
        .route("/healthz", get(healthy))
        .route("/-/ready", get(ready))
        .route("/readyz", get(ready))
        .route("/-/reload", post(reload).put(reload).fallback(reload_by_post))
        .merge(api::router(&state.api))
        .merge(pages::router())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(RequestBodyLimitLayer::new(body_bytes))
        // Doors have their own limit.
        .merge(doors)
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(state)
}

async fn metrics(State(state): State<Arc<ServeState>>, headers: HeaderMap) -> Response {
    let gzip = negotiation::accepts_gzip(&headers);
    let accepted = accept::accepted(&headers);
    let pieces = state.metrics.body(accepted.format, gzip);
    let mut response = Response::new(chunks::body(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(accepted.content_type));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

async fn landing_page(State(state): State<Arc<ServeState>>) -> impl IntoResponse {
    let page = landing::page(&state.health.report(), &state.telemetry_path, state.version);
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(page))
}

async fn healthy() -> &'static str {
    "dora-exporter is healthy.\n"
}

async fn ready(State(state): State<Arc<ServeState>>) -> (StatusCode, String) {
    match state.health.report().not_ready {
        None => (StatusCode::OK, "dora-exporter is ready.\n".to_owned()),
        Some(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("dora-exporter is not ready: {reason}\n"))
        }
    }
}

/// Whoever can reach the port could reload, so it is refused unless it was allowed at the start.
async fn reload(State(state): State<Arc<ServeState>>) -> (StatusCode, String) {
    let Some(reload) = &state.reload else {
        let refused = "reloading over HTTP is switched off; start with --web.enable-lifecycle, or \
                       send SIGHUP to the process\n";
        return (StatusCode::FORBIDDEN, refused.to_owned());
    };
    match reload.reload().await {
        Ok(applied) => (StatusCode::OK, format!("{applied}\n")),
        Err(problems) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{problems}\n")),
    }
}

async fn knock(
    sender: Sender,
    State(state): State<Arc<ServeState>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match state.doors.knock(sender, &headers, body).await {
        Some(answer) => answer,
        None => not_found().await.into_response(),
    }
}

async fn take_survey(
    State(state): State<Arc<ServeState>>,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let parameters = parameters.map(|Query(parameters)| parameters);
    let parameters = parameters.map_err(|_| "the query cannot be read".to_owned());
    state.doors.surveys.knock(&headers, parameters, body).await
}

async fn reload_by_post() -> (StatusCode, [(HeaderName, &'static str); 1], &'static str) {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST, PUT")], "ask for a reload by POST\n")
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing is served here; / lists what is\n")
}

async fn method_not_allowed() -> (StatusCode, &'static str) {
    (StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are served here\n")
}

/// A bug must cost one request only; the panic hook has logged it already.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "internal error; the log tells more\n").into_response()
}
