//! Continuous integration, from GitHub's lists of runs to the scrape and the API: every figure
//! counted by hand, and every request.

use crate::evidence::json;
use crate::running::World;
use crate::space::{running, two_teams};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::event::{RepoId, RunEvent};
use github_sim::{Event, Scenario};

/// A run of a workflow for the commit of that number that takes so many seconds.
pub fn run(
    story: &mut Scenario,
    (repo, id, sha): (RepoId, u64, u64),
    (file, event): (&str, &str),
    (at, seconds): (i64, i64),
    conclusion: &str,
) {
    let started = RunEvent::Started {
        repo,
        id,
        file: file.to_owned(),
        name: file.to_owned(),
        event: event.to_owned(),
        branch: Some("main".to_owned()),
        sha: format!("{sha:040x}"),
        from_fork: false,
    };
    story.event(at, Event::Run(started));
    story.conclude(at + seconds, repo, id, conclusion);
}

/// Runs of `acme/pay`, whose team is told.
fn with_runs() -> (Scenario, RepoId) {
    let (mut story, pay) = two_teams();
    let ci = ("ci.yml", "pull_request");
    let day = |days: i64| NOW - days * DAY;
    run(&mut story, (pay, 1, 1), ci, (day(20), 300), "success");
    // Flaky: another run for the same commit passes.
    run(&mut story, (pay, 2, 2), ci, (day(15), 600), "timed_out");
    run(&mut story, (pay, 3, 2), ("ci.yml", "push"), (day(15) + HOUR, 200), "success");
    // Flaky: it passes when it is run again.
    run(&mut story, (pay, 4, 3), ci, (day(10), 100), "failure");
    story.rerun(day(10) + HOUR, pay, 4);
    story.conclude(day(10) + HOUR + 900, pay, 4, "success");
    // Broken: what passes is another workflow.
    run(&mut story, (pay, 5, 4), ci, (day(9), 400), "failure");
    run(&mut story, (pay, 6, 4), ("lint.yml", "push"), (day(9), 50), "success");
    run(&mut story, (pay, 7, 5), ci, (day(8), 10), "cancelled");
    run(&mut story, (pay, 8, 5), ("ci.yml", "schedule"), (day(8), 10), "failure");
    (story, pay)
}

const LIST: &str = "/repos/acme/pay/actions/runs";

#[tokio::test]
async fn every_figure_is_what_was_counted_by_hand() {
    let world = World::of(with_runs().0, NOW).await;
    let (daemon, scrape) = running(&world, "").await;
    for (family, stat, expected) in [
        ("duration_seconds", "stat=\"p50\"", 300.0),
        ("duration_seconds", "stat=\"p85\"", 900.0),
        ("duration_seconds", "stat=\"p95\"", 900.0),
        ("duration_seconds", "stat=\"mean\"", 2_450.0 / 6.0),
        ("failure_ratio", "", 3.0 / 6.0),
        ("rerun_success_ratio", "", 2.0 / 3.0),
    ] {
        let labels = ["team=\"payments\"", "window=\"30d\"", stat];
        let found = scrape.get(&format!("space_window_ci_{family}"), &labels);
        assert_eq!(found, Some(expected), "{family} {stat}");
    }
    let of_ci = scrape.0.lines().filter(|line| line.starts_with("space_window_ci_"));
    assert!(of_ci.clone().all(|line| line.contains("{team=\"payments\",window=\"")), "{scrape:?}");
    assert_eq!(scrape.get("dora_exporter_facts", &["kind=\"workflow_run\""]), Some(6.0));
    let path = "/api/v1/teams/payments?measure=ci_rerun_successes&window=30d";
    let told = json(&daemon, path).await;
    let figure = &told["figures"][0];
    assert_eq!((&figure["numerator"], &figure["denominator"]), (&2.0.into(), &3.0.into()));
    daemon.stop().await;
    // What is stored is not asked for again, and says the same.
    let before = world.sim.meter();
    let (daemon, again) = running(&world, "").await;
    let count = |meter: &github_sim::Meter| meter.paths.get(LIST).copied().unwrap_or_default();
    assert_eq!(count(&world.sim.meter()), count(&before));
    let family = "space_window_ci_duration_seconds";
    assert_eq!(again.sum(family, &["stat=\"mean\""]), scrape.sum(family, &["stat=\"mean\""]));
    daemon.stop().await;
}

#[tokio::test]
async fn news_cost_a_page_for_a_hundred_and_where_nothing_moves_nothing_is_asked() {
    let (mut story, pay) = with_runs();
    let told = story.clone().into_events().len();
    let world = World::of(story.clone(), NOW).await;
    let (daemon, _) = running(&world, "").await;
    let asked = || world.sim.meter().paths.get(LIST).copied().unwrap_or_default();
    assert_eq!(asked(), 1, "one page holds all");
    daemon.advance(2 * HOUR).await;
    assert_eq!(asked(), 1, "nothing moved");
    let at = world.clock.seconds();
    story.commit(at - 300, pay, "main", "Write");
    for n in 0..150 {
        let ci = ("ci.yml", "push");
        run(&mut story, (pay, 100 + n as u64, 100), ci, (at - 290 + n, 20), "success");
    }
    world.sim.extend(story.clone().into_events().split_off(told)).unwrap();
    daemon.advance(30 * MINUTE).await;
    assert_eq!(asked(), 3, "150 new runs are two pages");
    let path = "/api/v1/teams/payments?measure=ci_failures&window=30d";
    let told_of = json(&daemon, path).await;
    assert_eq!(told_of["figures"][0]["denominator"], 156.0);
    // One fails, and is run again though nothing is pushed.
    let told = story.clone().into_events().len();
    let at = world.clock.seconds();
    story.commit(at + 1, pay, "main", "Break");
    run(&mut story, (pay, 300, 300), ("ci.yml", "push"), (at + 2, 60), "failure");
    story.rerun(at + 20 * MINUTE, pay, 300);
    story.conclude(at + 25 * MINUTE, pay, 300, "success");
    world.sim.extend(story.into_events().split_off(told)).unwrap();
    daemon.advance(20 * MINUTE).await;
    let path = "/api/v1/teams/payments?measure=ci_rerun_successes&window=30d";
    let parts = async || {
        let told = json(&daemon, path).await;
        let figure = &told["figures"][0];
        (figure["numerator"].clone(), figure["denominator"].clone())
    };
    assert_eq!(parts().await, (2.0.into(), 4.0.into()));
    daemon.advance(HOUR).await;
    assert_eq!(parts().await, (3.0.into(), 4.0.into()));
    daemon.stop().await;
}

#[tokio::test]
async fn where_it_is_switched_off_nothing_is_asked_or_told() {
    let world = World::of(with_runs().0, NOW).await;
    let (daemon, scrape) = running(&world, "[space]\nci = false\n").await;
    assert!(scrape.0.contains("\nspace_window_reviews{"));
    assert!(!scrape.0.contains("\nspace_window_ci_"));
    assert_eq!(world.sim.meter().paths.get(LIST), None);
    daemon.stop().await;
}
