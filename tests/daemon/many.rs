//! An organisation of hundreds of repositories, which is swept by what moved.

use crate::exposition::Scrape;
use crate::running::{Config, Running, World};
use crate::same_facts::assert_same;
use crate::story::{DAY, HOUR, MINUTE, NOW, Story, change, organization};
use github_sim::{Event, Fault, Merge, Scenario, Sim, When};

/// So many libraries beside the story's repositories that searching pays.
const LIBRARIES: usize = 320;

/// The story, among many repositories in which nothing happens.
fn crowd() -> Story {
    let mut told = organization();
    for number in 0..LIBRARIES {
        told.story.repository(NOW - 300 * DAY, &format!("acme/library-{number}"));
    }
    told
}

fn full(world: &World) -> Config {
    let mut config = world.config();
    config.more = "[exposition]\ncomponent_detail = \"full\"".to_owned();
    config
}

async fn gauges(daemon: &Running) -> Vec<String> {
    daemon.scrape().await.gauges()
}

/// Points of the next sweep.
async fn points(world: &World, daemon: &Running) -> u64 {
    world.sim.reset_meter();
    daemon.advance(6 * MINUTE).await;
    world.sim.meter().points
}

#[tokio::test]
async fn an_organisation_swept_by_what_moved_gives_the_gauges_of_collecting_at_once() {
    let world = World::of(crowd().story, NOW - 25 * DAY).await;
    let daemon = world.start(&full(&world)).await;
    let mut at = NOW - 25 * DAY;
    while at < NOW - HOUR {
        at += 7 * HOUR + 13 * MINUTE;
        daemon.jump(at.min(NOW - HOUR)).await;
    }
    daemon.jump(NOW).await;
    let swept = gauges(&daemon).await;
    let searches = world.sim.meter().operations.get("Moved").map_or(0, |one| one.requests);
    assert!(searches > 100, "{searches} searches");
    daemon.stop().await;

    let world = World::of(crowd().story, NOW).await;
    let daemon = world.start(&full(&world)).await;
    daemon.advance(5).await;
    assert_same(&gauges(&daemon).await, &swept);
    daemon.stop().await;
}

#[tokio::test]
async fn a_sweep_by_what_moved_costs_less_than_asking_everybody() {
    let world = World::of(crowd().story, NOW).await;
    let daemon = world.start(&world.config()).await;
    points(&world, &daemon).await;
    // What was pushed, merged and changed; deployments of a handful; those that the reconcile has
    // come to, and the two of the story that are not final.
    let quiet = points(&world, &daemon).await;
    assert!(quiet <= 6, "{quiet} points: {:?}", world.sim.meter().operations);
    daemon.stop().await;
}

#[tokio::test]
async fn news_that_a_search_never_tells_come_with_the_reconcile_and_are_counted() {
    let Story { mut story, pay, .. } = crowd();
    story.issue(NOW + 7 * MINUTE, pay, "Nobody can pay", &["incident"]);
    let world = World::of(story, NOW).await;
    world.sim.faults().lag_search(10 * DAY);
    let mut config = world.config();
    config.collection = "reconcile_interval = \"2h\"".to_owned();
    let daemon = world.start(&config).await;
    let missed = "dora_exporter_source_missed_news_total";
    daemon.advance(HOUR / 2).await;
    let before = daemon.scrape().await;
    assert_eq!(before.sum(missed, &["collector=\"pull_requests\""]), 0.0);
    daemon.advance(3 * HOUR).await;
    let after = daemon.scrape().await;
    assert_eq!(after.sum(missed, &["collector=\"incidents\""]), 1.0);
    let open = |scrape: &Scrape| scrape.sum("dora_open_failures", &["repo=\"acme/pay\""]);
    assert_eq!(open(&after), open(&before) + 1.0);
    daemon.stop().await;
}

#[tokio::test]
async fn a_search_that_fails_asks_everybody() {
    let Story { mut story, search, .. } = crowd();
    let at = NOW + 7 * MINUTE;
    let new = story.commit(at - 60, search, "main", "Another step");
    story.ship(at, search, &new, "prod-eu");
    let world = World::of(story, NOW).await;
    let fails = When { times: 1_000, operation: Some("Moved".to_owned()), ..When::default() };
    world.sim.faults().on_requests(Fault::SomethingWentWrong, fails);
    let daemon = world.start(&world.config()).await;
    daemon.advance(5).await;
    let before = daemon.scrape().await;
    daemon.advance(15 * MINUTE).await;
    let after = daemon.scrape().await;
    let shipped = "dora_window_deployments";
    let of_search = ["repo=\"acme/search\"", "window=\"30d\""];
    let (before, after) = (before.sum(shipped, &of_search), after.sum(shipped, &of_search));
    assert_eq!(after, before + 1.0);
    daemon.stop().await;
}

/// A repository behind hundreds of others, one of whose deployments goes on while nobody looks, and
/// what it shipped was deployed again meanwhile.
fn behind_many() -> Story {
    let mut told = crowd();
    for number in 0..60 {
        told.story.repository(NOW - 300 * DAY, &format!("acme/tool-{number}"));
    }
    let late = told.story.repository(NOW - 300 * DAY, "acme/late");
    let first = told.story.commit(NOW - 20 * DAY, late, "main", "First step");
    told.story.ship(NOW - 20 * DAY + HOUR, late, &first, "production");
    let second = told.story.commit(NOW - 2 * HOUR, late, "main", "Second step");
    let slow = told.story.deploy(NOW - 40 * MINUTE, late, &second, "production");
    told.story.status(NOW - 39 * MINUTE, slow, "IN_PROGRESS");
    told.story.status(NOW + 10 * MINUTE, slow, "SUCCESS");
    told.story.ship(NOW + 40 * MINUTE, late, &second, "production");
    told
}

/// What is counted after three hours, with or without a restart at their end.
async fn counted_after(is_stopped_meanwhile: bool) -> Vec<String> {
    let world = World::of(behind_many().story, NOW).await;
    let config = full(&world);
    let mut daemon = world.start(&config).await;
    daemon.advance(MINUTE).await;
    if is_stopped_meanwhile {
        daemon.stop().await;
        world.clock.set(NOW + 3 * HOUR);
        daemon = world.start(&config).await;
    } else {
        daemon.jump(NOW + 3 * HOUR).await;
    }
    daemon.advance(10 * MINUTE).await;
    let counted = daemon.scrape().await.counted();
    daemon.stop().await;
    counted
}

#[tokio::test]
async fn what_was_not_final_is_asked_again_of_the_last_of_many_before_a_restart_counts_anything() {
    assert_same(&counted_after(true).await, &counted_after(false).await);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_tried_four_times_a_sweep() {
    let Story { mut story, pay, .. } = organization();
    change(&mut story, pay, NOW + 2 * MINUTE, "unreadable", Merge::Squash);
    let world = World::of(story, NOW).await;
    let daemon = world.start(&world.config()).await;
    for operation in ["PullRequests", "PullRequestsOfSome"] {
        let fails = When { times: 1_000, operation: Some(operation.to_owned()), ..When::default() };
        world.sim.faults().on_requests(Fault::SomethingWentWrong, fails);
    }
    world.sim.reset_meter();
    daemon.advance(6 * MINUTE).await;
    let tried = world.sim.meter().operations.get("PullRequests").map_or(0, |one| one.requests);
    assert_eq!(tried, 4, "{:?}", world.sim.meter().operations);
    daemon.stop().await;
}

/// More repositories than are asked before news are read, all of them worked on.
const ACTIVE: usize = 400;

/// They, and the first and the last of them, which are deployed.
fn workers() -> (Scenario, [u64; 2]) {
    let mut story = Scenario::new();
    let repositories: Vec<u64> = (0..ACTIVE)
        .map(|number| {
            let repo = story.repository(NOW - 100 * DAY, &format!("acme/service-{number}"));
            story.commit(NOW - DAY, repo, "main", "A step");
            repo
        })
        .collect();
    let deployed = [repositories[0], repositories[ACTIVE - 1]];
    for repo in deployed {
        let sha = story.head(repo, "main").unwrap();
        story.ship(NOW - HOUR, repo, &sha, "production");
    }
    (story, deployed)
}

/// Both ship something new.
fn ship(sim: &Sim, story: &mut Scenario, repositories: [u64; 2], at: i64) {
    for repo in repositories {
        let sha = story.commit(at - 120, repo, "main", "News");
        story.ship(at, repo, &sha, "production");
    }
    story.play(sim).unwrap();
}

async fn of_both(daemon: &Running) -> [f64; 2] {
    let scrape = daemon.scrape().await;
    let last = format!("repo=\"acme/service-{}\"", ACTIVE - 1);
    ["repo=\"acme/service-0\"", &last]
        .map(|repo| scrape.sum("dora_window_deployments", &[repo, "window=\"30d\""]))
}

#[tokio::test]
async fn news_are_read_before_the_next_repositories_are_asked() {
    let (mut story, deployed) = workers();
    let world = World::of(Scenario::new(), NOW).await;
    story.play(&world.sim).unwrap();
    let daemon = world.start(&world.config()).await;
    daemon.advance(12 * MINUTE).await;
    assert_eq!(of_both(&daemon).await, [1.0, 1.0]);

    // Just before the last of them is asked GitHub's limit comes.
    ship(&world.sim, &mut story, deployed, world.clock.seconds() + 60);
    let told = Event::RepositoryArchived { repo: deployed[1], archived: false };
    let node = world.sim.delivery(&told).unwrap().1["repository"]["node_id"].clone();
    let node = node.as_str().map(str::to_owned);
    let operation = Some("NewestDeployments".to_owned());
    let last = When { times: 1, operation, mentions: node, ..When::default() };
    world.sim.faults().on_requests(Fault::RetryAfter(403, 1_800), last);
    daemon.advance(6 * MINUTE).await;
    assert_eq!(of_both(&daemon).await, [2.0, 1.0]);
    daemon.advance(HOUR).await;
    assert_eq!(of_both(&daemon).await, [2.0, 2.0]);
    daemon.stop().await;
}

#[tokio::test]
async fn news_do_not_wait_for_hundreds_of_repositories_to_be_listed() {
    let (mut story, deployed) = workers();
    let world = World::of(Scenario::new(), NOW).await;
    story.play(&world.sim).unwrap();
    let daemon = world.start(&world.config()).await;
    daemon.advance(26 * MINUTE).await;
    ship(&world.sim, &mut story, deployed, world.clock.seconds() + 60);
    let operation = Some("OrganizationRepositories".to_owned());
    let listing = When { times: 1, operation, ..When::default() };
    world.sim.faults().on_requests(Fault::RetryAfter(403, 7_200), listing);
    daemon.advance(10 * MINUTE).await;
    assert_eq!(world.sim.meter().limited, 1, "it was listed");
    assert_eq!(of_both(&daemon).await, [2.0, 2.0]);
    daemon.stop().await;
}
