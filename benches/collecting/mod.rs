//! A daemon that reads a simulated GitHub over HTTP, on a clock that the bench moves: what it asks for
//! is counted, so the counts are the same on every machine.

use crate::http::{Scraper, values};
use delivery::domain::Time;
use dora_exporter::cli::Daemon;
use dora_exporter::clock::{Clock, ManualClock};
use dora_exporter::config::{self, ConfigFile, Flags, Settings, Sources};
use github_sim::{LimitSettings, Meter, Scenario, Sim, SimServer};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// When everything begins.
pub const NOW: i64 = 1_800_000_000;
/// The daemon's default.
pub const SWEEP_INTERVAL: i64 = 300;
/// How long the machine may take for anything, before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(900);

/// What a daemon is told that keeps its store in `folder` and reads the GitHub at `url`, with further
/// sections. What asking for owners costs has a limit of its own, which tests hold.
pub fn settings(folder: &Path, url: &str, more: &str) -> anyhow::Result<Settings> {
    let text = format!(
        "[server]\nlisten_address = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite:{}\"\n\
         [ownership]\norder = [\"rules\"]\n{more}\
         [[github]]\napi_url = \"{url}\"\norganizations = [\"acme\"]\n",
        folder.join("bench.db").display()
    );
    Ok(config::load(&Sources {
        file: Some(ConfigFile::Text { name: "the bench's configuration".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), "token".to_owned())].into(),
        flags: Flags::default(),
    })?)
}

/// A daemon that reads a simulated GitHub; both share a clock that this bench moves.
pub struct Collecting {
    /// What is read, with its meter.
    pub sim: Sim,
    /// What has happened so far; a sweep plays what was added.
    pub story: Scenario,
    /// Of the daemon and of GitHub.
    pub clock: ManualClock,
    scraper: Scraper,
    daemon: Daemon,
    stop: CancellationToken,
    repositories: usize,
    /// Where the simulated GitHub answers.
    #[allow(dead_code, reason = "not every bench asks it itself")]
    pub url: String,
    _github: SimServer,
    _folder: tempfile::TempDir,
}

impl Collecting {
    /// A daemon that begins to read a story of so many repositories.
    pub async fn start(story: Scenario, repositories: usize) -> anyhow::Result<Collecting> {
        Collecting::limited(story, repositories, LimitSettings::default()).await
    }

    /// A daemon with a token of other limits than GitHub's.
    pub async fn limited(
        mut story: Scenario,
        repositories: usize,
        limits: LimitSettings,
    ) -> anyhow::Result<Collecting> {
        let clock = ManualClock::at(Time(NOW));
        let of_the_sim = clock.clone();
        let sim = Sim::new(move || of_the_sim.now().0);
        sim.set_limits(limits);
        story.play(&sim)?;
        let github = sim.serve(([127, 0, 0, 1], 0).into()).await?;
        let folder = tempfile::tempdir()?;
        let more = format!("[collection]\nsweep_interval = \"{SWEEP_INTERVAL}s\"\n");
        let settings = settings(folder.path(), &github.url, &more)?;
        let stop = CancellationToken::new();
        let daemon = Daemon::start(settings, Arc::new(clock.clone()), stop.clone()).await?;
        let scraper = Scraper::of(daemon.address());
        let (url, _github, _folder) = (github.url.clone(), github, folder);
        Ok(Collecting {
            sim,
            story,
            clock,
            scraper,
            daemon,
            stop,
            repositories,
            url,
            _github,
            _folder,
        })
    }

    /// The cost until all history is read.
    pub async fn first(&self) -> anyhow::Result<Meter> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let metrics = self.scraper.metrics().await?;
            let complete = values(&metrics, "dora_exporter_backfill_complete");
            if complete.len() == self.repositories && complete.iter().all(|value| *value == 1.0) {
                return Ok(self.taken());
            }
            anyhow::ensure!(Instant::now() < deadline, "the first collection does not end");
            // Snapshots wait for a second to pass; asking for large ones takes time from the work.
            self.clock.advance(1);
            tokio::time::sleep(Duration::from_millis(20 + self.repositories as u64 / 20)).await;
        }
    }

    /// The cost of the next sweep with all that it fetches.
    pub async fn sweep(&mut self) -> anyhow::Result<Meter> {
        self.story.play(&self.sim)?;
        let asked = self.clock.now().0;
        self.clock.advance(2 * SWEEP_INTERVAL);
        let deadline = Instant::now() + PATIENCE;
        let family = "dora_exporter_source_last_success_timestamp_seconds";
        loop {
            let metrics = self.scraper.metrics().await?;
            let succeeded = values(&metrics, family);
            if !succeeded.is_empty() && succeeded.iter().all(|at| *at > asked as f64) {
                return Ok(self.taken());
            }
            anyhow::ensure!(Instant::now() < deadline, "the sweep does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until every repository shows that it was deployed last at this instant.
    #[allow(dead_code, reason = "not every bench looks at figures")]
    pub async fn shows_deployments_of(&self, at: i64) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let metrics = self.scraper.metrics().await?;
            let last = values(&metrics, "dora_last_deployment_timestamp_seconds");
            if last.iter().filter(|shown| **shown == at as f64).count() == self.repositories {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "the deployments do not show");
            self.clock.advance(1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn taken(&self) -> Meter {
        let meter = self.sim.meter();
        self.sim.reset_meter();
        meter
    }

    pub async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.daemon.wait().await?;
        Ok(())
    }
}

/// Prints what was asked for.
pub fn show(title: &str, meter: &Meter) {
    println!("{title}: {} points, {} requests", meter.points, meter.requests);
    for (name, operation) in &meter.operations {
        println!(
            "    {name:<28} {:>5} points {:>5} requests",
            operation.points, operation.requests
        );
    }
}
