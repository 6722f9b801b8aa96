//! Every figure of the demo organisation is counted again from what the API tells, by a few lines of
//! its own that know the words of the lists and nothing of the exporter's code.

use crate::demo::demo;
use crate::exposition::Scrape;
use crate::pagerduty_account::StandIn;
use crate::privacy::assert_nobody;
use crate::recount::{Facts, Member, recount};
use crate::running::{Running, World};
use serde_json::Value;
use std::collections::BTreeMap;

/// 2026-06-15 12:00 UTC.
const NOW: i64 = 1_781_524_800;
/// Long enough for the longest window, with what it reaches back to.
const DAYS: u32 = 130;
const DAY: i64 = 86_400;

/// The demo organisation, read to its end at one instant, and an account at PagerDuty that tells of a
/// service which nobody knows.
async fn demo_organisation() -> (World, Running) {
    let (world, teams) = demo(NOW, DAYS).await;
    let mut config = world.config();
    let account = StandIn::serve(|| NOW).await;
    for (days, id) in [(3, "QA"), (40, "QB")] {
        account.open(NOW - days * DAY, id, "PVPN", "The VPN is down");
        account.resolve(NOW - days * DAY + 7 * 3_600, id);
    }
    account.open(NOW - DAY, "QC", "PVPN", "The VPN is slow");
    config.more = format!(
        "[exposition]\ncomponent_detail = \"full\"\n[[incidents]]\nsource = \"pagerduty\"\n\
         api_url = \"{}\"\ntoken_env = \"PAGERDUTY_TOKEN\"\n[[incidents]]\n\
         source = \"github_issues\"\nlabels = [\"incident\"]\n",
        account.url
    );
    config.more += &teams;
    let running = world.start(&config).await;
    running.advance(60).await;
    (world, running)
}

/// All entries of a list.
pub async fn all(running: &Running, path: &str) -> Vec<Value> {
    pages(running, path, 250).await
}

/// All entries of a list, by pages of a size.
pub async fn pages(running: &Running, path: &str, limit: usize) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut cursor = String::new();
    let joint = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = json(running, &format!("{path}{joint}limit={limit}{cursor}")).await;
        let items = page.get("items").or_else(|| page.get("teams")).unwrap();
        entries.extend(items.as_array().unwrap().iter().cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return entries,
        }
    }
}

pub async fn json(running: &Running, path: &str) -> Value {
    let (status, body) = running.get(path).await;
    assert_eq!(status, 200, "{path}: {body}");
    assert_nobody(path, body.as_bytes());
    serde_json::from_str(&body).unwrap()
}

/// What the API tells of a team.
async fn facts_of(running: &Running, team: &str) -> Facts {
    let path = format!("/api/v1/teams/{team}");
    let document = json(running, &path).await;
    let list = |name: &str| format!("{path}/{name}");
    let members = document["components"].as_array().unwrap().iter().map(Member::of);
    Facts {
        at: crate::recount::seconds(&document["at"]).unwrap(),
        members: members.collect(),
        deployments: all(running, &list("deployments")).await,
        changes: all(running, &list("changes")).await,
        failures: all(running, &list("failures")).await,
        incidents: all(running, &list("incidents")).await,
    }
}

/// Compares what was counted with what is shown, and takes it out of that.
fn compare(
    shown: &mut BTreeMap<String, f64>,
    prefix: &str,
    labels: &str,
    counted: Vec<(String, String, f64)>,
) {
    for (family, more, value) in counted {
        let series = match more.as_str() {
            "" => format!("{prefix}{family}{{{labels}}}"),
            more => format!("{prefix}{family}{{{labels},{more}}}"),
        };
        let is = shown.remove(&series).unwrap_or_else(|| panic!("{series} is not shown: {value}"));
        let near = (is - value).abs() <= 1e-9 * value.abs().max(1.0);
        assert!(near, "{series} is {is}, and counted again {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_can_be_counted_again_from_what_the_api_tells() {
    let (_world, running) = demo_organisation().await;
    let gauges = Scrape(running.scrape().await.gauges().join("\n"));
    let mut shown = gauges.samples();
    shown.retain(|series, _| !series.starts_with("dora_component_info"));
    // The facts behind these would tell who reviewed, so nobody is told them.
    shown.retain(|series, _| !series.starts_with("space_"));
    let all_series = shown.len();
    assert!(all_series > 5_000, "{all_series} series are no organisation");

    let mut organisation = Facts::default();
    for team in all(&running, "/api/v1/teams?window=7d").await {
        let team = team["team"].as_str().unwrap();
        let facts = facts_of(&running, team).await;
        let label = format!("team=\"{team}\"");
        compare(&mut shown, "dora_team_", &label, recount(&facts, true, true));
        for member in &facts.members {
            let own = facts.only(member);
            let (repo, component) = (&member.repo, &member.component);
            let labels = format!("{label},repo=\"{repo}\",component=\"{component}\"");
            compare(&mut shown, "dora_", &labels, recount(&own, false, false));
        }
        organisation.add(facts);
    }
    // What no component has stands in a list of its own, in which what a team has is told, too.
    let anyones = all(&running, "/api/v1/org/incidents").await;
    let homeless = anyones.into_iter().filter(|one| one.get("team").is_none());
    organisation.incidents.extend(homeless);
    compare(&mut shown, "dora_org_", "org=\"acme\"", recount(&organisation, true, false));
    let left: Vec<_> = shown.keys().take(20).collect();
    assert!(left.is_empty(), "not counted again: {left:#?}");

    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let lists = [&organisation.deployments, &organisation.changes, &organisation.incidents];
    for fact in lists.into_iter().flatten() {
        let why = fact.get("left_out").or_else(|| fact.get("unattributed"));
        if let Some(why) = why.and_then(Value::as_str) {
            *reasons.entry(why.to_owned()).or_default() += 1;
        }
    }
    for why in [
        "aborted",
        "baseline",
        "dismissed",
        "out_of_window",
        "promotion",
        "same_deployment",
        "unfinished",
        "unknown_commit",
        "unmapped",
        "waiting",
    ] {
        assert!(reasons.contains_key(why), "{why}: {reasons:?}");
    }
    running.stop().await;
}
