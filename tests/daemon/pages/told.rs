//! What the pages tell, where they lead, and what they say where there is nothing.

use crate::api::daemon;
use crate::api::{Answered, ask};
use crate::evidence::json;
use crate::privacy::assert_nobody;
use crate::running::{Running, World};
use crate::story::{MINUTE, NOW, change, organization};
use github_sim::Merge;
use serde_json::Value;

/// The largest page that may be.
const LARGEST: usize = 200_000;

async fn page(daemon: &Running, path: &str) -> String {
    let (status, page) = daemon.get(path).await;
    assert_eq!(status, 200, "{path}: {page}");
    assert!(page.len() <= LARGEST, "{path} has {} bytes", page.len());
    assert!(page.ends_with("</html>\n") && !page.contains("<script"), "{path}: {page}");
    assert_nobody(path, page.as_bytes());
    page
}

/// How many facts a list shows.
fn rows(page: &str) -> usize {
    let body = page.split_once("<tbody>").map_or("", |(_, rest)| rest);
    body.matches("<tr").count()
}

fn figure(team: &Value, measure: &str) -> Value {
    let figures = team["figures"].as_array().unwrap();
    let is_it = |figure: &&Value| figure["measure"] == measure && figure["window"] == "90d";
    figures.iter().find(is_it).unwrap_or_else(|| panic!("{measure}")).clone()
}

#[tokio::test]
async fn figures_are_those_of_the_api_and_lead_to_as_many_facts() {
    let (_world, daemon) = daemon("").await;
    for (subject, filter, asked) in [
        ("/teams/payments?period=90d", "period=90d", "/api/v1/teams/payments"),
        (
            "/components/acme/search/search?period=90d",
            "period=90d&component=acme/search/search",
            "/api/v1/teams/search?component=acme/search",
        ),
    ] {
        let (page, told) = (page(&daemon, subject).await, json(&daemon, asked).await);
        let team = told["team"].as_str().unwrap();
        let part = |measure: &str| figure(&told, measure)["numerator"].as_f64().unwrap() as u64;
        let values = |measure: &str| figure(&told, measure)["count"].as_u64().unwrap();
        let deployments = part("deployment_frequency");
        assert!(deployments > 5, "{team}: {deployments} deployments");
        let failed = format!(">{} of {deployments} deployments<", part("change_fail_rate"));
        assert!(page.contains(&failed), "{team}: {failed}");
        for (list, measure, count) in [
            ("deployments", "deployment_frequency", deployments),
            ("failures", "change_fail_rate", part("change_fail_rate")),
            ("changes", "change_lead_time", values("change_lead_time")),
            (
                "failures",
                "failed_deployment_recovery_time",
                values("failed_deployment_recovery_time"),
            ),
        ] {
            let path = format!("/teams/{team}/{list}?{filter}&measure={measure}");
            let list = self::page(&daemon, &path).await;
            assert_eq!(rows(&list) as u64, count, "{path}");
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn news_are_on_the_page_that_was_asked_for_before() {
    let told = organization();
    let (pay, mut story) = (told.pay, told.story);
    let known = story.clone().into_events().len();
    let sha = change(&mut story, pay, NOW + 10 * MINUTE, "later", Merge::Squash);
    story.ship(NOW + 11 * MINUTE, pay, &sha, "production");
    let world = World::of_events(story.clone().into_events()[..known].to_vec(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    let before = page(&daemon, "/teams/payments").await;
    assert_eq!(page(&daemon, "/teams/payments").await, before, "a page that is kept");
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(20 * MINUTE).await;
    let after = page(&daemon, "/teams/payments").await;
    assert!(after.contains(&sha[..8]) && !before.contains(&sha[..8]), "{sha}");
    daemon.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_with_what_is_near() {
    let (_world, daemon) = daemon("").await;
    for (path, status, parts) in [
        ("/teams/paymants", 404, &["There is no team", "href=\"../teams/payments\""][..]),
        ("/teams/%3Cb%3E", 404, &["&lt;b&gt;"]),
        ("/components/acme/pay/paz", 404, &["href=\"../../../components/acme/pay/pay\""]),
        ("/components/acme/nothing", 404, &["There is no component"]),
        ("/teams/payments?period=month", 400, &["30d", "2026Q3"]),
        ("/teams/payments?period=2027Q1", 400, &["has not begun"]),
        ("/teams/payments?periode=30d", 400, &["There is no parameter", "period"]),
        ("/teams/payments?period=30d&period=90d", 400, &["written once"]),
        ("/teams/payments/people", 400, &["deployments", "incidents"]),
        ("/teams/payments/changes?measure=speed", 400, &["There is no measure"]),
        ("/teams/payments/changes?from=yesterday&to=today", 400, &["2026-11-23T12:00:00Z"]),
        ("/teams/payments/changes?after=zz", 400, &["after"]),
        ("/teams?page=x", 400, &["page"]),
        ("/teams/%FF", 400, &["UTF-8"]),
    ] {
        let (found, page) = daemon.get(path).await;
        assert_eq!(found, status, "{path}: {page}");
        assert!(page.contains("<h1>"), "{path}: {page}");
        for part in parts {
            assert!(page.contains(part), "{path} lacks {part}: {page}");
        }
    }
    daemon.stop().await;
}

#[tokio::test]
async fn pages_are_framed_by_whom_the_configuration_names_and_keep_to_themselves() {
    let more = "[pages]\ntime_zone = \"America/New_York\"\n\
                frame_ancestors = [\"https://backstage.acme.example\"]\n";
    let (_world, daemon) = daemon(more).await;
    // A page that takes long is sent as it comes, and has its tag from the second time on.
    ask(&daemon, "GET", "/teams/payments", &[]).await;
    let answered = ask(&daemon, "GET", "/teams/payments", &[]).await;
    let policy = answered.header("content-security-policy").unwrap();
    for part in
        ["default-src 'none'", "style-src 'self'", "frame-ancestors https://backstage.acme.example"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(answered.header("x-content-type-options"), Some("nosniff"));
    // It is still Sunday evening there.
    assert!(
        answered.body.contains("31 May 2026, 20:0") && answered.body.contains("America/New_York")
    );
    let tag = answered.header("etag").unwrap();
    let again = ask(&daemon, "GET", "/teams/payments", &[("if-none-match", tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let style = ask(&daemon, "GET", "/-/pages.css", &[]).await;
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(ask(&daemon, "POST", "/teams/payments", &[]).await.status, 405);
    daemon.stop().await;
}

#[tokio::test]
async fn a_component_has_one_address_however_it_is_asked_for() {
    let (_world, daemon) = daemon("").await;
    for (path, expected) in [
        ("/components/acme/pay", "../../components/acme/pay/pay"),
        ("/components/ACME/Pay?period=90d", "../../components/acme/pay/pay?period=90d"),
        ("/teams/payments?component=acme/pay/pay&period=30d", "../components/acme/pay/pay"),
    ] {
        let Answered { status, headers, .. } = ask(&daemon, "GET", path, &[]).await;
        assert_eq!((status, headers["location"].to_str().unwrap()), (303, expected), "{path}");
    }
    let pay = page(&daemon, "/components/acme/pay/pay?period=90d").await;
    assert!(pay.contains("of team"));
    for part in [
        "/acme/pay/deployments/staging\">",
        "<bdi class=\"name\">staging</bdi><span class=\"quiet\">: production.environments does not",
        "<bdi class=\"name\">production-canary</bdi><span class=\"quiet\">: production.exclude names",
    ] {
        assert!(pay.contains(part), "{part}: {pay}");
    }
    let teams = page(&daemon, "/teams").await;
    let at = |team: &str| teams.find(&format!("href=\"teams/{team}\"")).unwrap();
    assert!(at("payments") < at("search") && teams.matches("<svg").count() >= 6, "{teams}");
    daemon.stop().await;
}
