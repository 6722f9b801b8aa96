//! Surveys through the door: they show at once, nothing shows of too few, and nobody who answered is
//! anywhere.

use crate::exposition::Scrape;
use crate::running::{Config, Log, Running, World};
use crate::story::{NOW, organization};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

const TOKEN: &str = "token-of-the-people-team";
/// The header that opens the door.
pub const AUTHORIZATION: &str = "Authorization: Bearer token-of-the-people-team";
const EXPORT: &str = include_str!("../data/surveys/microsoft_forms.csv");
const DOOR: &str = "/api/v1/surveys?survey=2026Q1";

/// Who answers in the export, by parts of their names and addresses, and what they wrote.
const PEOPLE: [&str; 17] = [
    "hilde",
    "sandvik",
    "brandt",
    "ines.marsh",
    "novak",
    "adeyemi",
    "lars holm",
    "mina sato",
    "neri",
    "kowal",
    "frisch",
    "nora lind",
    "boyle",
    "acme.example",
    "pipeline",
    "hyperlink",
    "line two",
];

/// The mapping of the export's columns, and the door's token.
pub fn config(world: &World) -> Config {
    let mut config = world.config();
    let file = world.folder.path().join("surveys-token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    config.more = format!(
        r#"
[surveys]
team_column = "Which team are you in?"
token_file = {:?}
[[surveys.teams]]
name = "payments"
spellings = ["Team Zahlungen"]
[[surveys.questions]]
id = "tools"
column = "How satisfied are you with our development tools?"
dimension = "satisfaction"
scale = "1-5"
[[surveys.questions]]
id = "unrelated_work"
column = "How many hours a week do you spend on work that is not directly related to building the product?"
dimension = "efficiency"
scale = "hours"
"#,
        file.display().to_string()
    );
    config
}

async fn send(daemon: &Running, path: &str, token: &str, body: &str) -> (u16, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::post(format!("http://{}{path}", daemon.address()));
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.body(Full::from(body.to_owned())).unwrap();
    let answer = client.request(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Sends the export, which is shown then.
pub async fn send_export(daemon: &Running) {
    let (status, answer) = send(daemon, &format!("{DOOR}&invited=payments=9"), TOKEN, EXPORT).await;
    assert_eq!(status, 200, "{answer}");
    daemon.advance(5).await;
}

async fn json(daemon: &Running, path: &str) -> Value {
    let (status, body) = daemon.get(path).await;
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn of(scrape: &Scrape, team: &str) -> Vec<String> {
    let label = format!("{{team=\"{team}\"");
    let is_its = |line: &&str| line.starts_with("space_survey_") && line.contains(&label);
    scrape.0.lines().filter(is_its).map(|line| line.replace("space_survey_", "")).collect()
}

#[tokio::test]
async fn a_survey_that_is_sent_shows_at_once_and_a_corrected_one_does_not_tell_what_was_corrected()
{
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&config(&world)).await;
    daemon.advance(5).await;
    let (status, answer) = send(&daemon, DOOR, "another", EXPORT).await;
    assert_eq!(status, 401, "{answer}");
    send_export(&daemon).await;
    let scrape = daemon.scrape().await;
    let payments = [
        "score_ratio{team=\"payments\",survey=\"2026Q1\",question=\"tools\",dimension=\"satisfaction\"} 0.7142857142857143",
        "unrelated_work_seconds_per_week{team=\"payments\",survey=\"2026Q1\",stat=\"p50\"} 21600",
        "unrelated_work_seconds_per_week{team=\"payments\",survey=\"2026Q1\",stat=\"mean\"} 24942.85714285714",
        "responses{team=\"payments\",survey=\"2026Q1\"} 7",
        "invited{team=\"payments\",survey=\"2026Q1\"} 9",
        "closed_timestamp_seconds{team=\"payments\",survey=\"2026Q1\"} 1.7750016e+09",
    ];
    assert_eq!(of(&scrape, "payments"), payments);
    assert_eq!(of(&scrape, "search").len(), 5, "who was asked was not told");
    let all = json(&daemon, "/api/v1/org/surveys").await;
    assert_eq!(all["surveys"][0]["responses"], 12);
    assert_eq!(all["surveys"][0]["invited"], Value::Null);
    let team = json(&daemon, "/api/v1/teams/search/surveys").await;
    assert_eq!(team["surveys"][0]["scores"][0]["question"], "tools");
    assert_eq!(daemon.get("/api/v1/teams/nobody/surveys").await.0, 404);

    // The same again, and with one answer corrected: of its team the question shows no longer.
    let (_, again) = send(&daemon, DOOR, TOKEN, EXPORT).await;
    assert_eq!((&again["change"], &again["answers"]), (&"unchanged".into(), &12.into()));
    let corrected = EXPORT.replace("Search;3;8;", "Search;4;8;");
    assert_ne!(corrected, EXPORT);
    let (_, rehearsal) = send(&daemon, &format!("{DOOR}&dry_run=true"), TOKEN, &corrected).await;
    assert_eq!(rehearsal["change"], "replaced");
    daemon.advance(5).await;
    assert_eq!(of(&daemon.scrape().await, "search"), of(&scrape, "search"));
    let (_, replaced) = send(&daemon, DOOR, TOKEN, &corrected).await;
    assert_eq!(replaced["change"], "replaced");
    daemon.advance(5).await;
    let later = daemon.scrape().await;
    assert_eq!(of(&later, "payments"), payments);
    assert!(of(&later, "search").iter().all(|line| !line.starts_with("score_ratio")), "{later:?}");
    let all = json(&daemon, "/api/v1/org/surveys").await;
    assert_eq!(all["surveys"][0]["scores"], Value::Array(Vec::new()));

    // A file with a mistake changes nothing.
    let (status, refusal) = send(&daemon, DOOR, TOKEN, &EXPORT.replace(";12;", ";=cmd();")).await;
    assert_eq!(status, 400);
    let line = "line 6: the answer to `unrelated_work` is a formula";
    assert_eq!(refusal["lines"], serde_json::json!([line]), "{refusal}");
    let counts = ["stored", "ignored", "malformed", "unsigned"].map(|outcome| {
        let labels = ["source=\"surveys\"", &format!("outcome=\"{outcome}\"")];
        later.sum("dora_exporter_webhook_events_total", &labels)
    });
    assert_eq!(counts, [2.0, 2.0, 0.0, 1.0]);
    daemon.stop().await;

    // It survives a restart.
    let daemon = world.start(&config(&world)).await;
    daemon.advance(5).await;
    assert_eq!(of(&daemon.scrape().await, "payments"), payments);
    daemon.stop().await;
}

#[tokio::test]
async fn of_too_few_and_of_whom_they_could_be_told_by_nothing_is_shown() {
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&config(&world)).await;
    daemon.advance(5).await;
    // Two of one team are left: the other team would tell of them.
    let lines: Vec<&str> = EXPORT.lines().collect();
    let few = [&lines[..9], &lines[9..11]].concat().join("\r\n");
    let (status, answer) = send(&daemon, DOOR, TOKEN, &few).await;
    assert_eq!(status, 200, "{answer}");
    assert!(!answer.to_string().contains("\"responses\""), "{answer}");
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    assert!(!scrape.0.contains("space_survey_"), "{:?}", of(&scrape, "payments"));
    let all = json(&daemon, "/api/v1/org/surveys").await;
    assert_eq!(all["surveys"][0]["responses"], 9);
    assert_eq!(
        json(&daemon, "/api/v1/teams/payments/surveys").await["surveys"],
        Value::Array(vec![])
    );
    daemon.stop().await;
}

#[tokio::test]
async fn without_a_token_the_door_is_closed_and_a_reload_opens_it() {
    let world = World::of(organization().story, NOW).await;
    let (daemon, reloader) = world.start_reloadable(&world.config()).await;
    let (status, answer) = send(&daemon, DOOR, TOKEN, EXPORT).await;
    assert_eq!(status, 404, "{answer}");
    assert_eq!(daemon.get("/api/v1/surveys").await.0, 405);
    world.configure(&config(&world));
    reloader.reload().await.unwrap();
    daemon.quiet().await;
    send_export(&daemon).await;
    // What the columns mean applies to what is imported later.
    let mut other = config(&world);
    other.more =
        other.more.replace("scale = \"1-5\"", "scale = \"1-5\"\ndirection = \"lower_is_better\"");
    world.configure(&other);
    reloader.reload().await.unwrap();
    daemon.quiet().await;
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("space_survey_score_ratio", &["payments"]), 0.7142857142857143);
    daemon.stop().await;
}

#[tokio::test]
async fn nobody_who_answered_is_in_metrics_answers_pages_the_log_or_the_store() {
    let log = Log::of(tracing::Level::TRACE);
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&config(&world)).await;
    daemon.advance(5).await;
    send_export(&daemon).await;
    // Refusals must not repeat what they refuse.
    let shifted =
        EXPORT.replace("Team Zahlungen", "Hilde Sandvik").replace(";4;6;", ";Pipeline;6;");
    let (status, refusal) = send(&daemon, DOOR, TOKEN, &shifted).await;
    assert_eq!(status, 400);
    let document = r#"{"answers": [{"team": "Otto Brandt", "tools": "Kowal"}, {"Novak": 1}]}"#;
    let (status, of_json) = send(&daemon, DOOR, TOKEN, document).await;
    assert_eq!(status, 400);
    daemon.advance(5).await;
    let mut told = vec![
        ("a refusal", refusal.to_string()),
        ("a refusal of JSON", of_json.to_string()),
        ("/metrics", daemon.scrape().await.0),
        ("the landing page", daemon.page().await),
    ];
    for path in [
        "/api/v1/org",
        "/api/v1/org/surveys",
        "/api/v1/teams",
        "/api/v1/teams/payments",
        "/api/v1/teams/payments/surveys",
        "/api/v1/teams/payments/changes",
    ] {
        told.push((path, daemon.get(path).await.1));
    }
    daemon.stop().await;
    told.push(("the log", log.text()));
    assert!(log.text().contains("a survey was imported"), "{}", log.text());
    for file in ["dora.db", "dora.db-wal"] {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap_or_default();
        told.push((file, String::from_utf8_lossy(&bytes).into_owned()));
    }
    for (place, text) in told {
        let text = text.to_lowercase();
        for name in PEOPLE {
            assert!(!text.contains(name), "{name} is in {place}");
        }
        assert!(!text.contains(TOKEN), "the token is in {place}");
    }
}
