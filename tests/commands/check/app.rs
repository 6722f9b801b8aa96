//! `check`: which installation of a GitHub App serves which account, and what it lacks.

use super::{OWNED, check, findings, json};
use crate::app_key::key;
use crate::world::{World, component};
use github_sim::{App, Installation, Scenario};
use serde_json::json;

fn world() -> World {
    let mut scenario = Scenario::new();
    component(&mut scenario, "acme/api");
    component(&mut scenario, "globex/web");
    let world = World::of(&mut scenario);
    let public_key = key().public.clone();
    world.sim.apps().register(App { id: 77, slug: "dora-reader".to_owned(), public_key });
    world.sim.apps().install(Installation::reading(7, "acme"));
    std::fs::write(world.path("app.pem"), &key().private).unwrap();
    world.configure(&format!(
        "[[github]]\napi_url = \"$GITHUB\"\norganizations = [\"acme\"]\n\
         repositories = [\"globex/web\"]\napp_id = 77\nprivate_key_file = \"app.pem\"\n{OWNED}"
    ));
    world
}

#[test]
fn each_accounts_installation_is_named_with_what_it_lacks() {
    let world = world();
    let mut lacking = Installation::reading(8, "globex");
    lacking.permissions.remove("deployments");
    lacking.permissions.remove("organization_custom_properties");
    lacking.selected = Some(vec!["globex/web".to_owned()]);
    world.sim.apps().install(lacking);
    let (code, report) = json(&world);
    let found = findings(&report);
    assert_eq!(code, 2, "{found:#?}");
    let sources = report["sources"].as_array().unwrap();
    assert_eq!(sources[0]["name"], "github/acme");
    let whole = json!({"id": 7, "account": "acme", "repositories": "all", "lacks": []});
    assert_eq!(sources[0]["installation"], whole);
    assert_eq!(sources[0]["repositories"][0]["name"], "acme/api");
    let lacks = [
        "Deployments: read (deployments)",
        "Custom properties: read (owners, of the organisation)",
    ];
    let partly = json!({"id": 8, "account": "globex", "repositories": "selected", "lacks": lacks});
    assert_eq!(sources[1]["installation"], partly);
    let expected = "warning github[0].app_id: the installation on `globex` lacks Deployments: read \
                    (deployments), Custom properties: read (owners, of the organisation): grant it \
                    in the app's settings, then have it accepted at https://github.com/";
    assert!(found.iter().any(|one| one.starts_with(expected)), "{found:#?}");
    let (_, text) = check(&world, &[]);
    for line in [
        "github/acme: http://127.0.0.1:",
        "token from the app 77, installed on acme",
        "installation 7 on acme: all repositories",
        "installation 8 on globex: selected repositories",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
}

#[test]
fn an_account_without_the_app_is_an_error_and_the_others_are_checked() {
    let (code, report) = json(&world());
    let found = findings(&report);
    assert_eq!(code, 2, "{found:#?}");
    let told = "the app 77 is not installed on `globex` (it is on acme): install it at \
                https://github.com/apps/dora-reader/installations/new";
    let of_globex: Vec<&String> = found.iter().filter(|one| one.contains(told)).collect();
    assert_eq!(of_globex.len(), 1, "{found:#?}");
    assert!(of_globex[0].starts_with("error github[0]: "), "{found:#?}");
    assert_eq!(report["sources"][1]["reachable"], false);
    assert_eq!(report["sources"][0]["repositories"][0]["production_deployments"], 2);
}
