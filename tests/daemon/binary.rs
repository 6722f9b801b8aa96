//! The program's ends: what it says when it cannot start, and how it stops.

use crate::process::{Ended, Process};
use crate::running::{TOKEN, World, get};
use crate::story::{NOW, organization};
use github_sim::{Fault, When};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// Runs the program to its end.
fn run(folder: &Path, arguments: &[&str]) -> Ended {
    Process::start(folder, arguments).end()
}

#[track_caller]
fn assert_refused(ended: &Ended, words: &[&str]) {
    assert!(!ended.status.success(), "it started: {}", ended.err);
    for word in words {
        assert!(ended.err.contains(word), "`{word}` is not in: {}", ended.err);
    }
    assert!(!ended.err.contains(TOKEN) && !ended.err.contains("panicked"), "{}", ended.err);
    assert_eq!(ended.out, "", "messages belong on standard error");
}

/// Arguments that are good but for what a test adds.
const GOOD: [&str; 4] = ["--web.listen-address", "127.0.0.1:0", "--repo", "acme/pay"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&GOOD[..], more].concat()
}

#[test]
fn a_store_of_another_program_or_kind_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "remember the milk\n".repeat(100)).unwrap();
    let ended = run(folder.path(), &with(&["--store", "notes.txt"]));
    assert_refused(&ended, &["notes.txt", "not a database", "store.url"]);
    let ended = run(folder.path(), &with(&["--store", "nowhere/dora.db"]));
    assert_refused(&ended, &["nowhere", "does not exist", "create it"]);
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    dora_exporter::store::Store::open(&path).await.unwrap().close().await;
    let meddled = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut connection = sqlx::ConnectOptions::connect(&meddled).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let ended = run(folder.path(), &GOOD);
    assert_refused(&ended, &["dora.db", "newer dora-exporter", "9999", "use that version"]);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_store_is_refused_once_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dora.db");
    dora_exporter::store::Store::open(&path).await.unwrap().close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4_096..].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let ended = run(folder.path(), &GOOD);
    assert_refused(&ended, &["dora.db", "damaged", "restore a backup, or move the file away"]);
    assert_eq!(ended.err.matches("damaged").count(), 1, "{}", ended.err);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

/// `/sys` refuses new files even to root, whom permissions alone would not stop.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &with(&["--store", "/sys/dora.db"]));
    assert_refused(&ended, &["/sys/dora.db", "not writable", "let this user write"]);
}

#[test]
fn a_store_that_another_process_has_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = with(&["--github.api-url", "http://127.0.0.1:1"]);
    let first = Process::start(folder.path(), &arguments);
    first.address("address=127.0.0.1:");
    assert_refused(&run(folder.path(), &arguments), &["dora.db", "in use by another process"]);
    first.terminate();
    assert!(first.end().status.success());
}

#[test]
fn every_problem_of_a_configuration_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[server]\nlisten_adress = \":1\"\n[collection]\nlookback = \"60d\"\n\
                sweep_interval = \"soon\"\n[measures]\nwindows = [\"12h\"]\n\
                [[github]]\nrepositories = [\"acme\"]\n[log]\nlevel = 3\n";
    std::fs::write(folder.path().join("dora.toml"), text).unwrap();
    let ended = run(folder.path(), &["--config", "dora.toml"]);
    let words = [
        "server.listen_adress (dora.toml, line 2)",
        "listen_address",
        "collection.sweep_interval (dora.toml, line 5)",
        "measures.windows",
        "github[0].repositories",
        "log.level (dora.toml, line 11)",
    ];
    assert_refused(&ended, &words);
    let ended = run(folder.path(), &["--config", "elsewhere.toml"]);
    assert_refused(&ended, &["elsewhere.toml", "cannot be read", "--config"]);
    let ended = run(folder.path(), &[]);
    assert_refused(&ended, &["github"]);
    let leftovers: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(leftovers.len(), 1, "a refused configuration made files: {leftovers:?}");
}

#[test]
fn an_address_in_use_is_named_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(folder.path(), &["--web.listen-address", &address, "--repo", "acme/pay"]);
    assert_refused(&ended, &[&address, "another process", "--web.listen-address"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_time_while_a_scrape_and_a_stalled_request_are_running() {
    let world = World::of(organization().story, NOW).await;
    let stalled = When { operation: Some("Probe".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Stalled, stalled);
    let folder = tempfile::tempdir().unwrap();
    let url = world.github.url.clone();
    let process = Process::start(folder.path(), &with(&["--github.api-url", &url]));
    let address = process.address("address=127.0.0.1:");
    process.wait_for("stalled request", |_| (world.sim.meter().requests >= 2).then_some(()));
    assert_eq!(get(address, "/metrics").await.0, 200);

    // A scrape that was begun and is not finished, and one that is never begun.
    let mut half = TcpStream::connect(address).unwrap();
    half.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n").unwrap();
    let idle = TcpStream::connect(address).unwrap();
    let since = Instant::now();
    process.terminate();
    let ended = process.end();
    assert!(ended.status.success(), "{}", ended.err);
    assert!(since.elapsed() < Duration::from_secs(10), "it took {:?}", since.elapsed());
    assert!(ended.err.contains("stopping"), "{}", ended.err);
    drop(idle);
    let mut rest = String::new();
    // The connection was closed, politely or not.
    let _ = half.read_to_string(&mut rest);

    // Nothing is left in the write-ahead log, and the store opens again.
    let wal = folder.path().join("dora.db-wal");
    assert!(std::fs::metadata(&wal).map_or(0, |wal| wal.len()) == 0, "the log was left behind");
    dora_exporter::store::Store::open(&folder.path().join("dora.db")).await.unwrap();
}
