//! A month of an organisation's life, collected as it happens by a daemon that is killed again and
//! again, and by one that is not.

use crate::exposition::{Scrape, difference};
use crate::life::Life;
use crate::moment::{Chance, Death, Moment};
use crate::story::{DAY, HOUR, MINUTE, NOW, change, organization};
use crate::world::World;
use github_sim::{Event, Merge};
use std::collections::BTreeSet;

/// When the daemon starts for the first time.
const BEGIN: i64 = NOW - 27 * DAY;
/// Events that follow each other sooner are one burst of news.
const BURST: i64 = 45 * MINUTE;
/// How long after a burst it is collected, and how long after that it settles. No event of the story
/// lies in between, nor at an instant on which anything turns.
const NEWS: i64 = 17;
const SETTLING: i64 = 11 * MINUTE;

/// How often a first collection is begun, and how often the daemon is killed in each.
const FIRST_COLLECTIONS: usize = 4;
const DEATHS_IN_EACH: usize = 7;

const WRITTEN: [Moment; 2] = [Moment::Written(1), Moment::Written(2)];
const ANSWERED: [Moment; 2] = [Moment::Answered(1), Moment::Answered(2)];
const HELD_AT_FIRST: [Moment; 4] = [
    Moment::Held("OrganizationRepositories"),
    Moment::Held("Deployments"),
    Moment::Held("PullRequests"),
    Moment::Held("History"),
];
const HELD_LATER: [Moment; 2] = [Moment::Held("Probe"), Moment::Held("Recheck")];
const SETTLING_MOMENTS: [Moment; 4] =
    [Moment::Locked, Moment::Begun, Moment::Begun, Moment::Written(1)];

/// The story of the other tests, and a third component that ships every 36 hours, so that every list
/// has several pages.
fn events() -> Vec<(i64, Event)> {
    let mut story = organization().story;
    let busy = story.repository(NOW - 300 * DAY, "acme/search-index");
    for n in 0..112_i64 {
        let at = NOW - 170 * DAY + n * 36 * HOUR + 7 * MINUTE;
        let sha = change(&mut story, busy, at, &format!("busy-{n}"), Merge::Merge);
        story.ship(at + 30 * MINUTE, busy, &sha, "prod-eu");
    }
    story.into_events()
}

/// The last instant of each burst of what is collected.
fn bursts(events: &[(i64, Event)]) -> Vec<i64> {
    let matters = |event: &Event| {
        matches!(
            event,
            Event::PullMerged { .. }
                | Event::DeploymentStatus { .. }
                | Event::IssueOpened { .. }
                | Event::IssueClosed { .. }
                | Event::IssueReopened { .. }
        )
    };
    let live = events.iter().filter(|(at, event)| *at > BEGIN && *at <= NOW && matters(event));
    let instants: BTreeSet<i64> = live.map(|(at, _)| *at).collect();
    let next = instants.iter().skip(1).copied().chain([i64::MAX]);
    let last = instants.iter().zip(next).filter(|(at, next)| next - **at > BURST);
    last.map(|(at, _)| *at).collect()
}

/// Tells the story to a daemon; returns what it shows after each burst of news. `deaths` says when it
/// dies while it collects and while it settles.
fn tell(world: &World, mut deaths: impl FnMut(Phase) -> Vec<Death>) -> Vec<Vec<String>> {
    let mut shown = Vec::new();
    let mut life = begin(world, &mut deaths);
    shown.push(facts_alone(&life.scrape().unwrap()));
    for burst in bursts(&events()) {
        life = world.collect(Some(life), burst + NEWS, &deaths(Phase::News));
        life = world.settle(life, &[]);
        life = world.collect(Some(life), burst + SETTLING, &deaths(Phase::Quiet));
        life = world.settle(life, &deaths(Phase::Settling));
        shown.push(facts_alone(&life.scrape().unwrap()));
    }
    // The last question is asked at one instant, whoever asks.
    life = world.collect(Some(life), NOW + DAY, &[]);
    life = world.settle(life, &[]);
    shown.push(compared(&life.scrape().unwrap()));
    life.stop();
    shown
}

/// The first collection, and the births that follow.
fn begin(world: &World, deaths: &mut impl FnMut(Phase) -> Vec<Death>) -> Life {
    let life = world.collect(None, BEGIN, &deaths(Phase::FirstCollection));
    world.settle(life, &deaths(Phase::Settling))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// All history is read.
    FirstCollection,
    /// There is news to fetch.
    News,
    /// There is none.
    Quiet,
    /// What was collected is evaluated and settled.
    Settling,
}

/// All that is said of deliveries, byte for byte, and what is known of the repositories.
fn compared(scrape: &Scrape) -> Vec<String> {
    let facts = ["dora_exporter_facts{", "dora_exporter_backfill_complete{"];
    let known = scrape.0.lines().filter(|line| facts.iter().any(|name| line.starts_with(name)));
    scrape.judged().lines().chain(known).map(str::to_owned).collect()
}

/// The same without the instants at which it was asked last, which a restart moves.
pub fn facts_alone(scrape: &Scrape) -> Vec<String> {
    let mut lines = compared(scrape);
    lines.retain(|line| !line.contains("_data_through_timestamp_seconds"));
    lines
}

fn deaths_of(chance: &mut Chance, phase: Phase) -> Vec<Death> {
    // Sometimes it dies again at once.
    let deaths = match phase {
        Phase::FirstCollection => DEATHS_IN_EACH,
        Phase::Quiet => chance.one_of(&[0, 0, 0, 1]),
        Phase::News | Phase::Settling => chance.one_of(&[0, 1, 1, 2]),
    };
    let moments = match phase {
        Phase::FirstCollection => [&WRITTEN[..], &WRITTEN, &ANSWERED, &HELD_AT_FIRST].concat(),
        Phase::News => [&WRITTEN[..], &WRITTEN, &ANSWERED, &HELD_LATER].concat(),
        Phase::Quiet => [&WRITTEN[..1], &ANSWERED[..1], &HELD_LATER].concat(),
        Phase::Settling => SETTLING_MOMENTS.to_vec(),
    };
    (0..deaths).map(|_| chance.death(&moments)).collect()
}

#[test]
fn a_daemon_that_is_killed_at_any_moment_shows_what_an_undisturbed_one_shows() {
    let undisturbed = tell(&World::of(events(), BEGIN), |_| Vec::new());
    assert_everything_happens(undisturbed.last().unwrap());
    let world = World::of(events(), BEGIN);
    let mut chance = Chance::new(1);
    let mut deaths = |phase| deaths_of(&mut chance, phase);
    for _ in 1..FIRST_COLLECTIONS {
        let mut life = begin(&world, &mut deaths);
        assert_same(&undisturbed[0], &facts_alone(&life.scrape().unwrap()), 0);
        life.stop();
        world.forget();
    }
    let disturbed = tell(&world, deaths);
    let (deaths, at_work) = world.deaths();
    println!("killed {deaths} times, {at_work} of them at work, in {} bursts", undisturbed.len());
    assert!(at_work >= 50, "killed {deaths} times, {at_work} of them at work");
    for (burst, (undisturbed, disturbed)) in undisturbed.iter().zip(&disturbed).enumerate() {
        assert_same(undisturbed, disturbed, burst);
    }
}

#[track_caller]
fn assert_same(undisturbed: &[String], disturbed: &[String], burst: usize) {
    let differing = difference(undisturbed, disturbed);
    assert!(undisturbed == disturbed, "after {burst} bursts of news:\n{differing}");
}

/// The comparison is worth nothing where nothing is counted.
fn assert_everything_happens(shown: &[String]) {
    for counted in [
        "dora_org_deployments_total{",
        "dora_org_aborted_deployments_total{",
        "dora_org_rework_deployments_total{",
        "dora_org_incidents_total{",
        "dora_org_changes_shipped_total{",
        "dora_org_failed_deployments_total{org=\"acme\",reason=\"linked\"}",
        "dora_org_failed_deployments_total{org=\"acme\",reason=\"rollback\"}",
        "dora_org_failed_deployments_total{org=\"acme\",reason=\"revert\"}",
        "dora_org_failed_deployments_total{org=\"acme\",reason=\"hotfix\"}",
        "dora_org_failed_deployments_total{org=\"acme\",reason=\"incident\"}",
        "dora_org_failed_deployment_recovery_seconds_count{",
        "dora_org_time_to_restore_seconds_count{",
    ] {
        let lines: Vec<&String> = shown.iter().filter(|line| line.starts_with(counted)).collect();
        assert!(!lines.is_empty(), "{counted}");
        assert!(lines.iter().any(|line| !line.ends_with(" 0.0")), "{lines:?}");
    }
}
