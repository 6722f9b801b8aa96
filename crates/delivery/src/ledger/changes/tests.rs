use crate::ledger::ChangeId::{self, Commit, Pull};
use crate::ledger::scenario::*;

/// Changes that wait, by which all changes of the default branch can be seen.
fn waiting(scenario: &Scenario) -> Vec<ChangeId> {
    scenario.judge(100).waiting.iter().map(|change| change.id).collect()
}

#[test]
fn a_promotion_is_no_change_but_what_it_promotes_is() {
    let mut scenario = Scenario::with_pulls(2);
    scenario.main("release", &["c0", "c2"], 5);
    scenario.pull(9, "release", 5).commits = vec![pull_commit("c1", 1), pull_commit("c2", 2)];
    assert_eq!(waiting(&scenario), [Pull(1), Pull(2)]);
}

#[test]
fn a_promotion_is_known_by_replayed_commits_and_its_merges_do_not_count() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.main("release", &["c1"], 5);
    let mut replayed = pull_commit("p1", -1);
    replayed.oid = oid("replayed");
    let mut merge = pull_commit("merge", 4);
    merge.looks_like_merge = true;
    scenario.pull(9, "release", 5).commits = vec![replayed, merge];
    assert_eq!(waiting(&scenario), [Pull(1)]);
    // One commit of its own makes it a change.
    scenario.pull_mut(9).commits.push(pull_commit("own", 4));
    assert_eq!(waiting(&scenario), [Pull(1), Pull(9)]);
}

#[test]
fn whether_a_commit_merges_is_decided_by_the_graph_where_it_holds_the_commit() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.commit("p9", &["c0", "c1"], 4);
    scenario.main("release", &["c1", "p9"], 5);
    let own = scenario.pull(9, "release", 5);
    own.commits = vec![pull_commit("p1", -1), pull_commit("p9", 4)];
    assert_eq!(waiting(&scenario), [Pull(1)]);
    scenario.commit("p9", &["c1"], 4);
    scenario.pull_mut(9).commits[1].looks_like_merge = true;
    assert_eq!(waiting(&scenario), [Pull(1), Pull(9)]);
}

#[test]
fn a_pull_request_without_commits_or_merged_together_with_the_other_promotes_nothing() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.main("x", &["c1"], 5);
    scenario.pull(9, "x", 5).commits.clear();
    assert_eq!(waiting(&scenario), [Pull(1), Pull(9)]);
    // The commit belongs to another pull request, but not to one that was merged before.
    scenario.pull_mut(9).commits = vec![pull_commit("p1", -1)];
    scenario.pull_mut(9).merged_at = h(1);
    assert_eq!(waiting(&scenario), [Pull(1), Pull(9)]);
    scenario.pull_mut(9).merged_at = h(2);
    assert_eq!(waiting(&scenario), [Pull(1)]);
}

#[test]
fn first_parent_commits_of_no_pull_request_are_direct_commits() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.main("direct", &["c1"], 5);
    assert_eq!(waiting(&scenario), [Pull(1), Commit(oid("direct"))]);
    scenario.rules.direct_commits = false;
    assert_eq!(waiting(&scenario), [Pull(1)]);
}

#[test]
fn commits_that_a_rebase_replayed_belong_to_their_pull_request() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit_with("r1", &["c0"], 4, |commit| commit.authored_at = h(1));
    scenario.main("r2", &["r1"], 4);
    let pull = scenario.pull(9, "r2", 4);
    pull.commits = vec![pull_commit("r1", 1), pull_commit("p2", 2)];
    pull.commits[0].oid = oid("p1");
    assert_eq!(waiting(&scenario), [Pull(9)]);
    // Another authored time is another commit.
    scenario.commit("r1", &["c0"], 4);
    assert_eq!(waiting(&scenario), [Pull(9), Commit(oid("r1"))]);
}

#[test]
fn commits_that_a_merge_brought_are_no_direct_commits() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("b1", &["c0"], 2);
    scenario.main("merged", &["c0", "b1"], 3);
    assert_eq!(waiting(&scenario), [Commit(oid("merged"))]);
}

#[test]
fn changes_of_excluded_authors_do_not_count_and_their_commits_become_no_direct_commits() {
    let mut scenario = Scenario::with_pulls(2);
    scenario.pull_mut(1).author = person(7);
    scenario.commit_with("x", &["c2"], 4, |commit| commit.author = person(7));
    scenario.main("y", &["x"], 5);
    assert_eq!(waiting(&scenario).len(), 4);
    scenario.rules.exclude_authors.extend(person(7).person);
    assert_eq!(waiting(&scenario), [Pull(2), Commit(oid("y"))]);
}

#[test]
fn of_two_pull_requests_with_one_commit_the_one_merged_first_owns_it_whatever_their_numbers() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("m2", &["c0"], 3);
    scenario.main("m1", &["m2"], 5);
    scenario.pull(1, "m1", 5).commits = vec![pull_commit("shared", 1)];
    scenario.pull(2, "m2", 3).commits = vec![pull_commit("shared", 1)];
    assert_eq!(waiting(&scenario), [Pull(2)]);
}
