//! The builder and the log under it.

use github_sim::event::Verdict;
use github_sim::{Event, Merge, Scenario, Sim};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[test]
fn a_scenario_plays_without_a_rejected_event() {
    let sim = Sim::new(|| 10_000);
    let mut story = Scenario::new();
    let repo = story.repository(100, "acme/pay");
    for (n, how) in [Merge::Squash, Merge::Merge, Merge::Rebase].into_iter().enumerate() {
        let (at, branch) = (1000 * (n as i64 + 1), format!("feature-{n}"));
        story.commit(at, repo, &branch, "one");
        story.commit(at + 1, repo, &branch, "two");
        let number = story.open_pull(at + 2, repo, &branch, "A feature");
        story.review(at + 3, repo, number, "ada", Verdict::Approved);
        let sha = story.merge(at + 4, repo, number, how);
        story.ship(at + 500, repo, &sha, "production");
    }
    let issue = story.issue(5000, repo, "Down", &["incident"]);
    story.close_issue(6000, repo, issue);
    story.reopen_issue(6100, repo, issue);
    story.play(&sim).unwrap();
    let counts = sim.as_of(10_000).counts();
    assert_eq!((counts.repositories, counts.pull_requests, counts.merged), (1, 3, 3));
    assert_eq!((counts.deployments, counts.issues), (3, 1));
    assert_eq!(counts.commits, 1 + 6 + 1 + 1 + 2);
}

#[test]
fn the_state_is_the_same_whatever_order_events_arrive_in() {
    let mut story = Scenario::new();
    let repo = story.repository(100, "acme/pay");
    let sha = story.commit(200, repo, "main", "work");
    story.ship(300, repo, &sha, "production");
    let events = story.into_events();

    let clock = Arc::new(AtomicI64::new(1000));
    let shown = clock.clone();
    let late = Sim::new(move || shown.load(Ordering::Relaxed));
    let (first, rest) = events.split_at(3);
    late.extend(first.to_vec()).unwrap();
    late.push(900, Event::Account { login: "zoe".to_owned(), bot: false }).unwrap();
    late.extend(rest.to_vec()).unwrap();
    assert_eq!(late.as_of(1000).counts().deployments, 1);
    assert_eq!(late.as_of(150).counts().commits, 1);
    assert!(late.as_of(i64::MAX).rejected().is_empty());
}

#[test]
fn a_simulation_that_forgets_shows_the_present_and_what_comes_but_no_past() {
    let mut story = Scenario::new();
    let repo = story.repository(100, "acme/pay");
    let sha = story.commit(200, repo, "main", "work");
    story.ship(300, repo, &sha, "production");
    story.ship(2000, repo, &sha, "production");

    let clock = Arc::new(AtomicI64::new(1000));
    let shown = clock.clone();
    let sim = Sim::new(move || shown.load(Ordering::Relaxed));
    sim.forget_the_past();
    story.play(&sim).unwrap();
    assert_eq!(sim.as_of(1000).counts().deployments, 1);
    assert_eq!(sim.as_of(2000).counts().deployments, 2, "what comes is known");
    assert_eq!(sim.as_of(999).counts().repositories, 0, "what was is gone");

    clock.store(3000, Ordering::Relaxed);
    story.ship(2500, repo, &sha, "production");
    story.play(&sim).unwrap();
    let late = Event::Organization { login: "late".to_owned() };
    sim.push(50, late).unwrap();
    assert_eq!(sim.as_of(3000).counts().deployments, 3);
    clock.store(10, Ordering::Relaxed);
    sim.push(4000, Event::Organization { login: "later".to_owned() }).unwrap();
    assert_eq!(sim.as_of(3000).counts().deployments, 3, "a clock that goes back changes nothing");
}

#[test]
fn an_event_that_does_not_fit_says_what_it_needs() {
    let sim = Sim::new(|| 1000);
    let status = Event::DeploymentStatus { id: 7, state: "SUCCESS".to_owned(), environment: None };
    let error = sim.push(10, status).unwrap_err();
    assert_eq!(
        error.to_string(),
        "event at 10 has no effect: there is no deployment 7; create it before"
    );
}
