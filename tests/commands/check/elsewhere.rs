//! `check` of repositories whose deployments runs or releases tell, and of incidents that come from
//! PagerDuty.

use super::{OWNED, SOURCE, findings, json};
use crate::pagerduty_account::{KEY, StandIn};
use crate::world::{DAY, World, finish, now};
use github_sim::Scenario;

const ENTRIES: &str = "[[deployments]]\nrepositories = [\"acme/app\"]\nsource = \"release\"\n\
                       [[deployments]]\nrepositories = [\"acme/gone-*\"]\nsource = \"tag\"\n\
                       [[deployments]]\nsource = \"workflow_run\"\nworkflow = \"deploy.yml\"\n";

#[test]
fn each_repository_is_shown_with_what_tells_of_its_deployments() {
    let mut scenario = Scenario::new();
    let api = scenario.repository(now() - 90 * DAY, "acme/api");
    let sha = scenario.head(api, "main").unwrap();
    for (days, conclusion) in [(50, "success"), (9, "success"), (5, "failure"), (3, "success")] {
        let run = scenario.run(now() - days * DAY, api, "deploy.yml", &sha);
        scenario.conclude(now() - days * DAY + 60, api, run, conclusion);
    }
    scenario.ship(now() - DAY, api, &sha, "production");
    let app = scenario.repository(now() - 90 * DAY, "acme/app");
    scenario.release(now() - 2 * DAY, app, "v1");
    scenario.repository(now() - 90 * DAY, "acme/lib");
    scenario.issue(now() - DAY, api, "Down", &["incident"]);
    let world = World::of(&mut scenario);
    world.configure(&format!("{SOURCE}{OWNED}{ENTRIES}"));
    let (code, report) = json(&world);
    assert_eq!(code, 1, "{report:#}");
    let repositories = &report["sources"][0]["repositories"];
    let shown = repositories.as_array().unwrap().iter().map(|one| {
        let environments = one["environments"].as_array().unwrap();
        (
            one["name"].as_str().unwrap(),
            one["deployment_source"].as_str().unwrap(),
            one["production_deployments"].as_u64().unwrap(),
            environments.iter().filter_map(|one| one["name"].as_str()).collect::<Vec<_>>(),
        )
    });
    let runs = r#"source = "workflow_run", workflow = "deploy.yml""#;
    let expected = [
        ("acme/api", "workflow_run", 2, vec![runs]),
        ("acme/app", "release", 1, vec![r#"source = "release""#]),
        ("acme/lib", "workflow_run", 0, vec![]),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    let found = findings(&report);
    for expected in [
        "warning deployments[1].repositories[0]: `acme/gone-*` matches no collected repository; \
         correct or remove it",
        "note deployments[2].workflow: 1 of 2 repositories do not have this workflow, so they have \
         no deployments (acme/lib): correct its file or name, or narrow `repositories`",
    ] {
        assert!(found.iter().any(|one| one == expected), "{expected}\n{found:#?}");
    }
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn services_of_no_collected_repository_are_found() {
    let mut scenario = Scenario::new();
    let api = scenario.repository(now() - 90 * DAY, "acme/api");
    let sha = scenario.head(api, "main").unwrap();
    scenario.ship(now() - DAY, api, &sha, "production");
    let world = World::of(&mut scenario);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = runtime.block_on(StandIn::serve(now));
    ["P1", "P2", "P3"].into_iter().for_each(|id| account.service(id, "Something"));
    let pagerduty = format!(
        "[[incidents]]\nsource = \"pagerduty\"\napi_url = \"{}\"\ntoken_env = \"PAGERDUTY_TOKEN\"\n\
         services = {{ P1 = \"acme/nope\", P2 = \"acme/API\", P3 = \"acme/api-2/x\" }}\n",
        account.url
    );
    world.configure(&format!("{SOURCE}{OWNED}{pagerduty}"));
    let (code, out, _) = finish(world.command("check").arg("--json").env("PAGERDUTY_TOKEN", KEY));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1, "{report:#}");
    let expected = |service: &str, component: &str| {
        format!(
            "warning incidents \"pagerduty\", services.{service}: `{component}` is of no collected \
             repository, and maps no incident: correct or remove it"
        )
    };
    let found = findings(&report);
    assert_eq!(found, [expected("P1", "acme/nope"), expected("P3", "acme/api-2/x")], "{found:#?}");
}
