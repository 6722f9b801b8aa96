//! The daemon as a process, over a store that holds a made-up history.

use crate::history::{self, Size};
use crate::http::Scraper;
use crate::report::Report;
use delivery::domain::Time;
use dora_exporter::store::Store;
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A start that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a snapshot of figures holds, and nothing before it.
const FIGURES: &str = "\ndora_org_window_deployments{";

/// The daemon's process, ended with this value.
pub struct Daemon {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Daemon {
    /// Starts over the store in `folder`. Its GitHub answers nothing: only what is stored is shown.
    pub fn start(folder: &Path, size: Size) -> anyhow::Result<Daemon> {
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
    pub async fn figures(&self) -> anyhow::Result<()> {
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
    #[allow(dead_code, reason = "not every bench asks for memory")]
    pub fn mebibytes(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let Some(kibibytes) = line.and_then(|line| line.split_whitespace().nth(1)) else {
            anyhow::bail!("no {name} in the process's status")
        };
        Ok(kibibytes.parse::<f64>()? / 1024.0)
    }

    /// The processor's time that it has taken so far.
    #[allow(dead_code, reason = "not every bench asks for it")]
    pub fn processor_seconds(&self) -> anyhow::Result<f64> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            let first = text.split_whitespace().next().unwrap_or_default();
            nanoseconds += first.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1e9)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes the history unless the folder has it from an earlier run.
pub async fn prepare(folder: &Path, size: Size, now: Time, report: &Report) -> anyhow::Result<()> {
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
