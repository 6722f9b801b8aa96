//! What no client can do to the server: connections that are slow, too many, idle or cut, and its stop.

use crate::server::{Answer, Metrics, PATIENCE, Server, gated, text};
use bytes::Bytes;
use dora_exporter::serve::{Limits, bind};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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
    let (metrics, entering, release) = gated(b"done");
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
    let (metrics, entering, release) = gated(b"finished");
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
