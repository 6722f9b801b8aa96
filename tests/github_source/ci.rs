//! Runs of continuous integration, by the real client: what is read, and what that costs.

use crate::fixture::{DAY, NOW, Walked, World, declared, reach, walk};
use delivery::domain::{Fact, Repository, RunVerdict, Time, WorkflowRun};
use dora_exporter::clock::Clock;
use dora_exporter::config::CiRule;
use github_sim::event::RunEvent;
use github_sim::{Event, Fault, Scenario, When};
use std::collections::BTreeSet;
use std::sync::Arc;

const HOUR: i64 = 3_600;

/// A repository that is older than any look-back, and its first commit.
fn shop() -> (Scenario, u64, String) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 300 * DAY, "acme/shop");
    let sha = story.head(repo, "main").unwrap();
    (story, repo, sha)
}

/// A run of `ci.yml` that begins at `at`.
fn begin(story: &mut Scenario, at: i64, repo: u64, id: u64, sha: &str, event: &str) {
    let run = RunEvent::Started {
        repo,
        id,
        file: "ci.yml".to_owned(),
        name: "CI".to_owned(),
        event: event.to_owned(),
        branch: Some("main".to_owned()),
        sha: sha.to_owned(),
        from_fork: false,
    };
    story.event(at, Event::Run(run));
}

/// One that ends two minutes later.
fn run(story: &mut Scenario, at: i64, repo: u64, id: u64, sha: &str, conclusion: &str) {
    begin(story, at, repo, id, sha, "push");
    story.conclude(at + 120, repo, id, conclusion);
}

/// Time passes until `at`, and a sweep begins, by which GitHub's clock is known.
async fn leap(world: &World, at: i64) {
    world.clock.advance(at - world.clock.now().0);
    world.discovered().await;
}

fn rule(more: &str) -> Arc<CiRule> {
    declared(more).by_repository(|rules| rules.ci()).of("acme/shop")
}

async fn read(world: &World, repo: &Repository, cursor: Option<&str>) -> Walked {
    let rule = rule("");
    walk(cursor, async |cursor: Option<String>| {
        world.github.workflow_runs(repo, &rule, cursor.as_deref(), &reach()).await
    })
    .await
}

fn runs(walked: &Walked) -> Vec<&WorkflowRun> {
    let runs = walked.facts.iter().filter_map(|fact| match fact {
        Fact::WorkflowRun(run) => Some(run),
        _ => None,
    });
    runs.collect()
}

fn ids(walked: &Walked) -> BTreeSet<u64> {
    runs(walked).iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn the_look_back_is_read_beyond_a_thousand_and_news_cost_a_page_for_a_hundred() {
    let (mut story, repo, sha) = shop();
    // 1,200 in the look-back, 150 of them within one second where a search ends, and 150 before.
    let at = |n: u64| match n {
        0..150 => NOW - 200 * DAY + n as i64,
        150..300 => NOW - 110 * DAY + n as i64 * HOUR,
        300..450 => NOW - 90 * DAY,
        _ => NOW - 80 * DAY + n as i64 * HOUR,
    };
    for n in 0..1_350 {
        run(&mut story, at(n), repo, 1_000 + n, &sha, "success");
    }
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    world.sim.reset_meter();
    let first = read(&world, &repository, None).await;
    assert_eq!(ids(&first), (1_150..2_350).collect(), "all of the look-back, and nothing before");
    assert!(world.sim.meter().rest_charged <= 15, "{}", world.sim.meter().rest_charged);
    assert_eq!(world.sim.meter().points, 0, "none of it is GraphQL");
    // Nothing new costs nothing.
    world.sim.reset_meter();
    let quiet = read(&world, &repository, Some(&first.cursor)).await;
    assert_eq!((quiet.facts.len(), world.sim.meter().rest_charged), (0, 0));
    // 250 new ones.
    for n in 0..250 {
        run(&mut story, NOW + n * 60, repo, 10_000 + n as u64, &sha, "success");
    }
    world.play(&mut story);
    leap(&world, NOW + DAY).await;
    world.sim.reset_meter();
    let news = read(&world, &repository, Some(&quiet.cursor)).await;
    assert!(ids(&news).is_superset(&(10_000..10_250).collect()));
    let charged = world.sim.meter().rest_charged;
    assert_eq!(charged, 3, "one for a hundred");
}

#[tokio::test]
async fn a_run_is_its_last_attempt_by_the_list_alone_and_what_is_no_ci_stays_out() {
    let (mut story, repo, sha) = shop();
    run(&mut story, NOW - 5 * HOUR, repo, 1, &sha, "failure");
    run(&mut story, NOW - 4 * HOUR, repo, 2, &sha, "cancelled");
    begin(&mut story, NOW - 3 * HOUR, repo, 3, &sha, "schedule");
    story.conclude(NOW - 3 * HOUR + 60, repo, 3, "failure");
    begin(&mut story, NOW - HOUR, repo, 4, &sha, "pull_request");
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let first = read(&world, &repository, None).await;
    let told = |walked: &Walked| -> Vec<(u64, u32, RunVerdict)> {
        runs(walked).iter().map(|run| (run.id, run.attempt, run.verdict)).collect()
    };
    assert_eq!(told(&first), [(1, 1, RunVerdict::Failed)]);
    // It runs again: until that ends nothing is told of it.
    story.rerun(NOW - 30, repo, 1);
    world.play(&mut story);
    world.sim.reset_meter();
    let running = read(&world, &repository, Some(&first.cursor)).await;
    assert_eq!(told(&running), []);
    story.conclude(NOW + 570, repo, 1, "success");
    story.conclude(NOW + 600, repo, 4, "timed_out");
    world.play(&mut story);
    leap(&world, NOW + 700).await;
    let ended = read(&world, &repository, Some(&running.cursor)).await;
    assert_eq!(told(&ended), [(4, 1, RunVerdict::Failed), (1, 2, RunVerdict::Passed)]);
    let again = runs(&ended)[1].clone();
    assert_eq!(again.ended_at.since(again.started_at), 600, "the last attempt's time");
    assert_eq!(world.sim.meter().rest_charged, 2, "no attempt is asked for by itself");
}

#[tokio::test]
async fn a_run_that_goes_on_below_the_first_page_is_asked_by_id_and_seldom() {
    let (mut story, repo, sha) = shop();
    begin(&mut story, NOW - 3 * HOUR, repo, 1, &sha, "push");
    for n in 0..120 {
        run(&mut story, NOW - 2 * HOUR + n * 10, repo, 100 + n as u64, &sha, "success");
    }
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let first = read(&world, &repository, None).await;
    let mut cursor = first.cursor;
    let mut charged = Vec::new();
    story.conclude(NOW + 7 * HOUR, repo, 1, "failure");
    world.play(&mut story);
    for hours in [1, 2, 4, 5, 8, 9] {
        leap(&world, NOW + hours * HOUR).await;
        world.sim.reset_meter();
        let walked = read(&world, &repository, Some(&cursor)).await;
        charged.push((world.sim.meter().rest_charged, walked.facts.len()));
        cursor = walked.cursor;
    }
    // Three hours old it is asked after three more, and then after seven.
    assert_eq!(charged, [(0, 0), (0, 0), (1, 0), (0, 0), (0, 0), (0, 0)]);
    leap(&world, NOW + 12 * HOUR).await;
    let walked = read(&world, &repository, Some(&cursor)).await;
    assert_eq!(ids(&walked), BTreeSet::from([1]));
}

/// A failed run of 150 minutes ago, with 120 others since.
fn failed_and_behind() -> (Scenario, u64) {
    let (mut story, repo, sha) = shop();
    run(&mut story, NOW - 150 * 60, repo, 1, &sha, "failure");
    for n in 0..120 {
        run(&mut story, NOW - 2 * HOUR + n * 10, repo, 100 + n as u64, &sha, "success");
    }
    (story, repo)
}

#[tokio::test]
async fn a_failed_run_behind_the_first_page_is_asked_by_id_for_a_day_and_its_rerun_is_seen() {
    let (mut story, repo) = failed_and_behind();
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let mut cursor = read(&world, &repository, None).await.cursor;
    let mut charged = 0;
    for hours in 1..8 {
        leap(&world, NOW + hours * HOUR).await;
        world.sim.reset_meter();
        cursor = read(&world, &repository, Some(&cursor)).await.cursor;
        charged += world.sim.meter().rest_charged;
    }
    assert_eq!(charged, 1, "two hours and a half after the first look");
    story.rerun(NOW + 8 * HOUR, repo, 1);
    story.conclude(NOW + 8 * HOUR + 300, repo, 1, "success");
    world.play(&mut story);
    leap(&world, NOW + 9 * HOUR).await;
    let walked = read(&world, &repository, Some(&cursor)).await;
    let told: Vec<_> = runs(&walked).iter().map(|run| (run.id, run.attempt, run.verdict)).collect();
    assert_eq!(told, [(1, 2, RunVerdict::Passed)]);
}

#[tokio::test]
async fn a_run_that_something_tells_of_is_asked_for_at_once_and_one_behind_the_first_page_by_id() {
    let (mut story, repo) = failed_and_behind();
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let cursor = read(&world, &repository, None).await.cursor;
    let due = |cursor: &str| {
        let long_ago = Some(Time(NOW - 9 * DAY));
        let due = world.github.workflow_runs_due(&rule(""), Some(cursor), long_ago, 60);
        due.is_some_and(|due| due <= world.clock.now())
    };
    assert!(!due(&cursor));
    story.rerun(NOW + 60, repo, 1);
    story.conclude(NOW + 120, repo, 1, "success");
    world.play(&mut story);
    leap(&world, NOW + 130).await;
    let told = world.github.workflow_runs_told(&rule(""), &cursor, &[1, 219]).unwrap();
    assert!(due(&told));
    world.sim.reset_meter();
    let walked = read(&world, &repository, Some(&told)).await;
    assert_eq!(ids(&walked), BTreeSet::from([1]));
    assert_eq!(runs(&walked)[0].verdict, RunVerdict::Passed);
    assert_eq!(world.sim.meter().rest_charged, 1, "the page is what it was");
    assert!(!due(&walked.cursor));
    let off = rule("[space]\nci = false\n");
    assert_eq!(world.github.workflow_runs_told(&off, &cursor, &[1]), None);
}

#[tokio::test]
async fn trouble_is_tried_again_and_what_may_not_be_read_is_nothing() {
    let (mut story, repo, sha) = shop();
    run(&mut story, NOW - HOUR, repo, 1, &sha, "success");
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let at = |times| When { times, mentions: Some("/actions/runs".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::Html(502), at(2));
    assert_eq!(ids(&read(&world, &repository, None).await), BTreeSet::from([1]));
    for status in [403, 404] {
        let message = "Resource not accessible by personal access token".to_owned();
        world.sim.faults().on_requests(Fault::Message(status, message), at(1));
        let walked = read(&world, &repository, None).await;
        assert_eq!((walked.facts.len(), walked.pages), (0, 1), "{status}");
        let due = |now: i64| {
            let rule = rule("");
            let moved = Some(Time(NOW));
            world.github.workflow_runs_due(&rule, Some(&walked.cursor), moved, 60)
                <= Some(Time(now))
        };
        assert!(!due(NOW + DAY - 60) && due(NOW + DAY + 60), "a day later once more");
    }
}

#[tokio::test]
async fn other_rules_read_the_look_back_again_and_none_ask_nothing() {
    let (mut story, repo, sha) = shop();
    run(&mut story, NOW - HOUR, repo, 1, &sha, "success");
    let world = World::of(&mut story).await;
    let repository = world.repository(repo).await;
    let first = read(&world, &repository, None).await;
    let step = async |more: &str| {
        let rule = rule(more);
        let cursor = Some(&*first.cursor);
        world.github.workflow_runs(&repository, &rule, cursor, &reach()).await.unwrap()
    };
    let other = step("[space]\nci_workflows = [\"ci*\"]\n").await;
    assert_eq!(other.facts.len(), 1);
    assert_ne!(other.facts, first.facts, "the same run by another rule");
    let excluded = step("[space]\nci_exclude_workflows = [\"CI\"]\n").await;
    assert_eq!(excluded.facts, []);
    world.sim.reset_meter();
    let off = rule("[space]\nci = false\n");
    assert_eq!(world.github.workflow_runs_due(&off, None, Some(Time(NOW)), 60), None);
    assert_eq!(step("[space]\nci = false\n").await.facts, []);
    assert_eq!(world.sim.meter().requests, 0);
}
