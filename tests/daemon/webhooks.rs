//! PagerDuty's webhooks: an incident shows at once, and whatever is lost, late or repeated, the end
//! is what a daemon shows that only asks.

use crate::exposition::Scrape;
use crate::pagerduty_account::StandIn;
use crate::running::{Config, Running, World};
use crate::story::{HOUR, MINUTE, NOW, organization};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SECRETS: [&str; 2] = ["secret-of-one", "secret-of-another"];
const DOOR: &str = "/webhooks/pagerduty";

fn signature(secret: &str, body: &str) -> String {
    let keyed = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let sum = keyed.chain_update(body).finalize().into_bytes();
    format!("v1={}", sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn event(kind: &str, id: &str) -> String {
    format!(
        r#"{{"event": {{"id": "01E", "event_type": "incident.{kind}", "resource_type": "incident",
        "occurred_at": "2026-11-01T10:00:00Z", "agent": {{"summary": "Earline Greenholt"}},
        "data": {{"id": "{id}", "type": "incident", "status": "triggered", "urgency": "low"}}}}}}"#
    )
}

async fn tell(daemon: &Running, body: &str, secret: &str) -> u16 {
    daemon.post(DOOR, ("x-pagerduty-signature", &signature(secret, body)), body).await
}

async fn world() -> (World, StandIn) {
    let world = World::of(organization().story, NOW).await;
    let clock = world.clock.clone();
    let account = StandIn::serve(move || clock.seconds()).await;
    (world, account)
}

fn config(world: &World, account: &StandIn, with_door: bool) -> Config {
    let mut config = world.config();
    let file = world.folder.path().join("webhook-secrets");
    std::fs::write(&file, format!("{}\n\n {} \n", SECRETS[0], SECRETS[1])).unwrap();
    let door = match with_door {
        true => format!("webhook_secret_file = {:?}\n", file.display().to_string()),
        false => String::new(),
    };
    config.more = format!(
        "[[incidents]]\nsource = \"pagerduty\"\napi_url = \"{}\"\ntoken_env = \"PAGERDUTY_TOKEN\"\n\
         services = {{ PPAY = \"acme/pay\" }}\n{door}",
        account.url
    );
    config
}

fn open(scrape: &Scrape) -> f64 {
    scrape.sum("dora_team_open_failures", &["payments"])
}

fn events(scrape: &Scrape, outcome: &str) -> f64 {
    let labels = ["source=\"pagerduty\"", &format!("outcome=\"{outcome}\"")];
    scrape.sum("dora_exporter_webhook_events_total", &labels)
}

#[tokio::test]
async fn an_incident_shows_as_soon_as_a_webhook_tells_of_it() {
    let (world, account) = world().await;
    let daemon = world.start(&config(&world, &account, true)).await;
    daemon.advance(5).await;
    account.open(NOW, "QA", "PPAY", "Payments fail");
    let triggered = event("triggered", "QA");
    assert_eq!(tell(&daemon, &triggered, SECRETS[0]).await, 200);
    daemon.advance(5).await;
    assert_eq!(open(&daemon.scrape().await), 1.0, "before the next sweep");
    account.resolve(NOW + 7, "QA");
    daemon.advance(5).await;
    assert_eq!(tell(&daemon, &event("resolved", "QA"), SECRETS[1]).await, 200);
    // Late, repeated: an event that is not true any more changes nothing.
    assert_eq!(tell(&daemon, &triggered, SECRETS[0]).await, 200);
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    assert_eq!(open(&scrape), 0.0);
    assert_eq!((events(&scrape, "stored"), events(&scrape, "unsigned")), (3.0, 0.0));

    // What is no news, no event or not signed is told apart; what cannot be read now comes again.
    assert_eq!(tell(&daemon, &event("acknowledged", "QA"), SECRETS[0]).await, 202);
    assert_eq!(tell(&daemon, "{}", SECRETS[0]).await, 400);
    assert_eq!(tell(&daemon, &triggered, "secret-of-nobody").await, 401);
    account.revoke(true);
    assert_eq!(tell(&daemon, &triggered, SECRETS[0]).await, 503);
    account.revoke(false);
    assert_eq!(tell(&daemon, &triggered, SECRETS[0]).await, 200);
    let scrape = daemon.scrape().await;
    let outcomes = ["stored", "ignored", "malformed", "unsigned", "too_large", "unavailable"];
    let counts = outcomes.map(|outcome| events(&scrape, outcome));
    assert_eq!(counts, [4.0, 1.0, 1.0, 1.0, 0.0, 1.0]);
    daemon.stop().await;
    let stored = std::fs::read(world.store()).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("Greenholt"));
}

#[tokio::test]
async fn a_door_without_a_secret_is_as_if_it_were_not_there() {
    let (world, account) = world().await;
    let daemon = world.start(&config(&world, &account, false)).await;
    let body = event("triggered", "QA");
    assert_eq!(tell(&daemon, &body, SECRETS[0]).await, 404);
    assert_eq!(daemon.get(DOOR).await, daemon.get("/webhooks/nowhere").await);
    assert!(!daemon.scrape().await.0.contains("dora_exporter_webhook_events_total{"));
    daemon.stop().await;
}

/// What is shown of teams and components after a morning of incidents of which some events come.
async fn morning(told: &[(i64, &str, &str)]) -> Vec<String> {
    let (world, account) = world().await;
    account.open(NOW + MINUTE, "QA", "PPAY", "Payments fail");
    account.resolve(NOW + 20 * MINUTE, "QA");
    account.log(NOW + 25 * MINUTE, "QA", "reopen", "UADA", "");
    account.resolve(NOW + 40 * MINUTE, "QA");
    account.open(NOW + 30 * MINUTE, "QB", "PPAY", "Refunds fail");
    account.merge(NOW + 33 * MINUTE, "QB");
    account.open(NOW + 50 * MINUTE, "QC", "PVPN", "No component");
    let daemon = world.start(&config(&world, &account, true)).await;
    for (at, kind, id) in told {
        daemon.advance(at - world.clock.seconds()).await;
        assert_eq!(tell(&daemon, &event(kind, id), SECRETS[0]).await, 200);
    }
    daemon.advance(NOW + 2 * HOUR - world.clock.seconds()).await;
    let shown = daemon.scrape().await;
    daemon.stop().await;
    let is_judged = |line: &&str| line.starts_with("dora_") && !line.starts_with("dora_exporter_");
    shown.0.lines().filter(is_judged).map(str::to_owned).collect()
}

#[tokio::test]
async fn lost_late_repeated_and_reordered_events_change_nothing_in_the_end() {
    let asked = morning(&[]).await;
    let counted: Vec<&String> =
        asked.iter().filter(|line| line.starts_with("dora_team_incidents_total")).collect();
    // The merged one stood for 3 minutes, and was counted by then.
    assert!(counted.iter().any(|line| line.ends_with(" 2")), "{counted:?}");
    let in_time = [
        (NOW + MINUTE + 1, "triggered", "QA"),
        (NOW + 20 * MINUTE + 1, "resolved", "QA"),
        (NOW + 25 * MINUTE + 1, "reopened", "QA"),
        (NOW + 30 * MINUTE + 1, "triggered", "QB"),
        (NOW + 33 * MINUTE + 1, "resolved", "QB"),
        (NOW + 40 * MINUTE + 1, "resolved", "QA"),
        (NOW + 50 * MINUTE + 1, "triggered", "QC"),
    ];
    assert_eq!(morning(&in_time).await, asked);
    let in_disorder = [
        (NOW + 21 * MINUTE, "resolved", "QA"),
        (NOW + 22 * MINUTE, "triggered", "QA"),
        (NOW + 22 * MINUTE, "triggered", "QA"),
        (NOW + 41 * MINUTE, "reopened", "QA"),
        (NOW + 42 * MINUTE, "triggered", "QB"),
        (NOW + 90 * MINUTE, "triggered", "QA"),
    ];
    assert_eq!(morning(&in_disorder).await, asked);
}
