//! The HTTP server over real sockets: what it answers, and what no client can do to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

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

const TEXT: &str = "# TYPE dora_deployments gauge\ndora_deployments 1\n";
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// No answer takes longer unless a test is about to fail.
const PATIENCE: Duration = Duration::from_secs(20);

struct Metrics(Box<dyn Fn(bool) -> Bytes + Send + Sync>);

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
struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    ended: mpsc::Receiver<Duration>,
    /// Two threads, so that a handler that blocks leaves one for the others.
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(metrics: Metrics, not_ready: Option<String>, limits: Limits) -> Server {
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

    fn plain() -> Server {
        Server::start(text(), None, Limits::default())
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a request line with headers, and reads until the server closes.
    fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        let request = format!("{request}\r\nHost: test\r\nConnection: close\r\n\r\n");
        // A server that refuses early may close before it has read everything; its answer counts.
        let _ = stream.write_all(request.as_bytes());
        Answer::read(&mut stream)
    }
}

fn text() -> Metrics {
    Metrics(Box::new(|gzip| match gzip {
        true => Bytes::from_static(b"compressed"),
        false => Bytes::from_static(TEXT.as_bytes()),
    }))
}

struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn read(stream: &mut TcpStream) -> Answer {
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

    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn has(&self, header: &str) -> bool {
        self.head.lines().any(|line| line == header)
    }
}

#[test]
fn metrics_are_given_as_text_or_compressed_as_the_client_accepts() {
    let server = Server::plain();
    let plain = server.ask("GET /metrics HTTP/1.1");
    assert_eq!((plain.status(), plain.body.as_str()), ("200", TEXT));
    assert!(plain.has(&format!("content-type: {TEXT_FORMAT}")), "{}", plain.head);
    assert!(plain.has("vary: accept, accept-encoding") && !plain.head.contains("content-encoding"));

    let compressed = server.ask("GET /metrics HTTP/1.1\r\nAccept-Encoding: gzip");
    assert_eq!((compressed.status(), compressed.body.as_str()), ("200", "compressed"));
    assert!(compressed.has("content-encoding: gzip"));
    assert!(compressed.has("vary: accept, accept-encoding"));
    assert!(compressed.has("content-length: 10"), "{}", compressed.head);

    let refused = server.ask("GET /metrics HTTP/1.1\r\nAccept-Encoding: gzip;q=0, *");
    assert_eq!(refused.body, TEXT);
}

#[test]
fn metrics_are_given_in_the_format_that_the_client_prefers() {
    let server = Server::plain();
    let open = server.ask(
        "GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0,*/*;q=0.1",
    );
    assert_eq!(open.body, format!("{TEXT}# EOF\n"));
    let content_type = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(open.has(content_type), "{}", open.head);
    let newer = server
        .ask("GET /metrics HTTP/1.1\r\nAccept: text/plain;version=1.0.0;escaping=allow-utf-8");
    assert_eq!(newer.body, TEXT);
    let content_type =
        "content-type: text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8";
    assert!(newer.has(content_type), "{}", newer.head);
}

#[test]
fn head_is_answered_like_get_without_a_body() {
    let server = Server::plain();
    for path in ["/metrics", "/", "/-/ready"] {
        let answer = server.ask(&format!("HEAD {path} HTTP/1.1"));
        assert_eq!((answer.status(), answer.body.as_str()), ("200", ""), "{path}");
        assert!(answer.head.contains("content-length: ") && !answer.has("content-length: 0"));
    }
}

#[test]
fn health_and_readiness_answer_under_both_names() {
    let ready = Server::plain();
    let waiting = Server::start(text(), Some("no figures yet".into()), Limits::default());
    for path in ["/-/healthy", "/healthz"] {
        assert_eq!(ready.ask(&format!("GET {path} HTTP/1.1")).status(), "200");
        assert_eq!(waiting.ask(&format!("GET {path} HTTP/1.1")).status(), "200");
    }
    for path in ["/-/ready", "/readyz"] {
        assert_eq!(ready.ask(&format!("GET {path} HTTP/1.1")).status(), "200");
        let answer = waiting.ask(&format!("GET {path} HTTP/1.1"));
        assert_eq!(answer.status(), "503");
        assert_eq!(answer.body, "dora-exporter is not ready: no figures yet\n");
    }
}

#[test]
fn the_landing_page_shows_version_links_and_sources_and_forbids_scripts() {
    let answer = Server::plain().ask("GET / HTTP/1.1");
    assert!(answer.has("content-type: text/html; charset=utf-8"), "{}", answer.head);
    assert!(answer.head.contains("content-security-policy: default-src 'none'"));
    for part in ["1.2.3", "href=\"/metrics\"", "href=\"/-/healthy\"", "github", "starting"] {
        assert!(answer.body.contains(part), "{part}");
    }
}

#[test]
fn unknown_paths_and_wrong_methods_are_told_apart() {
    let server = Server::plain();
    assert_eq!(server.ask("GET /metric HTTP/1.1").status(), "404");
    assert_eq!(server.ask("GET /metrics/ HTTP/1.1").status(), "404");
    for method in ["POST", "PUT", "DELETE"] {
        let answer = server.ask(&format!("{method} /metrics HTTP/1.1\r\nContent-Length: 0"));
        assert_eq!(answer.status(), "405", "{method}");
        assert!(answer.has("allow: get,head"), "{}", answer.head);
    }
    assert_eq!(server.ask("nonsense").status(), "400");
}

#[test]
fn a_connection_is_kept_for_further_requests() {
    let server = Server::plain();
    let mut stream = server.connect();
    for _ in 0..3 {
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        let mut rest = Vec::new();
        while !rest.ends_with(b"is healthy.\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            rest.push(byte[0]);
        }
    }
}

#[test]
fn requests_that_are_too_large_are_refused() {
    let server = Server::plain();
    let body = server.ask("POST /metrics HTTP/1.1\r\nContent-Length: 1000000");
    assert_eq!(body.status(), "413");
    let long = "x".repeat(20_000);
    let head = server.ask(&format!("GET /metrics HTTP/1.1\r\nX-Long: {long}"));
    assert_eq!(head.status(), "431");
    assert_eq!(server.ask("GET /metrics HTTP/1.1").status(), "200");
}

#[test]
fn a_slow_head_is_cut_off_and_holds_nobody_else_up() {
    let limits =
        Limits { connections: 2, header_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = Server::start(text(), None, limits);
    let mut slow: Vec<TcpStream> = (0..2).map(|_| server.connect()).collect();
    slow[0].write_all(b"GET /metrics HTTP/1.1\r\nHost: te").unwrap();
    // Both places are taken; the third gets its turn once they are cut off.
    assert_eq!(server.ask("GET /metrics HTTP/1.1").status(), "200");
    for stream in &mut slow {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        let is_cut =
            ended.map_err(|error| error.kind()).is_ok_and(|read| read == 0) || rest.is_empty();
        assert!(is_cut, "{}", String::from_utf8_lossy(&rest));
    }
}

#[test]
fn only_so_many_connections_are_served_at_once() {
    let (entered, entering) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let metrics = Metrics(Box::new(move |_| {
        entered.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Bytes::from_static(b"done")
    }));
    let server = Server::start(metrics, None, Limits { connections: 1, ..Limits::default() });
    let mut first = server.connect();
    write!(first, "GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").unwrap();
    entering.recv_timeout(PATIENCE).unwrap();
    let mut second = server.connect();
    write!(second, "GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").unwrap();
    // Were the second served, it would enter at once, since a thread is free.
    assert!(entering.recv_timeout(Duration::from_millis(200)).is_err());
    release.send(()).unwrap();
    assert_eq!(Answer::read(&mut first).body, "done");
    entering.recv_timeout(PATIENCE).unwrap();
    release.send(()).unwrap();
    assert_eq!(Answer::read(&mut second).body, "done");
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    const SIZE: usize = 64 << 20;
    let metrics = Metrics(Box::new(|_| Bytes::from(vec![b'x'; SIZE])));
    let limits = Limits {
        connections: 1,
        response_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let server = Server::start(metrics, None, limits);
    let mut lazy = server.connect();
    write!(lazy, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    // The only place is free again once the lazy client has lost it.
    assert_eq!(server.ask("GET /healthz HTTP/1.1").status(), "200");
    let mut read = 0;
    let mut buffer = vec![0; 1 << 16];
    while let Ok(more @ 1..) = lazy.read(&mut buffer) {
        read += more;
    }
    assert!(read < SIZE, "{read}");
}

#[test]
fn a_large_body_reaches_a_client_that_reads() {
    const SIZE: usize = 32 << 20;
    let metrics = Metrics(Box::new(|_| Bytes::from(vec![b'x'; SIZE])));
    let answer = Server::start(metrics, None, Limits::default()).ask("GET /metrics HTTP/1.1");
    assert_eq!((answer.status(), answer.body.len()), ("200", SIZE));
}

#[test]
fn a_panic_costs_one_request_only() {
    let metrics = Metrics(Box::new(|_| panic!("a bug, as this test wants it")));
    let server = Server::start(metrics, None, Limits::default());
    assert_eq!(server.ask("GET /metrics HTTP/1.1").status(), "500");
    assert_eq!(server.ask("GET /healthz HTTP/1.1").status(), "200");
}

#[test]
fn stopping_finishes_a_running_request_and_refuses_new_connections() {
    let (entered, entering) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let metrics = Metrics(Box::new(move |_| {
        entered.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Bytes::from_static(b"finished")
    }));
    let server = Server::start(metrics, None, Limits::default());
    let mut running = server.connect();
    write!(running, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    entering.recv_timeout(PATIENCE).unwrap();
    server.stop.cancel();
    let since = Instant::now();
    while TcpStream::connect(server.address).is_ok() {
        assert!(since.elapsed() < PATIENCE, "still accepting");
        std::thread::yield_now();
    }
    release.send(()).unwrap();
    let answer = Answer::read(&mut running);
    assert_eq!((answer.status(), answer.body.as_str()), ("200", "finished"));
    let took = server.ended.recv_timeout(PATIENCE).unwrap();
    assert!(took < Limits::default().stop_timeout, "{took:?}");
}

#[test]
fn stopping_does_not_wait_for_idle_connections_nor_longer_than_it_may() {
    let server = Server::plain();
    let mut idle = server.connect();
    write!(idle, "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    idle.read_exact(&mut [0; 15]).unwrap();
    server.stop.cancel();
    let took = server.ended.recv_timeout(PATIENCE).unwrap();
    assert!(took < Duration::from_secs(3), "{took:?}");

    let metrics = Metrics(Box::new(|_| Bytes::from(vec![b'x'; 64 << 20])));
    let limits = Limits { stop_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = Server::start(metrics, None, limits);
    let mut lazy = server.connect();
    write!(lazy, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    lazy.read_exact(&mut [0; 15]).unwrap();
    server.stop.cancel();
    let took = server.ended.recv_timeout(PATIENCE).unwrap();
    assert!(took >= limits.stop_timeout && took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn an_address_in_use_is_told_with_the_remedy() {
    let server = Server::plain();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(bind(server.address)).unwrap_err().to_string();
    let expected = format!("cannot listen on {}: another process", server.address);
    assert!(error.starts_with(&expected) && error.contains("--web.listen-address"), "{error}");
}
