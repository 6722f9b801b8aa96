#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{Author, HOUR, Person, ReadinessEvent, Review, Time};
use crate::ledger::scenario::*;

fn verdict(at: i64, author: Author, state: ReviewState) -> Review {
    Review { state, ..review(h(at), author) }
}

/// The only pull request, opened at hour 10 by person 1, merged at hour 30, and changed by the case.
fn judged(change: impl FnOnce(&mut PullRequest)) -> MergedChange {
    let mut scenario = Scenario::new();
    scenario.main("c0", &[], 0);
    scenario.main("c1", &["c0"], 30);
    let pull = scenario.pull(1, "c1", 30);
    pull.opened_at = h(10);
    change(pull);
    let [only] = scenario.judge(40).merged.try_into().unwrap();
    only
}

#[test]
fn a_merged_change_has_its_size_its_author_and_the_wait_for_its_first_review() {
    let change = judged(|pull| {
        (pull.additions, pull.deletions) = (30, 12);
        pull.reviews = vec![review(h(14), person(2)), review(h(20), person(3))];
    });
    let by = |number| ReviewOf { reviewer: Some(Person(number)), requests_changes: false };
    assert_eq!(
        change,
        MergedChange {
            merged_at: h(30),
            author: Some(Person(1)),
            first_review: Some(4 * HOUR as u32),
            reviews: [by(2), by(3)].into(),
            lines: 42,
        }
    );
}

#[test]
fn who_reviews_by_rote_or_too_late_has_not_reviewed() {
    let bot = Author { is_bot: true, ..person(9) };
    let gone = Author { person: None, is_bot: false };
    let cases = [
        ("by the author", review(h(12), person(1)), None),
        ("by a bot", review(h(12), bot), None),
        ("after the merge", review(h(31), person(2)), None),
        ("at the merge", review(h(30), person(2)), Some(Some(Person(2)))),
        ("by an account that is gone", review(h(12), gone), Some(None)),
    ];
    for (what, review, expected) in cases {
        let change = judged(|pull| pull.reviews = vec![review]);
        let reviewer = change.reviews.first().map(|review| review.reviewer);
        assert_eq!(reviewer, expected, "{what}");
        assert_eq!(change.first_review.is_some(), expected.is_some(), "{what}");
    }
}

#[test]
fn the_wait_begins_when_a_draft_is_ready_and_is_never_negative() {
    let ready = |at| vec![ReadinessEvent { at: h(at), ready: true }];
    for (readiness, waited) in [(vec![], 5), (ready(13), 2), (ready(20), 0)] {
        let change = judged(|pull| {
            pull.readiness = readiness;
            pull.reviews = vec![review(h(15), person(2))];
        });
        assert_eq!(change.first_review.map(i64::from), Some(waited * HOUR));
    }
}

#[test]
fn only_a_request_for_changes_asks_for_changes() {
    use ReviewState::{Approved, ChangesRequested, Commented, Dismissed, Other};
    for state in [Approved, ChangesRequested, Commented, Dismissed, Other] {
        let change = judged(|pull| pull.reviews = vec![verdict(12, person(2), state)]);
        let asks = change.reviews[0].requests_changes;
        assert_eq!(asks, state == ChangesRequested, "{state:?}");
    }
}

#[test]
fn a_bot_and_an_account_that_is_gone_are_no_authors() {
    let bot = Author { is_bot: true, ..person(9) };
    for author in [bot, Author { person: None, is_bot: false }] {
        assert_eq!(judged(|pull| pull.author = author).author, None);
    }
}

#[test]
fn what_was_merged_counts_whether_it_was_shipped_or_not_and_direct_commits_were_not_merged() {
    let mut scenario = Scenario::with_pulls(3);
    scenario.main("direct", &["c3"], 9);
    scenario.deploy(101, "c1", 5);
    let history = scenario.judge(10);
    let merged: Vec<Time> = history.merged.iter().map(|change| change.merged_at).collect();
    assert_eq!(merged, [h(1), h(2), h(3)]);
    assert_eq!((history.changes.len(), history.waiting.len()), (1, 3));
}

#[test]
fn what_is_merged_later_is_not_merged_yet_and_excluded_authors_merge_nothing() {
    let mut scenario = Scenario::with_pulls(3);
    assert_eq!(scenario.judge(2).merged.len(), 2);
    scenario.rules.exclude_authors = [Person(1)].into();
    assert!(scenario.judge(10).merged.is_empty());
}
