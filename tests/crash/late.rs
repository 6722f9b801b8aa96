//! Facts that turn up a day late, while the daemon is killed: gauges tell the truth at once, counters
//! never take anything back and never add what was over before it was known.

use crate::exposition::{Scrape, difference};
use crate::life::Life;
use crate::moment::{Chance, Moment};
use crate::story::{HOUR, MINUTE, NOW, change, organization};
use crate::world::World;
use github_sim::{Event, Merge};

/// A day later, and no event lies near.
const LATER: i64 = NOW + 26 * HOUR + 7;

const MOMENTS: [Moment; 4] =
    [Moment::Written(1), Moment::Written(2), Moment::Answered(1), Moment::Answered(2)];

/// What happens, and what only turns up [`LATER`]: a deployment with its change, an incident, and
/// what makes an incident of an issue and a hotfix of a change.
struct Told {
    known: Vec<(i64, Event)>,
    late: Vec<(i64, Event)>,
}

fn tell() -> Told {
    let mut told = organization();
    let (pay, search) = (told.pay, told.search);
    let story = &mut told.story;
    let sha = change(story, pay, NOW + HOUR, "in-time", Merge::Squash);
    story.ship(NOW + 2 * HOUR, pay, &sha, "production");
    let issue = story.issue(NOW + 150 * MINUTE, pay, "Checkout is slow", &["question"]);
    story.close_issue(NOW + 160 * MINUTE, pay, issue);
    let known = story.clone().into_events();

    let sha = change(story, search, NOW + 3 * HOUR, "late", Merge::Squash);
    story.ship(NOW + 4 * HOUR, search, &sha, "prod-eu");
    let incident = story.issue(NOW + 5 * HOUR, search, "No results", &["incident"]);
    story.close_issue(NOW + 6 * HOUR, search, incident);
    let number = known.iter().rev().find_map(|(_, event)| match event {
        Event::PullMerged { number, .. } => Some(*number),
        _ => None,
    });
    for (number, label) in [(issue, "incident"), (number.unwrap(), "hotfix")] {
        let labels = vec![label.to_owned()];
        story.event(LATER - MINUTE, Event::Labeled { repo: pay, number, labels });
    }
    let late = story.clone().into_events().split_off(known.len());
    Told { known, late }
}

/// Jumps there and lets everything be read again, settled, and asked once more an hour later.
fn read_again(world: &World, life: Life, chance: &mut Chance) -> Scrape {
    let deaths = |chance: &mut Chance| [(); 3].map(|()| chance.death(&MOMENTS));
    let life = world.collect(Some(life), LATER, &deaths(chance));
    let life = world.settle(life, &deaths(chance));
    let life = world.collect(Some(life), LATER + 30 * MINUTE, &deaths(chance));
    let life = world.settle(life, &deaths(chance));
    let life = world.collect(Some(life), LATER + HOUR, &[]);
    let mut life = world.settle(life, &[]);
    let shown = life.scrape().unwrap();
    life.stop();
    shown
}

fn gauges_at_once(events: Vec<(i64, Event)>) -> Vec<String> {
    let world = World::of(events, LATER + HOUR);
    let life = world.collect(None, LATER + HOUR, &[]);
    let mut life = world.settle(life, &[]);
    let shown = life.scrape().unwrap();
    life.stop();
    shown.gauges()
}

#[test]
fn what_turns_up_a_day_late_changes_gauges_only_whenever_the_daemon_is_killed() {
    let Told { known, late } = tell();
    let world = World::of(known.clone(), NOW);
    // What is final is asked again this often.
    world.configure("reconcile_interval = \"10m\"");
    let life = world.collect(None, NOW, &[]);
    let life = world.settle(life, &[]);
    let life = world.collect(Some(life), NOW + 7 * HOUR, &[]);
    let life = world.settle(life, &[]);
    let life = world.collect(Some(life), LATER - HOUR, &[]);
    let mut life = world.settle(life, &[]);
    let before = life.scrape().unwrap();
    let shipped = before.get("dora_org_changes_shipped_total", &["acme"]);
    assert_eq!(shipped, Some(2.0), "what came in time is counted");

    world.sim.extend(late.clone()).unwrap();
    let mut chance = Chance::new(2);
    let after = read_again(&world, life, &mut chance);
    let (counted, still) = (before.counted(), after.counted());
    assert!(counted == still, "counters:\n{}", difference(&counted, &still));
    for (name, labels, more) in [
        ("dora_window_deployments", ["acme/search\"", "\"30d\""], 1.0),
        ("dora_window_changes", ["acme/search\"", "\"30d\""], 1.0),
        ("dora_window_incidents", ["acme/search\"", "\"30d\""], 1.0),
        ("dora_window_incidents", ["acme/pay\"", "\"30d\""], 1.0),
        ("dora_window_rework_deployments", ["acme/pay\"", "\"30d\""], 1.0),
    ] {
        let (was, is) = (before.sum(name, &labels), after.sum(name, &labels));
        assert_eq!(is - was, more, "{name} of {labels:?}");
    }
    let (truth, shown) = (gauges_at_once([known, late].concat()), after.gauges());
    assert!(truth == shown, "gauges:\n{}", difference(&truth, &shown));
}
