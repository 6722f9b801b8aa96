//! How far runs are read, and when they are asked for again.

#![allow(clippy::unwrap_used)]

use super::*;
use delivery::domain::{Oid, RepoId, RunVerdict, WorkflowRun};

const NOW: i64 = 1_000_000_000;

fn run(id: u64, created_at: i64, is: State) -> Seen {
    Seen { id, created_at: Time(created_at), is }
}

fn failed(id: u64, ended_at: i64) -> Seen {
    let at = Time(ended_at);
    let run = WorkflowRun {
        id,
        repo: RepoId(1),
        workflow: 1,
        sha: Oid([0; 20]),
        attempt: 1,
        started_at: at.plus(-60),
        ended_at: at,
        verdict: RunVerdict::Failed,
        selection: 7,
    };
    Seen { id, created_at: at.plus(-60), is: State::Ended(run) }
}

/// A list that was read at `NOW`, and whose first page held these.
fn read(runs: &[Seen]) -> Kept {
    let mut kept = Kept::read(None, 7);
    kept.begin(Time(NOW - 120 * DAY), Time(NOW));
    kept.note_first_page(Some("mark".to_owned()), runs, true);
    runs.iter().for_each(|run| kept.note(run, Time(NOW)));
    assert!(kept.go_on(None, None));
    kept
}

#[test]
fn a_list_is_asked_for_again_while_something_moved_or_may_come() {
    let every = 900;
    let open = |age: i64| run(5, NOW - age, State::Open);
    for (what, runs, moved_at, expected) in [
        ("nothing moved", vec![], Some(NOW - HOUR), None),
        ("nothing ever moved", vec![], None, None),
        ("it moved just before", vec![], Some(NOW - 60), Some(every)),
        ("it moved since", vec![], Some(NOW + 60), Some(every)),
        ("a young run goes on", vec![open(60)], None, Some(every)),
        ("an old run goes on", vec![open(7_200)], None, Some(7_200)),
        ("the youngest tells", vec![open(7_200), run(6, NOW - 10, State::Open)], None, Some(every)),
        ("one failed an hour ago", vec![failed(5, NOW - HOUR)], None, Some(HOUR)),
        ("one failed long ago", vec![failed(5, NOW - 2 * DAY)], None, None),
        ("one is nothing", vec![run(5, NOW - 60, State::Nothing)], None, None),
    ] {
        let found = read(&runs).due(moved_at.map(Time), every);
        assert_eq!(found, expected.map(|after| Time(NOW + after)), "{what}");
    }
}

#[test]
fn what_may_not_be_read_is_left_alone_for_a_day_and_what_is_half_read_is_not() {
    let mut kept = read(&[]);
    kept.deny(Time(NOW));
    assert_eq!(kept.due(Some(Time(NOW)), 900), Some(Time(NOW + DAY)));
    kept.begin(Time(NOW - DAY), Time(NOW + DAY));
    assert_eq!(kept.due(None, 900), Some(Time(i64::MIN)));
    let other = Kept::read(Some(&read(&[]).write()), 8);
    assert_eq!(other.due(None, 900), Some(Time(i64::MIN)), "other runs are selected");
}

#[test]
fn a_walk_goes_down_to_the_last_one_and_to_its_neighbours_that_had_not_ended() {
    let until = |runs: &[Seen]| {
        let mut kept = read(runs);
        kept.begin(Time(NOW - 120 * DAY), Time(NOW + HOUR));
        kept.walk.unwrap().until
    };
    assert_eq!(until(&[]), NOW - OVERLAP);
    assert_eq!(until(&[run(5, NOW - 1_800, State::Open)]), NOW - 1_800);
    assert_eq!(until(&[run(5, NOW - 2 * HOUR, State::Open)]), NOW - OVERLAP, "asked by id");
}

#[test]
fn the_mark_is_used_once_a_list_was_read_through_and_not_where_more_is_asked_for() {
    let mut kept = read(&[]);
    kept.begin(Time(NOW - 120 * DAY), Time(NOW + HOUR));
    assert_eq!(kept.etag().as_deref(), Some("mark"));
    let mut kept = read(&[]);
    kept.begin(Time(NOW - 200 * DAY), Time(NOW + HOUR));
    assert_eq!(kept.etag(), None, "a longer look-back");
    let mut kept = Kept::read(None, 7);
    kept.begin(Time(NOW - DAY), Time(NOW));
    kept.note_first_page(Some("mark".to_owned()), &[], true);
    assert_eq!(kept.etag(), None, "the first walk");
}

#[test]
fn runs_that_no_page_shows_are_asked_by_id_whenever_their_age_has_doubled() {
    let mut kept = read(&[run(9, NOW - 60, State::Open), run(50, NOW, State::Nothing)]);
    let due = |kept: &Kept, at: i64| !kept.due_by_id(Time(at), 10).is_empty();
    assert!(!due(&kept, NOW + DAY), "the first page shows it");
    kept.covered = 20;
    assert!(!due(&kept, NOW + 599));
    assert!(due(&kept, NOW + 600));
    kept.note(&run(9, NOW - 60, State::Open), Time(NOW + HOUR));
    assert!(!due(&kept, NOW + 2 * HOUR));
    assert!(due(&kept, NOW + 2 * HOUR + 60));
    kept.begin(Time(NOW), Time(NOW + 36 * DAY));
    assert!(kept.open.is_empty(), "no run takes so long");
}

#[test]
fn what_is_told_of_is_asked_for_at_once_and_by_id_where_no_page_shows_it() {
    let mut kept = read(&[run(50, NOW, State::Nothing)]);
    assert_eq!(kept.due(None, 900), None);
    kept.tell(&[9, 60], Time(NOW + 60));
    assert_eq!(kept.due(None, 900), Some(Time(i64::MIN)));
    let mut kept = Kept::read(Some(&kept.write()), 7);
    kept.begin(Time(NOW - 120 * DAY), Time(NOW + 61));
    let asked = kept.due_by_id(Time(NOW + 61), 10);
    assert_eq!(asked.iter().map(|open| open.id).collect::<Vec<_>>(), [9]);
    kept.note(&failed(9, NOW + 30), Time(NOW + 61));
    kept.note(&failed(60, NOW + 30), Time(NOW + 61));
    assert!(kept.go_on(None, None) && kept.open.is_empty());
    assert_eq!(kept.due(None, 900), None, "nothing was told since");
}

#[test]
fn failed_runs_that_no_page_shows_are_asked_by_id_for_a_day() {
    let mut kept = read(&[failed(9, NOW), run(50, NOW, State::Nothing)]);
    kept.covered = 20;
    let due = |kept: &Kept, at: i64| kept.due_by_id(Time(at), 10).len();
    assert_eq!((due(&kept, NOW + HOUR - 1), due(&kept, NOW + HOUR)), (0, 1));
    kept.note(&failed(9, NOW), Time(NOW + HOUR));
    assert_eq!((due(&kept, NOW + 2 * HOUR), due(&kept, NOW + 2 * HOUR + 60)), (0, 1));
    kept.begin(Time(NOW), Time(NOW + DAY));
    assert!(kept.failed.is_empty());
    for id in 0..300 {
        kept.note(&failed(id, NOW), Time(NOW));
    }
    assert_eq!(kept.failed.first().map(|failed| failed.id), Some(200), "the last hundred");
    kept.note(&run(250, NOW, State::Open), Time(NOW));
    assert_eq!((kept.failed.len(), kept.open.len()), (99, 1), "it runs again");
}

#[test]
fn pages_of_a_search_end_at_a_thousand_and_the_next_search_begins_there() {
    let place = |until, page| Place { until, page };
    for (from, runs, more, expected) in [
        (place(None, 1), 100, true, Some(place(None, 2))),
        (place(None, 1), 40, false, None),
        // GitHub tells of no more than ten pages.
        (place(None, 10), 100, false, Some(place(Some(500), 1))),
        (place(Some(600), 10), 100, false, Some(place(Some(500), 1))),
        (place(Some(600), 10), 40, false, None),
        (place(Some(500), 10), 100, true, Some(place(Some(499), 1))),
    ] {
        assert_eq!(from.after(runs, Time(500), more), expected, "{from:?}");
    }
    assert_eq!(place(None, 1).parameters(), "");
    assert_eq!(place(Some(0), 3).parameters(), "&created=%3C%3D1970-01-01T00:00:00Z&page=3");
}
