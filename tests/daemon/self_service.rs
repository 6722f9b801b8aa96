//! Infrastructure that teams change by pull requests, through the whole daemon: what counts, once,
//! whatever happens.

use crate::exposition::Scrape;
use crate::running::{Config, Log, World};
use crate::story::{DAY, HOUR, MINUTE, NOW};
use github_sim::event::RepoId;
use github_sim::{Event, Merge, Scenario};
use tracing::Level;

const RULES: &str = "[[platform.self_service]]\nrepositories = [\"acme/infra\"]\n\
                     paths = [\"terraform/**\"]\ncomments_by = [\"jane-atlantis\"]\n";
const PLANNED: &str = "Ran Plan for dir: `a` workspace: `jane-dev`\n```\nPlan: 1 to add\n```";
const APPLIED: &str = "Ran Apply for dir: `a` workspace: `jane-dev`\n```\nApply complete!\n```";

/// A repository of infrastructure, nothing of which is ever deployed, with one applied change of
/// before; its id.
fn infrastructure() -> (Scenario, RepoId) {
    let mut story = Scenario::new();
    let repo = story.repository(NOW - 100 * DAY, "acme/infra");
    let before = open(&mut story, repo, NOW - 9 * DAY);
    apply(&mut story, repo, before, NOW - 9 * DAY + HOUR);
    story.merge(NOW - 9 * DAY + 2 * HOUR, repo, before, Merge::Squash);
    (story, repo)
}

fn open(story: &mut Scenario, repo: RepoId, at: i64) -> u32 {
    let branch = format!("b{at}");
    story.commit(at, repo, &branch, "Change");
    let number = story.open_pull(at, repo, &branch, "Change");
    story.files(at, repo, number, &["terraform/main.tf"]);
    story.comment_by(at + 60, repo, number, "jane-atlantis", PLANNED);
    number
}

fn apply(story: &mut Scenario, repo: RepoId, number: u32, at: i64) {
    story.comment_by(at, repo, number, "jane-atlantis", APPLIED);
}

fn shown(scrape: &Scrape) -> Option<(f64, f64)> {
    let of = |part: &str| scrape.get(&format!("platform_self_service_seconds_{part}"), &[]);
    Some((of("count")?, of("sum")?))
}

fn config(world: &World) -> Config {
    let mut config = world.config();
    config.more = RULES.to_owned();
    config
}

fn asked(world: &World) -> u64 {
    world.sim.meter().operations.get("Applies").map_or(0, |one| one.requests)
}

#[tokio::test]
async fn each_pull_request_counts_once_through_restarts_and_late_news_and_no_comment_is_kept() {
    let log = Log::of(Level::DEBUG);
    let (mut story, repo) = infrastructure();
    // Applied three hours after it was opened, and merged later; another is applied after its merge.
    let opened = NOW + HOUR;
    let first = open(&mut story, repo, opened);
    let second = open(&mut story, repo, opened);
    story.merge(opened + 2 * HOUR, repo, second, Merge::Squash);
    apply(&mut story, repo, first, opened + 3 * HOUR);
    story.merge(opened + 4 * HOUR, repo, first, Merge::Squash);
    apply(&mut story, repo, second, opened + 5 * HOUR);
    let world = World::of(story, NOW).await;
    let daemon = world.start(&config(&world)).await;
    daemon.advance(2 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), Some((0.0, 0.0)), "what came before counts not");
    daemon.jump(opened + 4 * HOUR + 30 * MINUTE).await;
    daemon.advance(10 * MINUTE).await;
    let once = Some((1.0, 3.0 * HOUR as f64));
    assert_eq!(shown(&daemon.scrape().await), once);
    daemon.stop().await;
    let daemon = world.start(&config(&world)).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), once, "a restart counts nothing again");
    daemon.jump(opened + 5 * HOUR + 10 * MINUTE).await;
    daemon.advance(10 * MINUTE).await;
    let twice = Some((2.0, 8.0 * HOUR as f64));
    assert_eq!(shown(&daemon.scrape().await), twice);
    // It is applied again, and said once more.
    let again = |number| Event::Commented {
        repo,
        number,
        author: "jane-atlantis".to_owned(),
        body: APPLIED.to_owned(),
    };
    let now = world.clock.seconds();
    world.sim.extend([(now, again(first)), (now, again(second))]).unwrap();
    daemon.advance(20 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), twice);
    let shown = daemon.scrape().await;
    daemon.stop().await;
    assert!(!shown.0.contains("jane") && !log.text().contains("jane"), "{}", log.text());
    let stored = std::fs::read(world.store()).unwrap();
    assert!(!stored.windows(4).any(|bytes| bytes == b"jane"), "nor stored");
}

#[tokio::test]
async fn a_status_that_comes_after_the_merge_is_found_and_nothing_is_asked_without_a_rule() {
    let (mut story, repo) = infrastructure();
    let opened = NOW + HOUR;
    let number = open(&mut story, repo, opened);
    let sha = story.merge(opened + HOUR, repo, number, Merge::Squash);
    story.check(opened + 3 * HOUR, repo, &sha, "cloud/apply", "SUCCESS");
    let world = World::of(story, NOW).await;
    let mut without = world.config();
    let daemon = world.start(&without).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), None);
    assert_eq!(asked(&world), 0);
    let lists = |world: &World| {
        let operations = world.sim.meter().operations;
        operations.keys().filter(|name| name.starts_with("PullRequests")).count()
    };
    assert_eq!(lists(&world), 0, "nothing is deployed from it, so nobody needs its pull requests");
    daemon.stop().await;
    without.more = "[[platform.self_service]]\nrepositories = [\"acme/infra\"]\n\
                    applied_by = \"merge_status\"\nstatuses = [\"cloud/apply\"]\n"
        .to_owned();
    let daemon = world.start(&without).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), Some((0.0, 0.0)));
    daemon.jump(opened + HOUR + 30 * MINUTE).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), Some((0.0, 0.0)), "merged, and not applied");
    let before = asked(&world);
    daemon.advance(30 * MINUTE).await;
    let sweeps = asked(&world) - before;
    assert!((5..=7).contains(&sweeps), "asked again with each sweep: {sweeps}");
    daemon.jump(opened + 3 * HOUR + 10 * MINUTE).await;
    daemon.advance(10 * MINUTE).await;
    assert_eq!(shown(&daemon.scrape().await), Some((1.0, 3.0 * HOUR as f64)));
    let before = asked(&world);
    daemon.advance(30 * MINUTE).await;
    assert_eq!(asked(&world), before, "no more, once it is known");
    daemon.stop().await;
}
