//! No person leaves the process: not by metrics, pages or the log, nor into the store.

use crate::process::Process;
use crate::running::{TOKEN, get};
use dora_exporter::demo::{BOTS, LOGINS};
use std::time::{Duration, Instant};

/// The demo is complete long before.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everything that this program and the libraries that see requests and rows can say.
const EVERYTHING: &str =
    "trace,octocrab=trace,hyper=trace,hyper_util=trace,tower=trace,sqlx=trace,h2=trace";

/// The names of people, as logins and in parts, in whatever case.
fn people() -> Vec<String> {
    let parts = LOGINS.iter().flat_map(|login| login.split('-').filter(|part| part.len() > 5));
    LOGINS.iter().map(|login| (*login).to_owned()).chain(parts.map(str::to_owned)).collect()
}

#[track_caller]
pub fn assert_nobody(place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    assert!(!text.is_empty(), "{place} is empty");
    for name in people() {
        if let Some(at) = text.find(&name) {
            let around = text.get(at.saturating_sub(80)..(at + 80).min(text.len()));
            panic!("{name} is in {place}: {around:?}");
        }
    }
    for secret in [TOKEN, "demo-token"] {
        assert!(!text.contains(secret), "a token is in {place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_the_demo_organisation_is_in_metrics_pages_log_or_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("demo.db").display().to_string();
    let arguments = [
        "demo",
        "--web.listen-address",
        "127.0.0.1:0",
        "--store",
        &store,
        "--log.level",
        EVERYTHING,
        "--days",
        "60",
    ];
    let process = Process::start(folder.path(), &arguments);
    let address = process.address("http://localhost:");
    let since = Instant::now();
    let metrics = loop {
        let metrics = get(address, "/metrics").await.1;
        let counted = |line: &&str| line.starts_with("dora_lead_time_hours_count");
        let lines: Vec<&str> = metrics.lines().filter(counted).collect();
        // It is read, and the last 30 days have entered the histograms.
        let primed = lines.iter().filter(|line| !line.ends_with(" 0")).count();
        if primed > 20 {
            break metrics;
        }
        assert!(since.elapsed() < PATIENCE, "only {primed} components have lead times");
        assert_nobody("the output", process.out().as_bytes());
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    assert_nobody("/metrics", metrics.as_bytes());
    for bot in BOTS {
        assert!(!metrics.contains(bot), "the bot {bot} is in /metrics");
    }
    // Who answered the demo's surveys is nowhere either.
    assert!(metrics.contains("space_survey_responses{team=\"checkout\""), "no survey is shown");
    for path in ["org", "org/surveys", "teams", "teams/checkout", "teams/checkout/surveys"] {
        let path = format!("/api/v1/{path}");
        assert_nobody(&path, get(address, &path).await.1.as_bytes());
    }
    let page = get(address, "/teams/checkout").await.1;
    assert!(page.contains("How the team works together"), "no team's page: {page}");
    assert_nobody("a team's page", page.as_bytes());
    assert_nobody("the landing page", get(address, "/").await.1.as_bytes());
    let stored = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let files = [stored("demo.db"), stored("demo.db-wal")].concat();
    assert!(files.len() > 500_000, "{} bytes are no organisation", files.len());
    assert_nobody("the store", &files);
    process.terminate();
    let ended = process.end();
    assert!(ended.status.success());
    assert!(ended.err.len() > 10_000, "this is no talkative log: {}", ended.err);
    assert_nobody("the log", ended.err.as_bytes());
    assert_nobody("the store after its end", &stored("demo.db"));
}
