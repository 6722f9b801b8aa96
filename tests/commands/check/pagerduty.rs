//! `check`: whether an account at PagerDuty can be read, and whose its services are.

use super::{SOURCE, findings, sound};
use crate::pagerduty_account::{KEY, StandIn};
use crate::world::{DAY, World, component, finish, now};

const ENTITY: &str = "kind: Component\nmetadata:\n  name: api\n  annotations: \
                      { pagerduty.com/service-id: pcat }\nspec: { owner: payments }\n";

#[test]
fn an_account_is_asked_and_its_services_are_found_by_whoever_maps_them() {
    let (mut scenario, repo) = sound();
    scenario.write(now() - DAY / 2, repo, &[("catalog-info.yaml", ENTITY)]);
    let mono = component(&mut scenario, "acme/mono");
    let entity = |name: &str| {
        format!("kind: Component\nmetadata: {{ name: {name} }}\nspec: {{ owner: payments }}\n")
    };
    let several = format!("{}---\n{}", entity("web"), entity("cart"));
    scenario.write(now() - DAY / 2, mono, &[("catalog-info.yaml", &several)]);
    let world = World::of(&mut scenario);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = runtime.block_on(StandIn::serve(now));
    for (id, name) in [("PPAY", "Payments"), ("PCAT", "Catalogued"), ("PVPN", "VPN")] {
        account.service(id, name);
    }
    world.configure(&format!(
        "{SOURCE}[[incidents]]\nsource = \"pagerduty\"\napi_url = \"{}\"\n\
         token_env = \"PAGERDUTY_TOKEN\"\nservices = {{ PPAY = \"acme/api\", \
         PGONE = \"acme/mono/cart\", PWEB = \"acme/mono/wbe\", PMONO = \"acme/mono\", \
         PHERE = \"acme/api/api\", PELSE = \"acme/api/other\" }}\n",
        account.url
    ));
    let (code, out, err) = finish(world.command("check").arg("--json").env("PAGERDUTY_TOKEN", KEY));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let found = findings(&report);
    assert_eq!((code, err.as_str()), (1, ""), "{found:#?}");
    let shown = &report["pagerduty"][0];
    assert_eq!((&shown["reachable"], &shown["services"]), (&true.into(), &3.into()));
    assert_eq!(shown["mapped"], 2);
    for expected in [
        "note incidents \"pagerduty\", services: 1 of 3 services are of no component (PVPN \"VPN\")",
        "warning incidents \"pagerduty\", services.PGONE: the account shows no service",
        "warning incidents \"pagerduty\", services.PWEB: `wbe` is no component of acme/mono, and \
         maps nothing; there is cart, web",
        "warning incidents \"pagerduty\", services.PMONO: acme/mono holds several components",
        "warning incidents \"pagerduty\", services.PELSE: `other` is no component of acme/api",
    ] {
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:#?}");
    }
    for sound in ["services.PPAY", "services.PHERE: `"] {
        assert!(!found.iter().any(|one| one.contains(sound)), "{sound}: {found:#?}");
    }
    let (_, text, _) = finish(world.command("check").env("PAGERDUTY_TOKEN", KEY));
    assert!(text.contains("  services: 2 of 3 mapped\n"), "{text}");
    assert!(!text.contains(KEY), "{text}");
}

#[test]
fn a_key_that_is_refused_is_an_error_with_where_it_came_from() {
    let (mut scenario, _) = sound();
    let world = World::of(&mut scenario);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = runtime.block_on(StandIn::serve(now));
    world.configure(&format!(
        "{SOURCE}[[incidents]]\nsource = \"pagerduty\"\napi_url = \"{}\"\n\
         token_env = \"PAGERDUTY_TOKEN\"\n",
        account.url
    ));
    let (code, out, _) =
        finish(world.command("check").arg("--json").env("PAGERDUTY_TOKEN", "u+wrong-key"));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let found = findings(&report);
    assert_eq!((code, &report["pagerduty"][0]["reachable"]), (2, &false.into()), "{found:#?}");
    let refused = found.iter().find(|one| one.starts_with("error incidents \"pagerduty\": "));
    assert!(refused.is_some_and(|one| one.contains("PAGERDUTY_TOKEN")), "{found:#?}");
    assert!(!out.contains("u+wrong-key"), "{out}");
}
