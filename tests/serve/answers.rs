//! What is answered to whom.

use crate::server::{Server, TEXT, TEXT_FORMAT, text};
use dora_exporter::serve::Limits;

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
