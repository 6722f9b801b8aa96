//! What a real Prometheus stores, scraping OpenMetrics as it does by default.

use super::fixture::{encoded, own};
use bytes::Bytes;
use delivery::domain::Time;
use dora_exporter::evaluate::Questions;
use dora_exporter::exposition::{Encoded, Format, OwnMetrics};
use dora_exporter::serve::api::Api;
use dora_exporter::serve::{HealthReport, HealthView, MetricsBody, ServeState, bind, serve};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Prometheus starts in a second or two, unless the machine is busy.
const PATIENCE: Duration = Duration::from_secs(60);

struct Prepared {
    encoded: Encoded,
    own: OwnMetrics,
    scrapes_of_open_metrics: Arc<AtomicUsize>,
}

impl MetricsBody for Prepared {
    fn body(&self, format: Format, gzip: bool) -> Vec<Bytes> {
        if format == Format::OpenMetrics && gzip {
            self.scrapes_of_open_metrics.fetch_add(1, Ordering::SeqCst);
        }
        self.encoded.body(format, &self.own.text(format, None), gzip)
    }
}

struct Healthy;

impl HealthView for Healthy {
    fn report(&self) -> HealthReport {
        HealthReport {
            now: Time(0),
            started_at: Time(0),
            not_ready: None,
            sources: vec![],
            next_sweep_at: None,
            series: 0,
        }
    }
}

/// A Prometheus that ends with the test, whatever becomes of it.
struct Prometheus {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    fn scraping(target: SocketAddr) -> Option<Prometheus> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("prometheus.yml");
        let text = json!({
            "global": { "scrape_interval": "1s" },
            "scrape_configs": [{
                "job_name": "dora",
                "honor_labels": true,
                "static_configs": [{ "targets": [target.to_string()] }],
            }],
        });
        // YAML contains JSON.
        std::fs::write(&config, text.to_string()).unwrap();
        let address = free_address();
        match start(folder.path(), &config, address) {
            Ok(child) => Some(Prometheus { child, address, _folder: folder }),
            Err(error) if std::env::var_os("CI").is_some() => {
                panic!(
                    "prometheus cannot be started; install the Debian package prometheus: {error}"
                )
            }
            Err(error) => {
                eprintln!("nothing was scraped, since prometheus cannot be started: {error}");
                None
            }
        }
    }

    /// The answer's `data`, once it is there and `holds`.
    fn ask(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        let mut last = Value::Null;
        while since.elapsed() < PATIENCE {
            if let Some(answer) = self.get(path) {
                if holds(&answer["data"]) {
                    return answer["data"].clone();
                }
                last = answer;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("{path}: {last:#}");
    }

    fn get(&self, path: &str) -> Option<Value> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        serde_json::from_str(body).ok()
    }
}

fn start(folder: &Path, config: &Path, address: SocketAddr) -> std::io::Result<Child> {
    Command::new("prometheus")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address={address}"))
        .arg("--enable-feature=exemplar-storage")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

fn free_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

#[test]
fn prometheus_scrapes_open_metrics_and_stores_the_exemplar() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(bind(([127, 0, 0, 1], 0).into())).unwrap();
    let target = listener.local_addr().unwrap();
    let scrapes_of_open_metrics = Arc::new(AtomicUsize::new(0));
    let prepared = Prepared {
        encoded: encoded(false),
        own: own(),
        scrapes_of_open_metrics: Arc::clone(&scrapes_of_open_metrics),
    };
    let series = prepared.encoded.series();
    let state = ServeState {
        metrics: Arc::new(prepared),
        health: Arc::new(Healthy),
        telemetry_path: "/metrics".into(),
        version: "test",
        api: Api { questions: Questions::new().0, origins: Vec::new() },
        pages: Default::default(),
        reload: None,
        doors: Arc::default(),
    };
    runtime.spawn(serve(listener, state, CancellationToken::new()));
    let Some(prometheus) = Prometheus::scraping(target) else { return };

    let up = |data: &Value| data["result"][0]["value"][1] == "1";
    prometheus.ask("/api/v1/query?query=up", up);
    assert!(scrapes_of_open_metrics.load(Ordering::SeqCst) > 0, "another format was asked for");

    let counted = "/api/v1/query?query=scrape_samples_scraped";
    let scraped = prometheus.ask(counted, |data| data["result"][0].is_object());
    let scraped: usize = scraped["result"][0]["value"][1].as_str().unwrap().parse().unwrap();
    assert!(scraped > series, "{scraped} of {series} and the exporter's own");

    let path = "/api/v1/query_exemplars?query=dora_lead_time_hours_bucket&start=0&end=9999999999";
    let exemplars = prometheus.ask(path, |data| data[0].is_object());
    assert_eq!(exemplars.as_array().unwrap().len(), 1, "{exemplars:#}");
    assert_eq!(exemplars[0]["seriesLabels"]["component"], "pay");
    assert_eq!(exemplars[0]["seriesLabels"]["le"], "4.0");
    assert_eq!(exemplars[0]["exemplars"][0]["labels"], json!({ "pr": "1234567" }));
    assert_eq!(exemplars[0]["exemplars"][0]["value"], "2.5");

    let path = "/api/v1/metadata?metric=dora_exporter_source_failures";
    let metadata = prometheus.ask(path, |data| data["dora_exporter_source_failures"].is_array());
    assert_eq!(metadata["dora_exporter_source_failures"][0]["type"], "counter");
}
