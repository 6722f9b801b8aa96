//! `check`: components that the configuration declares.

use super::{OWNED, SOURCE, check, findings, json};
use crate::world::{DAY, World, now};
use github_sim::{Merge, Scenario};

/// A repository of two components: each was deployed, `web` twice in 30 days; a pull request changed
/// the API, another one both, a third one nothing of theirs; incidents of each and of nobody.
fn monorepo(scenario: &mut Scenario) -> u64 {
    let repo = scenario.repository(now() - 100 * DAY, "acme/shop");
    let sha = scenario.head(repo, "main").unwrap();
    for (days, to) in [(40, "prod-api"), (9, "prod-web"), (5, "prod-web"), (3, "dev-web")] {
        scenario.ship(now() - days * DAY, repo, &sha, to);
    }
    for (days, paths) in [(8, &["api/a"][..]), (7, &["api/b", "web/c"]), (6, &["README.md"])] {
        let (at, branch) = (now() - days * DAY, format!("work-{days}"));
        scenario.commit(at, repo, &branch, "Work");
        let pull = scenario.open_pull(at + 60, repo, &branch, "Work");
        scenario.files(at + 60, repo, pull, paths);
        scenario.merge(at + 120, repo, pull, Merge::Squash);
    }
    for labels in [&["incident", "component/api"][..], &["incident"], &["incident"]] {
        scenario.issue(now() - 2 * DAY, repo, "Down", labels);
    }
    repo
}

fn declared(name: &str, keys: &str) -> String {
    format!("[[components]]\nrepo = \"acme/shop\"\nname = \"{name}\"\n{keys}\n")
}

#[test]
fn declared_components_are_described_one_by_one() {
    let mut scenario = Scenario::new();
    monorepo(&mut scenario);
    let world = World::of(&mut scenario);
    world.configure(&format!(
        "{SOURCE}{OWNED}{}{}",
        declared("api", "paths = [\"api\"]\nteam = \"core\"\ndeployments.environment = \"*-api\""),
        declared("web", "paths = [\"web\"]\ndeployments.environment = \"*-web\""),
    ));
    let (code, report) = json(&world);
    assert_eq!((code, findings(&report)), (0, Vec::new()), "{report:#}");
    let repository = &report["sources"][0]["repositories"][0];
    assert_eq!(repository["incidents"], 3);
    // Two name none, and count for the only component of the repository's team.
    assert_eq!(repository["unmapped_incidents"], 0);
    let component = |name, team, by, environment: &str, deployments: u64, incidents: u64| {
        serde_json::json!({
            "name": name,
            "team": team,
            "owned_by": by,
            "deployment_source": "github_deployments",
            "production_deployments": deployments,
            "there_may_be_more": false,
            "environments": [
                { "name": environment, "production": true, "deployments": deployments }
            ],
            "incidents": incidents,
        })
    };
    let expected = serde_json::json!([
        component("api", "core", "components", "prod-api", 0, 1),
        component("web", "payments", "rules", "prod-web", 2, 2),
    ]);
    assert_eq!(repository["components"], expected);
    let of_two = report["series"]["expected"].as_u64().unwrap();
    let (code, text) = check(&world, &[]);
    assert_eq!(code, 0);
    for line in [
        "  acme/shop   payments (rules)   2                 3                prod-api* 0, prod-web* 2",
        "    api       core (components)  0                 1                prod-api* 0",
        "    web       payments (rules)   2                 2                prod-web* 2",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }

    world.configure(&format!("{SOURCE}{OWNED}"));
    let of_one = json(&world).1["series"]["expected"].as_u64().unwrap();
    assert!(of_two > of_one, "{of_two} series of two components, {of_one} of one");
}

#[test]
fn deployments_that_no_component_selects_are_a_note() {
    let mut scenario = Scenario::new();
    monorepo(&mut scenario);
    let world = World::of(&mut scenario);
    let api = declared("api", "paths = [\"api\"]\ndeployments.environment = \"*-api\"");
    world.configure(&format!("{SOURCE}{OWNED}{api}"));
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!((code, found.len()), (0, 1), "{report:#}");
    let words = "note components: no component of acme/shop selects ";
    assert!(found[0].starts_with(words) && found[0].contains("\"prod-web\""), "{found:?}");
}

#[test]
fn components_that_take_nothing_or_the_same_are_found() {
    let mut scenario = Scenario::new();
    monorepo(&mut scenario);
    let world = World::of(&mut scenario);
    world.configure(&format!(
        "{SOURCE}exclude = [\"acme/pay-*\"]\n{}{}{}{}\
         [[ownership.rules]]\nrepositories = [\"acme/shop\"]\nteam = \"shops\"\n",
        declared("api", "paths = [\"apis/**\"]\nteam = \"a\"\ndeployments.environment = \"*-ap\""),
        declared("all", "team = \"b\"\ndeployments.environment = \"prod*\""),
        declared("web", "paths = [\"web\"]\nteam = \"b\"\ndeployments.environment = \"*-web\""),
        "[[components]]\nrepo = \"acme/shoop\"\nname = \"x\"\n",
    ));
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!(code, 1, "{found:?}");
    for expected in [
        "warning github[0].exclude[0]: `acme/pay-*` takes out nothing",
        "warning components[0].deployments: `api` of acme/shop selects none of the 3 deployments to \
         production that were read (to \"prod-api\", \"prod-web\"); correct",
        "warning components[0].paths: the globs of `api` match no file of the 3 merged pull requests",
        "warning components[2].deployments: two components of acme/shop select the same deployments \
         (2, such as",
        "warning components[3].repo: `acme/shoop` is collected by no [[github]] section: add it",
        "warning ownership.rules[0].team: team \"shops\" owns nothing by its rules: [[components]] name the teams",
        "note incidents.mappings: 2 of 3 incidents of 30 days in acme/shop name no component",
    ] {
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:#?}");
    }
    assert_eq!(found.len(), 7, "{found:#?}");
}

#[test]
fn a_selector_of_canaries_is_told_what_takes_them_out() {
    let mut scenario = Scenario::new();
    let repo = scenario.repository(now() - 100 * DAY, "acme/shop");
    let sha = scenario.head(repo, "main").unwrap();
    for (days, to) in [(9, "prod"), (5, "prod-canary"), (4, "prod-canary")] {
        scenario.ship(now() - days * DAY, repo, &sha, to);
    }
    let world = World::of(&mut scenario);
    world.configure(&format!(
        "{SOURCE}{OWNED}{}{}",
        declared("api", "deployments.environment = \"prod\""),
        declared("web", "deployments.environment = \"*-canary\""),
    ));
    let found = findings(&json(&world).1);
    let expected = "warning components[1].deployments: `web` of acme/shop selects 2 deployments to \
                    \"prod-canary\", which is not production: see production.environments and \
                    production.exclude";
    assert!(found[0].starts_with(expected), "{found:?}");
}
