//! How soon a gauge shows what happened, by polling: 10,000 repositories at a GitHub that takes 200 ms to
//! answer, in which one in fifty has a pull request merged and deployed within each five minutes.
//!
//! `cargo bench --bench freshness` — exits with a failure where the target is missed. It takes as long as
//! what it measures: about a quarter of an hour of a real clock, most of it waiting.

#![allow(dead_code, reason = "what benches share is more than is needed here")]

mod collecting;
mod http;
mod report;
mod thousands;

use dora_exporter::cli::Daemon;
use dora_exporter::clock::{Clock, SystemClock};
use github_sim::{Fault, LimitSettings, Merge, Scenario, Sim, When};
use http::{Scraper, values};
use report::Report;
use std::collections::{BTreeMap, VecDeque};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thousands::{REPOSITORIES, organization};
use tokio_util::sync::CancellationToken;

/// How long GitHub takes to answer.
const ANSWER_TIME: Duration = Duration::from_millis(200);
/// News of so many repositories…
const NEWS: usize = REPOSITORIES / 50;
/// …come, evenly, within so many seconds, which is the default interval of sweeps…
const WITHIN: f64 = 300.0;
/// …so often in a row.
const ROUNDS: usize = 2;
/// Seconds until a gauge shows them.
const SHOWN_SECONDS: f64 = 310.0;
/// News that are not shown by then are lost.
const PATIENCE: f64 = 900.0;
/// How often it is looked whether something shows.
const LOOKED_EVERY: Duration = Duration::from_millis(500);

/// What has happened and is not shown yet, by repository: since when.
type Waiting = BTreeMap<String, VecDeque<Instant>>;

/// A pull request is merged and deployed now.
fn happen(story: &mut Scenario, repo: u64) {
    let now = SystemClock.now().0;
    story.commit(now - 3, repo, "change", "A change");
    let number = story.open_pull(now - 2, repo, "change", "A change");
    let sha = story.merge(now - 1, repo, number, Merge::Squash);
    let deployed = story.deploy(now, repo, &sha, "production");
    story.status(now, deployed, "SUCCESS");
}

/// How many deployments each repository shows.
fn shown(metrics: &str) -> BTreeMap<String, u64> {
    let lines = metrics.lines().filter(|line| line.starts_with("dora_window_deployments{"));
    let one = |line: &str| {
        let name = line.split_once("service-")?.1.split('"').next()?;
        Some((name.to_owned(), line.rsplit(' ').next()?.parse::<f64>().ok()? as u64))
    };
    lines.filter_map(one).collect()
}

/// Takes away what is shown; gives how long each took.
fn note(waiting: &mut Waiting, before: &mut BTreeMap<String, u64>, metrics: &str) -> Vec<f64> {
    let mut took = Vec::new();
    for (name, count) in shown(metrics) {
        let known = before.insert(name.clone(), count).unwrap_or(count);
        for _ in known..count {
            let since = waiting.get_mut(&name).and_then(VecDeque::pop_front);
            took.extend(since.map(|since| since.elapsed().as_secs_f64()));
        }
    }
    took
}

async fn complete(scraper: &Scraper) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let metrics = scraper.metrics().await?;
        let complete = values(&metrics, "dora_exporter_backfill_complete");
        if complete.len() == REPOSITORIES && complete.iter().all(|value| *value == 1.0) {
            return Ok(());
        }
        anyhow::ensure!(start.elapsed().as_secs_f64() < PATIENCE, "history is not read");
    }
}

async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let sim = Sim::new(|| SystemClock.now().0);
    sim.set_limits(LimitSettings::default());
    let (mut story, deployed) = organization(1, SystemClock.now().0);
    story.play(&sim)?;
    let github = sim.serve(([127, 0, 0, 1], 0).into()).await?;
    let folder = tempfile::tempdir()?;
    let windows = "[measures]\nwindows = [\"90d\"]\n";
    let settings = collecting::settings(folder.path(), &github.url, windows)?;
    let stop = CancellationToken::new();
    let daemon = Daemon::start(settings, Arc::new(SystemClock), stop.clone()).await?;
    let scraper = Scraper::of(daemon.address());
    complete(&scraper).await?;
    let delayed = When { times: usize::MAX, ..When::default() };
    sim.faults().on_requests(Fault::Delayed(ANSWER_TIME), delayed);
    sim.reset_meter();

    let mut before = shown(&scraper.metrics().await?);
    let mut waiting = Waiting::new();
    let mut took = Vec::new();
    let (began, mut happened) = (Instant::now(), 0);
    // Repositories in another order than they are asked in.
    let order: Vec<usize> = (0..NEWS).map(|place| place * 77 % NEWS).collect();
    while took.len() < NEWS * ROUNDS {
        tokio::time::sleep(LOOKED_EVERY).await;
        let due = began.elapsed().as_secs_f64() / WITHIN * NEWS as f64;
        while happened < NEWS * ROUNDS && (happened as f64) < due {
            // News are spread over all that are deployed.
            let place = order[happened % NEWS] * deployed.len() / NEWS;
            happen(&mut story, deployed[place].0);
            waiting.entry(deployed[place].1.to_string()).or_default().push_back(Instant::now());
            happened += 1;
        }
        story.play(&sim)?;
        took.extend(note(&mut waiting, &mut before, &scraper.metrics().await?));
        let late = began.elapsed().as_secs_f64() > WITHIN * ROUNDS as f64 + PATIENCE;
        anyhow::ensure!(!late, "{} of {happened} are shown", took.len());
    }
    took.sort_by(f64::total_cmp);
    let share = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    report.note("points a minute", format!("{:.1}", sim.meter().points as f64 / minutes));
    report.note("requests that broke a limit", sim.meter().violations);
    report.note("news", took.len());
    report.note("seconds until a gauge shows them, median", format!("{:.1}", share(0.5)));
    report.note("the same, longest", format!("{:.1}", share(1.0)));
    report.at_most("the same, p99 (GitHub answers in 200 ms)", share(0.99), SHOWN_SECONDS);
    stop.cancel();
    daemon.wait().await?;
    Ok(())
}

fn main() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    println!("{REPOSITORIES} repositories, {NEWS} with news every {WITHIN} seconds");
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(measure(&mut report))?;
    Ok(report.conclude())
}
