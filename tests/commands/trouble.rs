//! Trouble under a running process: writes that the system refuses, as those to a full disk.

use crate::world::{DAY, Daemon, World, binary, component, now};
use github_sim::Scenario;
use std::process::Command;

const CONFIGURATION: &str = "measures.settle_after = \"1s\"\nmeasures.seed_prime_after = \"1s\"\n\
                             [[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";
const DEPLOYMENTS: &str = "dora_window_deployments{team=\"unowned\",repo=\"acme/api\",\
                           component=\"api\",window=\"30d\"}";
const COUNTED: &str =
    "dora_deployments_total{team=\"unowned\",repo=\"acme/api\",component=\"api\"}";

/// How far into a file the process may write.
fn limit(daemon: &Daemon, bytes: &str) {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &daemon.id().to_string(), &format!("--fsize={bytes}:")]);
    assert!(prlimit.status().unwrap().success());
}

#[test]
fn writes_that_are_refused_are_told_once_and_made_up_for() {
    let mut scenario = Scenario::new();
    let repo = component(&mut scenario, "acme/api");
    let sha = scenario.commit(now() - DAY, repo, "main", "News");
    let world = World::of(&mut scenario);
    world.configure(CONFIGURATION);
    // Whoever ignores the signal gets an error instead, like that of a full disk.
    let start = "trap '' XFSZ; exec \"$0\" run --config \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", start]).arg(binary().get_program()).arg(world.path("dora.toml"));
    let daemon = Daemon::start(command.env_clear().env("GITHUB_TOKEN", "secret-token"));
    daemon.wait_for_series(DEPLOYMENTS);
    daemon.wait_for("the birth", |daemon| daemon.value(COUNTED) == Some(0.0));
    // Only what finishes in a later second is counted.
    let born_by = now();
    daemon.wait_for("a later second", |_| now() > born_by);

    limit(&daemon, "1");
    let words = "the last figures are served, and it is tried again";
    daemon.wait_for("the trouble", |daemon| daemon.log().contains(words));
    scenario.ship(now(), repo, &sha, "production");
    scenario.play(&world.sim).unwrap();
    let failures = "dora_exporter_source_failures_total{collector=\"sweep\",reason=\"store\",\
                    source=\"github\"}";
    let before = daemon.value(failures).unwrap_or_default();
    daemon.wait_for("more tries", |daemon| daemon.value(failures) >= Some(before + 2.0));
    assert_eq!(daemon.value(DEPLOYMENTS), Some(2.0), "the last figures");
    assert_eq!(daemon.value(COUNTED), Some(0.0));
    assert_eq!(daemon.log().matches(words).count(), 1, "{}", daemon.log());

    limit(&daemon, "unlimited");
    daemon.wait_for("the news", |daemon| daemon.value(DEPLOYMENTS) == Some(3.0));
    daemon.wait_for("its count", |daemon| daemon.value(COUNTED) == Some(1.0));
    assert_eq!(daemon.log().matches("the store works again").count(), 1, "{}", daemon.log());
    assert_eq!(daemon.log().matches(words).count(), 1, "{}", daemon.log());
    assert!(!daemon.log().contains("panicked"), "{}", daemon.log());
}
