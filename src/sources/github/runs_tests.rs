//! Tests of `runs`, beside it.

#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

#[test]
fn a_list_goes_on_at_the_time_of_its_last_element_and_pages_within_a_second() {
    let at = |seconds: i64| json!({ "created_at": iso8601(Time(1_800_000_000 + seconds)) });
    let first = Slice::of(None);
    assert!(first.is_first());
    assert_eq!(first.parameters(), "");
    let cursor = first.after(&[at(9), at(5)]).unwrap();
    let second = Slice::of(Some(&cursor));
    assert_eq!(second, Slice { until: Some(Time(1_800_000_005)), page: 1 });
    assert_eq!(second.parameters(), "&created=%3C%3D2027-01-15T08:00:05Z");
    let same = second.after(&[at(5), at(5)]).unwrap();
    let third = Slice::of(Some(&same));
    assert_eq!(third.parameters(), "&created=%3C%3D2027-01-15T08:00:05Z&page=2");
    assert_eq!(third.after(&[at(5), at(4)]).unwrap(), "2027-01-15T08:00:04Z 1");
    assert_eq!(third.after(&[]), None);
}

#[test]
fn a_name_is_part_of_a_path_whatever_it_holds() {
    assert_eq!(encoded("release/1.x & more?"), "release%2F1.x%20%26%20more%3F");
    assert_eq!(encoded("größe"), "gr%C3%B6%C3%9Fe");
}

#[test]
fn only_runs_that_the_first_page_does_not_show_are_asked_one_by_one() {
    let known = Known::default();
    let path = |run: u64| format!("/repositories/7/actions/runs/{run}");
    assert_eq!(uncovered(&known, &path(50)), Some(path(50)), "nothing was read yet");
    known.note(RepoId(7), |one| {
        (one.covered, one.full_name) = (Some(50), Some("acme/shop".into()));
    });
    assert_eq!(uncovered(&known, &path(50)), None);
    let by_name = "/repos/acme/shop/actions/runs/49".to_owned();
    assert_eq!(uncovered(&known, &path(49)), Some(by_name));
    assert_eq!(uncovered(&known, "/nonsense"), None);
}
