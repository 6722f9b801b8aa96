//! How a team works together, from GitHub's answers to the scrape and the API: every figure counted
//! by hand.

use crate::evidence::json;
use crate::exposition::Scrape;
use crate::running::{Running, World};
use crate::story::{DAY, HOUR, NOW};
use github_sim::event::{RepoId, Verdict};
use github_sim::{Event, Merge, PullRequest, Scenario};

/// A review: how long before the merge, by whom, and its verdict.
type Review<'a> = (i64, &'a str, Verdict);

/// A pull request with one commit that was written two hours before it was opened. It was merged at
/// `at`, and shipped an hour later.
fn change(
    story: &mut Scenario,
    repo: RepoId,
    (at, open): (i64, i64),
    author: &str,
    ready: Option<i64>,
    reviews: &[Review<'_>],
) {
    let branch = format!("{author}-{at}");
    story.commit_by(at - open - 2 * HOUR, repo, &branch, author, "Write");
    let mut pull = PullRequest::of(&branch, "Change something");
    pull.author = author.to_owned();
    pull.draft = ready.is_some();
    let number = story.open(at - open, repo, pull);
    if let Some(before) = ready {
        story.event(at - before, Event::PullReadiness { repo, number, ready: true });
    }
    for (before, reviewer, verdict) in reviews {
        story.review(at - before, repo, number, reviewer, *verdict);
    }
    let sha = story.merge(at, repo, number, Merge::Squash);
    story.ship(at + HOUR, repo, &sha, "production");
}

/// Five people of `payments` and a bot; three people around `search`, of whom one writes.
pub fn two_teams() -> (Scenario, RepoId) {
    use Verdict::{Approved, ChangesRequested, Commented};
    let mut story = Scenario::new();
    for bot in ["dependabot", "lint"] {
        story.event(NOW - 100 * DAY, Event::Account { login: bot.to_owned(), bot: true });
    }
    let pay = story.repository(NOW - 90 * DAY, "acme/pay");
    let search = story.repository(NOW - 90 * DAY, "acme/search");
    for repo in [pay, search] {
        let base = story.head(repo, "main").unwrap();
        story.ship(NOW - 60 * DAY, repo, &base, "production");
    }
    let day = |days: i64| NOW - days * DAY;
    let plain = 10 * HOUR;
    change(&mut story, pay, (day(25), plain), "ann", None, &[(6 * HOUR, "ben", Approved)]);
    let twice = [(5 * HOUR, "cho", ChangesRequested), (HOUR, "cho", Approved)];
    change(&mut story, pay, (day(22), 20 * HOUR), "ben", Some(6 * HOUR), &twice);
    let hollow = [(8 * HOUR, "cho", Commented), (7 * HOUR, "lint", Commented)];
    change(&mut story, pay, (day(19), plain), "cho", None, &hollow);
    change(&mut story, pay, (day(16), plain), "dee", None, &[(-HOUR / 2, "ann", Approved)]);
    let guest = [(8 * HOUR, "fay", Approved), (HOUR, "ann", Approved)];
    change(&mut story, pay, (day(13), plain), "eve", None, &guest);
    change(&mut story, pay, (day(10), plain), "dependabot", None, &[]);
    change(&mut story, search, (day(9), plain), "fay", None, &[(HOUR, "gus", Approved)]);
    change(&mut story, search, (day(8), plain), "fay", None, &[(HOUR, "hal", Approved)]);
    (story, pay)
}

pub async fn running(world: &World, more: &str) -> (Running, Scrape) {
    let mut config = world.config();
    config.more = more.to_owned();
    let daemon = world.start(&config).await;
    daemon.advance(120).await;
    let scrape = daemon.scrape().await;
    (daemon, scrape)
}

#[tokio::test]
async fn every_figure_is_what_was_counted_by_hand() {
    let world = World::of(two_teams().0, NOW).await;
    let (daemon, scrape) = running(&world, "").await;
    let hour = HOUR as f64;
    for (family, stat, expected) in [
        ("merged_changes", "", 6.0),
        ("reviews", "", 5.0),
        // 1, 2 and 4 hours.
        ("first_review_seconds", "p50", 2.0 * hour),
        ("first_review_seconds", "p85", 4.0 * hour),
        ("first_review_seconds", "mean", 7.0 * hour / 3.0),
        // 0, 0, 0, 1, 1 and 2 people.
        ("reviewers_per_change", "p50", 0.0),
        ("reviewers_per_change", "p95", 2.0),
        ("reviewers_per_change", "mean", 4.0 / 6.0),
        ("unreviewed_change_ratio", "", 3.0 / 6.0),
        ("review_change_request_ratio", "", 1.0 / 5.0),
        ("cross_team_review_ratio", "", 1.0 / 5.0),
        ("review_concentration_ratio", "", 2.0 / 5.0),
        // (2 + 6), (16 + 5) and (2 + 8) hours, of 13, 23 and 13.
        ("flow_efficiency_ratio", "", 39.0 / 49.0),
    ] {
        let stat = if stat.is_empty() { String::new() } else { format!("stat=\"{stat}\"") };
        let labels = ["team=\"payments\"", "window=\"30d\"", &stat];
        assert_eq!(scrape.sum(&format!("space_window_{family}"), &labels), expected, "{family}");
    }
    let told = scrape.0.lines().filter(|line| line.starts_with("space_"));
    let others: Vec<_> = told.filter(|line| !line.contains("{team=\"payments\"")).collect();
    assert!(others.is_empty(), "{others:?}");
    // In a week nothing was merged, so nobody contributed.
    assert_eq!(scrape.get("space_window_merged_changes", &["window=\"7d\""]), None);
    daemon.stop().await;
}

#[tokio::test]
async fn the_api_tells_parts_without_facts_and_of_too_few_only_that_they_are() {
    let world = World::of(two_teams().0, NOW).await;
    let (daemon, _) = running(&world, "").await;
    let path = "measure=review_concentration&window=30d";
    let told = json(&daemon, &format!("/api/v1/teams/payments?{path}")).await;
    let figure = &told["figures"][0];
    assert_eq!((&figure["value"], &figure["numerator"]), (&0.4.into(), &2.0.into()));
    assert_eq!((figure["facts"].as_array().unwrap().len(), figure.get("withheld")), (0, None));
    let told = json(&daemon, &format!("/api/v1/teams/search?{path}")).await;
    let figure = told["figures"][0].as_object().unwrap();
    let mut fields: Vec<&str> = figure.keys().map(String::as_str).collect();
    fields.sort_unstable();
    let expected =
        ["facts", "families", "from", "measure", "rule", "to", "unit", "window", "withheld"];
    assert_eq!(fields, expected);
    for path in ["/api/v1/org?window=30d", "/api/v1/teams/search?component=search"] {
        let told = json(&daemon, path).await.to_string();
        assert!(!told.contains("space_window_"), "{path}");
    }
    daemon.stop().await;
}

#[tokio::test]
async fn how_few_are_too_few_is_configured_and_guests_do_not_count() {
    let world = World::of(two_teams().0, NOW).await;
    let (daemon, scrape) = running(&world, "[space]\nmin_contributors = 3\n").await;
    let of_search = ["team=\"search\"", "window=\"30d\""];
    assert_eq!(scrape.sum("space_window_reviews", &of_search), 2.0);
    // Of nobody who reviewed for `search` it is known where they are at home.
    assert_eq!(scrape.get("space_window_cross_team_review_ratio", &of_search), None);
    daemon.stop().await;
    let (daemon, scrape) = running(&world, "[space]\nmin_contributors = 6\n").await;
    assert!(!scrape.0.contains("\nspace_"), "five of `payments` and their guest are not six");
    daemon.stop().await;
}
