//! Reloading: what changes, what stays, what is refused.

use crate::world::{Daemon, World, component};
use github_sim::Scenario;

const SOURCE: &str = "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";
const SUCCESSFUL: &str = "dora_exporter_config_last_reload_successful";
const SUCCESS_AT: &str = "dora_exporter_config_last_reload_success_timestamp_seconds";

fn deployments(team: &str) -> String {
    let labels = format!("team=\"{team}\",repo=\"acme/api\",component=\"api\",window=\"30d\"");
    format!("dora_window_deployments{{{labels}}}")
}

fn owned_by(team: &str) -> String {
    format!("{SOURCE}[[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"{team}\"\n")
}

fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    World::of(&mut scenario)
}

/// What GitHub was asked in all.
fn requests(daemon: &Daemon) -> f64 {
    let labels = "api=\"graphql\",code=\"200\",source=\"github\"";
    daemon.value(&format!("dora_exporter_github_requests_total{{{labels}}}")).unwrap()
}

#[test]
fn a_signal_applies_new_teams_and_windows_and_keeps_facts_and_counters() {
    let world = world();
    world.configure(&owned_by("payments"));
    let daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("payments"));
    let before = requests(&daemon);
    assert_eq!(daemon.value(SUCCESSFUL), Some(1.0));

    world.configure(&format!("measures.windows = [\"30d\", \"60d\"]\n{}", owned_by("checkout")));
    daemon.signal("HUP");
    daemon.wait_for_series(&deployments("checkout"));
    assert_eq!(daemon.value(&deployments("payments")), None);
    assert_eq!(daemon.value(&deployments("checkout")), Some(2.0));
    assert!(
        daemon.value("dora_team_window_deployments{team=\"checkout\",window=\"60d\"}").is_some()
    );
    assert!(
        daemon.value("dora_team_window_deployments{team=\"checkout\",window=\"7d\"}").is_none()
    );
    assert!(requests(&daemon) >= before);
    let births =
        "dora_lead_time_hours_count{team=\"checkout\",repo=\"acme/api\",component=\"api\"}";
    assert!(daemon.value(births).is_some());
    assert!(daemon.log().contains("the configuration was reloaded"), "{}", daemon.log());
}

#[test]
fn a_bad_file_is_refused_with_every_problem_and_the_former_one_stays() {
    let world = world();
    world.configure(&owned_by("payments"));
    let daemon = world.run(&["--web.enable-lifecycle"]);
    daemon.wait_for_series(&deployments("payments"));
    let loaded_at = daemon.value(SUCCESS_AT).unwrap();

    world.configure(&format!(
        "measures.widows = []\nlog.format = \"xml\"\n{}",
        owned_by("checkout")
    ));
    let answer = daemon.ask("POST", "/-/reload");
    assert!(answer.starts_with("500 the configuration was not reloaded, the former one stays:\n"));
    for problem in ["measures.widows (", "did you mean `windows`?", "log.format ("] {
        assert!(answer.contains(problem), "{answer}");
        daemon.wait_for(problem, |daemon| daemon.log().contains(problem));
    }
    assert_eq!(daemon.value(SUCCESSFUL), Some(0.0));
    assert_eq!(daemon.value(SUCCESS_AT), Some(loaded_at));
    assert_eq!(daemon.value(&deployments("payments")), Some(2.0));

    world.configure(&owned_by("checkout"));
    assert_eq!(daemon.ask("POST", "/-/reload"), "200 the configuration was reloaded\n");
    assert_eq!(daemon.value(SUCCESSFUL), Some(1.0));
    daemon.wait_for_series(&deployments("checkout"));
}

#[test]
fn what_applies_after_a_restart_only_is_told_and_the_rest_is_applied() {
    let world = world();
    world.configure(&owned_by("payments"));
    let daemon = world.run(&["--web.enable-lifecycle"]);
    daemon.wait_for_series(&deployments("payments"));
    world.configure(&format!(
        "server.telemetry_path = \"/figures\"\nlog.level = \"debug\"\n{}",
        owned_by("checkout")
    ));
    let answer = daemon.ask("PUT", "/-/reload");
    assert_eq!(
        answer,
        "200 the configuration was reloaded\n\
         server.telemetry_path was changed and applies after a restart only\n\
         log.level was changed and applies after a restart only\n"
    );
    daemon.wait_for_series(&deployments("checkout"));
}

#[test]
fn a_source_that_is_removed_ends_and_one_that_is_added_begins() {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    component(&mut scenario, "umbrella/web");
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let daemon = world.run(&["--web.enable-lifecycle"]);
    daemon.wait_for_series(&deployments("unowned"));

    let other = SOURCE.replace("acme", "umbrella");
    world.configure(&format!("{other}name = \"other\"\n"));
    assert!(daemon.ask("POST", "/-/reload").starts_with("200 "));
    daemon.wait_for_series("dora_org_window_deployments{org=\"umbrella\",window=\"30d\"}");
    daemon.wait_for_series("dora_exporter_source_up{source=\"other\"}");
    assert_eq!(daemon.value("dora_exporter_source_up{source=\"github\"}"), None);
    assert_eq!(daemon.value(&deployments("unowned")), None);
    assert!(requests(&daemon) > 0.0);

    world.configure(SOURCE);
    assert!(daemon.ask("POST", "/-/reload").starts_with("200 "));
    daemon.wait_for_series(&deployments("unowned"));
}

#[test]
fn reloading_over_http_has_to_be_allowed_and_asked_by_post() {
    let world = world();
    world.configure(SOURCE);
    let daemon = world.run(&[]);
    let refused = daemon.ask("POST", "/-/reload");
    assert!(refused.starts_with("403 ") && refused.contains("--web.enable-lifecycle"), "{refused}");
    assert_eq!(daemon.ask("GET", "/-/reload"), "405 ask for a reload by POST\n");
}

#[test]
fn what_cannot_be_found_after_a_reload_is_logged_once() {
    let world = world();
    world.configure(SOURCE);
    let daemon = world.run(&["--web.enable-lifecycle"]);
    daemon.wait_for_series(&deployments("unowned"));
    let missing = ["acme/nowhere", "acme/nothing"];
    let told = |name: &str| {
        let log = daemon.log();
        let lines = log.lines().filter(|line| line.contains(&format!("`{name}`")));
        lines.filter(|line| line.contains("WARN")).count()
    };
    for (source, names) in [("one", &missing[..1]), ("two", &missing[..])] {
        let before = missing.map(told);
        let source = format!(
            "[[github]]\nname = \"{source}\"\napi_url = \"$GITHUB\"\nrepositories = {names:?}\n"
        );
        world.configure(&source);
        assert!(daemon.ask("POST", "/-/reload").starts_with("200 "));
        // Several sweeps.
        std::thread::sleep(std::time::Duration::from_secs(4));
        for (name, before) in missing.iter().zip(before).filter(|(name, _)| names.contains(name)) {
            assert_eq!(told(name), before + 1, "{name}: {}", daemon.log());
        }
    }
}
