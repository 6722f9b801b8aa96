//! Incidents from PagerDuty through the whole daemon: what they blame, when service is restored,
//! what waits for them, and what is shown without them.

use crate::evidence::all;
use crate::pagerduty_account::{KEY, StandIn};
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::Merge;

/// When the story deploys `acme/pay` last; nothing else of its team is deployed that week.
const DEPLOYED: i64 = NOW - 5 * DAY + 10 * HOUR;

/// A team's figures of the week.
const WEEK: [&str; 2] = ["payments", "\"7d\""];

async fn world(told: Story) -> (World, StandIn) {
    let world = World::of(told.story, NOW).await;
    let clock = world.clock.clone();
    let account = StandIn::serve(move || clock.seconds()).await;
    (world, account)
}

fn config(world: &World, account: &StandIn) -> Config {
    let mut config = world.config();
    config.more = format!(
        "[[incidents]]\nsource = \"pagerduty\"\napi_url = \"{}\"\ntoken_env = \"PAGERDUTY_TOKEN\"\n\
         services = {{ PPAY = \"acme/pay\", PSEARCH = \"acme/search\" }}\n",
        account.url
    );
    config
}

#[tokio::test]
async fn an_incident_blames_the_deployment_before_it_and_its_resolution_restores_service() {
    let (world, account) = world(organization()).await;
    account.open(DEPLOYED + 2 * HOUR, "QA", "PPAY", "Payments of Earline Greenholt fail");
    account.log(DEPLOYED + 3 * HOUR, "QA", "acknowledge", "UADA", "");
    account.resolve(DEPLOYED + 5 * HOUR, "QA");
    // Merged into the first: none of its own.
    account.open(DEPLOYED + 2 * HOUR + 60, "QB", "PPAY", "Refunds fail");
    account.merge(DEPLOYED + 3 * HOUR, "QB");
    // Nobody was told at once.
    account.open(DEPLOYED + 4 * HOUR, "QC", "PPAY", "Slow");
    account.grade("QC", "low", None);
    let daemon = world.start(&config(&world, &account)).await;
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    let week = |name: &str| scrape.sum(&format!("dora_team_window_{name}"), &WEEK);
    assert_eq!((week("incidents"), week("failed_deployments")), (1.0, 1.0));
    assert_eq!((week("restored_failures"), week("unattributed_incidents")), (1.0, 0.0));
    let seconds = |name: &str| {
        let labels = [WEEK[0], WEEK[1], "mean"];
        scrape.sum(&format!("dora_team_window_{name}_seconds"), &labels)
    };
    assert_eq!(seconds("failed_deployment_recovery"), (5 * HOUR) as f64);
    assert_eq!(seconds("time_to_restore"), (3 * HOUR) as f64);
    assert_eq!(scrape.sum("dora_exporter_source_up", &["\"pagerduty\""]), 1.0);
    assert!(daemon.page().await.contains("pagerduty"));

    // It burns again, and is resolved for good.
    account.log(NOW + MINUTE, "QA", "reopen", "UADA", "");
    daemon.advance(7 * MINUTE).await;
    assert_eq!(daemon.scrape().await.sum("dora_team_open_failures", &["payments"]), 1.0);
    account.resolve(NOW + 10 * MINUTE, "QA");
    daemon.advance(12 * MINUTE).await;
    assert_eq!(daemon.scrape().await.sum("dora_team_open_failures", &["payments"]), 0.0);
    daemon.stop().await;
    let stored = std::fs::read(world.store()).unwrap();
    let stored = String::from_utf8_lossy(&stored);
    for private in ["Greenholt", "Lovelace", "UADA", KEY] {
        assert!(!stored.contains(private), "{private} is stored");
    }
}

#[tokio::test]
async fn a_resolvers_note_blames_what_it_names() {
    let mut told = organization();
    let sha = told.story.head(told.pay, "main").unwrap();
    let deployment = told.story.ship(NOW - 40 * HOUR, told.pay, &sha, "production");
    let (world, account) = world(told).await;
    // Too late for anybody to guess.
    account.open(NOW - 10 * HOUR, "QA", "PPAY", "Wrong totals");
    account.log(
        NOW - 9 * HOUR,
        "QA",
        "annotate",
        "UADA",
        &format!("caused by deployment {deployment}"),
    );
    account.resolve(NOW - 8 * HOUR, "QA");
    let daemon = world.start(&config(&world, &account)).await;
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_team_window_failed_deployments", &WEEK), 1.0);
    assert_eq!(scrape.sum("dora_team_window_unattributed_incidents", &WEEK), 0.0);
    daemon.stop().await;
}

#[tokio::test]
async fn nothing_of_a_component_settles_before_its_incidents_are_read() {
    let shipped = NOW + 10 * MINUTE;
    let mut told = organization();
    let sha = change(&mut told.story, told.pay, shipped - HOUR, "live", Merge::Squash);
    told.story.ship(shipped, told.pay, &sha, "production");
    let idle = change(&mut told.story, told.ops, shipped - HOUR, "tool", Merge::Squash);
    told.story.ship(NOW - DAY, told.ops, &idle, "production");
    told.story.ship(shipped, told.ops, &idle, "production");
    let (world, account) = world(told).await;
    let log = Log::of(tracing::Level::INFO);
    let daemon = world.start(&config(&world, &account)).await;
    daemon.advance(5).await;
    account.revoke(true);
    daemon.advance(40 * MINUTE).await;
    let counted = |scrape: &crate::exposition::Scrape, repo: &str| {
        scrape.sum("dora_deployments_total", &[repo])
    };
    let scrape = daemon.scrape().await;
    assert_eq!(counted(&scrape, "acme/pay"), 0.0, "PagerDuty may tell of a failure yet");
    assert_eq!(counted(&scrape, "acme/ops"), 1.0, "nobody tells of it there");
    assert_eq!(scrape.sum("dora_team_window_deployments", &WEEK), 2.0, "gauges do not wait");
    assert_eq!(scrape.sum("dora_exporter_source_up", &["\"pagerduty\""]), 0.0);
    assert_eq!(scrape.sum("dora_exporter_source_up", &["\"github\""]), 1.0);
    assert!(daemon.page().await.contains("was refused (HTTP 401)"));
    assert_eq!(log.count(&["WARN", "was refused (HTTP 401)"]), 1, "{}", log.text());

    account.revoke(false);
    daemon.advance(12 * MINUTE).await;
    assert_eq!(counted(&daemon.scrape().await, "acme/pay"), 1.0);
    assert_eq!(log.count(&["works again"]), 1);
    daemon.stop().await;
}

#[tokio::test]
async fn what_belongs_to_no_component_counts_for_the_only_organisation() {
    let (world, account) = world(organization()).await;
    account.open(NOW - DAY, "QA", "PVPN", "The VPN is down");
    account.resolve(NOW - DAY + HOUR, "QA");
    let log = Log::of(tracing::Level::INFO);
    let daemon = world.start(&config(&world, &account)).await;
    daemon.advance(5).await;
    let scrape = daemon.scrape().await;
    let org = |name: &str| scrape.sum(&format!("dora_org_window_{name}"), &["\"7d\""]);
    assert_eq!((org("unmapped_incidents"), org("restored_failures")), (1.0, 1.0));
    assert_eq!(scrape.sum("dora_team_window_unmapped_incidents", &["\"7d\""]), 0.0);
    let told = all(&daemon, "/api/v1/org/incidents?measure=unmapped_incidents&window=7d").await;
    // The other is of a repository that is no component, and counts for its team, too.
    let own = told.iter().find(|one| one["id"] == "pagerduty:QA").unwrap();
    assert_eq!((&own["org"], own.get("team")), (&"acme".into(), None));
    assert_eq!(
        (&own["called"], &own["restore_seconds"]),
        (&"pagerduty:PVPN".into(), &3_600.into())
    );
    assert_eq!(own["url"], "https://acme.pagerduty.com/incidents/QA");

    account.open(NOW + 10 * MINUTE, "QB", "PVPN", "The VPN is down again");
    account.resolve(NOW + 20 * MINUTE, "QB");
    daemon.advance(40 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_org_incidents_total", &[]), 1.0);
    assert_eq!(scrape.sum("dora_org_time_to_restore_seconds_sum", &[]), 600.0);
    assert_eq!(log.count(&["PVPN", "belong to no component"]), 1, "{}", log.text());
    let unknown = ["\"pagerduty\"", "unknown_service", "incidents"];
    assert_eq!(scrape.sum("dora_exporter_source_failures_total", &unknown), 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn the_catalog_maps_services_that_the_configuration_does_not() {
    let mut told = organization();
    let sha = told.story.head(told.pay, "main").unwrap();
    told.story.ship(NOW + 30 * MINUTE, told.pay, &sha, "production");
    let entity = "kind: Component\nmetadata:\n  name: pay\n\
                  \u{20} annotations: { pagerduty.com/service-id: pcat }\nspec: { owner: ledger }\n";
    told.story.write(NOW - DAY, told.pay, &[("catalog-info.yaml", entity)]);
    let (world, account) = world(told).await;
    account.open(DEPLOYED + 2 * HOUR, "QA", "PCAT", "Payments fail");
    account.resolve(DEPLOYED + 5 * HOUR, "QA");
    // Where both know a service, the configuration is believed.
    account.open(DEPLOYED + 3 * HOUR, "QB", "PSEARCH", "Search is slow");
    let log = Log::of(tracing::Level::INFO);
    let daemon = world.start(&config(&world, &account)).await;
    daemon.advance(20 * MINUTE).await;
    let scrape = daemon.scrape().await;
    assert_eq!(scrape.sum("dora_team_window_incidents", &WEEK), 1.0);
    assert_eq!(scrape.sum("dora_team_window_incidents", &["search", "\"7d\""]), 1.0);
    assert_eq!(scrape.sum("dora_org_window_unmapped_incidents", &["\"7d\""]), 0.0);
    assert_eq!(log.count(&["belong to no component"]), 0, "{}", log.text());
    assert_eq!(scrape.sum("dora_exporter_source_failures_total", &["unknown_service"]), 0.0);

    // What the catalog maps is waited for like what the configuration maps.
    let counted = async || daemon.scrape().await.sum("dora_deployments_total", &["acme/pay"]);
    account.revoke(true);
    daemon.advance(HOUR).await;
    assert_eq!(counted().await, 0.0);
    account.revoke(false);
    daemon.advance(12 * MINUTE).await;
    assert_eq!(counted().await, 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn old_incidents_of_no_component_are_forgotten_and_counters_keep_them() {
    let (world, account) = world(organization()).await;
    for (at, id) in [(NOW - 100 * DAY, "QA"), (NOW + 10 * MINUTE, "QB")] {
        account.open(at, id, "PVPN", "The VPN is down");
        account.resolve(at + HOUR, id);
    }
    account.open(NOW - 100 * DAY, "QC", "PVPN", "Still down");
    let mut config = config(&world, &account);
    config.retention = "retention = \"240d\"".to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(2 * HOUR).await;
    let known = |scrape: &crate::exposition::Scrape| {
        let incidents = scrape.sum("dora_exporter_facts", &["\"incident\""]);
        (incidents, scrape.sum("dora_org_incidents_total", &[]))
    };
    assert_eq!(known(&daemon.scrape().await), (3.0, 1.0));
    for (days, left) in [(141, 2.0), (241, 1.0)] {
        daemon.jump(NOW + days * DAY).await;
        // What is over is looked for once a day.
        daemon.jump(NOW + (days + 1) * DAY).await;
        daemon.advance(10 * MINUTE).await;
        assert_eq!(known(&daemon.scrape().await), (left, 1.0), "after {days} days");
    }
    daemon.stop().await;
    let daemon = world.start(&config).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(known(&daemon.scrape().await), (1.0, 1.0), "after a restart");
    daemon.stop().await;
}

#[tokio::test]
async fn a_source_that_is_taken_out_tells_nothing_any_more_and_is_read_anew_when_it_comes_back() {
    let (world, account) = world(organization()).await;
    account.open(DEPLOYED + 2 * HOUR, "QA", "PPAY", "Payments fail");
    account.resolve(DEPLOYED + 5 * HOUR, "QA");
    let mut without = world.config();
    without.more = "[[incidents]]\nlabels = [\"nothing\"]\n".to_owned();
    for (config, expected) in [
        (config(&world, &account), 1.0),
        (without, 0.0),
        (config(&world, &account), 1.0),
        (config(&world, &account), 1.0),
    ] {
        let daemon = world.start(&config).await;
        daemon.advance(5).await;
        let scrape = daemon.scrape().await;
        assert_eq!(scrape.sum("dora_team_window_failed_deployments", &WEEK), expected);
        daemon.advance(MINUTE).await;
        daemon.stop().await;
    }
}
