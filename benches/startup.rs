//! What a start costs: the time to the first figures and the resident memory of the daemon, over a
//! store with a million facts and with five million; and the processor's time while nothing happens.
//!
//! `cargo bench --bench startup [-- FACTS REPOSITORIES DAYS [FOLDER]]` — without arguments the sizes
//! that have targets. A folder keeps the store for the next run. Exits with a failure where a target
//! is missed.

mod daemon;
mod history;
mod http;
mod report;

use daemon::{Daemon, prepare};
use dora_exporter::clock::{Clock, SystemClock};
use history::Size;
use http::Scraper;
use report::Report;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How often it is scraped while nothing happens, and how many times.
const SCRAPED_EVERY: Duration = Duration::from_secs(15);
const IDLE_SCRAPES: usize = 6;
/// Percent of a core while nothing happens.
const IDLE_PERCENT: f64 = 1.0;

/// A size with what its start may cost: seconds, MiB.
type Case = (Size, Option<(f64, f64)>);

const MILLION: Size = Size { facts: 1_000_000, repositories: 1_000, days: 120, counted: false };
const FIVE_MILLION: Size = Size { facts: 5_000_000, repositories: 5_000, ..MILLION };
const CASES: [Case; 5] = [
    (MILLION, Some((5.0, 250.0))),
    (Size { counted: true, ..MILLION }, Some((5.0, 250.0))),
    (FIVE_MILLION, Some((20.0, 900.0))),
    (Size { counted: true, ..FIVE_MILLION }, Some((20.0, 900.0))),
    (Size { days: 400, ..FIVE_MILLION }, Some((20.0, 900.0))),
];

async fn measure(report: &mut Report, folder: &Path, (size, target): Case) -> anyhow::Result<()> {
    let Size { facts, repositories, days, counted } = size;
    let counters = if counted { "counters counted all the while" } else { "counters begin" };
    println!("{facts} facts of {repositories} repositories over {days} days, {counters}");
    prepare(folder, size, SystemClock.now(), report).await?;
    let (seconds, resident) = target.unwrap_or((f64::INFINITY, f64::INFINITY));
    let start = Instant::now();
    let daemon = Daemon::start(folder, size)?;
    daemon.figures().await?;
    report.at_most("first figures after, seconds", start.elapsed().as_secs_f64(), seconds);
    report.at_most("resident then, MiB", daemon.mebibytes("VmRSS")?, resident);
    report.note("resident at most until then", format!("{:.1}", daemon.mebibytes("VmHWM")?));
    idle(report, &daemon).await
}

/// What it takes while nothing happens and Prometheus scrapes: percent of a core.
async fn idle(report: &mut Report, daemon: &Daemon) -> anyhow::Result<()> {
    let scraper = Scraper::of(daemon.address);
    let metrics = scraper.metrics().await?;
    report.note("series", metrics.lines().filter(|line| !line.starts_with('#')).count());
    // What a start leaves to do is done by then.
    tokio::time::sleep(SCRAPED_EVERY).await;
    let (before, start) = (daemon.processor_seconds()?, Instant::now());
    for _ in 0..IDLE_SCRAPES {
        tokio::time::sleep(SCRAPED_EVERY).await;
        scraper.body("/metrics", true).await?;
    }
    let seconds = daemon.processor_seconds()? - before;
    let percent = 100.0 * seconds / start.elapsed().as_secs_f64();
    report.at_most("idle, scraped every 15 seconds, percent of a core", percent, IDLE_PERCENT);
    Ok(())
}

async fn all() -> anyhow::Result<ExitCode> {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let mut report = Report::default();
    if let [facts, repositories, days, rest @ ..] = &words[..] {
        let (facts, repositories) = (facts.parse()?, repositories.parse()?);
        let size = Size { facts, repositories, days: days.parse()?, counted: true };
        let kept = rest.first().map(Path::new);
        let own = tempfile::tempdir()?;
        measure(&mut report, kept.unwrap_or(own.path()), (size, None)).await?;
    } else {
        for case in CASES {
            measure(&mut report, tempfile::tempdir()?.path(), case).await?;
        }
    }
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(all())
}
