//! Every kind of page in a real browser: nothing is complained of, everything is reachable by keys
//! and readable in both schemes, and a figure leads to the deployment that failed.

use super::browser::{Browser, Scheme};
use crate::demo::demo;
use crate::evidence::json;
use crate::running::{Running, World};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read;

/// 2026-06-15 12:00 UTC.
const NOW: i64 = 1_781_524_800;
/// Long enough for the usual period to have something to compare with.
const DAYS: u32 = 45;
/// A name that means harm: markup, quotes, writing from right to left that is never ended, and length.
const HOSTILE: &str = "<script>alert('\\\"1&')</script> \u{202e}שלום";

/// The demo organisation, read to its end at one instant, with a team that means harm.
async fn demo_organisation() -> (World, Running) {
    let (world, teams) = demo(NOW, DAYS).await;
    let mut config = world.config();
    let long = "x".repeat(200);
    config.more += &format!(
        "[[ownership.rules]]\nrepositories = [\"acme/catalog*\"]\nteam = \"{HOSTILE}{long}\"\n"
    );
    config.more += &teams;
    let running = world.start(&config).await;
    running.advance(60).await;
    (world, running)
}

/// The rules of axe-core, from npm.
fn axe() -> String {
    let packed: &[u8] = include_bytes!("../../data/axe.min.js.gz");
    let mut text = String::new();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_and_used_by_everybody() {
    let (_world, running) = demo_organisation().await;
    let teams = json(&running, "/api/v1/teams").await;
    let teams: Vec<String> = teams["teams"].as_array().unwrap().iter().map(name_of).collect();
    let hostile =
        teams.iter().find(|team| team.starts_with('<')).expect("the team that means harm");
    let mut paths: Vec<String> = [
        "/",
        "/teams",
        "/teams?q=pay",
        "/teams/checkout",
        "/teams/checkout?period=2026Q1",
        "/teams/checkout/deployments?period=30d",
        "/teams/checkout/changes?measure=waiting_changes",
        "/teams/checkout/failures?period=90d",
        "/teams/billing/incidents",
        "/components/acme/checkout-api/checkout-api",
        "/teams/chekout",
    ]
    .map(str::to_owned)
    .into();
    paths.push(format!("/teams/{}", encoded(hostile)));
    let failures = json(&running, "/api/v1/teams/checkout/failures?window=30d").await;
    let origin = format!("http://{}", running.address());
    let seeing = tokio::task::spawn_blocking(move || {
        let Some(mut browser) = Browser::start() else { return };
        let axe = axe();
        let wrong: Vec<String> = paths
            .iter()
            .flat_map(|path| {
                let wrong = what_is_wrong(&mut browser, &axe, &origin, path);
                wrong.into_iter().map(move |what| format!("{path}: {what}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        goes_by_keys(&mut browser, &origin);
        leads_to_what_failed(&mut browser, &origin, &failures);
    });
    seeing.await.unwrap();
    running.stop().await;
}

fn name_of(team: &Value) -> String {
    team["team"].as_str().unwrap().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a browser, a small screen and the rules of accessibility have against a page.
fn what_is_wrong(browser: &mut Browser, axe: &str, origin: &str, path: &str) -> Vec<String> {
    browser.look(360, Scheme::Light);
    browser.open(&format!("{origin}{path}"));
    let mut wrong = browser.complaints(origin);
    let own = "document.scripts.length + document.querySelectorAll('[style]').length";
    if browser.evaluate(own) != 0 {
        wrong.push("it has scripts or styles of its own".to_owned());
    }
    browser.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)");
    let width = browser.evaluate("document.documentElement.scrollWidth");
    if width.as_u64().unwrap() > 360 {
        wrong.push(format!("it is {width} wide"));
    }
    browser.evaluate(axe);
    for (width, scheme) in [(360, Scheme::Dark), (1280, Scheme::Light)] {
        browser.look(width, scheme);
        let found = browser.evaluate(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
             'best-practice'] }).then(found => found.violations.map(one => \
             one.id + ': ' + one.nodes.map(node => node.html.slice(0, 200) + ' ' + \
             node.any.map(why => why.message).join(' ')).slice(0, 3).join(' | ')))",
        );
        let found = found.as_array().unwrap().iter().filter_map(Value::as_str);
        wrong.extend(found.map(|found| format!("at {width} in {scheme:?}: {found}")));
    }
    wrong
}

/// The first stop leads to the content, and every stop is seen and marked.
fn goes_by_keys(browser: &mut Browser, origin: &str) {
    browser.look(1280, Scheme::Light);
    browser.open(&format!("{origin}/teams/checkout"));
    // What is folded up is passed over.
    let stops = browser.evaluate(
        "[...document.querySelectorAll('a[href], select, button, summary')] \
         .filter(it => it.checkVisibility()).length",
    );
    let mut met = Vec::new();
    for _ in 0..stops.as_u64().unwrap() {
        browser.press("Tab");
        let stop = browser.evaluate(
            "(() => { const it = document.activeElement, box = it.getBoundingClientRect(), \
             style = getComputedStyle(it); return [it.tagName + ' ' + (it.href ?? it.name ?? ''), \
             box.width > 0 && box.right > 0 && style.outlineStyle !== 'none']; })()",
        );
        let what = stop[0].as_str().unwrap().to_owned();
        assert_eq!(stop[1], true, "{what} has the focus unseen, after {met:?}");
        met.push(what);
        if met.len() == 1 {
            assert!(met[0].ends_with("#content"), "{met:?}");
        }
    }
    for expected in ["period=30d&measure=change_fail_rate", "/teams", "SUMMARY"] {
        assert!(met.iter().any(|stop| stop.contains(expected)), "{expected}: {met:#?}");
    }
}

fn leads_to_what_failed(browser: &mut Browser, origin: &str, failures: &Value) {
    browser.open(&format!("{origin}/teams/checkout"));
    let expected = failures["items"].as_array().unwrap();
    assert!(!expected.is_empty(), "nothing failed");
    let link = "document.querySelector('.made a[href*=change_fail_rate]')";
    let told = browser.evaluate(&format!("{link}.focus(), {link}.textContent"));
    let failed: usize = told.as_str().unwrap().split(' ').next().unwrap().parse().unwrap();
    browser.follow();
    let rows = browser.evaluate(
        "[...document.querySelectorAll('table.facts tbody tr')].map(row => \
         [row.querySelector('a').href, row.querySelector('strong').textContent])",
    );
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), failed, "{told} is counted from {rows:?}");
    for row in rows {
        let is_it = |failure: &&Value| failure["url"] == row[0];
        let failure = expected.iter().find(is_it).unwrap_or_else(|| panic!("{row} did not fail"));
        let words = match failure["reason"].as_str().unwrap() {
            "linked" => "An incident names it as the cause",
            "rollback" => "It was rolled back",
            "revert" => "A change that it shipped was reverted",
            "hotfix" => "A hotfix followed it",
            _ => "An incident opened soon after it",
        };
        assert_eq!(row[1], words);
    }
}
