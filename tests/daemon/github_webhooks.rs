//! GitHub's webhooks: what they tell of shows at once, and whatever is lost, late, repeated or out of
//! order, the end is what a daemon shows that only asks.

use crate::ci::run;
use crate::exposition::Scrape;
use crate::running::{Config, Running, World};
use crate::same_facts::assert_same;
use crate::story::{DAY, HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::{Event, Merge, Scenario};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;
use std::net::SocketAddr;

const SECRET: &str = "secret-of-the-webhook";
const DOOR: &str = "/webhooks/github";

fn signature(secret: &str, body: &[u8]) -> String {
    let keyed = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let sum = keyed.chain_update(body).finalize().into_bytes();
    format!("sha256={}", sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn tell(address: SocketAddr, kind: &str, body: &str, signature: &str) -> u16 {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::post(format!("http://{address}{DOOR}"))
        .header("x-github-event", kind)
        .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signature)
        .body(Full::from(body.to_owned()))
        .unwrap();
    client.request(request).await.unwrap().status().as_u16()
}

/// What GitHub sends of an event that has happened.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub kind: &'static str,
    pub body: String,
}

impl Delivery {
    pub fn of(world: &World, event: &Event) -> Option<Delivery> {
        let (kind, payload) = world.sim.delivery(event)?;
        Some(Delivery { kind, body: payload.to_string() })
    }

    pub async fn arrives(&self, daemon: &Running) -> u16 {
        let signature = signature(SECRET, self.body.as_bytes());
        tell(daemon.address(), self.kind, &self.body, &signature).await
    }
}

/// A daemon that asks of its own accord every three hours only.
pub fn seldom(world: &World) -> Config {
    let mut config = world.config();
    let file = world.folder.path().join("webhook-secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let file = file.display().to_string();
    config.github = format!("organizations = [\"acme\"]\nwebhook_secret_file = {file:?}");
    config.collection = "sweep_interval = \"3h\"".to_owned();
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
    config
}

/// Lets what was added to a story happen, and gives what GitHub sends of it.
pub fn happens(world: &World, known: usize, story: &Scenario) -> Vec<Delivery> {
    let mut sent = Vec::new();
    for (at, event) in story.clone().into_events().split_off(known) {
        assert!(at <= world.clock.seconds(), "it has not happened yet");
        world.sim.push(at, event.clone()).unwrap();
        sent.extend(Delivery::of(world, &event));
    }
    sent
}

fn events(scrape: &Scrape, outcome: &str) -> f64 {
    let labels = ["source=\"github\"", &format!("outcome=\"{outcome}\"")];
    scrape.sum("dora_exporter_webhook_events_total", &labels)
}

pub fn deployments(scrape: &Scrape, repo: &str) -> f64 {
    let repo = format!("repo=\"{repo}\"");
    scrape.sum("dora_window_deployments", &[&repo, "window=\"30d\""])
}

#[tokio::test]
async fn what_a_webhook_tells_of_shows_before_the_next_sweep() {
    let Story { mut story, pay, ops, .. } = organization();
    let known = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let before = daemon.scrape().await;
    world.sim.reset_meter();
    let sha = change(&mut story, pay, NOW + MINUTE, "told", Merge::Squash);
    story.ship(NOW + 90, pay, &sha, "production");
    let sent = happens(&world, known, &story);
    let last = sent.last().unwrap();
    assert_eq!(last.kind, "deployment_status");
    for delivery in &sent {
        assert_eq!(delivery.arrives(&daemon).await / 100, 2, "{}", delivery.kind);
    }
    daemon.advance(2).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/pay"), deployments(&before, "acme/pay") + 1.0);
    let changes = ["acme/pay\"", "window=\"30d\""];
    let shipped = |scrape: &Scrape| scrape.sum("dora_window_changes", &changes);
    assert_eq!(shipped(&after), shipped(&before) + 2.0, "with the change that had waited");
    let meter = world.sim.meter();
    assert!(meter.points <= 12, "{meter:?}");

    let known = story.clone().into_events().len();
    let labels = ["incident", "component/search"];
    let issue = story.issue(NOW + 100, ops, "Search is down", &labels);
    for delivery in happens(&world, known, &story) {
        assert_eq!(delivery.arrives(&daemon).await, 200);
    }
    daemon.advance(2).await;
    let open = |scrape: &Scrape| scrape.get("dora_open_incidents", &["acme/search"]);
    let during = daemon.scrape().await;
    let known = story.clone().into_events().len();
    story.close_issue(NOW + 101, ops, issue);
    for delivery in happens(&world, known, &story) {
        assert_eq!(delivery.arrives(&daemon).await, 200);
    }
    daemon.advance(2).await;
    let incidents = ["acme/search", "window=\"30d\""];
    let counted = |scrape: &Scrape| scrape.sum("dora_window_incidents", &incidents);
    assert_eq!(counted(&during), counted(&after) + 1.0);
    assert_ne!(open(&during), Some(0.0));
    let scrape = daemon.scrape().await;
    assert_eq!(events(&scrape, "unsigned") + events(&scrape, "malformed"), 0.0);
    daemon.stop().await;
}

/// What GitHub sends when a run of continuous integration has ended.
fn of_run(repo: u64, id: u64) -> Delivery {
    let run = serde_json::json!({
        "id": id, "name": "CI", "path": ".github/workflows/ci.yml", "event": "push",
        "status": "completed", "conclusion": "success",
    });
    let home = serde_json::json!({"id": repo, "full_name": "acme/pay", "default_branch": "main"});
    let body = serde_json::json!({"action": "completed", "repository": home, "workflow_run": run});
    Delivery { kind: "workflow_run", body: body.to_string() }
}

#[tokio::test]
async fn runs_that_end_are_read_before_the_next_sweep_and_a_storm_of_them_costs_a_call_a_minute() {
    let Story { mut story, pay, .. } = organization();
    let ends = |story: &mut Scenario, at: i64, id: u64| {
        run(story, (pay, id, id), ("ci.yml", "push"), (at, 60), "success");
    };
    let known = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let count = |scrape: &Scrape| scrape.sum("dora_exporter_facts", &["kind=\"workflow_run\""]);
    let before = count(&daemon.scrape().await);
    ends(&mut story, NOW, 1_000);
    happens(&world, known, &story);
    world.sim.reset_meter();
    assert_eq!(of_run(pay, 1_000).arrives(&daemon).await, 200);
    daemon.advance(2).await;
    assert_eq!(count(&daemon.scrape().await), before + 1.0);
    let meter = world.sim.meter();
    assert_eq!((meter.requests, meter.rest_charged, meter.points), (1, 1, 0), "{meter:?}");
    world.sim.reset_meter();
    for id in 0..60 {
        assert_eq!(of_run(pay, 1_000 + id % 3).arrives(&daemon).await, 200);
        daemon.advance(5).await;
    }
    let asked = world.sim.meter().paths["/repos/acme/pay/actions/runs"];
    assert!(asked <= 9, "{asked} in five minutes");
    daemon.stop().await;
}

#[tokio::test]
async fn a_storm_on_one_repository_costs_a_few_requests() {
    let Story { mut story, pay, .. } = organization();
    let known = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let sha = change(&mut story, pay, NOW + MINUTE, "told", Merge::Squash);
    story.ship(NOW + 90, pay, &sha, "production");
    let sent = happens(&world, known, &story);
    world.sim.reset_meter();
    for _ in 0..200 {
        for delivery in &sent {
            assert!(delivery.arrives(&daemon).await < 300);
        }
    }
    daemon.advance(HOUR).await;
    let asked = world.sim.meter().requests;
    // What arrives while something is read is read together.
    assert!(asked < 400, "{asked} requests for {} events", 200 * sent.len());
    daemon.stop().await;
}

#[tokio::test]
async fn a_delivery_that_was_answered_is_read_though_the_daemon_dies() {
    let Story { mut story, pay, .. } = organization();
    let known = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let config = seldom(&world);
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    let before = daemon.scrape().await;
    let sha = change(&mut story, pay, NOW + MINUTE, "told", Merge::Squash);
    story.ship(NOW + 90, pay, &sha, "production");
    // GitHub does not answer, so nothing can be read.
    let down = github_sim::When { times: usize::MAX, ..github_sim::When::default() };
    let sent = happens(&world, known, &story);
    world.sim.faults().on_requests(github_sim::Fault::Html(503), down);
    for delivery in &sent {
        assert!(delivery.arrives(&daemon).await < 300);
    }
    daemon.advance(2).await;
    assert_eq!(deployments(&daemon.scrape().await, "acme/pay"), deployments(&before, "acme/pay"));
    daemon.stop().await;
    world.sim.faults().clear();
    let store = dora_exporter::store::Store::open(&world.store()).await.unwrap();
    assert!(!store.hints("github").await.unwrap().is_empty());
    store.close().await;
    let daemon = world.start(&config).await;
    daemon.advance(5).await;
    let after = daemon.scrape().await;
    assert_eq!(deployments(&after, "acme/pay"), deployments(&before, "acme/pay") + 1.0);
    daemon.stop().await;
    let store = dora_exporter::store::Store::open(&world.store()).await.unwrap();
    assert_eq!(store.hints("github").await.unwrap(), []);
    store.close().await;
}

#[tokio::test]
async fn what_is_not_signed_or_not_collected_changes_nothing() {
    let world = World::of(organization().story, NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(5).await;
    world.sim.reset_meter();
    let address = daemon.address();
    let event = r#"{"action": "created", "deployment": {"id": 1, "node_id": "DE_1",
        "environment": "production"}, "deployment_status": {"state": "success"},
        "repository": {"id": 424242, "full_name": "else/where"}}"#;
    let right = signature(SECRET, event.as_bytes());
    assert_eq!(tell(address, "deployment_status", event, &right).await, 202, "not collected");
    for (body, signed, expected) in [
        (event, signature("another", event.as_bytes()), 401),
        (event, String::new(), 401),
        (event, right.replace("sha256=", "sha1="), 401),
        ("{", signature(SECRET, b"{"), 400),
        ("{}", signature(SECRET, b"{}"), 400),
    ] {
        assert_eq!(tell(address, "deployment_status", body, &signed).await, expected, "{body}");
    }
    let ping = r#"{"zen": "Design for failure.", "hook_id": 1, "hook": {}}"#;
    assert_eq!(tell(address, "ping", ping, &signature(SECRET, ping.as_bytes())).await, 202);
    let scrape = daemon.scrape().await;
    let counts = ["stored", "ignored", "malformed", "unsigned"].map(|one| events(&scrape, one));
    assert_eq!(counts, [0.0, 2.0, 2.0, 3.0]);
    assert_eq!(world.sim.meter().requests, 0);
    assert_eq!(daemon.get(DOOR).await.0, 404, "a door tells nobody of itself");
    daemon.stop().await;

    let daemon = world.start(&world.config()).await;
    assert_eq!(tell(daemon.address(), "ping", ping, &right).await, 404, "no secret, no door");
    assert!(!daemon.scrape().await.0.contains("dora_exporter_webhook_events_total{"));
    daemon.stop().await;
}

#[tokio::test]
async fn a_repository_that_is_renamed_or_given_a_team_is_looked_at_at_once() {
    let Story { story, pay, .. } = organization();
    let world = World::of(story, NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    daemon.advance(2 * MINUTE).await;
    let (owner, name) = ("acme".to_owned(), "payments".to_owned());
    let moved = Event::RepositoryMoved { repo: pay, owner, name };
    world.sim.push(world.clock.seconds(), moved.clone()).unwrap();
    assert_eq!(Delivery::of(&world, &moved).unwrap().arrives(&daemon).await, 200);
    daemon.advance(2).await;
    assert!(deployments(&daemon.scrape().await, "acme/payments") > 0.0);
    daemon.stop().await;
}

/// How deliveries reach a daemon.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// None comes.
    Lost,
    /// Each at its time.
    InTime,
    /// Some not, some late, some twice, in an order that the seed makes.
    Disorder(u64),
}

/// The gauges after a day of which deliveries tell.
async fn told(way: Way) -> Vec<String> {
    let Story { mut story, pay, search, ops, burning } = organization();
    let known = story.clone().into_events().len();
    for n in 0..8 {
        let at = NOW + n * 3 * HOUR + HOUR;
        let repo = if n % 3 == 0 { search } else { pay };
        let branch = format!("told-{n}");
        story.commit(at - 40 * MINUTE, repo, &branch, "Begin");
        let number = story.open_pull(at - 35 * MINUTE, repo, &branch, "A change");
        let sha = story.merge(at, repo, number, Merge::Squash);
        let environment = if repo == search { "prod-eu" } else { "production" };
        if n % 5 == 2 {
            let failed = story.deploy(at + 5 * MINUTE, repo, &sha, environment);
            story.status(at + 6 * MINUTE, failed, "FAILURE");
        }
        story.ship(at + 10 * MINUTE, repo, &sha, environment);
        story.ship(at + 11 * MINUTE, repo, &sha, "staging");
        if n % 4 == 1 {
            let labels = ["incident", "component/pay"];
            let issue = story.issue(at + 20 * MINUTE, ops, "Payments hang", &labels);
            story.close_issue(at + 50 * MINUTE, ops, issue);
        }
        if n == 5 {
            let unlabeled = Event::Labeled { repo: pay, number: burning, labels: Vec::new() };
            story.event(at + 55 * MINUTE, unlabeled);
        }
    }
    let mut events = story.into_events();
    let later = events.split_off(known);
    let world = World::of_events(events, NOW).await;
    let daemon = world.start(&seldom(&world)).await;
    let mut seed = match way {
        Way::Disorder(seed) => seed,
        _ => 0,
    };
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let mut held: Vec<Delivery> = Vec::new();
    for (at, event) in later {
        if at > world.clock.seconds() {
            daemon.jump(at).await;
        }
        world.sim.push(at, event.clone()).unwrap();
        let Some(delivery) = Delivery::of(&world, &event) else { continue };
        match way {
            Way::Lost => {}
            Way::InTime => held.push(delivery),
            Way::Disorder(_) => match random() % 4 {
                0 => {}
                1 => held.extend([delivery.clone(), delivery]),
                _ => held.push(delivery),
            },
        }
        while !held.is_empty() && (matches!(way, Way::InTime) || random() % 3 != 0) {
            let next = random() as usize % held.len();
            assert!(held.swap_remove(next).arrives(&daemon).await < 300);
        }
    }
    for delivery in held {
        assert!(delivery.arrives(&daemon).await < 300);
    }
    // The last sweep is of the same instant, however the sweeps before were delayed.
    daemon.jump(NOW + 2 * DAY).await;
    let gauges = daemon.scrape().await.gauges();
    daemon.stop().await;
    gauges
}

#[tokio::test]
async fn lost_late_repeated_and_reordered_deliveries_change_nothing_in_the_end() {
    let (asked, in_time, one, another) = tokio::join!(
        told(Way::Lost),
        told(Way::InTime),
        told(Way::Disorder(1)),
        told(Way::Disorder(2)),
    );
    assert!(asked.len() > 300);
    for shown in [in_time, one, another] {
        assert_same(&asked, &shown);
    }
}
