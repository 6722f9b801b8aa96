//! Three quarters of a year with the shortest retention: the daemon is killed while it forgets what no
//! figure needs any more, and while it removes the rows of what its counters have counted.

use crate::exposition::{Scrape, difference};
use crate::moment::{Chance, Death, Moment};
use crate::story::{DAY, HOUR, MINUTE, NOW, change};
use crate::world::World;
use github_sim::{Event, Merge, Scenario};

/// When the daemon starts, how long it runs, and how often it is looked at.
const BEGIN: i64 = NOW - 280 * DAY;
const DAYS: i64 = 276;
const STEP: i64 = 12;

const MOMENTS: [Moment; 6] = [
    Moment::Fewer("settled"),
    Moment::Fewer("settled"),
    Moment::Fewer("pull_requests"),
    Moment::Fewer("commits"),
    Moment::Written(2),
    Moment::Written(3),
];

/// Two components that ship and fail all the time.
fn events() -> Vec<(i64, Event)> {
    let mut story = Scenario::new();
    let repos = ["acme/pay", "acme/search"].map(|name| story.repository(BEGIN - 90 * DAY, name));
    for (repo, how) in repos.into_iter().zip([Merge::Squash, Merge::Merge]) {
        let mut live = story.head(repo, "main").unwrap();
        story.ship(BEGIN - 80 * DAY, repo, &live, "production");
        for n in 0..(DAYS + 60) / 4 {
            let at = BEGIN - 60 * DAY + n * 4 * DAY + 9 * HOUR;
            let before = live;
            live = change(&mut story, repo, at - HOUR, &format!("feature-{n}"), how);
            let failed = story.deploy(at - 30 * MINUTE, repo, &live, "production");
            story.status(at - 20 * MINUTE, failed, "FAILURE");
            story.ship(at, repo, &live, "production");
            if n % 7 == 2 {
                story.ship(at + HOUR, repo, &before, "production");
                story.ship(at + 2 * HOUR, repo, &live, "production");
            }
            if n % 5 == 1 {
                let issue = story.issue(at + 3 * HOUR, repo, "It fails", &["incident"]);
                story.close_issue(at + 5 * HOUR, repo, issue);
            }
        }
    }
    story.into_events()
}

/// Runs through the story; what is shown at each step. The daemon dies the `deaths` of each step.
fn run(mut deaths: impl FnMut() -> Vec<Death>) -> (Vec<Scrape>, World) {
    let world = World::of(events(), BEGIN);
    world.configure_retention("122d", "61d");
    let life = world.collect(None, BEGIN, &[]);
    let mut life = world.settle(life, &[]);
    let mut shown = Vec::new();
    for day in (STEP..=DAYS).step_by(STEP as usize) {
        life = world.collect(Some(life), BEGIN + day * DAY, &deaths());
        life = world.settle(life, &[]);
        shown.push(life.scrape().unwrap());
    }
    life.stop();
    (shown, world)
}

/// All but what is known beside the figures: a daemon that starts again forgets sooner.
fn figures(scrape: &Scrape) -> Vec<String> {
    [scrape.gauges(), scrape.counted()].concat()
}

#[test]
fn a_daemon_that_is_killed_while_it_forgets_shows_what_an_undisturbed_one_shows() {
    let (undisturbed, _) = run(Vec::new);
    let pulls = |scrape: &Scrape| scrape.sum("dora_exporter_facts", &["\"pull_request\""]);
    let shipped = |scrape: &Scrape| scrape.sum("dora_org_changes_shipped_total", &["acme"]);
    let last = undisturbed.last().unwrap();
    assert!(pulls(last) < shipped(last), "nothing that was counted is forgotten");
    let mut chance = Chance::new(5);
    let (disturbed, world) = run(|| vec![chance.death(&MOMENTS), chance.death(&MOMENTS)]);
    let (deaths, at_work) = world.deaths();
    println!("killed {deaths} times, {at_work} of them at work");
    assert!(at_work >= 10, "killed {deaths} times, {at_work} of them at work");
    for (step, (undisturbed, disturbed)) in undisturbed.iter().zip(&disturbed).enumerate() {
        let (undisturbed, disturbed) = (figures(undisturbed), figures(disturbed));
        let differing = difference(&undisturbed, &disturbed);
        assert!(undisturbed == disturbed, "step {step}:\n{differing}");
    }
}
