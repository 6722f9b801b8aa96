//! How a team works together: shown of teams, by window, and not where it is withheld.

use super::*;
use delivery::domain::{Author, OpenPullRequest, Person, TeamName};
use delivery::ledger::{MergedChange, ReviewOf, Scope};
use delivery::measures::{
    CiContribution, CiOutcome, CiPool, CiRun, Homes, OpenChanges, SpaceFigures, SpacePool, Whose,
};
use std::collections::BTreeSet;

/// A change with a review by somebody of the team.
pub(super) fn merged(at: Time) -> Vec<MergedChange> {
    let review = ReviewOf { reviewer: Some(Person(1)), requests_changes: true };
    vec![MergedChange {
        merged_at: at,
        author: Some(Person(2)),
        first_review: Some(60),
        reviews: [review].into(),
        lines: 7,
    }]
}

/// The figures of a team with one component, however few contribute.
pub(super) fn of_a_team(history: &History) -> Vec<(Arc<str>, SpaceFigures)> {
    let windows = evaluated_windows(&[]);
    let mut pool = SpacePool::new(&windows);
    let contribution = Contribution::of(&Member::component(history, T), &windows);
    pool.replace(&[Replacement { old: None, new: Some(&contribution) }]);
    let (mut homes, team) = (Homes::default(), TeamName::from("own"));
    homes.set(Person(1), &team, 1);
    let whose = Whose { team: Some(&team), homes: &homes, least: 1, is_past: false };
    let labels = [("7d", 7), ("30d", 30), ("90d", 90)];
    let runs = [(1, CiOutcome::Passed), (2, CiOutcome::PassedAgain)];
    let runs = runs.map(|(check, outcome)| CiRun { check, ended_at: T, seconds: 90, outcome });
    let (runs, _) = CiContribution::of(&runs, &windows, T);
    let mut ci = CiPool::new(&windows);
    ci.replace(&[(None, Some(&runs))]);
    let told = labels.map(|(text, days)| {
        let window = Window::days(days);
        let figures = pool.figures(window, whose)?;
        Some((Arc::from(text), SpaceFigures { ci: ci.figures(window), ..figures }))
    });
    told.into_iter().flatten().collect()
}

/// What a team has open: a draft, and what is older and nobody reviewed.
pub(super) fn open() -> OpenChanges {
    let pull = |number, is_draft| OpenPullRequest {
        number,
        author: Author { person: Some(Person(1)), is_bot: false },
        opened_at: Time(1_000 + i64::from(number)),
        is_draft,
        decision: None,
        reviews: Vec::new(),
        components: None,
    };
    OpenChanges::of(&[pull(1, true), pull(2, false)], Scope::Repository, &BTreeSet::new())
}

#[test]
fn a_team_has_its_windows_and_one_that_is_withheld_is_absent_for_every_family() {
    let mut set = set(&[("payments", "acme/pay", 1)]);
    let text = plain(&encode(&set, &FULL, None));
    for line in [
        "space_window_merged_changes{team=\"payments\",window=\"7d\"} 1\n",
        "space_window_first_review_seconds{team=\"payments\",window=\"7d\",stat=\"p50\"} 60\n",
        "space_window_cross_team_review_ratio{team=\"payments\",window=\"7d\"} 0\n",
        "space_window_flow_efficiency_ratio{team=\"payments\",window=\"7d\"} 0.5\n",
        "space_window_ci_duration_seconds{team=\"payments\",window=\"7d\",stat=\"mean\"} 90\n",
        "space_window_ci_failure_ratio{team=\"payments\",window=\"7d\"} 0.5\n",
        "space_window_ci_rerun_success_ratio{team=\"payments\",window=\"7d\"} 1\n",
    ] {
        assert!(text.contains(line), "{line}");
    }
    Arc::make_mut(&mut set.teams[0]).figures.space.remove(0);
    let text = plain(&encode(&set, &FULL, None));
    let of = |window: &str| {
        let label = format!("window=\"{window}\"");
        text.lines().filter(|it| it.starts_with("space_") && it.contains(&label)).count()
    };
    assert_eq!((of("7d"), of("30d")), (0, 25));
}

#[test]
fn open_changes_have_every_state_and_are_absent_where_they_are_withheld() {
    let mut set = set(&[("payments", "acme/pay", 1)]);
    let told = |set: &FigureSet| {
        let text = plain(&encode(set, &FULL, None));
        let lines = text.lines().filter(|line| line.starts_with("space_o"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = [
        "space_open_changes{team=\"payments\",state=\"draft\"} 1",
        "space_open_changes{team=\"payments\",state=\"waiting_review\"} 1",
        "space_open_changes{team=\"payments\",state=\"in_review\"} 0",
        "space_open_changes{team=\"payments\",state=\"approved\"} 0",
        "space_oldest_open_change_timestamp_seconds{team=\"payments\"} 1001",
    ];
    assert_eq!(told(&set), expected);
    Arc::make_mut(&mut set.teams[0]).figures.open_changes = None;
    assert!(told(&set).is_empty());
}
