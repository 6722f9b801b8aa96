//! `check`: whose everything is, and what is amiss with who says so.

use super::{SOURCE, findings, json, sound};
use crate::world::{DAY, World, component, now};
use github_sim::event::Permission;
use github_sim::{Event, Fault, When};

#[test]
fn sources_of_ownership_are_asked_and_what_is_amiss_with_them_is_listed() {
    let (mut scenario, repo) = sound();
    let tied = component(&mut scenario, "acme/tied");
    let at = now() - DAY / 2;
    let entity = "kind: Component\nmetadata: { name: api }\nspec: { owner: 'user:jane' }\n---\n[\n";
    let files = [("catalog-info.yaml", entity), ("CODEOWNERS", "* @acme/core @jane\n!x @acme/y\n")];
    scenario.write(at, repo, &files);
    for slug in ["one", "two"] {
        let (organization, slug) = ("acme".to_owned(), slug.to_owned());
        let repositories = vec![(tied, Permission::Write)];
        let team = Event::TeamSet { organization, slug, parent: None, repositories };
        scenario.event(at, team);
    }
    let world = World::of(&mut scenario);
    world.configure(SOURCE);
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!(code, 1, "{found:#?}");
    for expected in [
        "warning ownership.order: catalog-info.yaml of acme/api `api` has an owner that is no team",
        "warning ownership.order: catalog-info.yaml of acme/api cannot be read",
        "warning ownership.order: CODEOWNERS of acme/api cannot be read: line 2",
        "note ownership.order: github_team names several teams for 1 repositories, and so none of \
         them: acme/tied (one, two)",
    ] {
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:#?}");
    }
    assert!(!report.to_string().contains("jane"), "{report:#}");
    let repositories = report["sources"][0]["repositories"].as_array().unwrap();
    let owners: Vec<(&str, &str)> = repositories
        .iter()
        .map(|one| (one["team"].as_str().unwrap(), one["owned_by"].as_str().unwrap()))
        .collect();
    assert_eq!(owners, [("core", "codeowners"), ("unowned", "none")]);
    let message = "Resource not accessible by personal access token".to_owned();
    world.sim.faults().on_requests(
        Fault::Message(403, message),
        When { mentions: Some("properties".to_owned()), ..When::default() },
    );
    let (code, report) = json(&world);
    let found = findings(&report);
    let expected = "warning ownership.order: custom_property cannot be asked: custom properties of \
                    `acme`: not permitted";
    assert!(code == 1 && found.iter().any(|one| one.starts_with(expected)), "{found:#?}");
}
