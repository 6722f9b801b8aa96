//! What keeping thousands of repositories fresh costs: points a repository and sweep with nothing new,
//! points of the news, and of a first collection, beside the least that GitHub's formula allows.
//!
//! `cargo bench --bench sweep` — exits with a failure where a target is missed. Counts and ratios come
//! from the simulated GitHub; only the length of a sweep is measured, with an answer time that the
//! simulation makes up. `DORA_BENCH_REPOSITORIES` sets how many repositories a first collection reads.

mod busy;
mod collecting;
mod http;
mod report;
mod thousands;

use busy::{busy, repositories};
use collecting::{Collecting, NOW, show};
use dora_exporter::clock::{Clock, SystemClock};
use github_sim::{Fault, LimitSettings, Merge, Sim, When};
use http::{Scraper, values};
use report::Report;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};
use thousands::{REPOSITORIES, organization};

/// One of so many repositories has news.
const ONE_HAS_NEWS: usize = 50;
/// How long GitHub takes to answer in the measured sweep.
const ANSWER_TIME: Duration = Duration::from_millis(200);

/// Points a repository and sweep without news, all repositories active.
const ALL_ACTIVE_EACH: f64 = 0.02;
/// The same, where one in five is active.
const FIFTH_ACTIVE_EACH: f64 = 0.01;
/// Seconds of a sweep.
const SWEEP_SECONDS: f64 = 60.0;
/// Memory of a daemon that has read all repositories.
const MEMORY_MIB: f64 = 250.0;
/// Points in relation to the least that the formula allows for the pages that hold what is read.
const RATIO: f64 = 1.3;

/// The points of a sweep in which nothing is new, after one that may have left something to do.
async fn quiet(collecting: &mut Collecting, title: &str) -> anyhow::Result<f64> {
    collecting.sweep().await?;
    let sweep = collecting.sweep().await?;
    show(title, &sweep);
    Ok(sweep.points as f64)
}

async fn nothing_new(report: &mut Report) -> anyhow::Result<()> {
    let (story, _) = organization(5, NOW);
    let mut collecting = Collecting::start(story, REPOSITORIES).await?;
    show("First collection of 10,000 small repositories", &collecting.first().await?);
    // Half an hour, in which idle repositories are asked once.
    let mut points = 0.0;
    for _ in 0..6 {
        points += collecting.sweep().await?.points as f64;
    }
    let each = points / 6.0 / REPOSITORIES as f64;
    report.at_most("points each, a fifth active, listing included", each, FIFTH_ACTIVE_EACH);
    collecting.end().await
}

async fn all_active(report: &mut Report) -> anyhow::Result<()> {
    let (story, deployed) = organization(1, NOW);
    let mut collecting = Collecting::start(story, REPOSITORIES).await?;
    collecting.first().await?;
    let points = quiet(&mut collecting, "A sweep of 10,000 active repositories").await?;
    let each = points / REPOSITORIES as f64;
    report.at_most("points each, all active", each, ALL_ACTIVE_EACH);

    let delayed = When { times: usize::MAX, ..When::default() };
    collecting.sim.faults().on_requests(Fault::Delayed(ANSWER_TIME), delayed);
    let started = Instant::now();
    let sweep = collecting.sweep().await?;
    let seconds = started.elapsed().as_secs_f64();
    report.note("requests at 200 ms each", sweep.requests);
    report.at_most("seconds of the sweep", seconds, SWEEP_SECONDS);
    collecting.sim.faults().clear();

    news(&mut collecting, &deployed, report).await?;
    collecting.end().await
}

/// One in fifty repositories gets a pull request merged and deployed.
async fn news(
    collecting: &mut Collecting,
    deployed: &[(u64, usize)],
    report: &mut Report,
) -> anyhow::Result<()> {
    let at = collecting.clock.now().0;
    let changed = &deployed[..REPOSITORIES / ONE_HAS_NEWS];
    for (repo, _) in changed {
        collecting.story.commit(at + 10, *repo, "change", "A change");
        let number = collecting.story.open_pull(at + 20, *repo, "change", "A change");
        let sha = collecting.story.merge(at + 30, *repo, number, Merge::Squash);
        collecting.story.ship(at + 120, *repo, &sha, "production");
    }
    let sweep = collecting.sweep().await?;
    show("A sweep in which 200 of them had a pull request merged and deployed", &sweep);
    // Each has a page of deployments, one of pull requests and one of commits.
    let least = 3 * changed.len();
    report.note("the least for the pages that hold the news, each asked alone", least);
    report.at_most("ratio, the sweep included", sweep.points as f64 / least as f64, RATIO);
    Ok(())
}

async fn first_collection(report: &mut Report) -> anyhow::Result<()> {
    let repositories = repositories();
    let plenty =
        LimitSettings { points_per_hour: 10_000_000, secondary: false, ..LimitSettings::default() };
    let collecting = Collecting::limited(busy(repositories, NOW).0, repositories, plenty).await?;
    let first = collecting.first().await?;
    show(&format!("First collection of {repositories} repositories of 90 busy days"), &first);
    // 180 deployments in pages of 100, 270 pull requests in pages of 37, 721 commits in pages of 100,
    // and a hundred repositories listed a point.
    let least = repositories * (2 + 8 + 8) + repositories.div_ceil(100);
    report.note("the least that the formula allows", least);
    report.at_most("ratio", first.points as f64 / least as f64, RATIO);
    collecting.end().await
}

/// The memory of a daemon that has read 10,000 repositories: the binary, in a process of its own, since
/// the simulation needs more.
async fn memory(report: &mut Report) -> anyhow::Result<()> {
    let now = || SystemClock.now().0;
    let sim = Sim::new(now);
    sim.set_limits(LimitSettings { secondary: false, ..LimitSettings::default() });
    organization(1, now()).0.play(&sim)?;
    let github = sim.serve(([127, 0, 0, 1], 0).into()).await?;
    let folder = tempfile::tempdir()?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let text = format!(
        "[server]\nlisten_address = \"{address}\"\n[store]\nurl = \"sqlite:{}\"\n\
         [ownership]\norder = [\"rules\"]\n[[github]]\napi_url = \"{}\"\n\
         organizations = [\"acme\"]\n",
        folder.path().join("bench.db").display(),
        github.url
    );
    let file = folder.path().join("bench.toml");
    std::fs::write(&file, text)?;
    let daemon = Command::new(env!("CARGO_BIN_EXE_dora-exporter"))
        .args(["run", "--log.level", "error", "--config"])
        .arg(&file)
        .env("GITHUB_TOKEN", "token")
        .spawn()?;
    let mut daemon = Killed(daemon);
    let scraper = Scraper::of(address);
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        anyhow::ensure!(daemon.0.try_wait()?.is_none(), "the daemon has ended");
        let Ok(metrics) = scraper.metrics().await else { continue };
        let complete = values(&metrics, "dora_exporter_backfill_complete");
        if complete.len() == REPOSITORIES && complete.iter().all(|value| *value == 1.0) {
            let bytes: f64 = values(&metrics, "process_resident_memory_bytes").iter().sum();
            report.at_most(
                "MiB resident with 10,000 repositories",
                bytes / 1_048_576.0,
                MEMORY_MIB,
            );
            break;
        }
    }
    Ok(())
}

/// A process that does not outlive its owner.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn all() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    first_collection(&mut report).await?;
    all_active(&mut report).await?;
    nothing_new(&mut report).await?;
    memory(&mut report).await?;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
