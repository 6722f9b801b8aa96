//! `purge`: what goes, what stays, when it is refused.

use crate::world::{World, binary, component, finish};
use github_sim::Scenario;

const CONFIGURATION: &str = "measures.settle_after = \"1s\"\nmeasures.seed_prime_after = \"1s\"\n\
                             [[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";

fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    component(&mut scenario, "acme/web");
    let world = World::of(&mut scenario);
    world.configure(CONFIGURATION);
    world
}

fn deployments(name: &str) -> String {
    let labels =
        format!("team=\"unowned\",repo=\"acme/{name}\",component=\"{name}\",window=\"30d\"");
    format!("dora_window_deployments{{{labels}}}")
}

#[test]
fn a_repository_is_removed_and_collected_anew_while_the_configuration_asks_for_it() {
    let world = world();
    let daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("api"));
    daemon.wait_for_series(&deployments("web"));
    let (code, _, complaint) = finish(world.command("purge").args(["--repo", "acme/api"]));
    assert_eq!(code, 1);
    assert!(complaint.contains("in use by another process"), "{complaint}");
    drop(daemon);

    // Neither token nor sources are needed.
    let store = world.path("dora.db");
    let (code, printed, complaint) =
        finish(binary().args(["purge", "--repo", "Acme/API", "--store"]).arg(&store).env_clear());
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert!(printed.contains("acme/api: removed 1 × repository, 2 × deployment"), "{printed}");
    assert!(printed.contains("kept what its counters have counted"), "{printed}");
    assert!(printed.contains("github.exclude"), "{printed}");

    let (code, _, complaint) = finish(world.command("purge").args(["--repo", "acme/api"]));
    assert_eq!(code, 1);
    assert!(complaint.contains("the store holds no `acme/api`; it holds acme/web"), "{complaint}");

    let daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("web"));
    daemon.wait_for_series(&deployments("api"));
}

#[test]
fn logins_get_another_key_and_figures_stay() {
    let world = world();
    let mut daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("api"));
    let (code, _, complaint) = finish(&mut world.command("rotate-key"));
    assert_eq!(code, 1);
    assert!(complaint.contains("in use by another process"), "{complaint}");
    drop(daemon);

    let (code, printed, complaint) = finish(&mut world.command("rotate-key"));
    assert_eq!((code, complaint.as_str()), (0, ""));
    assert!(printed.contains("logins have a new key"), "{printed}");
    assert!(!printed.contains(" 0 facts"), "{printed}");
    daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("api"));
}

#[test]
fn counters_go_where_it_is_asked_for() {
    let world = world();
    let daemon = world.run(&[]);
    daemon.wait_for_series(&deployments("api"));
    daemon.wait_for("the primed histogram", |daemon| {
        let series =
            "dora_lead_time_hours_count{team=\"unowned\",repo=\"acme/api\",component=\"api\"}";
        daemon.value(series).is_some_and(|count| count > 0.0)
    });
    drop(daemon);
    let purge = ["--repo", "acme/api", "--counters"];
    let (code, printed, _) = finish(world.command("purge").args(purge));
    assert_eq!(code, 0);
    assert!(printed.contains("1 × settled row, 1 × total, 1 × birth"), "{printed}");
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let world = world();
    let (code, _, complaint) = finish(world.command("purge").args(["--repo", "acme/api"]));
    assert_eq!(code, 1);
    assert!(complaint.contains("there is no such file"), "{complaint}");
    assert!(!world.path("dora.db").exists());
}
