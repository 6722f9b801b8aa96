//! Births, order, frontiers and teams, and what a crash may do to them.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::exposition::Histogram;
use delivery::domain::{HOUR, RepoId};
use delivery::ledger::{ChangeId, History, Phases, ShippedChange};
use std::sync::Arc;

const RULES: SettlingRules = SettlingRules { settle_after: 15, seed_prime_after: 300 };

fn component() -> ComponentId {
    ComponentId::whole(RepoId(7))
}

/// A history with a change of an hour's lead time for each finish.
fn shipped(finishes: &[(u32, i64)]) -> History {
    let change = |(number, finish): &(u32, i64)| ShippedChange {
        id: ChangeId::Pull(*number),
        deployment: 0,
        started_at: Time(finish - HOUR),
        merged_at: Time(finish - 60),
        finished_at: Time(*finish),
        phases: Phases { coding: Some(60), ..Phases::default() },
        unknown_paths: false,
    };
    History { changes: finishes.iter().map(change).collect(), ..History::default() }
}

fn due(settled: &Settled, history: &History, now: i64, through: i64, team: &str) -> Settlement {
    let component = component();
    let whose = Beneficiaries { component: &component, team, org: "acme" };
    let judged = Judged { component: &component, history };
    settled.due(whose, &judged, (Time(now), Some(Time(through))), RULES)
}

/// Settles as evaluation does, and returns the new rows of lead times: in hours, in seconds.
fn settle(settled: &mut Settled, history: &History, now: i64, through: i64) -> [Vec<String>; 2] {
    settle_for(settled, history, now, through, "pay")
}

fn settle_for(
    settled: &mut Settled,
    history: &History,
    now: i64,
    through: i64,
    team: &str,
) -> [Vec<String>; 2] {
    let due = due(settled, history, now, through, team);
    let of = |family: &str| {
        let rows = due.rows.iter().filter(|row| row.family == family);
        rows.map(|row| row.subject.clone()).collect()
    };
    let subjects = [of("dora_lead_time_hours"), of("dora_change_lead_time_seconds")];
    settled.apply(due);
    subjects
}

fn born_at(now: i64) -> Settled {
    let mut settled = Settled::default();
    settle(&mut settled, &shipped(&[]), now, now);
    settled
}

/// How many lead times were counted in hours and in seconds, for the component under a team.
fn counts(settled: &Settled, team: &str) -> (u64, u64) {
    let teams = settled.totals.of_component(&component(), &Arc::from(team));
    let figures = &teams.iter().find(|(name, _)| &**name == team).unwrap().1;
    (figures.lead_time_hours.count(), figures.change_lead_time.count())
}

/// Everything that can be shown.
fn shown(settled: &Settled) -> impl PartialEq + std::fmt::Debug + use<> {
    let totals = &settled.totals;
    let of_component = totals.of_component(&component(), &Arc::from("pay"));
    (of_component, totals.of_teams([]), totals.of_orgs([]))
}

fn nothing() -> [Vec<String>; 2] {
    [Vec::new(), Vec::new()]
}

#[test]
fn a_component_is_born_at_zero_whatever_it_shipped_before() {
    let mut settled = Settled::default();
    assert_eq!(settle(&mut settled, &shipped(&[(1, 500)]), 1_000, 1_000), nothing());
    assert_eq!(counts(&settled, "pay"), (0, 0));
}

#[test]
fn a_finish_settles_once_everything_through_it_and_settle_after_is_collected() {
    let mut settled = born_at(1_000);
    let history = shipped(&[(1, 1_010)]);
    assert_eq!(settle(&mut settled, &history, 1_100, 1_024), nothing());
    assert_eq!(settle(&mut settled, &history, 1_100, 1_025), [["pull:7:1:"], ["pull:7:1:"]]);
    assert_eq!(settle(&mut settled, &history, 1_200, 1_200), nothing());
    assert_eq!(counts(&settled, "pay"), (1, 1));
}

#[test]
fn nothing_settles_while_it_is_not_known_how_far_facts_are_collected() {
    let settled = born_at(1_000);
    let component = component();
    let whose = Beneficiaries { component: &component, team: "pay", org: "acme" };
    let judged = Judged { component: &component, history: &shipped(&[(1, 1_010)]) };
    assert_eq!(settled.due(whose, &judged, (Time(1_100), None), RULES), Settlement::default());
}

#[test]
fn finishes_settle_in_order() {
    let mut settled = born_at(1_000);
    let history = shipped(&[(3, 1_030), (1, 1_020), (2, 1_010)]);
    let subjects = ["pull:7:2:", "pull:7:1:", "pull:7:3:"];
    assert_eq!(settle(&mut settled, &history, 1_100, 1_100), [subjects, subjects]);
}

#[test]
fn a_finish_that_turns_up_behind_the_frontier_changes_gauges_only() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[]), 1_250, 1_200);
    assert_eq!(settle(&mut settled, &shipped(&[(1, 1_100)]), 1_260, 1_260), nothing());
}

#[test]
fn what_is_judged_to_finish_again_counts_once_and_its_phases_with_it() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(1, 1_010)]), 1_100, 1_100);
    let due = due(&settled, &shipped(&[(1, 1_150)]), 1_200, 1_200, "pay");
    assert_eq!(due.rows, []);
}

#[test]
fn the_last_thirty_days_enter_the_original_histogram_once_after_it_was_shown_at_zero() {
    let month = 30 * DAY;
    let birth = 2 * month;
    let mut settled = born_at(birth);
    let history =
        shipped(&[(1, birth - month), (2, birth - month + 1), (3, birth), (4, birth + 5)]);
    assert_eq!(settle(&mut settled, &history, birth + 299, birth), nothing());
    let primed = vec!["pull:7:2:".to_owned(), "pull:7:3:".to_owned()];
    assert_eq!(settle(&mut settled, &history, birth + 300, birth), [primed, vec![]]);
    let new = [["pull:7:4:"], ["pull:7:4:"]];
    assert_eq!(settle(&mut settled, &history, birth + 301, birth + 301), new);
    assert_eq!(counts(&settled, "pay"), (3, 1));
}

#[test]
fn what_shipped_before_the_birth_enters_once_though_it_was_collected_after_the_priming() {
    let mut settled = born_at(1_000);
    let entered = |subject: &str| [vec![subject.to_owned()], Vec::new()];
    let known = shipped(&[(1, 500)]);
    assert_eq!(settle(&mut settled, &known, 1_300, 980), entered("pull:7:1:"));
    let more = shipped(&[(1, 500), (2, 990)]);
    assert_eq!(settle(&mut settled, &more, 1_310, 1_015), nothing());
    assert_eq!(settle(&mut settled, &more, 1_320, 1_016), entered("pull:7:2:"));
    let late = shipped(&[(1, 500), (2, 990), (3, 995)]);
    assert_eq!(settle(&mut settled, &late, 1_400, 1_400), nothing());
}

#[test]
fn rows_stay_with_the_team_of_settling() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(1, 1_010)]), 1_100, 1_100);
    settle_for(&mut settled, &shipped(&[(1, 1_010), (2, 1_110)]), 1_200, 1_200, "core");
    assert_eq!((counts(&settled, "pay"), counts(&settled, "core")), ((1, 1), (1, 1)));
    let teams = settled.totals.of_teams([&Arc::from("new")]);
    let teams = teams.iter().map(|(team, settled)| (&**team, settled.change_lead_time.count()));
    assert_eq!(teams.collect::<Vec<_>>(), [("core", 1), ("pay", 1), ("new", 0)]);
    let orgs = settled.totals.of_orgs([&Arc::from("acme")]);
    assert_eq!((orgs.len(), orgs[0].1.change_lead_time.count()), (1, 2));
}

#[test]
fn the_original_histogram_has_no_team_or_organisation() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(1, 1_000)]), 1_300, 1_000);
    assert_eq!(counts(&settled, "pay"), (1, 0));
    assert!(settled.totals.of_teams([]).is_empty());
}

#[test]
fn what_was_written_and_not_shown_before_a_crash_counts_once() {
    let mut before = born_at(1_000);
    let history = shipped(&[(1, 1_010), (2, 1_020)]);
    let written = due(&before, &history, 1_100, 1_100, "pay");
    before.apply(written.clone());
    let mut after = Settled::born(written.births);
    after.add(&written.rows);
    assert_eq!(settle(&mut after, &history, 1_100, 1_100), nothing());
    assert_eq!(shown(&after), shown(&before));
}

#[test]
fn the_same_settlement_in_smaller_steps_gives_the_same_figures() {
    let history = shipped(&[(1, 1_010), (2, 1_020), (3, 1_030)]);
    let (mut at_once, mut in_steps) = (born_at(1_000), born_at(1_000));
    settle(&mut at_once, &history, 1_200, 1_100);
    for through in 1_000..=1_100 {
        settle(&mut in_steps, &history, 1_200, through);
    }
    assert_eq!(shown(&at_once), shown(&in_steps));
}

#[test]
fn a_settled_pull_request_is_its_buckets_exemplar_and_a_direct_commit_is_none() {
    let mut settled = born_at(1_000);
    settle(&mut settled, &shipped(&[(7, 1_010), (8, 1_020)]), 1_100, 1_100);
    let mut direct = shipped(&[(9, 1_200)]);
    direct.changes[0].id = ChangeId::Commit(delivery::domain::Oid([1; 20]));
    settle(&mut settled, &direct, 1_300, 1_300);
    assert_eq!(counts(&settled, "pay"), (3, 3));
    let exemplars = |histogram: &Histogram| -> Vec<_> {
        histogram.exemplars().flatten().map(|one| (one.pull, one.value)).collect()
    };
    let figures = &settled.totals.of_component(&component(), &Arc::from("pay"))[0].1;
    assert_eq!(exemplars(&figures.lead_time_hours), [(8, 1.0)]);
    assert_eq!(exemplars(&figures.change_lead_time), [(8, 3_600.0)]);
    let team = &settled.totals.of_teams([])[0].1;
    assert_eq!(
        exemplars(&team.change_lead_time),
        [],
        "a number names nothing beyond its repository"
    );
    assert_eq!(settled.born_at(&component()), Some(Time(1_000)));
}

#[tokio::test]
async fn what_the_store_holds_is_what_was_settled() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("dora.db")).await.unwrap();
    let mut settled = Settled::default();
    let history = shipped(&[(1, 1_010), (2, 1_020), (3, 1_500)]);
    for (now, through) in [(1_000, 1_000), (1_100, 1_100), (1_600, 1_600)] {
        let due = due(&settled, &history, now, through, "pay");
        let repeated = store.settle(due.observations(), &due.births).await.unwrap();
        settled.apply(due.without(&repeated));
    }
    let mut read = Settled::read(&store).await.unwrap();
    assert_eq!(counts(&read, "pay"), (3, 3));
    assert_eq!(shown(&read), shown(&settled));
    assert_eq!(settle(&mut read, &history, 1_600, 1_600), nothing());

    // A change that is judged to have shipped again, later, with a phase that it did not have.
    let mut again = shipped(&[(1, 1_700), (4, 1_710)]);
    again.changes[0].phases = Phases { review: Some(5), ..again.changes[0].phases };
    let due = due(&read, &again, 1_800, 1_800, "pay");
    let repeated = store.settle(due.observations(), &due.births).await.unwrap();
    let subject = |place: &usize| due.rows[*place].subject.clone();
    let told: Vec<String> = repeated.iter().map(subject).collect();
    assert_eq!(told.len(), 4, "both lead times, and both phases with them: {told:?}");
    assert!(told.iter().all(|one| one.contains("pull:7:1:")), "{told:?}");
    read.apply(due.without(&repeated));
    assert_eq!(counts(&read, "pay"), (4, 4));
    assert_eq!(shown(&Settled::read(&store).await.unwrap()), shown(&read));
}
