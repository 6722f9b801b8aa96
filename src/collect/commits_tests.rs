//! Walks over small commit graphs, page by page.

use super::*;
use delivery::domain::{Author, Headline, RepoId};

const HORIZON: Time = Time(1_000);

fn oid(n: u8) -> Oid {
    Oid([n; 20])
}

fn commit(n: u8, parents: &[u8], at: i64) -> Commit {
    Commit {
        repo: RepoId(1),
        oid: oid(n),
        parents: parents.iter().map(|parent| oid(*parent)).collect(),
        authored_at: Time(at),
        committed_at: Time(at),
        headline: Headline::of("x"),
        author: Author { person: None, is_bot: false },
        reverts: Vec::new(),
        hotfix: false,
    }
}

fn known(oids: &[u8]) -> Known {
    oids.iter().map(|n| (oid(*n), Some(Time(1)))).collect()
}

fn page_from(n: u8, after: Option<&str>) -> Option<Question> {
    Some(Question::Page { from: oid(n), after: after.map(str::to_owned) })
}

#[test]
fn a_first_walk_reads_back_to_the_horizon_and_asks_for_nothing_beyond_it() {
    let mut walk = Walk::default();
    assert_eq!(walk.next(Some(oid(9)), HORIZON, &[]), page_from(9, None));
    walk.page(
        &[commit(9, &[8], 90_000), commit(8, &[7], 5_000)],
        Some("p2".into()),
        &known(&[]),
        HORIZON,
    );
    assert_eq!(walk.next(Some(oid(9)), HORIZON, &[]), page_from(9, Some("p2")));
    walk.page(&[commit(7, &[6], 900)], Some("p3".into()), &known(&[]), HORIZON);
    assert_eq!(walk.next(Some(oid(9)), HORIZON, &[]), None);
}

#[test]
fn a_walk_that_was_stopped_goes_on_at_its_page_even_when_the_head_has_moved() {
    let mut walk = Walk::default();
    walk.next(Some(oid(9)), HORIZON, &[]);
    walk.page(&[commit(9, &[8], 5_000)], Some("p2".into()), &known(&[]), HORIZON);
    let mut resumed = Walk::from_cursor(Some(&walk.to_cursor()), "");
    assert_eq!(resumed.next(Some(oid(10)), HORIZON, &[]), page_from(9, Some("p2")));
    resumed.page(&[commit(8, &[], 4_000)], None, &known(&[]), HORIZON);
    assert_eq!(resumed.next(Some(oid(10)), HORIZON, &[]), page_from(10, None));
}

#[test]
fn news_stop_at_the_first_page_that_leaves_no_parent_unknown() {
    let mut walk = Walk::default();
    walk.next(Some(oid(9)), HORIZON, &[]);
    walk.page(&[commit(9, &[], 5_000)], None, &known(&[]), HORIZON);
    assert_eq!(walk.next(Some(oid(12)), HORIZON, &[]), page_from(12, None));
    let page = [commit(12, &[11], 6_100)];
    walk.page(&page, Some("p2".into()), &known(&[9]), HORIZON);
    assert_eq!(walk.next(Some(oid(12)), HORIZON, &[]), page_from(12, Some("p2")));
    walk.page(&[commit(11, &[9], 6_000)], Some("p3".into()), &known(&[9]), HORIZON);
    assert_eq!(walk.next(Some(oid(12)), HORIZON, &[]), None);
}

#[test]
fn older_commits_that_a_merge_makes_reachable_are_asked_for_by_their_merge() {
    let mut walk = Walk::default();
    walk.next(Some(oid(9)), HORIZON, &[]);
    walk.page(&[commit(9, &[], 5_000)], None, &known(&[]), HORIZON);
    walk.next(Some(oid(11)), HORIZON, &[]);
    // The merge's second parent is older than the known head, so the page of known commits hides it.
    walk.page(&[commit(11, &[9, 3], 6_000)], Some("p2".into()), &known(&[9]), HORIZON);
    walk.page(&[commit(9, &[], 5_000)], None, &known(&[9]), HORIZON);
    assert_eq!(walk.next(Some(oid(11)), HORIZON, &[]), Some(Question::Heads(vec![oid(3)])));
    walk.short_page(oid(3), &[commit(3, &[9], 2_000)], None, &known(&[9]), HORIZON);
    assert_eq!(walk.next(Some(oid(11)), HORIZON, &[]), None);
}

#[test]
fn deployed_commits_outside_the_branch_are_asked_for_until_known_or_lost() {
    let mut walk = Walk::default();
    assert_eq!(
        walk.next(None, HORIZON, &[oid(4), oid(5)]),
        Some(Question::Heads(vec![oid(4), oid(5)]))
    );
    walk.lost(oid(5));
    walk.short_page(oid(4), &[commit(4, &[2], 5_000)], Some("p2".into()), &known(&[]), HORIZON);
    assert_eq!(walk.next(None, HORIZON, &[]), page_from(4, Some("p2")));
    walk.page(&[commit(2, &[1], 4_000)], None, &known(&[1, 2]), HORIZON);
    assert_eq!(walk.next(None, HORIZON, &[]), None);
}

#[test]
fn a_deeper_horizon_reads_on_through_known_commits() {
    let mut walk = Walk::default();
    walk.next(Some(oid(9)), Time(500_000), &[]);
    walk.page(
        &[commit(9, &[8], 600_000), commit(8, &[7], 400_000)],
        Some("p2".into()),
        &known(&[]),
        Time(500_000),
    );
    assert_eq!(walk.next(Some(oid(9)), Time(500_000), &[]), None);
    assert_eq!(walk.next(Some(oid(9)), HORIZON, &[]), page_from(9, None));
    walk.page(
        &[commit(9, &[8], 600_000), commit(8, &[7], 400_000)],
        Some("p2".into()),
        &known(&[8, 9]),
        HORIZON,
    );
    assert_eq!(walk.next(Some(oid(9)), HORIZON, &[]), page_from(9, Some("p2")));
}

#[test]
fn a_cursor_of_nonsense_starts_the_walk_anew() {
    assert_eq!(Walk::from_cursor(Some("{"), ""), Walk::default());
}

#[test]
fn other_patterns_read_the_branch_again() {
    let mut walk = Walk::from_cursor(None, "hotfix");
    walk.next(Some(oid(9)), HORIZON, &[]);
    walk.page(&[commit(9, &[], 5_000)], None, &known(&[]), HORIZON);
    let same =
        Walk::from_cursor(Some(&walk.to_cursor()), "hotfix").next(Some(oid(9)), HORIZON, &[]);
    assert_eq!(same, None);
    let other =
        Walk::from_cursor(Some(&walk.to_cursor()), "urgent").next(Some(oid(9)), HORIZON, &[]);
    assert_eq!(other, page_from(9, None));
}
