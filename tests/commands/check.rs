//! `check`: what it tells of sources, repositories and costs, and what it finds amiss.

mod app;
mod declared;
mod elsewhere;
mod ownership;
mod pagerduty;
mod server;
mod suggested;

use crate::world::{DAY, Daemon, World, component, finish, now};
use github_sim::{Event, Merge, NodeFault, Scenario};
use serde_json::Value;

const SOURCE: &str = "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n";
const OWNED: &str = "[[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"payments\"\n";

/// An estate with nothing amiss: one component with a staging environment and an incident.
fn sound() -> (Scenario, u64) {
    let mut scenario = Scenario::new();
    let repo = component(&mut scenario, "acme/api");
    let sha = scenario.commit(now() - DAY, repo, "main", "More");
    scenario.ship(now() - DAY, repo, &sha, "staging");
    scenario.issue(now() - 2 * DAY, repo, "Down", &["incident"]);
    (scenario, repo)
}

fn check(world: &World, flags: &[&str]) -> (i32, String) {
    let (code, printed, complaint) = finish(world.command("check").args(flags));
    assert_eq!(complaint, "");
    (code, printed)
}

fn json(world: &World) -> (i32, Value) {
    let (code, printed) = check(world, &["--json"]);
    (code, serde_json::from_str(&printed).unwrap())
}

/// The findings as `severity key: message`.
fn findings(report: &Value) -> Vec<String> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            format!("{} {}: {}", text(one, "severity"), text(one, "key"), text(one, "message"))
        })
        .collect()
}

#[test]
fn a_sound_estate_is_described_and_nothing_is_amiss() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}"));
    let (code, report) = json(&world);
    assert_eq!(code, 0, "{report:#}");
    assert!(findings(&report).is_empty(), "{report:#}");
    let source = &report["sources"][0];
    assert_eq!(source["reachable"], true);
    assert_eq!(source["limit"]["points_an_hour"], 5_000);
    assert!(source["lists"].as_array().unwrap().iter().all(|list| list["readable"] == 1));
    let repository = &source["repositories"][0];
    assert_eq!(repository["team"], "payments");
    assert_eq!(repository["production_deployments"], 2);
    assert_eq!(repository["incidents"], 1);
    assert_eq!(repository["incidents_count_for"], "api");
    let environments = serde_json::json!([
        { "name": "production", "production": true, "deployments": 2 },
        { "name": "staging", "production": false, "deployments": 1 },
    ]);
    assert_eq!(repository["environments"], environments);
    // A listing, a sweep, and a page of deployments, incidents and commits, with what was deployed.
    assert_eq!(source["cost"]["first_collection_points"], 6);
    assert!(source["cost"]["daily_points"].as_u64().unwrap() > 86_400);
    assert!(!world.path("dora.db").exists(), "a check stores nothing");
}

#[test]
fn people_read_a_table() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}"));
    let (code, text) = check(&world, &[]);
    assert_eq!(code, 0, "{text}");
    for line in [
        "token from the environment variable GITHUB_TOKEN",
        "deployments: readable in 1 of 1",
        "acme/api    payments (rules)  2                 1 for api        production* 2, staging 1",
        "Series: up to ",
        "Nothing is amiss.",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    assert!(!text.contains("secret-token"));
}

#[test]
fn an_environment_that_is_production_under_another_name_is_suggested() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(now() - 30 * DAY, "acme/web");
    for hours in 1..=37 {
        let sha = scenario.head(repo, "main").unwrap();
        scenario.ship(now() - hours * 3_600, repo, &sha, "prd");
        scenario.ship(now() - hours * 3_600 - 60, repo, &sha, "staging");
    }
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}"));
    let (code, text) = check(&world, &[]);
    assert_eq!(code, 1, "{text}");
    let expected = "warning: production.environments: 37 deployments to \"prd\" in 30 days \
                    (acme/web), and none to production there: add it to production.environments";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("to \"staging\""), "{text}");
    assert!(text.contains("To be seen to first: production.environments."), "{text}");

    world.configure(&format!("production.environments = [\"prd\"]\n{SOURCE}{OWNED}"));
    assert_eq!(check(&world, &[]).0, 0);
}

#[test]
fn environments_are_classed_by_the_rules_that_a_repository_has_itself() {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/web", "acme/old"] {
        let repo = scenario.repository(now() - 30 * DAY, name);
        let sha = scenario.head(repo, "main").unwrap();
        scenario.ship(now() - DAY, repo, &sha, "prd");
    }
    let world = World::of(&mut scenario);
    let overrides = "[[overrides]]\nrepositories = [\"acme/api\"]\n\
                     production = { environments = [\"prd\"] }\n\
                     [[overrides]]\nrepositories = [\"acme/old\"]\n\
                     production = { environments = [\"main\"] }\n";
    world.configure(&format!("{SOURCE}{OWNED}{overrides}"));
    let (code, report) = json(&world);
    assert_eq!(code, 1, "{report:#}");
    let counts: Vec<(&str, u64)> = report["sources"][0]["repositories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str(), one["production_deployments"].as_u64()))
        .map(|(name, count)| (name.unwrap(), count.unwrap()))
        .collect();
    assert_eq!(counts, [("acme/api", 1), ("acme/old", 0), ("acme/web", 0)]);
    let text = findings(&report).join("\n");
    for (key, repo) in [
        ("overrides[1].production.environments", "acme/old"),
        ("production.environments", "acme/web"),
    ] {
        let expected = format!(
            "warning {key}: 1 deployment to \"prd\" in 30 days ({repo}), and none to production \
             there: add it to {key} if it is production"
        );
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn what_may_not_be_read_is_named_with_the_permission() {
    let (mut scenario, _) = sound();
    component(&mut scenario, "acme/web");
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}"));
    world.sim.faults().on_field("Repository.issues", None, NodeFault::forbidden());
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!((code, found.len()), (1, 1), "{found:?}");
    assert!(found[0].starts_with("warning github[0]: incidents cannot be read in 2 of 2"));
    assert!(found[0].contains("Issues: read"), "{found:?}");
    assert_eq!(report["sources"][0]["repositories"][0]["production_deployments"], 2);

    world.sim.faults().on_field("Repository.deployments", None, NodeFault::forbidden());
    let (code, report) = json(&world);
    assert_eq!(code, 2);
    assert!(findings(&report)[0].contains("Deployments: read"), "{report:#}");
}

#[test]
fn a_source_that_cannot_be_asked_is_an_error() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.sim.set_token("another");
    world.sim.revoke_tokens();
    world.configure(SOURCE);
    let (code, report) = json(&world);
    assert_eq!(code, 2, "{report:#}");
    assert_eq!(report["sources"][0]["reachable"], false);
    assert!(findings(&report)[0].contains("GITHUB_TOKEN"), "{report:#}");
}

#[test]
fn a_refused_configuration_is_told_with_every_problem() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.configure("measures.windows = [\"200d\"]\nlog.format = \"xml\"\n");
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!((code, found.len()), (2, 3), "{found:?}");
    assert!(found.iter().any(|one| one.contains("lookback")), "{found:?}");
}

#[test]
fn patterns_teams_and_sources_that_do_not_fit_are_found() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.configure(&format!(
        "{SOURCE}repositories = [\"acme/pay-*\"]\n\
         [[github]]\nname = \"again\"\napi_url = \"$GITHUB\"\nrepositories = [\"acme/api\"]\n\
         {OWNED}\
         [[ownership.rules]]\nrepositories = [\"acme/api\"]\nteam = \"shadowed\"\n\
         [[ownership.rules]]\nrepositories = [\"acme/none-*\"]\nteam = \"idle\"\n\
         [[incidents]]\nrepositories = [\"acme/oncall\"]\n\
         [[overrides]]\nrepositories = [\"acme/legacy-*\"]\n"
    ));
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!(code, 1, "{found:?}");
    for expected in [
        "warning github[0].repositories[0]: `acme/pay-*` matches no",
        "warning github[1]: acme/api would be collected by github[0] too",
        "warning ownership.rules[1].team: team \"shadowed\" owns nothing by its rules: others before it",
        "warning ownership.rules[2].repositories[0]: `acme/none-*` matches no",
        "warning ownership.rules[2].team: team \"idle\" owns nothing",
        "warning incidents[0].repositories[0]: `acme/oncall` matches no",
        "warning overrides[0].repositories[0]: `acme/legacy-*` matches no",
    ] {
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:#?}");
    }
}

#[test]
fn who_owns_what_is_archived_may_be_said() {
    let (mut scenario, _) = sound();
    for name in ["acme/old", "acme/attic"] {
        let old = scenario.repository(now() - 30 * DAY, name);
        let archived = Event::RepositoryArchived { repo: old, archived: true };
        scenario.event(now() - 20 * DAY, archived);
    }
    let world = World::of(&mut scenario);
    world.configure(&format!(
        "{SOURCE}{OWNED}[[ownership.rules]]\nrepositories = [\"acme/old\"]\nteam = \"payments\"\n\
         [[components]]\nrepo = \"acme/attic\"\nname = \"x\"\n"
    ));
    let found = findings(&json(&world).1);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("`acme/attic` is collected by no [[github]] section: it is excluded")
    );
}

#[test]
fn repositories_and_organisations_can_be_checked_without_a_file() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let (code, report) = json(&world);
    assert_eq!(code, 0, "{report:#}");
    let found = findings(&report);
    assert!(found[0].starts_with("note ownership.rules: 1 of 1 repositories"), "{found:?}");
    let (code, text) = check(&world, &["--repo", "acme/missing"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("acme/missing"), "{text}");
}

#[test]
fn the_estimate_of_a_first_collection_is_what_it_costs() {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/web"] {
        let repo = scenario.repository(now() - 110 * DAY, name);
        for change in 0..130 {
            let at = now() - 100 * DAY + change * DAY / 2;
            let branch = format!("work-{change}");
            scenario.commit(at, repo, &branch, "Work");
            let pull = scenario.open_pull(at + 60, repo, &branch, "Work");
            let sha = scenario.merge(at + 120, repo, pull, Merge::Squash);
            scenario.ship(at + 3_600, repo, &sha, "production");
        }
    }
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let (_, report) = json(&world);
    let estimate = report["sources"][0]["cost"]["first_collection_points"].as_f64().unwrap();

    let hourly = ("DORA__COLLECTION__SWEEP_INTERVAL", "1h");
    let daemon = Daemon::start(world.command("run").env(hourly.0, hourly.1));
    for name in ["api", "web"] {
        let series = format!("dora_exporter_backfill_complete{{repo=\"acme/{name}\"}}");
        daemon.wait_for(&series, |daemon| daemon.value(&series) == Some(1.0));
    }
    let points = "dora_exporter_github_points_spent_total{api=\"graphql\",source=\"github\"}";
    let spent = daemon.value(points).unwrap();
    assert!((0.7..=1.4).contains(&(estimate / spent)), "estimated {estimate}, spent {spent}");
}
