//! The JSON API: the figures that are shown, and the facts behind each of them.
//!
//! Answers are made by the evaluator's task when they are asked for; nothing is kept for them. Absent
//! here: any rule about what counts, and any person.

mod documents;
mod explanations;
pub(super) mod figures;
pub(super) mod instant;
pub(super) mod links;
pub(super) mod lists;
pub(super) mod measure;
pub(super) mod measures;
mod problem;
pub(super) mod query;
pub(super) mod selection;
mod space_measures;
pub(super) mod surveys;
mod teams;

#[cfg(test)]
mod tests;

pub use documents::{Explanation, Facts, Figure, OrganizationsExplanation};
pub use explanations::{explain, explain_organizations};
pub use lists::List;
pub use teams::refusal;

use super::ServeState;
use crate::evaluate::{Answer, ExaminedTeam, Questions};
use axum::extract::{
    Path, Query as Written, State,
    rejection::{PathRejection, QueryRejection},
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use documents::Problem;
use problem::Refusal;
use query::{COMPONENT, CURSOR, FROM, LIMIT, MEASURE, Query, TO, WINDOW};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The description of the API.
const OPENAPI: &str = include_str!("openapi.json");
/// How long a browser may remember what another origin is allowed.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// What is served; `{team}` is a team's name, percent-encoded.
const PATHS: [&str; 13] = [
    "/api/v1/openapi.json",
    "/api/v1/org",
    "/api/v1/org/incidents",
    "/api/v1/org/environments",
    "/api/v1/teams",
    "/api/v1/teams/{team}",
    "/api/v1/teams/{team}/deployments",
    "/api/v1/teams/{team}/changes",
    "/api/v1/teams/{team}/failures",
    "/api/v1/teams/{team}/incidents",
    "/api/v1/teams/{team}/environments",
    "/api/v1/org/surveys",
    "/api/v1/teams/{team}/surveys",
];

/// What the API is made of.
#[derive(Clone, Debug)]
pub struct Api {
    /// Who has the facts.
    pub questions: Questions,
    /// Whose pages may read the answers in a browser.
    pub origins: Vec<HeaderValue>,
}

type Shared = State<Arc<ServeState>>;
type Parameters = Result<Written<Vec<(String, String)>>, QueryRejection>;
type Team = Result<Path<String>, PathRejection>;

/// The routes of the API.
pub(super) fn router(api: &Api) -> Router<Arc<ServeState>> {
    let list = |list: List| {
        get(
            move |state: Shared, team: Team, headers: HeaderMap, parameters: Parameters| async move {
                let keys = &[COMPONENT, MEASURE, WINDOW, FROM, TO, LIMIT, CURSOR];
                let query = asked(parameters, keys)?;
                let answer = examined(&state, team, query.component()).await?;
                Ok::<_, Refusal>(respond(&headers, &teams::list(&answer, list, &query)?))
            },
        )
    };
    let [description, org, unmapped, elsewhere, teams, one_team, lists @ ..] = PATHS;
    let [deployments, changes, failures, incidents, environments, all_surveys, team_surveys] =
        lists;
    Router::new()
        .route(description, get(openapi))
        .route(org, get(organizations))
        .route(unmapped, get(org_incidents))
        .route(elsewhere, get(org_environments))
        .route(teams, get(all_teams))
        .route(one_team, get(team))
        .route(deployments, list(List::Deployments))
        .route(changes, list(List::Changes))
        .route(failures, list(List::Failures))
        .route(incidents, list(List::Incidents))
        .route(environments, get(team_environments))
        .route(all_surveys, get(surveys_of_all))
        .route(team_surveys, get(surveys_of_team))
        .route("/api/{*path}", get(nothing_here))
        .method_not_allowed_fallback(read_only)
        .layer(cors(&api.origins))
}

/// What pages of other origins may do: read.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::ACCEPT, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG])
        .max_age(PREFLIGHT_AGE)
}

async fn openapi(headers: HeaderMap) -> Response {
    respond_with(&headers, OPENAPI.as_bytes().to_vec())
}

async fn organizations(
    State(state): Shared,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[MEASURE, WINDOW])?;
    let (at, shown) = shown(&state).await?;
    let document = teams::organizations(at, &shown, query.measure()?, query.window())?;
    Ok(respond(&headers, &document))
}

async fn org_incidents(
    State(state): Shared,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[MEASURE, WINDOW, FROM, TO, LIMIT, CURSOR])?;
    let Answer { told, web } = state.api.questions.organizations().await.map_err(teams::busy)?;
    let told = told.map_err(|nothing| refusal(nothing, "", None))?;
    Ok(respond(&headers, &teams::org_incidents(&Answer { told, web }, &query)?))
}

async fn org_environments(
    State(state): Shared,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[WINDOW, FROM, TO, LIMIT, CURSOR])?;
    environments(&state, None, &headers, &query).await
}

async fn team_environments(
    State(state): Shared,
    team: Team,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[COMPONENT, WINDOW, FROM, TO, LIMIT, CURSOR])?;
    let team = name_of(team)?;
    environments(&state, Some((&team, query.component())), &headers, &query).await
}

/// The environments that are not production, of a team or one of its components; without a team, of
/// repositories that are no component.
async fn environments(
    state: &ServeState,
    of: Option<(&str, Option<&str>)>,
    headers: &HeaderMap,
    query: &Query,
) -> Result<Response, Refusal> {
    let answer = state.api.questions.environments(of, None).await;
    let Answer { told, web } = answer.map_err(teams::busy)?;
    let (team, component) = of.unwrap_or_default();
    let told = told.map_err(|nothing| refusal(nothing, team, component))?;
    Ok(respond(headers, &teams::other_environments(&Answer { told, web }, query)?))
}

fn name_of(team: Team) -> Result<String, Refusal> {
    let named = team.map(|Path(team)| team);
    named.map_err(|_| Refusal::Wrong("the team's name is no UTF-8".to_owned()))
}

async fn all_teams(
    State(state): Shared,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[MEASURE, WINDOW, LIMIT, CURSOR])?;
    let (at, shown) = shown(&state).await?;
    Ok(respond(&headers, &teams::all(at, &shown, &query)?))
}

async fn team(
    State(state): Shared,
    team: Team,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    let query = asked(parameters, &[COMPONENT, MEASURE, WINDOW])?;
    let answer = examined(&state, team, query.component()).await?;
    Ok(respond(&headers, &teams::team(&answer, query.measure()?, query.window())?))
}

async fn surveys_of_all(
    State(state): Shared,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    asked(parameters, &[])?;
    let (at, shown) = shown(&state).await?;
    Ok(respond(&headers, &surveys::of_all(at, &shown)))
}

async fn surveys_of_team(
    State(state): Shared,
    team: Team,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    asked(parameters, &[])?;
    let team = name_of(team)?;
    let (at, shown) = shown(&state).await?;
    Ok(respond(&headers, &surveys::of_team(at, &shown, &team)?))
}

async fn nothing_here() -> Refusal {
    let error = "nothing is served here; /api/v1/openapi.json lists what is".to_owned();
    Refusal::NotFound { error, nearest: Vec::new() }
}

async fn read_only() -> Response {
    let error = "the API is read only; ask by GET or HEAD".to_owned();
    (StatusCode::METHOD_NOT_ALLOWED, Json(Problem { error, nearest: Vec::new() })).into_response()
}

async fn shown(
    state: &ServeState,
) -> Result<(delivery::domain::Time, crate::exposition::FigureSet), Refusal> {
    let answer = state.api.questions.figures().await.map_err(teams::busy)?;
    answer.told.ok_or_else(teams::not_ready)
}

async fn examined(
    state: &ServeState,
    team: Team,
    component: Option<&str>,
) -> Result<Answer<ExaminedTeam>, Refusal> {
    let team = name_of(team)?;
    let Answer { told, web } =
        state.api.questions.team(&team, component).await.map_err(teams::busy)?;
    match told {
        Ok(told) => Ok(Answer { told, web }),
        Err(nothing) => Err(refusal(nothing, &team, component)),
    }
}

/// What is asked for, by parameters of which only `known` are allowed.
fn asked(parameters: Parameters, known: &'static [&'static str]) -> Result<Query, Refusal> {
    let Written(written) = parameters.map_err(|rejection| {
        let why = problem::shown(&rejection.body_text());
        Refusal::Wrong(format!("the query cannot be read: {why}"))
    })?;
    Query::of(written, known)
}

fn respond(headers: &HeaderMap, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(body) => respond_with(headers, body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn respond_with(headers: &HeaderMap, body: Vec<u8>) -> Response {
    tagged(headers, body.into(), "application/json")
}

/// A document, or that the client has it already. Its tag is made of its bytes, so that it means the
/// same after a restart and behind a load balancer.
pub(super) fn tagged(headers: &HeaderMap, body: Bytes, content_type: &'static str) -> Response {
    let digest = Sha256::digest(&body);
    let tag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let mut response = if has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, content_type)];
        (kind, body).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whether `If-None-Match` names a tag, by weak comparison as RFC 9110 asks.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(','));
    tags.any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}
