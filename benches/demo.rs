//! What the demo costs on this machine: memory, processor time, time to complete figures.
//!
//! `cargo bench --bench demo` — twice: the daemon alone, against a simulated GitHub in this process
//! (its memory is not the daemon's), and `dora-exporter demo`, which holds both. Reads `/proc`, so
//! it runs on Linux only. Exits with a failure where a target is missed.

mod acme;
mod http;
mod report;

use acme::{Acme, TOKEN};
use anyhow::Context;
use dora_exporter::clock::{Clock, SystemClock};
use dora_exporter::demo::News;
use github_sim::{Meter, Sim};
use http::{Scraper, values};
use report::Report;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_dora-exporter");
/// How long anything may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a process is watched at rest.
const REST: Duration = Duration::from_secs(60);
/// The clock of `/proc`, ticks a second.
const TICKS: f64 = 100.0;
const MIB: f64 = 1_048_576.0;

const MOST_MEMORY: f64 = 100.0;
const MOST_BINARY: f64 = 30.0;
const MOST_SECONDS: f64 = 20.0;

/// A running exporter.
struct Process {
    child: Child,
    started: Instant,
    scraper: Scraper,
}

impl Process {
    /// `run` with a configuration file.
    fn run(config: &Path, address: SocketAddr) -> anyhow::Result<Process> {
        let started = Instant::now();
        let mut command = Command::new(BINARY);
        command.arg("run").arg("--config").arg(config).env("GITHUB_TOKEN", TOKEN);
        let child = command.spawn().context("the daemon")?;
        Ok(Process { child, started, scraper: Scraper::of(address) })
    }

    /// `demo`, which tells its port.
    fn demo() -> anyhow::Result<Process> {
        let started = Instant::now();
        let mut command = Command::new(BINARY);
        command.args(["demo", "--web.listen-address", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().context("the demo")?;
        let output = child.stdout.take().context("the demo's output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let Some((_, rest)) = line.split_once("http://localhost:") else { continue };
            let port: u16 = rest.split('/').next().unwrap_or_default().parse()?;
            let scraper = Scraper::of(([127, 0, 0, 1], port).into());
            return Ok(Process { child, started, scraper });
        }
        anyhow::bail!("the demo told no port")
    }

    /// Seconds from the start until `path` answers 200.
    async fn answers(&self, path: &str) -> anyhow::Result<f64> {
        while self.scraper.body(path, false).await.is_err() {
            anyhow::ensure!(self.started.elapsed() < PATIENCE, "{path} does not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(self.started.elapsed().as_secs_f64())
    }

    /// Seconds from the start until the figures of all repositories are there.
    async fn complete(&self) -> anyhow::Result<f64> {
        loop {
            if let Ok(metrics) = self.scraper.metrics().await {
                let complete = values(&metrics, "dora_exporter_backfill_complete");
                if complete.len() > 1 && complete.iter().all(|value| *value == 1.0) {
                    return Ok(self.started.elapsed().as_secs_f64());
                }
            }
            anyhow::ensure!(self.started.elapsed() < PATIENCE, "the figures do not complete");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Resident memory, MiB: now and at most.
    fn memory(&self) -> anyhow::Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            kibibytes.unwrap_or(f64::NAN) / 1024.0
        };
        Ok((of("VmRSS:"), of("VmHWM:")))
    }

    /// Processor seconds used so far.
    fn processor(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The fields after the name, which stands in brackets: user and system time are 12th, 13th.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        Ok(ticks.sum::<f64>() / TICKS)
    }

    /// Percent of a core over a while with live news.
    async fn at_rest(&self) -> anyhow::Result<f64> {
        let (before, since) = (self.processor()?, Instant::now());
        tokio::time::sleep(REST).await;
        Ok((self.processor()? - before) / since.elapsed().as_secs_f64() * 100.0)
    }

    /// Ends it as an operator would.
    fn stop(mut self) -> anyhow::Result<()> {
        let kill = format!("kill -TERM {}", self.child.id());
        Command::new("sh").args(["-c", &kill]).status()?;
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the exporter ended with {status}");
        Ok(())
    }
}

fn show(title: &str, meter: &Meter) {
    println!("{title}: {} points, {} requests", meter.points, meter.requests);
    for (name, operation) in &meter.operations {
        println!(
            "    {name:<28} {:>5} points {:>5} requests",
            operation.points, operation.requests
        );
    }
}

async fn live(sim: Sim, mut news: News) {
    loop {
        if sim.extend(news.next(SystemClock.now().0)).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The daemon alone.
async fn daemon(report: &mut Report) -> anyhow::Result<()> {
    let acme = Acme::serve().await?;
    let folder = tempfile::tempdir()?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let text = acme.configuration(address, &folder.path().join("demo.db"))?;
    let config = folder.path().join("config.toml");
    std::fs::write(&config, text)?;

    println!("The daemon alone, its GitHub in another process");
    let process = Process::run(&config, address)?;
    report.at_most("seconds to complete figures", process.complete().await?, MOST_SECONDS);
    let sim = acme.sim.clone();
    let first = sim.meter();
    sim.reset_meter();
    let news = tokio::spawn(live(sim.clone(), acme.news));
    let load = process.at_rest().await?;
    let minute = sim.meter();
    let (now, most) = process.memory()?;
    report.at_most("resident MiB", now, MOST_MEMORY);
    report.at_most("resident MiB at most", most, MOST_MEMORY);
    report.note("percent of a core, a sweep every 3 s, live news", format!("{load:.1}"));
    process.stop()?;
    let process = Process::run(&config, address)?;
    let ready = process.answers("/-/ready").await?;
    report.note("seconds to ready, started again on its store", format!("{ready:.3}"));
    report.at_most("seconds to complete figures", process.complete().await?, MOST_SECONDS);
    report.note("resident MiB", format!("{:.1}", process.memory()?.0));
    process.stop()?;
    news.abort();
    show("Its first collection", &first);
    show("Its next minute", &minute);
    Ok(())
}

/// The demo as users start it.
async fn demo(report: &mut Report) -> anyhow::Result<()> {
    println!("dora-exporter demo, daemon and simulated GitHub in one process");
    let process = Process::demo()?;
    report.at_most("seconds to complete figures", process.complete().await?, MOST_SECONDS);
    let load = process.at_rest().await?;
    let (now, most) = process.memory()?;
    report.at_most("resident MiB", now, MOST_MEMORY);
    report.at_most("resident MiB at most", most, MOST_MEMORY);
    report.note("percent of a core, a sweep every 3 s, live news", format!("{load:.1}"));
    process.stop()
}

async fn all() -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let bytes = std::fs::metadata(BINARY)?.len();
    report.at_most("MiB of the binary", bytes as f64 / MIB, MOST_BINARY);
    daemon(&mut report).await?;
    demo(&mut report).await?;
    Ok(report.conclude())
}

fn main() -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all())
}
