//! What the door for GitHub's webhooks bears, and how soon a gauge shows what a delivery tells of.
//!
//! `cargo bench --bench doors` — exits with a failure where a target is missed. The daemon, the
//! simulated GitHub and whoever sends the deliveries share the machine, and deliveries are signed
//! before the time is taken. Each names another deployment, so that each is stored.

mod http;
mod report;

use ::http::Request;
use dora_exporter::cli::Daemon;
use dora_exporter::clock::{Clock, SystemClock};
use dora_exporter::config::{self, ConfigFile, Flags, Sources};
use github_sim::{Event, Fault, LimitSettings, Scenario, Sim, SimServer, When};
use hmac::{Hmac, KeyInit, Mac};
use http::{Scraper, values};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use report::Report;
use serde_json::{Value, json};
use sha2::Sha256;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const DAY: i64 = 86_400;
const SECRET: &str = "the bench's secret";
/// Repositories, all of them deployed: one for each deployment that is waited for, since the same
/// commit again within ten minutes would be the same deployment.
const REPOSITORIES: usize = SHOWN;
/// How large a delivery is.
const DELIVERY_BYTES: usize = 20_000;
/// Deliveries of a round, and the rounds: the best is held to the target, since other work on the
/// machine only ever adds to a time.
const A_ROUND: usize = 5_000;
const ROUNDS: usize = 4;
/// How many are on their way at once.
const AT_ONCE: usize = 128;
/// How many deployments are waited for, one after the other.
const SHOWN: usize = 120;
/// How long GitHub takes to answer meanwhile.
const ANSWER_TIME: Duration = Duration::from_millis(200);

/// Deliveries a second.
const A_SECOND: f64 = 5_000.0;
/// One delivery, alone, until it is stored and answered.
const STORED_MILLISECONDS: f64 = 5.0;
/// From the delivery to the bytes of the gauge.
const SHOWN_SECONDS: f64 = 1.5;

/// Sends deliveries to a daemon.
#[derive(Clone)]
struct Hook {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

/// A delivery that is signed.
#[derive(Clone)]
struct Delivery {
    body: Bytes,
    signature: String,
}

impl Delivery {
    /// With as much around it as GitHub sends.
    fn of(mut payload: Value) -> Delivery {
        let mut about = Vec::new();
        let people = |n: usize| {
            json!({"login": format!("person-{n}"), "id": n, "site_admin": false,
                   "url": format!("https://api.github.com/users/person-{n}")})
        };
        let mut size = payload.to_string().len() + 20;
        while size < DELIVERY_BYTES {
            let one = people(about.len());
            size += one.to_string().len() + 1;
            about.push(one);
        }
        payload["about"] = Value::Array(about);
        let body = Bytes::from(payload.to_string());
        let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes());
        let sum = keyed.map(|keyed| keyed.chain_update(&body).finalize().into_bytes());
        let digits = sum.iter().flatten().map(|byte| format!("{byte:02x}"));
        let signature = format!("sha256={}", digits.collect::<String>());
        Delivery { body, signature }
    }
}

impl Hook {
    async fn send(&self, delivery: Delivery) -> anyhow::Result<()> {
        let request = Request::post(format!("http://{}/webhooks/github", self.address))
            .header("content-type", "application/json")
            .header("x-github-event", "deployment_status")
            .header("x-hub-signature-256", &delivery.signature)
            .body(Full::from(delivery.body))?;
        let answer = self.client.request(request).await?;
        anyhow::ensure!(answer.status() == 200, "a delivery was answered {}", answer.status());
        answer.into_body().collect().await?;
        Ok(())
    }

    /// Sends all of them, many at once; gives how long it took.
    async fn send_all(&self, deliveries: Vec<Delivery>) -> anyhow::Result<Duration> {
        let (deliveries, next) = (Arc::new(deliveries), Arc::new(AtomicUsize::new(0)));
        let started = Instant::now();
        let senders = (0..AT_ONCE).map(|_| {
            let (hook, deliveries) = (self.clone(), Arc::clone(&deliveries));
            let next = Arc::clone(&next);
            tokio::spawn(async move {
                while let Some(one) = deliveries.get(next.fetch_add(1, Ordering::Relaxed)) {
                    hook.send(one.clone()).await?;
                }
                anyhow::Ok(())
            })
        });
        let senders: Vec<_> = senders.collect();
        for sender in senders {
            sender.await??;
        }
        Ok(started.elapsed())
    }
}

/// A daemon that asks of its own accord once a day only.
struct World {
    sim: Sim,
    repositories: Vec<(u64, String)>,
    hook: Hook,
    scraper: Scraper,
    daemon: Daemon,
    stop: CancellationToken,
    _github: SimServer,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> anyhow::Result<World> {
        let now = SystemClock.now().0;
        let sim = Sim::new(|| SystemClock.now().0);
        sim.set_limits(LimitSettings { secondary: false, ..LimitSettings::default() });
        let mut story = Scenario::new();
        let mut repositories = Vec::new();
        for number in 0..REPOSITORIES {
            let repo = story.repository(now - 60 * DAY, &format!("acme/service-{number}"));
            let sha = story.commit(now - 50 * DAY, repo, "main", "A step");
            story.ship(now - 40 * DAY, repo, &sha, "production");
            repositories.push((repo, sha));
        }
        story.play(&sim)?;
        let github = sim.serve(([127, 0, 0, 1], 0).into()).await?;
        let folder = tempfile::tempdir()?;
        let text = format!(
            "[server]\nlisten_address = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:{}\"\n\
             [collection]\nsweep_interval = \"1d\"\n[ownership]\norder = [\"rules\"]\n\
             [measures]\nwindows = [\"90d\"]\n[[github]]\napi_url = \"{}\"\norganizations = [\"acme\"]\n\
             webhook_secret_env = \"SECRET\"\n",
            folder.path().join("bench.db").display(),
            github.url
        );
        let variables = [("GITHUB_TOKEN", "token"), ("SECRET", SECRET)];
        let settings = config::load(&Sources {
            file: Some(ConfigFile::Text { name: "the bench's configuration".to_owned(), text }),
            environment: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            flags: Flags::default(),
        })?;
        let stop = CancellationToken::new();
        let daemon = Daemon::start(settings, Arc::new(SystemClock), stop.clone()).await?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let address = daemon.address();
        let (hook, scraper) = (Hook { client, address }, Scraper::of(address));
        let (_github, _folder) = (github, folder);
        let world = World { sim, repositories, hook, scraper, daemon, stop, _github, _folder };
        while world.deployments().await? < REPOSITORIES as f64 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(world)
    }

    /// Deployments of 90 days, of all components.
    async fn deployments(&self) -> anyhow::Result<f64> {
        let metrics = self.scraper.metrics().await?;
        let of_90_days = |line: &&str| line.contains("window=\"90d\"");
        let lines: Vec<&str> = metrics.lines().filter(of_90_days).collect();
        Ok(values(&lines.join("\n"), "dora_window_deployments").iter().sum())
    }

    /// A deployment that succeeds now, and what GitHub sends of it.
    fn deploy(&self, number: usize) -> anyhow::Result<Delivery> {
        let (repo, sha) = self.repositories[number % REPOSITORIES].clone();
        let (now, id) = (SystemClock.now().0, 9_000_000 + number as u64);
        let created = Event::DeploymentCreated {
            repo,
            id,
            sha,
            branch: None,
            environment: "production".to_owned(),
            task: "deploy".to_owned(),
            payload: String::new(),
        };
        let success =
            Event::DeploymentStatus { id, state: "SUCCESS".to_owned(), environment: None };
        self.sim.extend([(now, created), (now, success.clone())])?;
        let (_, payload) = self.sim.delivery(&success).unwrap_or_default();
        Ok(Delivery::of(payload))
    }
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * share).round() as usize]
}

/// How soon a gauge shows a deployment, while GitHub takes its time.
async fn shown(world: &World, report: &mut Report) -> anyhow::Result<()> {
    let delayed = When { times: usize::MAX, ..When::default() };
    world.sim.faults().on_requests(Fault::Delayed(ANSWER_TIME), delayed);
    let mut times = Vec::new();
    for number in 0..SHOWN {
        // Not in step with the second.
        tokio::time::sleep(Duration::from_millis(37 * (number as u64 % 27))).await;
        let before = world.deployments().await?;
        let delivery = world.deploy(number)?;
        let started = Instant::now();
        world.hook.send(delivery).await?;
        while world.deployments().await? <= before {
            anyhow::ensure!(started.elapsed() < Duration::from_secs(30), "it never shows");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.push(started.elapsed().as_secs_f64());
    }
    world.sim.faults().clear();
    report.note("seconds until a gauge shows a deployment, median", percentile(&mut times, 0.5));
    report.at_most(
        "the same, p99 (GitHub answers in 200 ms)",
        percentile(&mut times, 0.99),
        SHOWN_SECONDS,
    );
    Ok(())
}

/// How many deliveries are stored a second, while nobody reads what they tell of.
async fn stored(world: &World, report: &mut Report) -> anyhow::Result<()> {
    let away = When { times: usize::MAX, ..When::default() };
    world.sim.faults().on_requests(Fault::Html(503), away);
    let template = world.sim.delivery(&Event::DeploymentStatus {
        id: 9_000_000,
        state: "SUCCESS".to_owned(),
        environment: None,
    });
    let (_, template) = template.unwrap_or_default();
    let other = |number: usize| {
        let mut payload = template.clone();
        payload["deployment"]["node_id"] = json!(format!("DE_{number}"));
        payload["repository"]["id"] = json!(world.repositories[number % REPOSITORIES].0);
        Delivery::of(payload)
    };
    let mut rates = Vec::new();
    for round in 0..ROUNDS {
        let deliveries = (0..A_ROUND).map(|number| other(round * A_ROUND + number)).collect();
        let took = world.hook.send_all(deliveries).await?;
        rates.push(A_ROUND as f64 / took.as_secs_f64());
    }
    let mut alone = Vec::new();
    for number in 0..1_000 {
        let delivery = other(ROUNDS * A_ROUND + number);
        let started = Instant::now();
        world.hook.send(delivery).await?;
        alone.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    report.note("deliveries stored a second, median round", percentile(&mut rates, 0.5) as u64);
    report.at_least("the same, best round", percentile(&mut rates, 1.0), A_SECOND);
    report.note("ms until one alone is stored and answered, p99", percentile(&mut alone, 0.99));
    report.at_most("the same, median", percentile(&mut alone, 0.5), STORED_MILLISECONDS);
    Ok(())
}

async fn all() -> anyhow::Result<ExitCode> {
    let world = World::start().await?;
    let mut report = Report::default();
    println!("deliveries of {DELIVERY_BYTES} bytes, {AT_ONCE} at once");
    shown(&world, &mut report).await?;
    stored(&world, &mut report).await?;
    world.stop.cancel();
    world.daemon.wait().await?;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
