//! What a start costs: the time to the first figures and the resident memory of the daemon, over a
//! store with a million facts and with five million.
//!
//! `cargo bench --bench startup [-- FACTS REPOSITORIES DAYS [FOLDER]]` — without arguments the sizes
//! that have targets. A folder keeps the store for the next run. Exits with a failure where a target
//! is missed.

mod history;
mod http;
mod report;

use delivery::domain::Time;
use dora_exporter::clock::{Clock, SystemClock};
use dora_exporter::store::Store;
use history::Size;
use http::Scraper;
use report::Report;
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

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
/// A start that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a snapshot of figures holds, and nothing before it.
const FIGURES: &str = "\ndora_org_window_deployments{";

/// The daemon's process, ended with this value.
struct Daemon {
    process: Child,
    address: SocketAddr,
}

impl Daemon {
    /// Starts over the store in `folder`. Its GitHub answers nothing: only what is stored is shown.
    fn start(folder: &Path, size: Size) -> anyhow::Result<Daemon> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut text = format!(
            "[server]\nlisten_address = \"{address}\"\n[store]\nurl = \"sqlite:{}\"\n\
             [[github]]\nname = \"github\"\napi_url = \"http://127.0.0.1:9\"\n\
             organizations = [\"acme\"]\n[log]\nlevel = \"error\"\n",
            folder.join("dora.db").display()
        );
        for team in 0..size.teams() {
            write!(
                text,
                "[[ownership.rules]]\nrepositories = [\"acme/t{team:03}-*\"]\nteam = \"t{team:03}\"\n"
            )?;
        }
        let path = folder.join("dora.toml");
        std::fs::write(&path, text)?;
        let process = Command::new(env!("CARGO_BIN_EXE_dora-exporter"))
            .arg("--config")
            .arg(&path)
            .env("GITHUB_TOKEN", "bench-token")
            .spawn()?;
        Ok(Daemon { process, address })
    }

    /// Waits for the first figures.
    async fn figures(&self) -> anyhow::Result<()> {
        let scraper = Scraper::of(self.address);
        let deadline = Instant::now() + PATIENCE;
        loop {
            if scraper.metrics().await.is_ok_and(|text| text.contains(FIGURES)) {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "the daemon shows no figures");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A figure of the process's status, MiB.
    fn mebibytes(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let Some(kibibytes) = line.and_then(|line| line.split_whitespace().nth(1)) else {
            anyhow::bail!("no {name} in the process's status")
        };
        Ok(kibibytes.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes the history unless the folder has it from an earlier run.
async fn prepare(folder: &Path, size: Size, now: Time, report: &Report) -> anyhow::Result<()> {
    let path = folder.join("dora.db");
    if !path.exists() {
        let start = Instant::now();
        let store = Store::open(&path).await?;
        let written = history::write(&store, size, now).await?;
        store.close().await;
        report.note("facts", written.facts);
        report.note("rows that counters have counted", written.settled);
        report.note("writing them, seconds", format!("{:.1}", start.elapsed().as_secs_f64()));
    }
    Ok(())
}

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
