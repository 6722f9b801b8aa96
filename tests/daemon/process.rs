//! The program as a process: started with arguments, read from its outputs, ended in all cases.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No process is waited for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process of the program; it is killed when this is dropped.
pub struct Process {
    child: Child,
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

/// How a process ended, and what it said.
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Process {
    /// Starts the program in `folder` with nothing of the tests' own environment but a token.
    pub fn start(folder: &Path, arguments: &[&str]) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dora-exporter"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("GITHUB_TOKEN", crate::running::TOKEN)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, out_reader) = collect(child.stdout.take().unwrap());
        let (err, err_reader) = collect(child.stderr.take().unwrap());
        Process { child, out, err, readers: vec![out_reader, err_reader] }
    }

    /// What it has written to its standard output.
    pub fn out(&self) -> String {
        String::from_utf8(self.out.lock().unwrap().clone()).unwrap()
    }

    /// What it has written to its standard error.
    pub fn err(&self) -> String {
        String::from_utf8(self.err.lock().unwrap().clone()).unwrap()
    }

    /// Waits until `look` finds something.
    pub fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&Process) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let text = (self.out(), self.err());
            assert!(since.elapsed() < PATIENCE, "no {what}: {text:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The loopback address whose port stands behind `before` in what it has written.
    pub fn address(&self, before: &str) -> SocketAddr {
        let port = self.wait_for("address", |process| {
            let text = process.out() + &process.err();
            let (_, rest) = text.split_once(before)?;
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            rest.chars().nth(digits.len())?;
            digits.parse::<u16>().ok()
        });
        ([127, 0, 0, 1], port).into()
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        // A shell has `kill` built in; a bare Debian has no such program.
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "it does not end: {}", self.err());
            std::thread::sleep(Duration::from_millis(20));
        };
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        Ended { status, out: self.out(), err: self.err() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> (Arc<Mutex<Vec<u8>>>, JoinHandle<()>) {
    let text = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&text);
    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            kept.lock().unwrap().extend_from_slice(&buffer[..read]);
        }
    });
    (text, reader)
}
