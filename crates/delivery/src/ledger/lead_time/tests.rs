use crate::domain::Time;
use crate::ledger::scenario::*;
use crate::ledger::{ChangeId, LeadTimeStart};

/// When work started on each shipped change.
fn started(scenario: &Scenario) -> Vec<(ChangeId, Time)> {
    let history = scenario.judge(100);
    history.changes.iter().map(|change| (change.id, change.started_at)).collect()
}

fn one_pull() -> Scenario {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("squash", &["c0"], 20);
    let pull = scenario.pull(1, "squash", 20);
    pull.opened_at = h(15);
    pull.commits = vec![pull_commit("b", 12), pull_commit("a", 10)];
    scenario.deploy(1, "squash", 24);
    scenario
}

#[test]
fn lead_time_starts_at_the_earliest_authored_commit() {
    assert_eq!(started(&one_pull()), [(ChangeId::Pull(1), h(10))]);
    assert_eq!(one_pull().judge(30).changes[0].lead_time(), h(14).0);
}

#[test]
fn an_unknown_or_skewed_first_commit_falls_back_to_the_opening() {
    let mut scenario = one_pull();
    scenario.pull_mut(1).commits[1].authored_at = None;
    assert_eq!(started(&scenario)[0].1, h(12));
    scenario.pull_mut(1).commits[0].authored_at = None;
    assert_eq!(started(&scenario)[0].1, h(15));
    scenario.pull_mut(1).commits[0].authored_at = Some(h(21));
    assert_eq!(started(&scenario)[0].1, h(15));
    scenario.pull_mut(1).commits.clear();
    assert_eq!(started(&scenario)[0].1, h(15));
}

#[test]
fn the_graph_tells_an_authored_time_that_the_pull_request_does_not() {
    let mut scenario = one_pull();
    scenario.commit("a", &["c0"], 9);
    scenario.pull_mut(1).commits[1].authored_at = None;
    assert_eq!(started(&scenario)[0].1, h(9));
}

#[test]
fn lead_time_can_start_at_the_opening_or_at_the_merge() {
    let mut scenario = one_pull();
    scenario.main("direct", &["squash"], 22);
    scenario.deploy(2, "direct", 25);
    for (rule, pull, direct) in [
        (LeadTimeStart::FirstCommit, 10, 22),
        (LeadTimeStart::Opened, 15, 22),
        (LeadTimeStart::Merged, 20, 22),
    ] {
        scenario.rules.lead_time_start = rule;
        let times: Vec<Time> = started(&scenario).iter().map(|(_, at)| *at).collect();
        assert_eq!(times, [h(pull), h(direct)], "{rule:?}");
    }
}

#[test]
fn a_direct_commit_starts_when_it_was_authored_unless_that_is_later_than_committed() {
    for (authored, expected) in [(5, 5), (9, 9), (11, 9)] {
        let mut scenario = Scenario::with_pulls(0);
        scenario.commit_with("d", &["c0"], 9, |commit| commit.authored_at = h(authored));
        scenario.head = Some(oid("d"));
        scenario.deploy(1, "d", 20);
        assert_eq!(started(&scenario), [(ChangeId::Commit(oid("d")), h(expected))]);
    }
}

#[test]
fn a_directly_merged_branch_starts_at_its_earliest_commit_that_is_nobody_elses() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.commit("b1", &["c0"], 3);
    scenario.commit("b2", &["b1"], 5);
    scenario.main("merge", &["c0", "b2"], 9);
    scenario.deploy(1, "merge", 20);
    assert_eq!(started(&scenario), [(ChangeId::Commit(oid("merge")), h(3))]);
    // The earliest commit belongs to a pull request, which is a change of its own.
    let pull = scenario.pull(1, "b1", 4);
    pull.commits = vec![pull_commit("b1", 3)];
    pull.head = None;
    assert_eq!(
        started(&scenario),
        [(ChangeId::Pull(1), h(3)), (ChangeId::Commit(oid("merge")), h(5))]
    );
}

#[test]
fn lead_time_is_never_negative() {
    let mut scenario = one_pull();
    scenario.deploy(1, "squash", 5);
    scenario.deployments.remove(1);
    let history = scenario.judge(30);
    assert_eq!(history.changes[0].lead_time(), 0);
}
