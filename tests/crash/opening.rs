//! A store that is being made, or brought to this version, when the daemon is killed.

use crate::exposition::difference;
use crate::killing::facts_alone;
use crate::moment::{Chance, Death, Moment};
use crate::stored;
use crate::story::{DAY, HOUR, NOW, organization};
use crate::world::World;
use std::path::Path;
use std::time::Duration;

/// When the daemon starts that finds an older store, and when it is looked at last.
const BEGIN: i64 = NOW - 3 * DAY;

/// How often the making of a store is tried, and the bringing of each older one to this version.
const STORES: u64 = 16;
const DEATHS_OF_EACH: u32 = 6;

/// A death after the `count`th change of the store's files, within a few disk accesses.
fn death(chance: &mut Chance, count: u32) -> Death {
    let later = Duration::from_micros(chance.below(2) * chance.below(2_000));
    Death { moment: Moment::Written(count), later }
}

#[test]
fn a_store_whose_making_was_cut_short_anywhere_is_made_at_the_next_start() {
    let world = World::of(organization().story.into_events(), BEGIN);
    let mut chance = Chance::new(3);
    let mut shown = None;
    for turn in 0..STORES {
        world.forget();
        let count = 1 + (turn % 8) as u32;
        let deaths = [death(&mut chance, count), death(&mut chance, 1)];
        let life = world.collect(None, BEGIN, &deaths);
        life.stop();
        // What was made under such circumstances is found again.
        let life = world.collect(None, BEGIN, &[]);
        let mut life = world.settle(life, &[]);
        let lines = facts_alone(&life.scrape().unwrap());
        assert!(lines.len() > 300, "{lines:#?}");
        let first = shown.get_or_insert_with(|| lines.clone());
        assert!(*first == lines, "store {turn}:\n{}", difference(first, &lines));
        life.stop();
    }
    assert_died_at_work(&world);
}

#[test]
fn a_migration_that_was_cut_short_anywhere_is_finished_at_the_next_start() {
    let world = World::of(organization().story.into_events(), BEGIN);
    let mut life = world.settle(world.collect(None, BEGIN, &[]), &[]);
    for hours in [20, 21, 40] {
        life = world.settle(world.collect(Some(life), BEGIN + hours * HOUR, &[]), &[]);
    }
    life.stop();
    let newest = world.store().with_extension("newest");
    std::fs::copy(world.store(), &newest).unwrap();
    let mut chance = Chance::new(4);
    for migrations in 1..stored::migrations(&world) {
        let older = newest.with_extension("older");
        stored::make_older(&world, &newest, &older, migrations);
        let undisturbed = go_on_from(&world, &older, &[]);
        let deaths: Vec<Death> = (1..=DEATHS_OF_EACH)
            .flat_map(|count| [death(&mut chance, count), death(&mut chance, 1)])
            .collect();
        for deaths in deaths.chunks(2) {
            let disturbed = go_on_from(&world, &older, deaths);
            let differing = difference(&undisturbed, &disturbed);
            assert!(undisturbed == disturbed, "after {migrations} migrations:\n{differing}");
        }
    }
    assert_died_at_work(&world);
}

/// A death that meets a daemon with nothing to do proves nothing.
fn assert_died_at_work(world: &World) {
    let (deaths, at_work) = world.deaths();
    println!("killed {deaths} times, {at_work} of them at work");
    assert!(at_work * 2 >= deaths, "killed {deaths} times, {at_work} of them at work");
}

/// Starts on a copy of an older store, dies these deaths, and goes on to the end of the story.
fn go_on_from(world: &World, older: &Path, deaths: &[Death]) -> Vec<String> {
    for ending in ["", "-wal", "-shm"] {
        // Only some of them are there.
        let _ = std::fs::remove_file(format!("{}{ending}", world.store().display()));
    }
    std::fs::copy(older, world.store()).unwrap();
    let life = world.collect(None, BEGIN + 41 * HOUR, deaths);
    let life = world.settle(life, &[]);
    let life = world.collect(Some(life), NOW, &[]);
    let mut life = world.settle(life, &[]);
    let shown = facts_alone(&life.scrape().unwrap());
    life.stop();
    shown
}
