//! The server that is tested, and what it answers.

use bytes::Bytes;
use delivery::domain::Time;
use dora_exporter::evaluate::Questions;
use dora_exporter::exposition::Format;
use dora_exporter::serve::api::Api;
use dora_exporter::serve::{
    HealthReport, HealthView, Limits, MetricsBody, ServeState, SourceHealth, bind, serve_within,
};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

pub const TEXT: &str = "# TYPE dora_deployments gauge\ndora_deployments 1\n";
pub const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// No answer takes longer unless a test is about to fail.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Metrics(pub Box<dyn Fn(bool) -> Bytes + Send + Sync>);

impl MetricsBody for Metrics {
    fn body(&self, format: Format, gzip: bool) -> Vec<Bytes> {
        let whole = (self.0)(gzip);
        let half = whole.len() / 2;
        let end = match format {
            Format::Text => Bytes::new(),
            Format::OpenMetrics => Bytes::from_static(b"# EOF\n"),
        };
        vec![whole.slice(..half), Bytes::new(), whole.slice(half..), end]
    }
}

struct Health(Option<String>);

impl HealthView for Health {
    fn report(&self) -> HealthReport {
        HealthReport {
            now: Time(1_767_225_600),
            started_at: Time(1_767_225_000),
            not_ready: self.0.clone(),
            sources: vec![SourceHealth { name: "github".into(), ..SourceHealth::default() }],
            next_sweep_at: None,
            series: 1,
        }
    }
}

/// A server in a runtime of its own, as `main` would have it.
pub struct Server {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub ended: mpsc::Receiver<Duration>,
    /// Two threads, so that a handler that blocks leaves one for the others.
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub fn start(metrics: Metrics, not_ready: Option<String>, limits: Limits) -> Server {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(bind(([127, 0, 0, 1], 0).into())).unwrap();
        let address = listener.local_addr().unwrap();
        let state = ServeState {
            metrics: Arc::new(metrics),
            health: Arc::new(Health(not_ready)),
            telemetry_path: "/metrics".into(),
            version: "1.2.3",
            api: Api { questions: Questions::new().0, origins: Vec::new() },
            pages: Default::default(),
            reload: None,
            doors: Arc::default(),
        };
        let stop = CancellationToken::new();
        let (told, ended) = mpsc::channel();
        let stopping = stop.clone();
        runtime.spawn(async move {
            let ending = stopping.clone();
            let since = tokio::spawn(async move {
                ending.cancelled().await;
                Instant::now()
            });
            serve_within(listener, state, limits, stopping).await.unwrap();
            told.send(since.await.unwrap().elapsed()).unwrap();
        });
        Server { address, stop, ended, _runtime: runtime }
    }

    pub fn plain() -> Server {
        Server::start(text(), None, Limits::default())
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a request line with headers, and reads until the server closes.
    pub fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        let request = format!("{request}\r\nHost: test\r\nConnection: close\r\n\r\n");
        // A server that refuses early may close before it has read everything; its answer counts.
        let _ = stream.write_all(request.as_bytes());
        Answer::read(&mut stream)
    }
}

pub fn text() -> Metrics {
    Metrics(Box::new(|gzip| match gzip {
        true => Bytes::from_static(b"compressed"),
        false => Bytes::from_static(TEXT.as_bytes()),
    }))
}

/// Metrics that say when they are asked for, and are given once they are released.
pub fn gated(body: &'static [u8]) -> (Metrics, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (entered, entering) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let metrics = Metrics(Box::new(move |_| {
        entered.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Bytes::from_static(body)
    }));
    (metrics, entering, release)
}

pub struct Answer {
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn read(stream: &mut TcpStream) -> Answer {
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            // A connection that is reset after an early answer has given that answer still.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("no answer: {error}"),
        }
        let all = String::from_utf8(bytes).unwrap();
        let (head, body) = all.split_once("\r\n\r\n").unwrap_or((&all, ""));
        Answer { head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line == header)
    }
}
