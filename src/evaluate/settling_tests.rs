//! Settling over small histories, and what a crash may do to it.

use super::*;
use delivery::domain::RepoId;
use delivery::ledger::Phases;

const RULES: SettlingRules = SettlingRules { settle_after: 15, seed_prime_after: 300 };

fn component() -> ComponentId {
    ComponentId::whole(RepoId(7))
}

fn team(name: &str) -> TeamName {
    Arc::from(name)
}

/// A history with a change of an hour's lead time for each finish.
fn shipped(finishes: &[(u32, i64)]) -> History {
    let change = |(number, finish): &(u32, i64)| ShippedChange {
        id: ChangeId::Pull(*number),
        deployment: 0,
        started_at: Time(finish - HOUR),
        merged_at: Time(finish - 60),
        finished_at: Time(*finish),
        phases: Phases::default(),
        unknown_paths: false,
    };
    History { changes: finishes.iter().map(change).collect(), ..History::default() }
}

/// Settles as evaluation does, and returns the subjects that were new.
fn settle(settled: &mut Settled, history: &History, now: i64, through: i64) -> Vec<String> {
    settle_for(settled, history, now, through, "pay")
}

fn settle_for(
    settled: &mut Settled,
    history: &History,
    now: i64,
    through: i64,
    owner: &str,
) -> Vec<String> {
    let due = settled.due(&component(), &team(owner), history, (Time(now), Time(through)), RULES);
    let subjects = due.rows.iter().map(|row| row.subject.clone()).collect();
    settled.apply(due);
    settled.show(&component(), &team(owner));
    subjects
}

fn born_at(now: i64) -> Settled {
    let mut settled = Settled::default();
    settle(&mut settled, &shipped(&[]), now, now);
    settled
}

fn count(settled: &Settled, owner: &str) -> u64 {
    settled.lead_time_hours[&component()][&team(owner)].count()
}

#[test]
fn a_component_is_born_at_zero_whatever_it_shipped_before() {
    let mut settled = Settled::default();
    assert!(settle(&mut settled, &shipped(&[(1, 500)]), 1_000, 1_000).is_empty());
    assert_eq!(count(&settled, "pay"), 0);
}

#[test]
fn nothing_is_shown_before_its_birth_is_written() {
    let mut settled = Settled::default();
    settled.show(&component(), &team("pay"));
    assert!(settled.lead_time_hours.is_empty());
}

#[test]
fn a_finish_settles_once_everything_through_it_and_settle_after_is_collected() {
    let mut settled = born_at(1_000);
    let history = shipped(&[(1, 1_010)]);
    assert!(settle(&mut settled, &history, 1_100, 1_024).is_empty());
    assert_eq!(settle(&mut settled, &history, 1_100, 1_025), ["pull:7:1:"]);
    assert!(settle(&mut settled, &history, 1_200, 1_200).is_empty());
    assert_eq!(count(&settled, "pay"), 1);
}

#[test]
fn finishes_settle_in_order() {
    let mut settled = born_at(1_000);
    let history = shipped(&[(3, 1_030), (1, 1_020), (2, 1_010)]);
    let subjects = settle(&mut settled, &history, 1_100, 1_100);
    assert_eq!(subjects, ["pull:7:2:", "pull:7:1:", "pull:7:3:"]);
}

#[test]
fn a_finish_that_turns_up_behind_the_frontier_changes_gauges_only() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[]), 1_250, 1_200);
    assert!(settle(&mut settled, &shipped(&[(1, 1_100)]), 1_260, 1_260).is_empty());
}

#[test]
fn the_last_thirty_days_enter_once_after_the_series_was_shown_at_zero() {
    let month = 30 * DAY;
    let birth = 2 * month;
    let mut settled = born_at(birth);
    let history =
        shipped(&[(1, birth - month), (2, birth - month + 1), (3, birth), (4, birth + 5)]);
    assert!(settle(&mut settled, &history, birth + 299, birth).is_empty());
    assert_eq!(settle(&mut settled, &history, birth + 300, birth), ["pull:7:2:", "pull:7:3:"]);
    assert_eq!(settle(&mut settled, &history, birth + 301, birth + 301), ["pull:7:4:"]);
    assert_eq!(count(&settled, "pay"), 3);
}

#[test]
fn rows_stay_with_the_team_of_settling() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(1, 1_010)]), 1_100, 1_100);
    settle_for(&mut settled, &shipped(&[(1, 1_010), (2, 1_110)]), 1_200, 1_200, "core");
    assert_eq!((count(&settled, "pay"), count(&settled, "core")), (1, 1));
}

#[test]
fn what_was_written_and_not_shown_before_a_crash_counts_once() {
    let mut before = born_at(1_000);
    let history = shipped(&[(1, 1_010), (2, 1_020)]);
    let due = before.due(&component(), &team("pay"), &history, (Time(1_100), Time(1_100)), RULES);
    before.apply(due.clone());
    let births = vec![Birth {
        component: component(),
        born_at: Time(1_000),
        settled_through: Time(1_000),
        primed_at: None,
    }];
    // The rows were written twice, and the birth as it was before them.
    let rows = due.rows.iter().chain(&due.rows).cloned().collect();
    let mut after = Settled::load(rows, births);
    assert!(settle(&mut after, &history, 1_100, 1_100).is_empty());
    assert_eq!(after.lead_time_hours, before.lead_time_hours);
}

#[test]
fn the_same_settlement_in_smaller_steps_gives_the_same_histogram() {
    let history = shipped(&[(1, 1_010), (2, 1_020), (3, 1_030)]);
    let (mut at_once, mut in_steps) = (born_at(1_000), born_at(1_000));
    settle(&mut at_once, &history, 1_200, 1_100);
    for through in 1_000..=1_100 {
        settle(&mut in_steps, &history, 1_200, through);
    }
    assert_eq!(at_once.lead_time_hours, in_steps.lead_time_hours);
}

#[test]
fn a_settled_pull_request_is_its_buckets_exemplar_and_a_direct_commit_is_none() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(7, 1_010), (8, 1_020)]), 1_100, 1_100);
    let mut direct = shipped(&[(9, 1_200)]);
    direct.changes[0].id = ChangeId::Commit(delivery::domain::Oid([1; 20]));
    assert_eq!(settle(&mut settled, &direct, 1_300, 1_300).len(), 1);
    let histogram = &settled.lead_time_hours[&component()][&team("pay")];
    let exemplars: Vec<_> =
        histogram.exemplars().flatten().map(|one| (one.pull, one.value)).collect();
    assert_eq!(exemplars, [(8, 1.0)]);
    assert_eq!(settled.born_at(&component()), Some(Time(1_000)));
}
