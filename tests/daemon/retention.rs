//! Years of history with a short retention: what is forgotten shows in no figure, costs no request,
//! and leaves the store small.

use crate::exposition::{Scrape, difference};
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change};
use github_sim::{Merge, PullRequest, Scenario};

/// When the daemons start; the story goes on for [`DAYS`].
const START: i64 = NOW - 440 * DAY;
const DAYS: i64 = 440;
const SHORT: &str = "122d";
const ENDLESS: &str = "36500d";

/// Two repositories that ship all the time, and two that hardly ever do.
fn years() -> Scenario {
    let mut story = Scenario::new();
    let pay = story.repository(START - 80 * DAY, "acme/pay");
    let search = story.repository(START - 80 * DAY, "acme/search");
    let idle = story.repository(START - 80 * DAY, "acme/idle");
    let ops = story.repository(START - 80 * DAY, "acme/ops");
    for repo in [pay, search, idle] {
        let head = story.head(repo, "main").unwrap();
        story.ship(START - 60 * DAY, repo, &head, "production");
    }
    let first = story.head(idle, "main").unwrap();
    let mut live = story.head(pay, "main").unwrap();
    for n in 0..(DAYS + 40) / 5 {
        let at = START - 40 * DAY + n * 5 * DAY + 10 * HOUR;
        let before = std::mem::take(&mut live);
        let how = [Merge::Squash, Merge::Merge, Merge::Rebase][n as usize % 3];
        let mut pull = PullRequest::of(&format!("feature-{n}"), &format!("Feature {n}"));
        if n % 7 == 3 {
            pull.labels = vec!["hotfix".to_owned()];
        }
        if n % 11 == 4 {
            pull.title = format!("Revert \"Feature {}\"", n - 1);
            pull.head = format!("revert-{}-feature-{}", n - 1, n - 1);
        }
        let branch = pull.head.clone();
        story.commit(at - 30 * HOUR, pay, &branch, &format!("Begin {branch}"));
        let number = story.open(at - 26 * HOUR, pay, pull);
        live = story.merge(at - 2 * HOUR, pay, number, how);
        story.ship(at - HOUR, pay, &live, "staging");
        let failed = story.deploy(at - HOUR, pay, &live, "production");
        story.status(at - HOUR + 60, failed, "FAILURE");
        let deployment = story.ship(at, pay, &live, "production");
        if n % 9 == 2 {
            story.ship(at + 3 * HOUR, pay, &before, "production");
            story.ship(at + 5 * HOUR, pay, &live, "production");
        }
        if n % 4 == 1 {
            let issue = story.issue(at + HOUR, pay, "Payments fail", &["incident"]);
            let words = format!("caused by deployment {deployment} of acme/pay: {live}");
            story.comment(at + 2 * HOUR, pay, issue, &words);
            story.close_issue(at + 4 * HOUR, pay, issue);
        }
        if n % 13 == 5 {
            let issue = story.issue(at, ops, "The VPN is down", &["incident"]);
            story.close_issue(at + 4 * HOUR, ops, issue);
        }
        if n % 2 == 0 {
            let mut sha = change(&mut story, search, at - 3 * HOUR, &format!("query-{n}"), how);
            if n % 6 == 2 {
                sha = story.commit(at - 2 * HOUR, search, "main", "Tune the ranking");
            }
            story.ship(at + HOUR, search, &sha, "prod-eu");
            story.ship(at + HOUR + 5 * MINUTE, search, &sha, "prod-us");
        }
    }
    // Years later the first version is deployed again, and something that waited all the time ships.
    let waited = change(&mut story, idle, START + 20 * DAY, "waited", Merge::Squash);
    story.issue(START + 30 * DAY, idle, "Nobody looks", &["incident"]);
    story.ship(START + 350 * DAY, idle, &first, "production");
    story.ship(START + 420 * DAY, idle, &waited, "production");
    story
}

fn config(world: &World, retention: &str) -> Config {
    let mut config = world.config();
    config.retention = format!("retention = \"{retention}\"");
    config.collection = "lookback = \"61d\"".to_owned();
    config.measures += "\nwindows = [\"7d\", \"30d\"]";
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
    config
}

fn facts(scrape: &Scrape, kind: &str) -> f64 {
    scrape.sum("dora_exporter_facts", &[&format!("kind=\"{kind}\"")])
}

#[track_caller]
fn assert_same(left: &[String], right: &[String], day: i64) {
    assert!(left == right, "day {day}:\n{}", difference(left, right));
}

/// Runs through the story; gives what was shown now and then, the requests, and the world.
async fn run(retention: &str) -> (Vec<(i64, Scrape)>, u64, World) {
    let world = World::of(years(), START).await;
    let daemon = world.start(&config(&world, retention)).await;
    daemon.advance(5).await;
    let mut shown = Vec::new();
    let mut day = 0;
    while day < DAYS {
        day += 6;
        daemon.jump(START + day * DAY + day % 7 * HOUR).await;
        if day % 30 == 0 || day >= DAYS {
            // Sweeps find news, they settle, and what is older is forgotten.
            daemon.advance(2 * MINUTE).await;
            shown.push((day, daemon.scrape().await));
        }
    }
    daemon.stop().await;
    let requests = world.sim.meter().requests;
    (shown, requests, world)
}

#[tokio::test]
async fn what_is_forgotten_moves_no_figure_and_no_counter_and_is_not_asked_for_again() {
    let (whole, asked, _) = run(ENDLESS).await;
    let log = Log::of(tracing::Level::INFO);
    let (short, asked_again, world) = run(SHORT).await;
    let told = log.count(&["forgot what no figure needs any more", "facts=", "settled_rows="]);
    assert!((10..=(DAYS / 6) as usize).contains(&told), "{told} lines:\n{}", log.text());
    assert_eq!(whole.len(), short.len());
    for ((day, whole), (_, short)) in whole.iter().zip(&short) {
        assert_same(&whole.gauges(), &short.gauges(), *day);
        assert_same(&whole.counted(), &short.counted(), *day);
    }
    assert_eq!(asked, asked_again, "requests");
    let (_, whole) = whole.last().unwrap();
    let (_, short) = short.last().unwrap();
    for kind in ["deployment", "pull_request", "commit", "incident"] {
        let (whole, short) = (facts(whole, kind), facts(short, kind));
        assert!(short < whole / 2.0, "{short} of {whole} facts of kind {kind} are left");
    }

    let daemon = world.start(&config(&world, SHORT)).await;
    daemon.advance(5).await;
    let again = daemon.scrape().await;
    assert_same(&short.counted(), &again.counted(), DAYS);
    assert_same(&short.gauges(), &again.gauges(), DAYS);
    daemon.stop().await;
}
