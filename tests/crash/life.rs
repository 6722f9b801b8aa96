//! A daemon from its start to its end, seen from outside.

use crate::daemon::{self, MARK};
use crate::exposition::Scrape;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Nothing takes longer unless a test is about to fail.
const PATIENCE: Duration = Duration::from_secs(90);

/// A daemon's process. It is killed when this is dropped.
pub struct Life {
    child: Child,
    told: Option<ChildStdin>,
    reports: Receiver<Report>,
    address: Option<SocketAddr>,
    next: Option<i64>,
    log: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Report {
    Listens(SocketAddr),
    /// Nothing is left to do before that instant.
    Quiet(i64),
}

impl Life {
    /// Begins at `now`, and is left to itself.
    pub fn begin(config: &Path, now: i64) -> Life {
        let log = config.with_extension("log");
        let file: File = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = daemon::spawn(config, now, file);
        let told = child.stdin.take();
        let reports = reports(child.stdout.take().unwrap());
        Life { child, told, reports, address: None, next: None, log }
    }

    /// Tells it the time.
    pub fn set(&mut self, now: i64) {
        self.next = None;
        writeln!(self.told.as_mut().unwrap(), "{now}").unwrap();
    }

    /// Whether it has done all it can do at the instant that it was told last.
    pub fn is_quiet(&mut self) -> bool {
        while let Ok(report) = self.reports.try_recv() {
            self.note(report);
        }
        self.next.is_some()
    }

    /// Waits until it is quiet; returns the next instant that it waits for.
    pub fn quiet(&mut self) -> i64 {
        loop {
            if let Some(next) = self.next {
                return next;
            }
            match self.reports.recv_timeout(PATIENCE) {
                Ok(report) => self.note(report),
                Err(RecvTimeoutError::Timeout) => panic!("it is never quiet: {}", self.log()),
                Err(RecvTimeoutError::Disconnected) => panic!("it has ended: {}", self.log()),
            }
        }
    }

    fn note(&mut self, report: Report) {
        match report {
            Report::Listens(address) => self.address = Some(address),
            Report::Quiet(next) => self.next = Some(next),
        }
    }

    /// What it shows, if it listens already.
    pub fn scrape(&mut self) -> Option<Scrape> {
        self.is_quiet();
        let mut stream = TcpStream::connect(self.address?).unwrap();
        // Without a later version and a length the answer ends with the connection.
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{answer}");
        Some(Scrape(body.to_owned()))
    }

    /// Ends it at once and without a warning: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it end in good order.
    pub fn stop(mut self) {
        drop(self.told.take());
        assert!(self.child.wait().unwrap().success(), "{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reports(out: ChildStdout) -> Receiver<Report> {
    let (reported, reports) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let Some(report) = line.strip_prefix(MARK).and_then(parse) else { continue };
            if reported.send(report).is_err() {
                return;
            }
        }
    });
    reports
}

/// A line that was cut short by a kill is no report.
fn parse(line: &str) -> Option<Report> {
    let (what, rest) = line.split_once(' ')?;
    match what {
        "listens" => rest.parse().ok().map(Report::Listens),
        "quiet" => rest.parse().ok().map(Report::Quiet),
        _ => None,
    }
}
