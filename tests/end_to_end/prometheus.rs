//! A real Prometheus server on loopback, and as much of an HTTP client as asking it takes.

use serde_json::Value;
use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// How long the server may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take for one answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Seconds in a day.
const DAY: u64 = 86_400;

/// The server, scraping one target; killed when dropped, and its folder removed.
pub struct Prometheus {
    child: Child,
    port: u16,
    folder: TempDir,
}

/// One series of an answer.
pub struct Sample {
    pub labels: Value,
    pub value: f64,
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.labels, self.value)
    }
}

impl Prometheus {
    /// Starts it over what a file of OpenMetrics tells of the past, with the scrape settings that
    /// the README recommends, only more often.
    pub fn start(target: u16, past: &Path) -> Prometheus {
        let folder = tempfile::tempdir().unwrap();
        load(past, &folder.path().join("data"));
        let configuration = format!(
            "scrape_configs:\n\
             - job_name: dora\n\
             \x20 honor_labels: true\n\
             \x20 scrape_interval: 1s\n\
             \x20 scrape_timeout: 1s\n\
             \x20 static_configs:\n\
             \x20 - targets: ['127.0.0.1:{target}']\n\
             \x20   labels: {{team: the-target}}\n"
        );
        fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
        // The server cannot be given port 0 and asked which it took. Another program could take
        // this one in between: the server then ends, and its log in the failure's text says why.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = Command::new("prometheus")
            .current_dir(folder.path())
            .arg("--config.file=prometheus.yml")
            .arg("--storage.tsdb.path=data")
            .arg("--storage.tsdb.retention.time=1y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        let child = child.unwrap_or_else(|error| {
            assert!(error.kind() != ErrorKind::NotFound, "{MISSING}");
            panic!("prometheus does not start: {error}")
        });
        let mut server = Prometheus { child, port, folder };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + READY_WITHIN;
        while !self.request("GET /-/ready HTTP/1.0\r\n\r\n").is_ok_and(|a| a.contains(" 200 OK")) {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && Instant::now() < deadline,
                "prometheus is not ready (ended: {ended:?}); its log:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What an instant query gives now, by the server's own clock.
    pub fn query(&self, expression: &str) -> Vec<Sample> {
        self.ask("query", expression, "")
            .iter()
            .map(|series| Sample {
                labels: series["metric"].clone(),
                value: series["value"][1].as_str().unwrap().parse().unwrap(),
            })
            .collect()
    }

    /// How many of the last 90 days each series has numbers for.
    pub fn days(&self, expression: &str) -> Vec<usize> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let today = now / DAY * DAY;
        let range = format!("&start={}&end={today}&step={DAY}", today - 90 * DAY);
        let number = |point: &Value| {
            let value: f64 = point[1].as_str().unwrap().parse().unwrap();
            value.is_finite()
        };
        self.ask("query_range", expression, &range)
            .iter()
            .map(|series| {
                series["values"].as_array().unwrap().iter().filter(|it| number(it)).count()
            })
            .collect()
    }

    fn ask(&self, path: &str, expression: &str, range: &str) -> Vec<Value> {
        let body = format!("query={}{range}", form_encoded(expression));
        let answer = self
            .request(&format!(
                "POST /api/v1/{path} HTTP/1.0\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            ))
            .unwrap_or_else(|error| panic!("{expression}: {error}; log:\n{}", self.log()));
        let json = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}")).1;
        let json: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"));
        assert_eq!(json["status"], "success", "{expression}: {json}");
        json["data"]["result"].as_array().unwrap().clone()
    }

    fn request(&self, request: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_else(|error| error.to_string())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Turns a file of OpenMetrics into blocks. By default promtool makes one for every two hours, and
/// reads the whole file for each.
fn load(past: &Path, data: &Path) {
    let promtool = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "--max-block-duration=2048h", "openmetrics", "-q"])
        .args([past, data])
        .output()
        .unwrap_or_else(|error| panic!("{MISSING}: {error}"));
    let told = String::from_utf8_lossy(&promtool.stderr);
    assert!(promtool.status.success(), "promtool does not take {}: {told}", past.display());
}

const MISSING: &str = "this test needs a Prometheus server: install Debian's package `prometheus` \
                       (scripts/test does, as root), or put another `prometheus` on the PATH";

fn form_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}
