//! What is expected before anything is collected, against what is shown then.

use super::*;
use delivery::domain::Dimension;
use delivery::measures::{GroupFigures, Score, SurveyFigures, UnrelatedWork};

/// Three components of three teams, and a survey of one.
pub(super) fn three() -> FigureSet {
    let components =
        [("payments", "acme/pay", 1), ("search", "acme/find", 20), ("ops\n\"", "acme/o\\ps", 80)];
    FigureSet { surveys: surveys(), ..set(&components) }
}

fn surveys() -> Arc<[SurveyFigures]> {
    let score = Score { question: "tools".into(), dimension: Dimension::Efficiency, ratio: 0.5 };
    let hours = UnrelatedWork { p50: Some(3_600), p85: Some(7_200), p95: None, mean: 4_000.5 };
    let figures = GroupFigures {
        responses: 7,
        invited: Some(9),
        scores: vec![score],
        unrelated_work: Some(hours),
    };
    let teams = vec![("ops\n\"".into(), figures)];
    [SurveyFigures { name: "2026Q3".into(), closed: T, teams, whole: None }].into()
}

/// The health of a catalog, with as many values of each label as are expected.
pub(super) fn platform() -> PlatformFigures {
    let named = |names: [&str; 3]| names.map(|name| (name.to_owned(), 1)).to_vec();
    PlatformFigures {
        components: named(["experimental", "production", "unknown"]),
        unowned: 1,
        stale: named(["not_deployed", "owner_unknown", "repository_gone"]),
        without: named(["docs", "oncall", "slo"]),
        golden_path: named(["frontend", "library", "service"]),
        workflows: ["branch", "sha", "tag"]
            .map(|pin| (["external", pin].map(str::to_owned), 1))
            .to_vec(),
        self_service: Some(SettledFigures::default().all_self_service()),
    }
}

#[test]
fn the_expected_series_are_an_upper_bound_that_is_hardly_missed() {
    // How many teams a survey has is not known.
    let several = FigureSet { surveys: Arc::default(), ..three() };
    let subjects =
        Subjects { components: 3, teams: 3, orgs: 1, repositories: 3, templates: 3, workflows: 1 };
    for component_detail in
        [ComponentDetail::Standard, ComponentDetail::Full, ComponentDetail::None]
    {
        let exposure = Exposure { component_detail, ..FULL };
        let (actual, expected) =
            (encode(&several, &exposure, None).series(), expected_series(subjects, 3, &exposure));
        // One of the components deployed too long ago to have data in every window.
        assert!(actual <= expected && expected <= actual + actual / 2, "{actual} {expected}");
    }
    let one =
        Subjects { components: 1, teams: 1, orgs: 1, repositories: 1, templates: 3, workflows: 1 };
    let newest = set(&[("payments", "acme/pay", 1)]);
    let missing = expected_series(one, 3, &FULL) - encode(&newest, &FULL, None).series();
    // A window of 7 days has no weekdays per week.
    assert_eq!(missing, 3);
}
