//! What an App asks about itself, with a JWT: its installations, and tokens for them.

use super::Call;
use super::answer::Answer;
use super::rest::{Parameters, page};
use super::rest_urls;
use crate::apps::{App, Installation};
use crate::graphql::show_time;
use crate::sim::Sim;
use http::Method;
use serde_json::{Value, json};

/// Whether only Apps ask for the path.
pub(super) fn is_theirs(path: &str) -> bool {
    path == "/app" || path.starts_with("/app/")
}

pub(super) fn respond(sim: &Sim, call: &Call) -> Answer {
    let now = sim.now();
    let app = match sim.apps().authenticate(&call.token, now) {
        Ok(app) => app,
        Err((status, message)) => return Answer::message(status, message),
    };
    let installations = sim.apps().installations();
    let find = |id: &str| installations.iter().find(|one| one.id.to_string() == id);
    let segments: Vec<&str> = call.path.split('/').skip(1).collect();
    match (call.method == Method::POST, segments.as_slice()) {
        (false, ["app"]) => Answer::json(200, shown_app(&app, installations.len())),
        (false, ["app", "installations"]) => {
            let shown: Vec<Value> =
                installations.iter().map(|one| shown(&app, one, &call.base)).collect();
            page(call, &Parameters::parse(&call.query), &shown, |shown| json!(shown))
        }
        (false, ["app", "installations", id]) => match find(id) {
            Some(one) => Answer::json(200, shown(&app, one, &call.base)),
            None => Answer::message(404, "Not Found"),
        },
        (true, ["app", "installations", id, "access_tokens"]) => {
            match sim.apps().mint(id.parse().unwrap_or(0), now) {
                Ok((token, expires_at, installation)) => Answer::json(
                    201,
                    json!({
                        "token": token,
                        "expires_at": show_time(expires_at),
                        "permissions": installation.permissions,
                        "repository_selection": selection(&installation),
                    }),
                ),
                Err((status, message)) => Answer::message(status, message),
            }
        }
        _ => Answer::message(404, "Not Found"),
    }
}

fn selection(installation: &Installation) -> &'static str {
    if installation.selected.is_some() { "selected" } else { "all" }
}

fn organization(login: &str) -> Value {
    let id = crate::id::name_hash(login);
    let mut shown = json!({
        "login": login,
        "id": id,
        "node_id": crate::id::encode("O", &[], Some(login)),
        "html_url": format!("https://github.com/{login}"),
        "type": "Organization",
        "site_admin": false,
    });
    rest_urls::add_accounts(&mut shown, login, id);
    shown
}

fn shown_app(app: &App, installations: usize) -> Value {
    json!({
        "id": app.id,
        "slug": app.slug,
        "node_id": format!("A_{}", app.id),
        "name": app.slug,
        "owner": organization("acme"),
        "description": null,
        "external_url": "https://example.com",
        "html_url": format!("https://github.com/apps/{}", app.slug),
        "created_at": show_time(0),
        "updated_at": show_time(0),
        "permissions": {"metadata": "read"},
        "events": [],
        "installations_count": installations,
    })
}

fn shown(app: &App, one: &Installation, base: &str) -> Value {
    let Installation { id, account, .. } = one;
    json!({
        "id": id,
        "account": organization(account),
        "repository_selection": selection(one),
        "access_tokens_url": format!("{base}/app/installations/{id}/access_tokens"),
        "repositories_url": format!("{base}/installation/repositories"),
        "html_url": format!("https://github.com/organizations/{account}/settings/installations/{id}"),
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": crate::id::name_hash(account),
        "target_type": "Organization",
        "permissions": one.permissions,
        "events": [],
        "created_at": show_time(0),
        "updated_at": show_time(0),
        "single_file_name": null,
        "suspended_by": null,
        "suspended_at": one.suspended_at.map(show_time),
    })
}
