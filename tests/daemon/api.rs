//! The JSON API of a running daemon: pages, filters, tags, origins, mistakes and odd names.

use crate::evidence::{all, json, pages};
use crate::running::{Running, World};
use crate::story::{DAY, MINUTE, NOW, Story, change, organization};
use github_sim::Merge;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// The story's organisation, with whatever else is configured.
pub async fn daemon(more: &str) -> (World, Running) {
    let Story { story, .. } = organization();
    let world = World::of(story, NOW).await;
    let mut config = world.config();
    config.more = more.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    (world, daemon)
}

pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn error(&self) -> (u16, String, Vec<String>) {
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        let nearest = problem["nearest"].as_array().into_iter().flatten();
        let nearest = nearest.map(|name| name.as_str().unwrap().to_owned());
        (self.status, problem["error"].as_str().unwrap().to_owned(), nearest.collect())
    }
}

pub async fn ask(daemon: &Running, method: &str, path: &str, headers: &[(&str, &str)]) -> Answered {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut request =
        Request::builder().method(method).uri(format!("http://{}{path}", daemon.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Answered { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

fn ids(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_of_any_size_give_every_fact_once_whatever_happens_meanwhile() {
    let told = organization();
    let (pay, mut story) = (told.pay, told.story);
    let known = story.clone().into_events().len();
    let sha = change(&mut story, pay, NOW + 10 * MINUTE, "later", Merge::Squash);
    let later = story.ship(NOW + 11 * MINUTE, pay, &sha, "production");
    let world = World::of_events(story.clone().into_events()[..known].to_vec(), NOW).await;
    let daemon = world.start(&world.config()).await;
    daemon.advance(2 * MINUTE).await;
    let path = "/api/v1/teams/payments/deployments";
    let whole = json(&daemon, &format!("{path}?limit=500")).await;
    let whole = ids(whole["items"].as_array().unwrap());
    assert!(whole.len() > 30, "{} deployments", whole.len());
    for limit in [1, 7, 36, 37, 38] {
        assert_eq!(ids(&pages(&daemon, path, limit).await), whole, "by {limit}");
    }
    let first = json(&daemon, &format!("{path}?limit=10")).await;
    let cursor = first["next"].as_str().unwrap();
    world.sim.extend(story.into_events().split_off(known)).unwrap();
    daemon.advance(20 * MINUTE).await;
    let news = json(&daemon, &format!("{path}?limit=1")).await;
    assert_eq!(ids(news["items"].as_array().unwrap()), [later], "the newest comes first");
    let second = json(&daemon, &format!("{path}?limit=500&cursor={cursor}")).await;
    assert_eq!(ids(second["items"].as_array().unwrap()), whole[10..]);
    assert!(second.get("next").is_none());
    daemon.stop().await;
}

#[tokio::test]
async fn facts_are_filtered_by_component_time_and_measure() {
    let (_world, daemon) = daemon("").await;
    let list = |rest: &str| format!("/api/v1/teams/payments/{rest}");
    let (from, to) = ("2026-05-02T00:00:00Z", "2026-05-22T00:00:00Z");
    let between = all(&daemon, &list(&format!("deployments?from={from}&to={to}"))).await;
    assert!(!between.is_empty());
    for one in &between {
        let at =
            one.get("finished_at").or_else(|| one.get("aborted_at")).unwrap_or(&one["created_at"]);
        assert!(at.as_str().unwrap() > from && at.as_str().unwrap() <= to, "{one}");
    }
    let counted = all(&daemon, &list("deployments?measure=change_fail_rate&window=30d")).await;
    let document =
        json(&daemon, "/api/v1/teams/payments?measure=change_fail_rate&window=30d").await;
    let figure = &document["figures"][0];
    let number =
        |facts: &[Value], field: &str| facts.iter().filter(|one| one[field] == true).count() as f64;
    assert_eq!(figure["denominator"].as_f64(), Some(number(&counted, "counted")));
    assert_eq!(figure["numerator"].as_f64(), Some(number(&counted, "failed")));
    assert!(counted.iter().all(|one| one["counted"] == true || one.get("left_out").is_some()));
    let restored = all(&daemon, &list("failures?measure=time_to_restore&window=90d")).await;
    assert!(restored.iter().all(|one| one["has_incident"] == false), "{restored:?}");
    let evidence = all(&daemon, &list("failures?measure=change_fail_rate&window=90d")).await;
    assert!(evidence.iter().any(|one| one["has_incident"] == true), "{evidence:?}");
    let blameless = all(&daemon, &list("incidents?measure=change_fail_rate&window=90d")).await;
    assert!(blameless.iter().all(|one| one["attributed"] == false), "{blameless:?}");
    let witnesses = "incidents?measure=failed_deployment_recovery_time&window=90d";
    let witnesses = all(&daemon, &list(witnesses)).await;
    assert!(witnesses.iter().any(|one| one["attributed"] == true), "{witnesses:?}");

    let search = "/api/v1/teams/search/deployments?component=";
    let by_name = all(&daemon, &format!("{search}search")).await;
    let by_path = all(&daemon, &format!("{search}acme/SEARCH/search")).await;
    assert_eq!(by_name, by_path);
    let twins = by_name.iter().filter(|one| one["left_out"] == "same_deployment");
    assert!(twins.clone().count() > 10, "two regions are one deployment");
    for one in twins {
        let first = one["counts_as"].as_u64().unwrap();
        assert!(by_name.iter().any(|other| other["id"] == first && other["counted"] == true));
    }
    daemon.stop().await;
}

#[tokio::test]
async fn what_was_left_out_says_why() {
    let (_world, daemon) = daemon("").await;
    let changes = all(&daemon, "/api/v1/teams/payments/changes").await;
    let waiting: Vec<&Value> = changes.iter().filter(|one| one["left_out"] == "waiting").collect();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["merged_at"], "2026-05-30T00:00:00Z");
    let incidents = all(&daemon, "/api/v1/teams/unowned/incidents").await;
    let of = |field: &str, is: &str| incidents.iter().filter(|one| one[field] == is).count();
    assert_eq!(of("left_out", "dismissed"), 1, "{incidents:#?}");
    assert_eq!(of("unattributed", "unmapped"), 1, "{incidents:#?}");
    let failures = all(&daemon, "/api/v1/teams/payments/failures").await;
    let reasons: Vec<&str> = failures.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    for reason in ["linked", "rollback", "revert", "hotfix", "incident"] {
        assert!(reasons.contains(&reason), "{reason} is not among {reasons:?}");
    }
    let linked = failures.iter().find(|one| one["reason"] == "linked").unwrap();
    let link = linked["evidence"][0]["url"].as_str().unwrap();
    let (_, number) = link.split_once("/acme/pay/issues/").expect("the issue itself");
    assert!(number.parse::<u64>().is_ok(), "{link}");
    daemon.stop().await;
}

#[tokio::test]
async fn deployments_to_other_environments_are_told_with_the_key_that_leaves_them_out() {
    let told = organization();
    let (mut story, repo) = (told.story, told.ops);
    let sha = story.head(repo, "main").unwrap();
    for days in [3, 2] {
        story.ship(NOW - days * DAY, repo, &sha, "prd");
    }
    let world = World::of(story, NOW).await;
    let mut config = world.config();
    let (daemon, reloader) = world.start_reloadable(&config).await;
    daemon.advance(2 * MINUTE).await;
    let environments = all(&daemon, "/api/v1/teams/payments/environments").await;
    let decided = |name: &str| {
        let mut all = environments.iter().filter(|one| one["environment"] == name);
        all.next().map(|one| one["decided_by"].as_str().unwrap().to_owned())
    };
    assert_eq!(decided("staging").as_deref(), Some("production.environments"));
    assert_eq!(decided("production-canary").as_deref(), Some("production.exclude"));
    assert_eq!(decided("production"), None);
    let one = "/api/v1/teams/payments/environments?component=pay&window=1d";
    assert!(all(&daemon, one).await.is_empty(), "nothing was deployed on that day");

    let never = all(&daemon, "/api/v1/org/environments").await;
    assert_eq!(never.len(), 1, "a repository that only deploys to `prd`: {never:#?}");
    assert_eq!((&never[0]["repo"], &never[0]["environment"]), (&"acme/ops".into(), &"prd".into()));
    assert_eq!((&never[0]["deployments"], &never[0]["counted"]), (&2.into(), &false.into()));
    assert_eq!(never[0]["newest_at"], "2026-05-29T23:59:00Z", "when it was requested");
    let link = never[0]["url"].as_str().unwrap();
    assert!(link.ends_with("/acme/ops/deployments/prd"), "{link}");

    // Everything is read again, and `prd` is production now.
    config.more = "[production]\nenvironments = [\"prd\"]\n".to_owned();
    world.configure(&config);
    reloader.reload().await.unwrap();
    daemon.advance(10 * MINUTE).await;
    let again = all(&daemon, "/api/v1/teams/payments/environments").await;
    assert_eq!(again, environments, "each is counted once however often it is read");
    assert!(all(&daemon, "/api/v1/org/environments").await.is_empty());
    daemon.stop().await;
}

#[tokio::test]
async fn an_answer_that_the_client_has_is_not_sent_again() {
    let (_world, daemon) = daemon("").await;
    let path = "/api/v1/teams/payments/failures";
    let first = ask(&daemon, "GET", path, &[]).await;
    let tag = first.header("etag").unwrap().to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = ask(&daemon, "GET", path, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
    }
    let other = ask(&daemon, "GET", path, &[("if-none-match", "\"other\"")]).await;
    assert_eq!((other.status, &other.body), (200, &first.body));
    let head = ask(&daemon, "HEAD", path, &[]).await;
    assert_eq!((head.status, head.header("etag")), (200, Some(tag.as_str())));
    daemon.advance(60).await;
    let later = ask(&daemon, "GET", path, &[("if-none-match", &tag)]).await;
    assert_eq!(later.status, 200, "the figures are of another instant");
    daemon.stop().await;
}

#[tokio::test]
async fn pages_of_configured_origins_may_read_and_others_may_not() {
    let Story { story, .. } = organization();
    let world = World::of(story, NOW).await;
    let mut config = world.config();
    let allowed = "https://portal.acme.example";
    config.server = format!("cors_origins = [\"{allowed}\"]");
    let daemon = world.start(&config).await;
    let path = "/api/v1/org";
    let mine = ask(&daemon, "GET", path, &[("origin", allowed)]).await;
    assert_eq!(mine.header("access-control-allow-origin"), Some(allowed));
    let theirs = ask(&daemon, "GET", path, &[("origin", "https://evil.example")]).await;
    assert_eq!(theirs.header("access-control-allow-origin"), None);
    assert!(theirs.header("vary").unwrap().contains("origin"));
    let asked = [("origin", allowed), ("access-control-request-method", "GET")];
    let preflight = ask(&daemon, "OPTIONS", path, &asked).await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET,HEAD"));
    let metrics = ask(&daemon, "GET", "/metrics", &[("origin", allowed)]).await;
    assert_eq!(metrics.header("access-control-allow-origin"), None, "the API only");
    daemon.stop().await;
}

#[tokio::test]
async fn mistakes_are_answered_with_what_to_write() {
    let (_world, daemon) = daemon("").await;
    for (path, status, part, nearest) in [
        ("/api/v1/teams/paymets", 404, "no team `paymets`", Some("payments")),
        (
            "/api/v1/teams/payments/deployments?component=pya",
            404,
            "no component",
            Some("acme/pay/pay"),
        ),
        ("/api/v1/teams/payments?window=8d", 400, "no window `8d`", Some("7d")),
        ("/api/v1/teams/payments?window=month", 400, "no duration", None),
        ("/api/v1/teams?measure=incident", 400, "no measure", Some("incidents")),
        ("/api/v1/org?mesure=incidents", 400, "no parameter `mesure`", Some("measure")),
        ("/api/v1/teams?limit=0", 400, "from 1 to 500", None),
        (
            "/api/v1/teams/payments/changes?measure=incidents",
            400,
            "no changes tell of `incidents`; it is made of incidents",
            None,
        ),
        (
            "/api/v1/teams/payments/environments?measure=incidents",
            400,
            "no parameter",
            Some("cursor"),
        ),
        ("/api/v1/teams/paymets/environments", 404, "no team `paymets`", Some("payments")),
        ("/api/v1/teams/payments/changes?from=2026", 400, "no instant", None),
        ("/api/v1/teams/payments/changes?cursor=zz", 400, "`next` of the page before", None),
        ("/api/v1/teams/%FF", 400, "no UTF-8", None),
        ("/api/v1/teams/payments/people", 404, "nothing is served here", None),
        ("/api/v2/teams", 404, "openapi.json", None),
    ] {
        let answer = ask(&daemon, "GET", path, &[]).await;
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        let (found, error, names) = answer.error();
        assert_eq!(found, status, "{path}: {error}");
        assert!(error.contains(part), "{path}: {error}");
        assert_eq!(names.first().map(String::as_str), nearest, "{path}");
    }
    let long = "x".repeat(4_000);
    let answer = ask(&daemon, "GET", &format!("/api/v1/teams/{long}"), &[]).await;
    assert!(answer.status == 404 && answer.body.len() < 500, "{}", answer.body);
    let answer = ask(&daemon, "POST", "/api/v1/teams", &[]).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD")));
    daemon.stop().await;
}

#[tokio::test]
async fn a_team_of_any_name_is_found_by_it() {
    let name = r#"a/b "c" <d>?#% ü {team} .."#;
    let rule = format!("[[ownership.rules]]\nrepositories = [\"acme/idle\"]\nteam = '{name}'\n");
    let (_world, daemon) = daemon(&rule).await;
    let teams = all(&daemon, "/api/v1/teams").await;
    assert!(teams.iter().any(|team| team["team"] == name), "{teams:#?}");
    let path: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let team = json(&daemon, &format!("/api/v1/teams/{path}")).await;
    assert_eq!(
        (&team["team"], &team["components"][0]["repo"]),
        (&name.into(), &"acme/idle".into())
    );
    let deployments = all(&daemon, &format!("/api/v1/teams/{path}/deployments")).await;
    assert_eq!(deployments.len(), 1);
    assert_eq!(deployments[0]["baseline"], true);
    daemon.stop().await;
}

#[tokio::test]
async fn a_reload_hands_the_questions_on() {
    let Story { story, .. } = organization();
    let world = World::of(story, NOW).await;
    let mut config = world.config();
    let (daemon, reloader) = world.start_reloadable(&config).await;
    config.more = "[[ownership.rules]]\nrepositories = [\"acme/idle\"]\nteam = \"idlers\"\n".into();
    world.configure(&config);
    assert_eq!(ask(&daemon, "GET", "/api/v1/teams/idlers", &[]).await.status, 404);
    reloader.reload().await.unwrap();
    daemon.advance(MINUTE).await;
    let team = json(&daemon, "/api/v1/teams/idlers").await;
    assert_eq!(team["components"][0]["repo"], "acme/idle");
    daemon.stop().await;
}
