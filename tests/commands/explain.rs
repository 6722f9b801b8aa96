//! `explain` beside a running daemon, and what it says where it cannot.

use crate::world::{DAY, World, binary, component, finish, now};
use github_sim::Scenario;
use serde_json::Value;

fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/shop");
    component(&mut scenario, "acme/shelf");
    let world = World::of(&mut scenario);
    world.configure(
        "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n\
         [[ownership.rules]]\nrepositories = [\"acme/sh*\"]\nteam = \"retail\"\n",
    );
    world
}

/// Figures without the instants at which they were asked for.
fn figures(document: &Value) -> Vec<Value> {
    let mut figures = document["figures"].as_array().unwrap().clone();
    for figure in &mut figures {
        let figure = figure.as_object_mut().unwrap();
        figure.remove("from");
        figure.remove("to");
    }
    figures
}

#[test]
fn it_explains_as_the_api_does_while_the_daemon_runs_and_after_it_has_stopped() {
    let world = world();
    let daemon = world.run(&[]);
    let complete = |repo: &str| format!("dora_exporter_backfill_complete{{repo=\"acme/{repo}\"}}");
    daemon.wait_for_series("dora_team_window_deployments{team=\"retail\",window=\"30d\"}");
    for repo in ["shop", "shelf"] {
        daemon.wait_for("its history", |daemon| daemon.value(&complete(repo)) == Some(1.0));
    }
    daemon.wait_for("both components", |daemon| {
        daemon.value("dora_team_window_deployments{team=\"retail\",window=\"30d\"}") == Some(4.0)
    });
    let answered = daemon.ask("GET", "/api/v1/teams/retail");
    let answered: Value = serde_json::from_str(answered.strip_prefix("200 ").unwrap()).unwrap();
    let listed = daemon.ask("GET", "/api/v1/teams/retail/deployments");
    let listed: Value = serde_json::from_str(listed.strip_prefix("200 ").unwrap()).unwrap();
    let explained = || {
        let mut command = world.command("explain");
        let arguments = ["--team", "retail", "--json"];
        let (code, out, err) = finish(command.args(arguments).env_remove("GITHUB_TOKEN"));
        assert_eq!((code, err.as_str()), (0, ""));
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let running = explained();
    assert_eq!(figures(&running), figures(&answered));
    assert_eq!(running["deployments"], listed["items"]);
    assert_eq!(running["components"].as_array().unwrap().len(), 2);
    drop(daemon);
    assert_eq!(explained()["deployments"], listed["items"], "a killed daemon's store is read too");
}

#[test]
fn people_read_tables_from_which_they_can_count() {
    let world = world();
    let daemon = world.run(&[]);
    daemon.wait_for("both components", |daemon| {
        daemon.value("dora_team_window_deployments{team=\"retail\",window=\"30d\"}") == Some(4.0)
    });
    let explain = |arguments: &[&str]| {
        let (code, out, err) = finish(world.command("explain").args(arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        out
    };
    let all = explain(&["--team", "retail"]);
    for part in ["Team retail at ", "  acme/shop/shop ", "change_lead_time", "4 of 30", "--measure"]
    {
        assert!(all.contains(part), "{part}: {all}");
    }
    let arguments = ["--team", "retail", "--component", "shelf", "--measure", "change_fail_rate"];
    let one = explain(&[&arguments[..], &["--window", "30d"]].concat());
    for part in [
        "Component shelf of team retail at ",
        "change_fail_rate, 30d: 0\n  0 of 2, 95 %: 0.0000 to 0.6576\n",
        "numerator: deployments that are counted and failed with finished_at in the window.",
        "\ndeployments: 2\n",
        " baseline ",
        "/acme/shelf/commit/",
    ] {
        assert!(one.contains(part), "{part}: {one}");
    }
    let lead_time = explain(&["--team", "retail", "--measure", "change_lead_time"]);
    assert!(lead_time.contains("lead_time_seconds") && lead_time.contains("first_commit"));
    assert!(lead_time.contains("left out: baseline"), "{lead_time}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let world = world();
    let daemon = world.run(&[]);
    daemon.wait_for_series("dora_team_window_deployments{team=\"retail\",window=\"30d\"}");
    for (arguments, part) in [
        (&["--team", "retial"][..], "no team `retial`; there are retail"),
        (
            &["--team", "retail", "--component", "x"],
            "no component of the team `x`; there are acme/",
        ),
        (&["--team", "retail", "--measure", "fail_rate"], "no measure `fail_rate`; nearest: "),
        (&["--team", "retail", "--window", "8d"], "no window `8d`; there are 7d, 30d, 90d"),
    ] {
        let (code, out, err) = finish(world.command("explain").args(arguments));
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
        assert!(err.contains(part), "{arguments:?}: {err}");
    }
    drop(daemon);
    let nowhere = world.path("nowhere.db");
    let (code, _, err) = finish(binary().args(["explain", "--team", "x", "--store"]).arg(&nowhere));
    assert!(code == 1 && err.contains("there is no such file"), "{err}");
    assert!(!nowhere.exists());
    std::fs::write(&nowhere, "no database").unwrap();
    let (code, _, err) = finish(binary().args(["explain", "--team", "x", "--store"]).arg(&nowhere));
    assert!(code == 1 && err.contains("not a database"), "{err}");
}

#[test]
fn other_rules_than_the_daemons_are_told_and_its_links_are_known_without_a_configuration() {
    let world = world();
    let daemon = world.run(&[]);
    daemon.wait_for("both components", |daemon| {
        daemon.value("dora_team_window_deployments{team=\"retail\",window=\"30d\"}") == Some(4.0)
    });
    let store = world.path("dora.db");
    let plain = |team: &str| {
        let arguments = ["explain", "--team", team, "--measure", "change_fail_rate", "--store"];
        finish(binary().args(arguments).arg(&store))
    };
    let (code, out, err) = plain("unowned");
    assert!(code == 0 && out.contains("/acme/shelf/commit/"), "{out}{err}");
    let told = "judged by the default rules, since no --config is given; the daemon last judged by \
                others: pass its --config";
    assert!(err.contains(told), "{err}");
    let (code, _, err) = finish(world.command("explain").args(["--team", "retail"]));
    assert_eq!((code, err.as_str()), (0, ""));
    world.configure("[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n");
    let (_, _, err) = finish(world.command("explain").args(["--team", "unowned"]));
    assert!(err.contains("judged by the rules of ") && err.contains("dora.toml"), "{err}");
}

#[test]
fn organisations_are_explained_with_what_no_component_has() {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/shop");
    let central = scenario.repository(now() - 30 * DAY, "acme/tools");
    let sha = scenario.commit(now() - 3 * DAY, central, "main", "Tool");
    scenario.ship(now() - 2 * DAY, central, &sha, "prd");
    scenario.issue(now() - DAY, central, "The VPN is down", &["incident"]);
    let world = World::of(&mut scenario);
    world.configure("[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n");
    let daemon = world.run(&[]);
    daemon.wait_for("the incident", |daemon| {
        daemon.value("dora_org_window_unmapped_incidents{org=\"acme\",window=\"30d\"}") == Some(1.0)
    });
    let explain = |arguments: &[&str]| {
        let (code, out, err) = finish(world.command("explain").args(arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        out
    };
    let all = explain(&["--org"]);
    for part in [
        "Organisation acme at ",
        "unmapped_incidents",
        "incidents of no component: 1\n",
        "left out, since their environment is not production: 1 deployments to 1 environments",
        "production.environments",
        "/acme/tools/deployments/prd",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let document: Value = serde_json::from_str(&explain(&["--org", "--json"])).unwrap();
    let listed = daemon.ask("GET", "/api/v1/org/incidents");
    let listed: Value = serde_json::from_str(listed.strip_prefix("200 ").unwrap()).unwrap();
    assert_eq!(document["incidents"], listed["items"]);
    assert_eq!(document["incidents"][0]["team"], "unowned");
    assert_eq!(document["environments"][0]["decided_by"], "production.environments");
    let (code, _, err) = finish(world.command("explain").args(["--org", "--team", "x"]));
    assert!(code == 2 && err.contains("cannot be used with"), "{err}");
    for (command, either) in
        [("explain", "<--team <NAME>|--org>"), ("purge", "<--repo <OWNER/NAME>|--survey <NAME>>")]
    {
        let (code, _, err) = finish(binary().arg(command));
        assert!(code == 2 && err.matches(either).count() == 2, "{err}");
    }
}
