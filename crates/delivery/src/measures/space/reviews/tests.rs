//! Builders that the tables of all rules share, and what holds of all figures.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::domain::{DAY, Person, TeamName, Time, Window};
use crate::ledger::{History, MergedChange, ReviewOf};
use crate::measures::tests::{T, any_history, windows};
use crate::measures::{Contribution, Member, Replacement};
use proptest::prelude::*;

/// The team whose figures are told.
pub(super) const TEAM: &str = "own";

/// A change merged at the end of a day, by its author's number and its reviewers', in order.
pub(super) fn merged(day: i64, author: u64, reviewers: &[u64]) -> MergedChange {
    let review =
        |number: &u64| ReviewOf { reviewer: Some(Person(*number)), requests_changes: false };
    MergedChange {
        merged_at: Time(day * DAY),
        author: Some(Person(author)),
        first_review: (!reviewers.is_empty()).then_some(60),
        reviews: reviewers.iter().map(review).collect(),
        lines: 10,
    }
}

fn of_changes(changes: &[MergedChange]) -> History {
    History { merged: changes.to_vec(), ..History::default() }
}

/// The figures over 7 days of the changes, which must be in order, as of a day.
pub(super) fn figures(changes: &[MergedChange], day: i64) -> SpaceFigures {
    figures_of(&of_changes(changes), Time(day * DAY))
}

/// The figures over 7 days, however few contribute.
pub(super) fn figures_of(history: &History, t: Time) -> SpaceFigures {
    pooled(&[(history, t)])
        .figures(Window::days(7), whose(&TeamName::from(TEAM), &Homes::default(), 0))
        .unwrap()
}

/// The figures over 7 days, if enough contribute.
pub(super) fn figures_with(
    changes: &[MergedChange],
    day: i64,
    homes: &Homes,
    least: usize,
) -> Option<SpaceFigures> {
    let pool = pooled(&[(&of_changes(changes), Time(day * DAY))]);
    pool.figures(Window::days(7), whose(&TeamName::from(TEAM), homes, least))
}

fn whose<'a>(team: &'a TeamName, homes: &'a Homes, least: usize) -> Whose<'a> {
    Whose { team: Some(team), homes, least, is_past: false }
}

fn pooled(members: &[(&History, Time)]) -> SpacePool {
    let mut pool = SpacePool::new(&windows());
    for (history, t) in members {
        let new = contribution(history, *t);
        pool.replace(&[Replacement { old: None, new: Some(&new) }]);
    }
    pool
}

fn contribution(history: &History, t: Time) -> Contribution {
    Contribution::of(&Member::component(history, t), &windows())
}

#[test]
fn a_change_of_two_components_counts_for_each_and_its_people_once() {
    let changes = [merged(9, 1, &[2, 3])];
    let history = of_changes(&changes);
    let pool = pooled(&[(&history, Time(10 * DAY)), (&history, Time(10 * DAY))]);
    let (team, homes) = (TeamName::from(TEAM), Homes::default());
    let told = pool.figures(Window::days(7), whose(&team, &homes, 3)).unwrap();
    assert_eq!((told.merged_changes, told.reviews), (2, 4));
    assert!(pool.figures(Window::days(7), whose(&team, &homes, 4)).is_none());
}

#[test]
fn a_window_that_is_past_is_told_where_enough_have_written_and_counts_nobody_else() {
    let changes = [merged(9, 1, &[3, 4]), merged(9, 2, &[3])];
    let (history, team, homes) = (of_changes(&changes), TeamName::from(TEAM), Homes::default());
    let told = |is_past, least| {
        let member = Member::component(&history, Time(10 * DAY));
        let whose = Whose { is_past, ..whose(&team, &homes, least) };
        space_figures([member], Window::days(7), whose)
    };
    assert_eq!(told(false, 4), Some(figures(&changes, 10)));
    assert_eq!([told(false, 5), told(true, 3)], [None, None]);
    assert_eq!(told(true, 2), Some(figures(&changes, 10)));
}

#[test]
fn one_window_may_be_withheld_while_another_is_told() {
    let changes = [merged(80, 1, &[2, 3]), merged(81, 4, &[5]), merged(99, 1, &[2])];
    let pool = pooled(&[(&of_changes(&changes), Time(100 * DAY))]);
    let (team, homes) = (TeamName::from(TEAM), Homes::default());
    let told = |days| pool.figures(Window::days(days), whose(&team, &homes, 5)).is_some();
    assert_eq!([told(7), told(30)], [false, true]);
}

proptest! {
    #[test]
    fn what_is_put_in_and_taken_out_leaves_what_was_never_in(
        kept in prop::collection::vec(any_history(), 0..4),
        gone in prop::collection::vec((any_history(), 0..20 * DAY), 0..4),
    ) {
        let t = Time(T);
        let mut pool = SpacePool::new(&windows());
        let mut homes = Homes::default();
        let team = TeamName::from(TEAM);
        let gone: Vec<_> = gone.iter().map(|(it, lag)| contribution(it, t.plus(-lag))).collect();
        let kept: Vec<_> = kept.iter().map(|it| contribution(it, t)).collect();
        let mut replace = |pool: &mut SpacePool, members: &[Replacement<'_>]| {
            for (person, changes) in pool.replace(members) {
                homes.set(person, &team, changes);
            }
        };
        for one in &gone {
            replace(&mut pool, &[Replacement { old: None, new: Some(one) }]);
        }
        // Some are replaced, the others leave.
        let mut pairs: Vec<_> =
            gone.iter().map(|old| Replacement { old: Some(old), new: None }).collect();
        for (at, new) in kept.iter().enumerate() {
            match pairs.get_mut(at) {
                Some(pair) => pair.new = Some(new),
                None => pairs.push(Replacement { old: None, new: Some(new) }),
            }
        }
        replace(&mut pool, &pairs);
        let mut afresh = SpacePool::new(&windows());
        let mut at_home = Homes::default();
        let members: Vec<_> =
            kept.iter().map(|new| Replacement { old: None, new: Some(new) }).collect();
        for (person, changes) in afresh.replace(&members) {
            at_home.set(person, &team, changes);
        }
        for window in windows() {
            for least in 0..6 {
                let (one, other) = (whose(&team, &homes, least), whose(&team, &at_home, least));
                prop_assert_eq!(pool.figures(window, one), afresh.figures(window, other));
            }
        }
    }

    #[test]
    fn of_the_past_nothing_is_told_that_was_withheld_wherever_people_were_at_home_then(
        members in prop::collection::vec(any_history(), 1..3),
        written in prop::collection::vec((0..6_u64, any::<bool>(), 1..9_u32), 0..12),
        least in 0..6_usize,
    ) {
        let (team, other, mut then) = (TeamName::from(TEAM), TeamName::from("other"), Homes::default());
        for (person, is_own, changes) in written {
            then.set(Person(person), if is_own { &team } else { &other }, changes);
        }
        let now = Homes::default();
        for window in windows() {
            let told = |homes, is_past| {
                let members = members.iter().map(|it| Member::component(it, Time(T)));
                space_figures(members, window, Whose { is_past, ..whose(&team, homes, least) })
            };
            if let Some(past) = told(&now, true) {
                let mut shown = told(&then, false).expect("it was shown then");
                // Whose reviews came from elsewhere is told by where people are at home today.
                shown.cross_team_reviews = past.cross_team_reviews;
                prop_assert_eq!(past, shown);
            }
        }
    }

    #[test]
    fn figures_keep_their_bounds_and_nothing_changes_before_the_next_edge(history in any_history()) {
        let t = Time(T);
        let edge = crate::measures::next_edge(&history, &windows(), t).unwrap_or(t.plus(200 * DAY));
        let (team, homes) = (TeamName::from(TEAM), Homes::default());
        let (now, then) = (pooled(&[(&history, t)]), pooled(&[(&history, edge.plus(-1))]));
        for window in windows() {
            let figures = now.figures(window, whose(&team, &homes, 0)).unwrap();
            prop_assert_eq!(then.figures(window, whose(&team, &homes, 0)), Some(figures.clone()));
            let shares = [
                figures.unreviewed_changes,
                figures.change_requests,
                figures.cross_team_reviews,
                figures.review_concentration,
                figures.flow_efficiency,
            ];
            prop_assert!(shares.iter().all(|share| share.part <= share.whole));
            prop_assert_eq!(figures.change_size.is_none(), figures.merged_changes == 0);
            prop_assert_eq!(figures.first_review.is_none(), figures.reviewed_changes == 0);
        }
    }
}
