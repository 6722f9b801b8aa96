//! `demo`: how it ends.

use crate::world::binary;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Nothing takes longer unless the test is about to fail.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

#[test]
fn a_closed_terminal_ends_the_demo_and_nothing_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let mut demo = binary()
        .args(["demo", "--days", "3", "--web.listen-address", "127.0.0.1:0"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while files() == 0 && since.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
    }
    assert_eq!(files(), 1, "the demo's folder");
    let kill = format!("kill -s HUP {}", demo.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let status = loop {
        match demo.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if since.elapsed() < 2 * PATIENCE => std::thread::sleep(PAUSE),
            None => break None,
        }
    };
    if status.is_none() {
        let _ = demo.kill();
    }
    assert!(status.is_some_and(|status| status.success()), "{status:?}");
    assert_eq!(files(), 0, "the folder is gone");
}
