//! `backfill`: what the past looked like, and when it is refused.

use crate::world::{DAY, World, component, finish, now};
use github_sim::Scenario;
use std::process::Command;

const CONFIGURATION: &str = "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";

fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    let world = World::of(&mut scenario);
    world.configure(CONFIGURATION);
    world
}

/// A world whose store is filled, and with no daemon any more.
fn read_world() -> World {
    let world = world();
    let daemon = world.run(&[]);
    let series = "dora_window_deployments{team=\"unowned\",repo=\"acme/api\",component=\"api\",window=\"30d\"}";
    daemon.wait_for_series(series);
    world
}

/// So many days ago, as people write it.
fn day(days_ago: i64) -> String {
    let midnight = (now() / DAY - days_ago) * DAY;
    chrono::DateTime::from_timestamp(midnight, 0).unwrap().format("%Y-%m-%d").to_string()
}

fn backfill(world: &World, from: &str, to: &str) -> Command {
    let mut command = world.command("backfill");
    // Nobody is asked anything.
    command.env_remove("GITHUB_TOKEN");
    command.args(["--from", from, "--to", to, "--openmetrics"]).arg(world.path("past.om"));
    command
}

#[test]
fn the_past_is_told_by_day_and_prometheus_takes_it() {
    let world = read_world();
    let (code, printed, complaint) = finish(&mut backfill(&world, &day(30), &day(2)));
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert!(printed.contains(" samples of 29 instants."), "{printed}");
    assert!(printed.contains("promtool tsdb create-blocks-from openmetrics"), "{printed}");

    let text = std::fs::read_to_string(world.path("past.om")).unwrap();
    let at = |family: &str, labels: &str, days_ago: i64| {
        let series = format!("{family}{{{labels}}} ");
        let time = format!(" {}", (now() / DAY - days_ago) * DAY);
        let found = text.lines().find(|line| line.starts_with(&series) && line.ends_with(&time));
        found.map(|line| line[series.len()..].split(' ').next().unwrap().to_owned())
    };
    let of_team = |window: &str, days_ago: i64| {
        let labels = format!("team=\"unowned\",window=\"{window}\"");
        at("dora_team_window_deployments", &labels, days_ago)
    };
    let counted = |days_ago: i64| at("dora_team_deployments_total", "team=\"unowned\"", days_ago);
    // Nothing was live before the first deployment, 20 days ago.
    assert_eq!(of_team("30d", 25), None);
    assert_eq!(of_team("30d", 10).as_deref(), Some("1"));
    assert_eq!(of_team("7d", 10).as_deref(), Some("0"));
    assert_eq!(of_team("30d", 2).as_deref(), Some("2"));
    // A counter begins at 0 when its series does, and counts what finishes later.
    assert_eq!(counted(10).as_deref(), Some("0"));
    assert_eq!(counted(2).as_deref(), Some("1"));
    // The look-back of 120 days does not hold 90 days before any of these.
    assert_eq!(of_team("90d", 2), None);
    // Nothing had been collected later than it was.
    let through = at("dora_team_data_through_timestamp_seconds", "team=\"unowned\"", 10).unwrap();
    let through: f64 = through.parse().unwrap();
    assert!(through <= ((now() / DAY - 10) * DAY) as f64, "{through}");

    let load = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "--max-block-duration=2048h", "openmetrics"])
        .args([world.path("past.om"), world.path("data")])
        .output()
        .expect("promtool, of Debian's package `prometheus`, is installed");
    assert!(load.status.success(), "{}", String::from_utf8_lossy(&load.stderr));
    assert!(world.path("data").read_dir().unwrap().next().is_some(), "no block was made");
}

#[test]
fn what_nobody_can_know_is_refused() {
    let world = read_world();
    for (from, to, complaint) in [
        (day(80), day(2), "a longer collection.lookback reads more"),
        (day(2), day(2), "is not before --to"),
        (day(2), day(-2), "is yet to come"),
        ("yesterday".to_owned(), day(2), "write a day such as 2026-08-01"),
    ] {
        let (code, _, complained) = finish(&mut backfill(&world, &from, &to));
        assert_ne!(code, 0, "{from} to {to}");
        assert!(complained.contains(complaint), "{complained}");
    }
    let (code, _, complained) = finish(backfill(&world, &day(5), &day(2)).args(["--step", "30s"]));
    assert_ne!(code, 0);
    assert!(complained.contains("write at least 1m"), "{complained}");
    assert!(!world.path("past.om").exists(), "nothing was written");
}

#[test]
fn a_store_without_history_is_named() {
    let world = world();
    let (code, _, complained) = finish(&mut backfill(&world, &day(5), &day(2)));
    assert_eq!(code, 1);
    assert!(complained.contains("there is no such file"), "{complained}");
}
