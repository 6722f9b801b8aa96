//! Tests of `cursor`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;
use delivery::domain::DAY;

const NOW: i64 = 1_800_000_000;
const SINCE: i64 = NOW - 100 * DAY;

fn reach() -> Reach {
    Reach { since: Time(SINCE), floor: Time(SINCE - 100 * DAY), again_since: None }
}

fn open(cursor: Option<&str>, now: i64) -> Walking {
    Walking::open(cursor, "f", &reach(), None, Time(now))
}

fn mark(id: &str, at: i64) -> Mark {
    Mark { id: id.to_owned(), at: Time(at) }
}

fn seen(newest: i64, oldest: i64, next: Option<&str>) -> Seen {
    Seen {
        newest: Some(mark("a", newest)),
        oldest: Some(Time(oldest)),
        next: next.map(str::to_owned),
        ..Seen::default()
    }
}

/// A finished walk that started at `NOW` and whose newest element was `a`, an hour before.
fn finished() -> String {
    let (cursor, done) = open(None, NOW).note(seen(NOW - 3_600, SINCE - 1, Some("p")));
    assert!(done);
    cursor
}

#[test]
fn a_first_walk_reads_back_to_the_look_back_page_by_page() {
    let (cursor, done) = open(None, NOW).note(seen(NOW - 3_600, SINCE, Some("p1")));
    assert!(!done);
    let walking = open(Some(&cursor), NOW + 5);
    assert_eq!(walking.after(), Some("p1"));
    let (cursor, done) = walking.note(seen(SINCE + 9, SINCE - 1, Some("p2")));
    assert!(done);
    let news = open(Some(&cursor), NOW + 900);
    assert_eq!(news.after(), None);
    assert_eq!(news.until(), Time(NOW - OVERLAP), "down to the first walk's start, overlapping");
}

#[test]
fn a_list_that_ends_early_is_read_whole() {
    let (_, done) = open(None, NOW).note(seen(NOW, NOW - 5, None));
    assert!(done);
    let (_, done) = open(None, NOW).note(Seen::default());
    assert!(done, "an empty list");
}

#[test]
fn an_unfinished_walk_is_news_and_so_is_a_changed_making() {
    let (unfinished, _) = open(None, NOW).note(seen(NOW, NOW - 5, Some("p")));
    let old = mark("a", NOW - 3_600);
    assert!(has_news(None, "f", None));
    assert!(has_news(Some("not JSON"), "f", None));
    assert!(has_news(Some(&unfinished), "f", Some(&old)));
    assert!(has_news(Some(&finished()), "g", Some(&old)));
    assert!(!has_news(Some(&finished()), "f", Some(&old)));
    assert!(!has_news(Some(&finished()), "f", None), "an empty list");
}

#[test]
fn only_a_newer_mark_is_news() {
    let cursor = finished();
    for (id, at, expected) in [
        ("a", NOW - 3_600, false),
        ("a", NOW - 3_599, true),
        ("b", NOW - 3_600, true),
        ("b", NOW - 3_601, false),
        ("b", NOW + 60, true),
    ] {
        assert_eq!(has_news(Some(&cursor), "f", Some(&mark(id, at))), expected, "{id} {at}");
    }
}

#[test]
fn what_was_read_within_its_own_second_is_read_again() {
    let (cursor, _) = open(None, NOW).note(seen(NOW - 1, SINCE - 1, None));
    assert!(has_news(Some(&cursor), "f", Some(&mark("a", NOW - 1))));
    let (cursor, _) = open(Some(&cursor), NOW + 60).note(seen(NOW - 1, NOW - 900, None));
    assert!(!has_news(Some(&cursor), "f", Some(&mark("a", NOW - 1))));
}

#[test]
fn a_reconcile_goes_down_to_where_it_is_told_even_within_a_walk() {
    let again = Reach { again_since: Some(Time(NOW - 7 * DAY)), ..reach() };
    let walking = Walking::open(Some(&finished()), "f", &again, None, Time(NOW + 900));
    assert_eq!(walking.until(), Time(NOW - 7 * DAY));
    let (news, _) = open(Some(&finished()), NOW + 900).note(seen(NOW, NOW - 5, Some("p")));
    let walking = Walking::open(Some(&news), "f", &again, None, Time(NOW + 905));
    assert_eq!((walking.until(), walking.after()), (Time(NOW - 7 * DAY), Some("p")));
}

#[test]
fn a_raised_look_back_is_read_down_to() {
    let deeper = Reach { since: Time(SINCE - 30 * DAY), ..reach() };
    let walking = Walking::open(Some(&finished()), "f", &deeper, None, Time(NOW + 900));
    assert_eq!(walking.until(), Time(SINCE - 30 * DAY));
    let little = Reach { since: Time(SINCE - 6 * DAY), ..reach() };
    let walking = Walking::open(Some(&finished()), "f", &little, None, Time(NOW + 900));
    assert_eq!(walking.until(), Time(NOW - OVERLAP), "a little deeper is not worth it");
    assert_eq!(open(Some(&finished()), NOW + 40 * DAY).until(), Time(NOW - OVERLAP));
}

#[test]
fn a_search_goes_on_beyond_the_look_back_until_found_or_the_floor() {
    let search = || Walking::open(None, "f", &reach(), Some(reach().floor), Time(NOW));
    assert!(search().is_first() && search().is_at_start());
    let (_, done) = search().note(seen(NOW, SINCE - 9, Some("p")));
    assert!(!done, "nothing was found yet");
    let (_, done) = search().note(Seen { found: true, ..seen(NOW, SINCE - 9, Some("p")) });
    assert!(done);
    let (_, done) = search().note(seen(NOW, reach().floor.0 - 1, Some("p")));
    assert!(done, "the floor is reached");
    let (cursor, _) = search().note(Seen { found: true, ..seen(NOW, SINCE - 9, None) });
    let news = Walking::open(Some(&cursor), "f", &reach(), Some(reach().floor), Time(NOW + 900));
    assert!(!news.is_first());
}

#[test]
fn a_narrowed_walk_starts_at_the_top_and_remembers_what_the_top_showed() {
    let walking = Walking::open(None, "f", &reach(), Some(reach().floor), Time(NOW));
    let names = vec!["production".to_owned()];
    let cursor = walking.narrow(names.clone(), Some(mark("preview", NOW - 60)));
    let walking = Walking::open(Some(&cursor), "f", &reach(), Some(reach().floor), Time(NOW + 5));
    assert_eq!((walking.after(), walking.names()), (None, Some(&names[..])));
    assert!(!walking.is_at_start());
    let (cursor, done) = walking.note(Seen { found: true, ..seen(NOW - 900, SINCE - 1, None) });
    assert!(done);
    assert!(!has_news(Some(&cursor), "f", Some(&mark("preview", NOW - 60))));
}

#[test]
fn lost_elements_are_read_again_a_few_times_and_no_further_than_needed() {
    let lossy = |cursor: Option<&str>, now| {
        let lost = Lost::Since(Time(NOW - 7_200));
        open(cursor, now).note(Seen { lost, ..seen(NOW - 3_600, SINCE - 1, None) }).0
    };
    let mut cursor = lossy(None, NOW);
    for round in 1..=MOST_LOSSES {
        assert!(has_news(Some(&cursor), "f", Some(&mark("a", NOW - 3_600))), "round {round}");
        let next = open(Some(&cursor), NOW + 900);
        assert_eq!(next.until(), Time(NOW - 7_200 - OVERLAP), "round {round}");
        cursor = lossy(Some(&cursor), NOW + 900);
    }
    assert!(!has_news(Some(&cursor), "f", Some(&mark("a", NOW - 3_600))));
    assert_eq!(open(Some(&cursor), NOW + 1_800).until(), Time(NOW + 900 - OVERLAP));
    // A reconcile goes down to what was given up, until it has been read.
    let reconcile = |cursor: &str, now: i64| {
        let again = Reach { again_since: Some(Time(NOW)), ..reach() };
        Walking::open(Some(cursor), "f", &again, None, Time(now))
    };
    let walking = reconcile(&cursor, NOW + 1_800);
    assert_eq!(walking.until(), Time(NOW - 7_200));
    let (read, _) = walking.note(seen(NOW - 3_600, NOW - 7_201, None));
    assert_eq!(reconcile(&read, NOW + 86_400).until(), Time(NOW));
}

#[test]
fn losses_of_unknown_age_are_read_again_as_far_as_the_walk_went() {
    let all_lost = Seen { lost: Lost::Unknown, ..Seen::default() };
    let (cursor, done) = open(None, NOW).note(all_lost);
    assert!(done);
    assert_eq!(open(Some(&cursor), NOW + 900).until(), Time(SINCE - OVERLAP));
}
