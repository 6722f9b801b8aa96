//! Deployments that are told elsewhere, and incidents of a central repository: from the source to
//! the figures.

use crate::exposition::Scrape;
use crate::running::{Running, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change};
use github_sim::{Merge, Scenario};

const RUNS: &str = "[[deployments]]\nrepositories = [\"acme/pay\"]\nsource = \"workflow_run\"\n\
                    workflow = \"deploy.yml\"\n[[deployments]]\nsource = \"release\"\n";

const INCIDENTS: &str = r#"
[failures]
severities = ["sev1"]
[[incidents]]
repositories = ["acme/incidents"]
labels = ["incident"]
mappings = [{ label = "service:pay", component = "acme/pay" }, { title = '^\[search\]', component = "acme/search" }]
"#;

/// `acme/pay` deploys by a workflow, though an approval makes a GitHub deployment of every run of
/// it; `acme/search` by releases.
fn organization() -> (Scenario, u64, u64) {
    let mut story = Scenario::new();
    let pay = story.repository(NOW - 100 * DAY, "acme/pay");
    let first = story.head(pay, "main").unwrap();
    run(&mut story, NOW - 60 * DAY, pay, &first, "success");
    let failing = change(&mut story, pay, NOW - 20 * DAY, "failing", Merge::Squash);
    run(&mut story, NOW - 20 * DAY + HOUR, pay, &failing, "failure");
    run(&mut story, NOW - 19 * DAY, pay, &failing, "cancelled");
    let again = change(&mut story, pay, NOW - 10 * DAY, "again", Merge::Merge);
    let id = run(&mut story, NOW - 10 * DAY + HOUR, pay, &again, "failure");
    story.rerun(NOW - 10 * DAY + 2 * HOUR, pay, id);
    story.conclude(NOW - 10 * DAY + 3 * HOUR, pay, id, "success");
    // A release branch that never gets back to main.
    let fix = story.commit(NOW - 6 * DAY, pay, "release", "Fix");
    run(&mut story, NOW - 6 * DAY + HOUR, pay, &fix, "success");
    for hours in [1, 2, 3] {
        story.ship(NOW - 5 * DAY + hours * HOUR, pay, &again, "production");
    }
    let search = story.repository(NOW - 100 * DAY, "acme/search");
    let first = story.head(search, "main").unwrap();
    story.tag(NOW - 50 * DAY, search, "v1", &first);
    story.release(NOW - 50 * DAY, search, "v1");
    let second = change(&mut story, search, NOW - 8 * DAY, "second", Merge::Rebase);
    story.tag(NOW - 7 * DAY, search, "v2", &second);
    story.release(NOW - 4 * DAY, search, "v2");
    (story, pay, search)
}

fn run(story: &mut Scenario, at: i64, repo: u64, sha: &str, conclusion: &str) -> u64 {
    let id = story.run(at - 10 * MINUTE, repo, "deploy.yml", sha);
    story.conclude(at, repo, id, conclusion);
    id
}

async fn start(world: &World, more: &str) -> Running {
    let mut config = world.config();
    config.more = more.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    daemon
}

/// Of 30 days: deployments, changes, and the median of their lead times.
fn figures(scrape: &Scrape, component: &str) -> [Option<f64>; 3] {
    let component = format!("component=\"{component}\"");
    let families = ["dora_window_deployments", "dora_window_changes"];
    let [deployments, changes] =
        families.map(|family| scrape.get(family, &[&component, "window=\"30d\""]));
    let lead = scrape.get(
        "dora_window_change_lead_time_seconds",
        &[&component, "window=\"30d\"", "stat=\"p50\""],
    );
    [deployments, changes, lead]
}

#[tokio::test]
async fn runs_and_releases_are_deployments_and_githubs_own_are_then_none() {
    let (mut story, pay, search) = organization();
    let told = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let daemon = start(&world, "").await;
    let shown = daemon.scrape().await;
    assert_eq!(figures(&shown, "pay")[0], Some(3.0), "GitHub's deployments of it");
    assert_eq!(figures(&shown, "search")[0], None, "it has none");
    daemon.stop().await;
    let daemon = start(&world, RUNS).await;
    let shown = daemon.scrape().await;
    // What failed went live with the run that was run again, ten days later.
    let [deployments, changes, p50] = figures(&shown, "pay");
    assert_eq!((deployments, changes), (Some(2.0), Some(2.0)));
    assert_eq!(p50, Some((33 * HOUR) as f64), "the last attempt's end");
    let aborted = ["component=\"pay\"", "window=\"30d\""];
    assert_eq!(shown.get("dora_window_aborted_deployments", &aborted), Some(1.0));
    let [deployments, changes, p50] = figures(&shown, "search");
    assert_eq!((deployments, changes), (Some(1.0), Some(1.0)));
    assert_eq!(p50, Some((30 * HOUR + 4 * DAY) as f64), "until it was published");
    // Live: a run succeeds, a release is published, and both settle.
    let at = world.clock.seconds();
    let new = change(&mut story, pay, at + 60, "new", Merge::Squash);
    run(&mut story, at + 11 * MINUTE, pay, &new, "success");
    let new = change(&mut story, search, at + 60, "new", Merge::Squash);
    story.tag(at + 2 * MINUTE, search, "v3", &new);
    story.release(at + 3 * MINUTE, search, "v3");
    world.sim.extend(story.into_events().split_off(told)).unwrap();
    daemon.advance(HOUR).await;
    let shown = daemon.scrape().await;
    for component in ["component=\"pay\"", "component=\"search\""] {
        assert_eq!(shown.get("dora_deployments_total", &[component]), Some(1.0), "{component}");
        assert_eq!(shown.get("dora_changes_shipped_total", &[component]), Some(1.0));
    }
    let before = shown.counted();
    daemon.stop().await;
    let daemon = start(&world, RUNS).await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.counted(), before);
    assert_eq!(figures(&shown, "pay")[0], Some(3.0));
    daemon.stop().await;
    let daemon = start(&world, "").await;
    assert_eq!(figures(&daemon.scrape().await, "pay")[0], Some(3.0), "and back again");
    daemon.stop().await;
}

#[tokio::test]
async fn a_sweep_without_news_costs_no_rest_request_of_the_hour() {
    let (story, _, _) = organization();
    let world = World::of(story, NOW).await;
    let daemon = start(&world, RUNS).await;
    daemon.advance(HOUR).await;
    world.sim.reset_meter();
    daemon.advance(HOUR).await;
    let meter = world.sim.meter();
    assert_eq!(meter.rest_charged, 0, "{:?}", meter.paths);
    let runs = meter.paths.iter().filter(|(path, _)| path.ends_with("/runs"));
    let asked: u64 = runs.map(|(_, count)| *count).sum();
    assert!((10..=14).contains(&asked), "once a sweep: {asked}");
    daemon.stop().await;
}

#[tokio::test]
async fn central_incidents_go_to_components_by_label_or_title_and_fail_them_by_severity() {
    let (mut story, _, _) = organization();
    let central = story.repository(NOW - 90 * DAY, "acme/incidents");
    // Within a day after a deployment each, by runs and releases.
    for (at, title, labels) in [
        (NOW - 6 * DAY + 2 * HOUR, "Slow", &["incident", "service:pay"][..]),
        (NOW - 6 * DAY + 3 * HOUR, "Down", &["incident", "service:pay", "SEV1"]),
        (NOW - 4 * DAY + HOUR, "[search] Nothing found", &["incident", "sev1"]),
        (NOW - 4 * DAY + HOUR, "The VPN", &["incident", "sev1"]),
    ] {
        let number = story.issue(at, central, title, labels);
        story.close_issue(at + HOUR, central, number);
    }
    let world = World::of(story, NOW).await;
    let daemon = start(&world, &format!("{RUNS}{INCIDENTS}")).await;
    let shown = daemon.scrape().await;
    let ratio = |component: &str| {
        let labels = [&*format!("component=\"{component}\""), "window=\"30d\""];
        shown.get("dora_window_change_fail_ratio", &labels)
    };
    assert_eq!((ratio("pay"), ratio("search")), (Some(0.5), Some(1.0)));
    let org = |family: &str| shown.get(family, &["org=\"acme\"", "window=\"30d\""]);
    assert_eq!(org("dora_org_window_incidents"), Some(4.0));
    assert_eq!(org("dora_org_window_unmapped_incidents"), Some(1.0));
    assert_eq!(org("dora_org_window_unattributed_incidents"), Some(1.0), "it is no sev1");
    daemon.stop().await;
}
