//! Progress bars: drawn where a person watches, gone when there is nothing to wait for, and nowhere
//! else.

use crate::world::{Daemon, World, component, finish};
use github_sim::{Fault, Scenario, When};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const SOURCE: &str = "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";
const PATIENCE: Duration = Duration::from_secs(60);
/// What only bars are made of.
const BAR: &str = "reading history [";

/// A GitHub with three components that takes its time for deployments.
fn slow_world() -> World {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/shop", "acme/web"] {
        component(&mut scenario, name);
    }
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let lists = When { times: 3, operation: Some("Deployments".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Delayed(Duration::from_millis(1_200)), lists);
    world
}

/// A process whose standard error is a screen.
struct Watched {
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Watched {
    fn start(command: &mut Command) -> Watched {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let size = Winsize { ws_row: 50, ws_col: 300, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&controller, size).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let screen = rustix::fs::open(&name, flags, Mode::empty()).unwrap();
        let child = command.stderr(Stdio::from(screen)).stdout(Stdio::piped()).spawn().unwrap();
        // Only the process holds the screen now, so that reading ends with it.
        command.stderr(Stdio::null());
        let (mut from, seen) = (File::from(controller), Arc::new(Mutex::new(Vec::new())));
        let written = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut some = [0; 4_096];
            while let Ok(read @ 1..) = from.read(&mut some) {
                written.lock().unwrap().extend_from_slice(&some[..read]);
            }
        });
        Watched { child, screen: seen, reader: Some(reader) }
    }

    /// Everything that was ever written to the screen.
    fn written(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits for its end, and until all that it wrote is read.
    fn end(&mut self) {
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
    }

    fn wait_for(&self, what: &str) {
        let since = Instant::now();
        while !self.written().contains(what) {
            let text = self.written();
            assert!(since.elapsed() < PATIENCE, "still waiting for {what}: {text:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines that a screen shows after this was written to it.
fn shown(written: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![String::new()], 0_usize, 0_usize);
    let mut rest = written.chars();
    while let Some(one) = rest.next() {
        match one {
            '\r' => column = 0,
            '\n' => row += 1,
            '\u{1b}' => {
                let mut count = String::new();
                let command = loop {
                    match rest.next() {
                        Some(one) if one.is_ascii_alphabetic() => break one,
                        Some(one) => count.extend(Some(one).filter(char::is_ascii_digit)),
                        None => break ' ',
                    }
                };
                match command {
                    'A' => row -= count.parse::<usize>().unwrap_or(1).min(row),
                    'B' => row += count.parse::<usize>().unwrap_or(1),
                    'K' if count == "2" => lines[row].clear(),
                    'K' => lines[row].truncate(column),
                    _ => {}
                }
            }
            one => {
                let line = &mut lines[row];
                let kept: String = line.chars().take(column).collect();
                let after: String = line.chars().skip(column + 1).collect();
                *line = format!("{kept:column$}{one}{after}");
                column += 1;
            }
        }
        lines.resize_with(lines.len().max(row + 1), String::new);
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

#[test]
fn a_first_collection_shows_a_bar_until_it_is_complete_and_log_lines_stay_whole() {
    let world = slow_world();
    let watched = Watched::start(world.command("run").env("TERM", "xterm").env("NO_COLOR", "1"));
    watched.wait_for("/3 repositories");
    watched.wait_for("all history is read");
    watched.wait_for("repositories=3");
    let since = Instant::now();
    // The bar ends with its next turn.
    while shown(&watched.written()).iter().any(|line| line.contains(BAR)) {
        assert!(since.elapsed() < PATIENCE, "the bar stays: {:?}", watched.written());
        std::thread::sleep(Duration::from_millis(20));
    }
    let written = watched.written();
    assert!(!written.contains("\u{1b}[2m") && !written.contains("\u{1b}[3"), "{written:?}");
    let lines = shown(&written);
    assert!(lines.iter().any(|line| line.contains("serving address=")), "{lines:?}");
    for line in lines {
        assert!(line.starts_with("20") && line.matches("INFO").count() == 1, "{line:?}");
    }
}

#[test]
fn nothing_is_drawn_where_nobody_watches_or_the_screen_cannot_bear_it() {
    let world = slow_world();
    let daemon = Daemon::start(world.command("run").env("TERM", "xterm"));
    daemon.wait_for("all history", |daemon| daemon.log().contains("all history is read"));
    let piped = daemon.log();
    assert!(!piped.contains('\u{1b}') && !piped.contains(BAR), "{piped:?}");
    for (term, format) in [("dumb", "text"), ("xterm", "json")] {
        let world = slow_world();
        let flag = format!("--log.format={format}");
        let watched = Watched::start(world.command("run").arg(flag).env("TERM", term));
        watched.wait_for("all history is read");
        let written = watched.written();
        assert!(
            !written.contains('\u{1b}') && !written.contains(BAR),
            "{term} {format}: {written:?}"
        );
    }
}

#[test]
fn check_shows_its_steps_and_leaves_only_its_report() {
    let world = slow_world();
    let survey = When { operation: Some("Survey".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Delayed(Duration::from_millis(1_000)), survey);
    let mut watched = Watched::start(world.command("check").env("TERM", "xterm"));
    watched.wait_for("looking at repositories [");
    watched.end();
    let mut report = String::new();
    watched.child.stdout.take().unwrap().read_to_string(&mut report).unwrap();
    assert!(report.contains("acme/api") && !report.contains('\u{1b}'), "{report}");
    assert_eq!(shown(&watched.written()), Vec::<String>::new());

    let (_, report, complaint) = finish(world.command("check").env("TERM", "xterm"));
    assert!(report.contains("acme/api") && complaint.is_empty(), "{complaint:?}");
    let mut watched = Watched::start(world.command("check").arg("--json").env("TERM", "xterm"));
    watched.end();
    assert_eq!(watched.written(), "");
}
