//! `check`: environments that may be production, incidents that name no component, and repositories
//! that two sections show.

use super::{OWNED, SOURCE, check, findings, json};
use crate::world::{DAY, World, component, now};
use github_sim::Scenario;

/// A repository that went from `production` to `to`: how often it was deployed to each, newest last.
fn moved(scenario: &mut Scenario, name: &str, deployments: &[(i64, &str)]) {
    let repo = scenario.repository(now() - 40 * DAY, name);
    let sha = scenario.head(repo, "main").unwrap();
    let mut hours = deployments.iter().map(|(count, _)| count).sum::<i64>();
    for (count, to) in deployments {
        for _ in 0..*count {
            scenario.ship(now() - hours * 3_600, repo, &sha, to);
            hours -= 1;
        }
    }
}

#[test]
fn an_environment_that_took_the_place_of_production_is_noted() {
    for (deployments, expected) in [
        (
            &[(1, "production"), (37, "prd")][..],
            Some("37 deployments to \"prd\" in 30 days (acme/web), and only 1 to production there"),
        ),
        (&[(37, "prd"), (1, "production")], Some("37 deployments to \"prd\"")),
        (
            &[(20, "production"), (4, "prd")],
            Some(
                "4 deployments to \"prd\" in 30 days (acme/web), and 20, none as new, to production there",
            ),
        ),
        (&[(20, "prd"), (20, "production")], None),
        (&[(1, "production"), (37, "staging")], None),
        (&[(1, "production"), (37, "prod-canary")], None),
    ] {
        let mut scenario = Scenario::new();
        moved(&mut scenario, "acme/web", deployments);
        let world = World::of(&mut scenario);
        world.configure(&format!("{SOURCE}{OWNED}"));
        let (code, report) = json(&world);
        let mut found = findings(&report);
        found.retain(|one| one.contains(" production.environments: "));
        assert_eq!(code, 0, "a note is no warning: {found:?}");
        assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
        if let Some(expected) = expected {
            let expected = format!("note production.environments: {expected}");
            assert!(found[0].starts_with(&expected), "{found:?}");
        }
    }
}

#[test]
fn incidents_of_a_central_repository_that_name_no_component_are_found() {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/web"] {
        component(&mut scenario, name);
    }
    let central = scenario.repository(now() - 40 * DAY, "acme/incidents");
    for _ in 0..11 {
        scenario.issue(now() - 2 * DAY, central, "Down", &["incident"]);
    }
    let world = World::of(&mut scenario);
    let rules = "[[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"payments\"\n";
    world.configure(&format!("{SOURCE}{rules}"));
    let (code, report) = json(&world);
    let expected = "warning incidents.mappings: 11 of 11 incidents of 30 days in acme/incidents name \
                    no component";
    let found = findings(&report);
    assert!(code == 1 && found.len() == 1 && found[0].starts_with(expected), "{found:?}");

    // A rule maps all of them, a label some.
    let mapped = "[[incidents]]\nmappings = [{ title = \"Down\", component = \"acme/web\" }]\n";
    world.configure(&format!("{SOURCE}{rules}{mapped}"));
    let (code, report) = json(&world);
    assert_eq!((code, findings(&report)), (0, Vec::new()));
    assert_eq!(report["sources"][0]["repositories"][1]["unmapped_incidents"], 0);
}

#[test]
fn incidents_of_a_central_repository_count_by_their_labels() {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/web"] {
        component(&mut scenario, name);
    }
    let central = scenario.repository(now() - 40 * DAY, "acme/incidents");
    for labels in [&["incident", "component/web"][..], &["incident"], &["incident", "component/x"]]
    {
        scenario.issue(now() - 2 * DAY, central, "Down", labels);
    }
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}"));
    let (code, text) = check(&world, &[]);
    let expected = "note: incidents.mappings: 2 of 3 incidents of 30 days in acme/incidents name";
    assert!(code == 0 && text.contains(expected), "{text}");
    assert!(text.contains("3, 2 unmapped"), "{text}");
}

#[test]
fn what_two_sections_show_counts_once() {
    let mut scenario = Scenario::new();
    for name in ["acme/api", "acme/web"] {
        component(&mut scenario, name);
    }
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let (_, once) = json(&world);
    let again =
        "[[github]]\nname = \"again\"\napi_url = \"$GITHUB\"\nrepositories = [\"acme/api\"]\n";
    world.configure(&format!("{SOURCE}{again}"));
    let (_, twice) = json(&world);
    assert_eq!(twice["series"], once["series"]);
    assert_eq!(twice["sources"][1]["repositories"].as_array().unwrap().len(), 0);
    assert_eq!(twice["sources"][1]["counted_before"], serde_json::json!(["acme/api"]));
    assert!(twice["sources"][1]["cost"]["daily_points"].as_u64().unwrap() > 0);
    let found = findings(&twice);
    assert!(
        found.iter().any(|one| one.contains("2 of 2 repositories are shown under")),
        "{found:?}"
    );
    let text = check(&world, &[]).1;
    assert!(text.contains("  collected here, too, and counted above: acme/api\n"), "{text}");
}
