use crate::ledger::ChangeId::{Commit, Pull};
use crate::ledger::scenario::*;

#[test]
fn a_change_ships_once_with_the_first_deployment_that_contains_it() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c2", 4);
    scenario.deploy(2, "c1", 5);
    scenario.deploy(3, "c3", 6);
    scenario.deploy(4, "c3", 9);
    let history = scenario.judge(10);
    assert_eq!(shipped(&history), [(Pull(1), 1), (Pull(2), 1), (Pull(3), 3)]);
    let counts: Vec<u32> = history.deployments.iter().map(|d| d.changes).collect();
    assert_eq!(counts, [0, 2, 0, 1, 0]);
}

#[test]
fn the_order_of_shipping_is_decided_by_ancestry_and_not_by_times() {
    // A long-lived branch: written before everything, merged last.
    let mut scenario = Scenario::with_pulls(2);
    scenario.commit("old", &["c0"], -50);
    scenario.deploy(1, "c2", 4);
    scenario.main("merge", &["c2", "old"], 5);
    let late = scenario.pull(9, "merge", 5);
    late.head = Some(oid("old"));
    late.commits = vec![pull_commit("old", -50)];
    scenario.deploy(2, "merge", 6);
    assert_eq!(shipped(&scenario.judge(10)), [(Pull(1), 1), (Pull(2), 1), (Pull(9), 2)]);
}

#[test]
fn the_baseline_ships_nothing_and_what_it_contains_never_ships_or_waits() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deployments.clear();
    scenario.deploy(1, "lost", 2);
    scenario.deploy(2, "c2", 4);
    scenario.deploy(3, "c3", 5);
    let history = scenario.judge(10);
    assert!(deployment(&history, 2).is_baseline && !deployment(&history, 1).is_baseline);
    assert_eq!(shipped(&history), [(Pull(3), 3)]);
    assert!(history.waiting.is_empty());
}

#[test]
fn without_a_baseline_nothing_ships_and_nothing_waits() {
    let mut scenario = Scenario::with_pulls(2);
    scenario.deployments.clear();
    assert!(scenario.judge(10).waiting.is_empty());
    scenario.deploy(1, "lost", 4);
    let history = scenario.judge(10);
    assert!(history.waiting.is_empty() && history.changes.is_empty());
}

#[test]
fn a_commit_that_does_not_resolve_ships_nothing_and_its_changes_fall_to_the_next() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deploy(1, "lost", 4);
    // Even where a pull request's head is that commit: the rule is that it does not resolve.
    scenario.pull_mut(1).head = Some(oid("lost"));
    scenario.deploy(2, "c1", 5);
    let history = scenario.judge(10);
    assert!(!deployment(&history, 1).known_commit && deployment(&history, 2).known_commit);
    assert_eq!(shipped(&history), [(Pull(1), 2)]);
}

#[test]
fn a_branch_that_was_deployed_before_its_merge_ships_by_its_head_once_merged() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("p9", &["c0"], 1);
    scenario.deploy(1, "p9", 2);
    scenario.main("squash", &["c0"], 4);
    scenario.pull(9, "squash", 4);
    scenario.deploy(2, "squash", 6);
    assert!(scenario.judge(3).changes.is_empty());
    let history = scenario.judge(10);
    assert_eq!(shipped(&history), [(Pull(9), 1)]);
    assert_eq!(history.changes[0].counts_at(), h(4));
    assert_eq!(history.changes[0].finished_at, h(2));
}

#[test]
fn a_pull_request_of_any_base_ships_when_its_merge_is_contained() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("release1", &["c0"], 2);
    scenario.pull(9, "release1", 2);
    scenario.deploy(1, "release1", 3);
    assert_eq!(shipped(&scenario.judge(10)), [(Pull(9), 1)]);
}

#[test]
fn merged_changes_wait_until_they_are_live_if_the_default_branch_holds_them() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.deploy(1, "c1", 4);
    scenario.main("direct", &["c3"], 5);
    scenario.commit("elsewhere", &["c3"], 6);
    scenario.pull(9, "elsewhere", 6);
    let history = scenario.judge(10);
    let ids: Vec<_> = history.waiting.iter().map(|change| (change.id, change.merged_at)).collect();
    assert_eq!(ids, [(Pull(2), h(2)), (Pull(3), h(3)), (Commit(oid("direct")), h(5))]);
}

#[test]
fn what_was_merged_later_does_not_wait_yet() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.main("direct", &["c3"], 9);
    let ids: Vec<_> = scenario.judge(2).waiting.iter().map(|change| change.id).collect();
    assert_eq!(ids, [Pull(1), Pull(2)]);
}

#[test]
fn direct_commits_ship_by_their_own_ancestry() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("d1", &["c0"], 1);
    scenario.main("d2", &["d1"], 2);
    scenario.deploy(1, "d1", 3);
    scenario.deploy(2, "d2", 4);
    assert_eq!(shipped(&scenario.judge(5)), [(Commit(oid("d1")), 1), (Commit(oid("d2")), 2)]);
}

#[test]
fn what_reached_the_default_branch_later_does_not_wait_yet() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("release", &["c0"], 2);
    scenario.pull(9, "release", 2);
    scenario.main("merge", &["c0", "release"], 9);
    assert!(scenario.judge(5).waiting.is_empty());
    assert_eq!(scenario.judge(5).next_edge, Some(h(9)));
    assert_eq!(scenario.judge(9).waiting[0].id, Pull(9));
}

#[test]
fn a_commit_of_a_clock_that_is_ahead_is_no_change_before_its_time() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("ahead", &["c0"], 9);
    scenario.main("after", &["ahead"], 5);
    let waiting = |hour| scenario.judge(hour).waiting.iter().map(|w| w.id).collect::<Vec<_>>();
    assert_eq!(waiting(6), [Commit(oid("after"))]);
    assert_eq!(waiting(9), [Commit(oid("after")), Commit(oid("ahead"))]);
}
