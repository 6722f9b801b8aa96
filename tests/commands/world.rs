//! A simulated GitHub, a folder with a configuration and a store, and the binary run in it.

use github_sim::{Scenario, Sim, SimServer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// Nothing takes longer unless a test is about to fail.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(50);

/// The binary, without the variables of whoever runs the tests.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dora-exporter"));
    command.env_clear().env("GITHUB_TOKEN", "secret-token");
    command
}

/// The time now, which simulation and binary share.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A GitHub and a folder.
pub struct World {
    pub sim: Sim,
    url: String,
    folder: tempfile::TempDir,
    _server: SimServer,
    _runtime: tokio::runtime::Runtime,
}

impl World {
    /// A GitHub with this history.
    pub fn of(scenario: &mut Scenario) -> World {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sim = Sim::new(now);
        scenario.play(&sim).unwrap();
        let server = runtime.block_on(sim.serve("127.0.0.1:0".parse().unwrap())).unwrap();
        let (url, folder) = (server.url.clone(), tempfile::tempdir().unwrap());
        World { sim, url, folder, _server: server, _runtime: runtime }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration: what every test needs, and `text`, in which `$GITHUB` is the
    /// address of the simulated GitHub.
    pub fn configure(&self, text: &str) {
        let store = format!("sqlite:{}", self.path("dora.db").display());
        let text = format!(
            "server.listen_address = \"127.0.0.1:0\"\nstore.url = {store:?}\n\
             collection.sweep_interval = \"1s\"\n{}",
            text.replace("$GITHUB", &self.url)
        );
        std::fs::write(self.path("dora.toml"), text).unwrap();
    }

    /// The binary with a command and the configuration.
    pub fn command(&self, command: &str) -> Command {
        let mut binary = binary();
        binary.current_dir(self.folder.path());
        binary.args([command, "--config"]).arg(self.path("dora.toml"));
        binary
    }

    /// Starts the daemon.
    pub fn run(&self, flags: &[&str]) -> Daemon {
        Daemon::start(self.command("run").args(flags))
    }
}

/// A repository with a component: its first commit went live 20 days ago, a second one 5 days ago.
pub fn component(scenario: &mut Scenario, full_name: &str) -> u64 {
    let repo = scenario.repository(now() - 30 * DAY, full_name);
    for days in [20, 5] {
        let sha = scenario.commit(now() - days * DAY - 3_600, repo, "main", "Work");
        scenario.ship(now() - days * DAY, repo, &sha, "production");
    }
    repo
}

/// A running daemon; killed at the end.
pub struct Daemon {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Daemon {
    /// Starts it by a command.
    pub fn start(command: &mut Command) -> Daemon {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                written.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let mut daemon = Daemon { child, address: String::new(), log };
        daemon.wait_for("its address", |daemon| daemon.log().contains(" address="));
        let log = daemon.log();
        let (_, rest) = log.split_once(" address=").unwrap();
        daemon.address = rest.split_whitespace().next().unwrap().to_owned();
        daemon
    }

    /// What was logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The body of an answer, with its status in front.
    pub fn ask(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        format!("{} {body}", head.split(' ').nth(1).unwrap())
    }

    /// The value of a series; absent where there is none.
    pub fn value(&self, series: &str) -> Option<f64> {
        let scrape = self.ask("GET", "/metrics");
        let line = scrape.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map(|value| value.parse().unwrap())
    }

    /// Waits until something holds.
    pub fn wait_for(&self, what: &str, holds: impl Fn(&Daemon) -> bool) {
        let since = Instant::now();
        while !holds(self) {
            assert!(since.elapsed() < PATIENCE, "still waiting for {what}; log:\n{}", self.log());
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until a series is there.
    pub fn wait_for_series(&self, series: &str) {
        self.wait_for(series, |daemon| daemon.value(series).is_some());
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name, such as `HUP`.
    pub fn signal(&self, name: &str) {
        // A shell has `kill` built in; a bare Debian has no such program.
        let kill = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end: its exit code, what it printed, what it complained of.
pub fn finish(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}
