//! The daemon's process: this test program again, which is told a configuration and an instant, and
//! from then on, line by line, what time it is.

use crate::clock::SteppedClock;
use crate::running::TOKEN;
use dora_exporter::cli::Daemon;
use dora_exporter::config::{self, ConfigFile, Flags, Settings, Sources};
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Names the file with the configuration.
const CONFIG: &str = "CRASH_TEST_DAEMON_CONFIG";
/// Tells the time at the start.
const NOW: &str = "CRASH_TEST_DAEMON_NOW";
/// What the daemon's lines begin with, among those of the test harness.
pub const MARK: &str = "daemon: ";
/// The tasks of a daemon with one source that wait for the clock: the collector and the publisher.
const TASKS: usize = 2;

/// Starts a daemon; its log goes to `log`.
pub fn spawn(config: &Path, now: i64, log: std::fs::File) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "daemon::it_runs_in_a_process_of_its_own_when_it_is_told_to"])
        .args(["--nocapture", "--test-threads=1"])
        .env(CONFIG, config)
        .env(NOW, now.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap()
}

#[test]
fn it_runs_in_a_process_of_its_own_when_it_is_told_to() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let now = std::env::var(NOW).unwrap().parse().unwrap();
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    let text = std::fs::read_to_string(config).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(settings(text), SteppedClock::at(now)));
}

fn settings(text: String) -> Settings {
    let sources = Sources {
        file: Some(ConfigFile::Text { name: "the test's configuration".to_owned(), text }),
        environment: [("GITHUB_TOKEN".to_owned(), TOKEN.to_owned())].into(),
        flags: Flags::default(),
    };
    config::load(&sources).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Runs until there is nobody any more who tells the time.
async fn run(settings: Settings, clock: SteppedClock) {
    let mut instants = instants();
    let stop = CancellationToken::new();
    let started = Daemon::start(settings, Arc::new(clock.clone()), stop.clone()).await;
    let daemon = started.unwrap_or_else(|error| panic!("{error}"));
    say(&format!("listens {}", daemon.address()));
    loop {
        clock.quiet(TASKS).await;
        say(&format!("quiet {}", clock.next().unwrap()));
        let Some(instant) = instants.recv().await else { break };
        clock.set(instant);
    }
    stop.cancel();
    daemon.wait().await.unwrap();
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{MARK}{what}").unwrap();
    out.flush().unwrap();
}

/// What time it is, from whoever started this process.
fn instants() -> mpsc::UnboundedReceiver<i64> {
    let (told, instants) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            // Nobody listens any more where the daemon could not be started.
            let _ = told.send(line.unwrap().parse().unwrap());
        }
    });
    instants
}
