//! What is expected before anything is collected, against what is shown then.

use super::*;

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
    }
}

#[test]
fn the_expected_series_are_an_upper_bound_that_is_hardly_missed() {
    let several = three();
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
