//! The built binary's demo, as a user would start it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the exporter may take to end after it was asked to.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// The name of the file with the figures of its past.
const HISTORY: &str = "history.om";

/// The demo on loopback, at a free port; killed when dropped.
pub struct Demo {
    child: Child,
    /// Kept open, so that the demo never writes to a closed pipe.
    output: BufReader<ChildStdout>,
    pub port: u16,
    /// What it said after that.
    told: String,
    folder: TempDir,
}

impl Demo {
    /// Starts it, and returns once it said where it listens.
    pub fn start() -> Demo {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_dora-exporter"))
            .args(["demo", "--web.listen-address", "127.0.0.1:0", "--history"])
            .arg(folder.path().join(HISTORY))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the built dora-exporter starts");
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        let port = loop {
            let from = told.len();
            if output.read_line(&mut told).unwrap() == 0 {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the demo ended without telling its address; it said:\n{told}");
            }
            if let Some(port) = scrape_port(&told[from..]) {
                break port;
            }
        };
        Demo { child, output, port, told: String::new(), folder }
    }

    /// Waits until it has written the figures of its past, and says where.
    pub fn history(&mut self) -> PathBuf {
        let path = self.folder.path().join(HISTORY);
        let told = &mut self.told;
        while !told.contains("Wrote ") {
            let read = self.output.read_line(told).unwrap();
            assert!(read > 0, "the demo ended without writing its history; it said:\n{told}");
        }
        assert!(told.contains(path.to_str().unwrap()) && path.exists(), "{told}");
        path
    }

    /// Runs the command by which it says that its figures are explained; what that prints.
    pub fn explain(&self) -> String {
        let (_, command) = self.told.split_once("dora-exporter explain ").expect(&self.told);
        let arguments = command.lines().next().unwrap().split(' ');
        let mut explain = Command::new(env!("CARGO_BIN_EXE_dora-exporter"));
        let output = explain.arg("explain").args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.is_empty(), "{command}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asks it to end as a service manager would, and says how it did.
    pub fn stop(mut self) -> ExitStatus {
        let kill = format!("kill -TERM {}", self.child.id());
        let asked = Command::new("sh").args(["-c", &kill]).status();
        assert!(asked.unwrap().success(), "the demo had ended before it was asked to");
        let deadline = Instant::now() + STOPS_WITHIN;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the demo still runs {STOPS_WITHIN:?} after SIGTERM");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port in the line that tells what to scrape.
fn scrape_port(line: &str) -> Option<u16> {
    let (host, _) = line.strip_prefix("Scrape")?.split_once("/metrics")?;
    host.rsplit_once(':')?.1.parse().ok()
}
