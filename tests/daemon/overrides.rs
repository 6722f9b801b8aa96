//! Two repositories that live through the same: one is judged as all are, the other by rules of its
//! own.

use crate::exposition::{Scrape, difference};
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW, change};
use github_sim::{Event, Merge, PullRequest, Scenario};
use tracing::Level;

const MODERN: &str = "acme/pay-modern";
const LEGACY: &str = "acme/pay-legacy";

const OVERRIDES: &str = r#"
[[overrides]]
repositories = ["acme/*-legacy"]
measures = { windows = ["14d"], lead_time_start = "merged", direct_commits = false, exclude_authors = ["renovate"], same_deployment_window = "0s" }
failures = { hotfix_labels = ["urgent"], incident_window = "1h" }
production = { environments = ["customer-*"] }
"#;

/// What every rule that may differ decides upon.
fn tell(story: &mut Scenario, full_name: &str) -> u64 {
    let repo = story.repository(NOW - 100 * DAY, full_name);
    let base = story.head(repo, "main").unwrap();
    story.ship(NOW - 50 * DAY, repo, &base, "production");
    let sha = change(story, repo, NOW - 12 * DAY, "slow", Merge::Squash);
    story.ship(NOW - 12 * DAY + HOUR, repo, &sha, "production");
    let issue = story.issue(NOW - 12 * DAY + 4 * HOUR, repo, "It burns", &["incident"]);
    story.close_issue(NOW - 12 * DAY + 6 * HOUR, repo, issue);
    let mut bump = PullRequest::of("bump", "Bump a dependency");
    bump.author = "renovate".to_owned();
    pull(story, repo, NOW - 10 * DAY, bump);
    story.commit(NOW - 8 * DAY, repo, "main", "Straight to the branch");
    let sha = story.head(repo, "main").unwrap();
    story.ship(NOW - 8 * DAY + HOUR, repo, &sha, "production");
    let mut urgent = PullRequest::of("repair", "Repair");
    urgent.labels = vec!["urgent".to_owned()];
    let sha = pull(story, repo, NOW - 6 * DAY, urgent);
    story.ship(NOW - 6 * DAY + HOUR + 2 * MINUTE, repo, &sha, "production-2");
    story.ship(NOW - 4 * DAY, repo, &sha, "customer-eu");
    repo
}

/// Merges a pull request at `at`, opened two hours before, and ships it an hour later.
fn pull(story: &mut Scenario, repo: u64, at: i64, pull: PullRequest) -> String {
    story.commit(at - 31 * HOUR, repo, &pull.head, "Begin");
    let number = story.open(at - 2 * HOUR, repo, pull);
    let sha = story.merge(at, repo, number, Merge::Squash);
    story.ship(at + HOUR, repo, &sha, "production");
    sha
}

fn both() -> (Scenario, [u64; 2]) {
    let mut story = Scenario::new();
    let repos = [tell(&mut story, MODERN), tell(&mut story, LEGACY)];
    (story, repos)
}

fn overridden(config: &Config) -> Config {
    Config { more: format!("{}{OVERRIDES}", config.more), ..config.clone() }
}

/// Deployments, changes, failed deployments, unattributed incidents and rework of a window.
fn counts(scrape: &Scrape, labels: &[&str]) -> [f64; 5] {
    let families = [
        "deployments",
        "changes",
        "failed_deployments",
        "unattributed_incidents",
        "rework_deployments",
    ];
    families.map(|family| scrape.sum(&format!("dora_window_{family}"), labels))
}

#[tokio::test]
async fn each_repository_is_judged_by_the_rules_that_overrides_give_it() {
    let world = World::of(both().0, NOW).await;
    let mut config = overridden(&world.config());
    config.more += "[exposition]\ncomponent_detail = \"full\"\n";
    let daemon = world.start(&config).await;
    daemon.advance(2 * MINUTE).await;
    let shown = daemon.scrape().await;
    let (modern, legacy) = ("component=\"pay-modern\"", "component=\"pay-legacy\"");
    // The incident is its deployment's within a day, and nobody's within an hour; the label
    // `urgent` marks a repair of the deployment before.
    assert_eq!(counts(&shown, &[modern, "window=\"30d\""]), [4.0, 4.0, 1.0, 0.0, 0.0]);
    // Beside those four a second region that is not merged into one of them, and a customer's.
    assert_eq!(counts(&shown, &[legacy, "window=\"14d\""]), [6.0, 2.0, 1.0, 1.0, 1.0]);
    let p50 = |labels: &[&str]| {
        let labels = [labels, &["stat=\"p50\""]].concat();
        shown.get("dora_window_change_lead_time_seconds", &labels)
    };
    assert_eq!(p50(&[modern, "window=\"30d\""]), Some((31 * HOUR) as f64));
    assert_eq!(p50(&[legacy, "window=\"14d\""]), Some(HOUR as f64));
    for (component, window) in [(modern, "14d"), (legacy, "7d"), (legacy, "30d")] {
        let window = format!("window=\"{window}\"");
        assert_eq!(shown.get("dora_window_deployments", &[component, &window]), None);
    }
    // Teams keep everyone's windows, and pool what each repository's own rules say.
    for (family, expected) in [("deployments", 10.0), ("changes", 6.0), ("failed_deployments", 2.0)]
    {
        let labels = ["team=\"payments\"", "window=\"30d\""];
        assert_eq!(shown.sum(&format!("dora_team_window_{family}"), &labels), expected, "{family}");
        assert_eq!(shown.sum(&format!("dora_org_window_{family}"), &labels[1..]), expected);
    }
    assert_eq!(shown.get("dora_team_window_deployments", &["window=\"14d\""]), None);
    daemon.stop().await;
}

#[tokio::test]
async fn a_reload_reads_only_overridden_repositories_again_and_changes_gauges_and_no_counter() {
    let (mut story, repos) = both();
    let told = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let plain = world.config();
    let (daemon, reloader) = world.start_reloadable(&plain).await;
    daemon.advance(2 * MINUTE).await;
    let log = Log::of(Level::WARN);
    let at = world.clock.seconds();
    for repo in repos {
        let sha = change(&mut story, repo, at + 5 * MINUTE, "live", Merge::Squash);
        story.ship(at + 10 * MINUTE, repo, &sha, "production");
        story.ship(at + 11 * MINUTE, repo, &sha, "customer-eu");
    }
    world.sim.extend(story.into_events().split_off(told)).unwrap();
    daemon.advance(HOUR).await;
    let before = daemon.scrape().await;
    assert_eq!(before.get("dora_deployments_total", &["pay-legacy"]), Some(1.0));

    let mut overridden = overridden(&plain);
    overridden.more += "[[overrides]]\nrepositories = [\"acme/pay*\", \"acme/pey-*\"]\n";
    world.configure(&overridden);
    world.sim.reset_meter();
    reloader.reload().await.unwrap();
    daemon.quiet().await;
    let operations = world.sim.meter().operations;
    for list in ["Deployments", "PullRequests"] {
        assert_eq!(operations[list].requests, 1, "one page of one repository: {operations:?}");
    }
    daemon.advance(20 * MINUTE).await;
    let with = daemon.scrape().await;
    let of = |scrape: &Scrape, repo: &str| -> Vec<String> {
        scrape.gauges().into_iter().filter(|line| line.contains(repo)).collect()
    };
    let modern = (of(&before, MODERN), of(&with, MODERN));
    assert!(modern.0 == modern.1, "{}", difference(&modern.0, &modern.1));
    assert!(of(&with, LEGACY) != of(&before, LEGACY));
    assert_eq!(with.get("dora_window_deployments", &[LEGACY, "window=\"14d\""]), Some(8.0));
    let (counted, count) = (before.counted(), with.counted());
    assert!(count == counted, "{}", difference(&counted, &count));

    assert_eq!(log.count(&["matches no collected repository", "overrides["]), 1, "{}", log.text());
    assert_eq!(log.count(&["overrides[1].repositories[1]", "`acme/pey-*` matches no"]), 1);
    world.configure(&plain);
    reloader.reload().await.unwrap();
    daemon.advance(20 * MINUTE).await;
    let after = daemon.scrape().await;
    let (former, again) = (before.gauges(), after.gauges());
    assert!(again == former, "{}", difference(&former, &again));
    assert!(after.counted() == counted, "{}", difference(&counted, &after.counted()));
    daemon.stop().await;
}

#[tokio::test]
async fn a_renamed_repository_is_read_and_judged_by_what_its_new_name_brings() {
    let (story, [modern, _]) = both();
    let world = World::of(story, NOW).await;
    let daemon = world.start(&overridden(&world.config())).await;
    daemon.advance(2 * MINUTE).await;
    let window = ["component=\"pay-modern\"", "window=\"30d\""];
    assert_eq!(daemon.scrape().await.get("dora_window_deployments", &window), Some(4.0));
    let (owner, name) = ("acme".to_owned(), "pay-newly-legacy".to_owned());
    let moved = Event::RepositoryMoved { repo: modern, owner, name };
    world.sim.push(world.clock.seconds(), moved).unwrap();
    daemon.advance(2 * HOUR).await;
    let shown = daemon.scrape().await;
    assert_eq!(shown.get("dora_window_deployments", &window), None);
    for (family, expected) in [
        ("deployments", 6.0),
        ("changes", 2.0),
        ("failed_deployments", 1.0),
        ("rework_deployments", 1.0),
    ] {
        let labels = ["component=\"pay-newly-legacy\"", "window=\"14d\""];
        assert_eq!(shown.sum(&format!("dora_window_{family}"), &labels), expected, "{family}");
    }
    daemon.stop().await;
}
