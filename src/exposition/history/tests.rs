#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::ComponentDetail;
use crate::exposition::{RepositoryState, SettledFigures};
use std::sync::Arc;

const STANDARD: Exposure = Exposure {
    component_detail: ComponentDetail::Standard,
    seed_surface: true,
    max_series: 0,
    created_timestamps: true,
};

/// Two repositories, of which one is read to the end, and what a team with a hostile name counted.
fn set(backfill_complete: bool) -> FigureSet {
    let repository = |repo: &str, backfill_complete| RepositoryState {
        repo: Arc::from(repo),
        backfill_complete,
    };
    let settled = SettledFigures { deployments: 3, ..SettledFigures::default() };
    FigureSet {
        repositories: vec![repository("acme/web", true), repository("acme/api", backfill_complete)],
        settled_teams: vec![(Arc::from("a\"\nb"), Arc::new(settled))],
        ..FigureSet::default()
    }
}

fn written(instants: &[i64]) -> (String, Written) {
    let mut past = PastFigures::new(STANDARD);
    for (number, at) in instants.iter().enumerate() {
        past.add(&set(number > 0), Time(*at)).unwrap();
    }
    let mut out = Vec::new();
    let written = past.write(&mut out).unwrap();
    (String::from_utf8(out).unwrap(), written)
}

#[test]
fn the_samples_of_a_series_stand_together_in_the_order_of_time() {
    let (text, counted) = written(&[1_000, 2_000]);
    let complete: Vec<&str> =
        text.lines().filter(|line| line.starts_with("dora_exporter_backfill_complete")).collect();
    assert_eq!(
        complete,
        [
            "dora_exporter_backfill_complete{repo=\"acme/api\"} 0 1000",
            "dora_exporter_backfill_complete{repo=\"acme/api\"} 1 2000",
            "dora_exporter_backfill_complete{repo=\"acme/web\"} 1 1000",
            "dora_exporter_backfill_complete{repo=\"acme/web\"} 1 2000",
        ]
    );
    assert_eq!(counted.instants, 2);
    let samples = text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(counted.samples, samples as u64);
}

#[test]
fn the_buckets_of_a_histogram_stay_in_their_order_within_an_instant() {
    let (text, _) = written(&[1_000, 2_000]);
    let name = "dora_team_time_to_restore_seconds";
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(name)).collect();
    let (first, second) = lines.split_at(lines.len() / 2);
    assert!(first[0].contains("le=\"300.0\"") && first[0].ends_with(" 0 1000"), "{}", first[0]);
    assert!(first.iter().all(|line| line.ends_with(" 1000")), "{first:?}");
    assert!(second.iter().all(|line| line.ends_with(" 2000")), "{second:?}");
    assert!(first.last().unwrap().starts_with(&format!("{name}_count{{")), "{first:?}");
}

#[test]
fn a_family_is_told_once_and_one_without_samples_not_at_all() {
    let (text, _) = written(&[1_000, 2_000]);
    assert_eq!(text.matches("# TYPE dora_team_deployments counter\n").count(), 1);
    assert!(!text.contains("dora_org_"), "{text}");
    assert!(!text.contains("_created"), "{text}");
    assert!(text.contains("dora_team_deployments_total{team=\"a\\\"\\nb\"} 3 1000\n"), "{text}");
    assert!(text.ends_with("\n# EOF\n"));
}
