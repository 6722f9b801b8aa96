//! How teams work together, over small organisations of two teams.

#![allow(clippy::unwrap_used)]

use crate::evaluate::UNOWNED;
use crate::evaluate::tests::{NOW, deployment, evaluator, progress, repository, show};
use crate::evaluate::{Evaluator, Past};
use crate::exposition::FigureSet;
use delivery::domain::{
    Author, DAY, Fact, HOUR, Person, PullRequest, RepoId, Review, ReviewState, Time,
};
use delivery::measures::{Share, SpaceFigures};

/// A complete repository with a deployment, of `payments`, `search` or nobody by its name.
pub(super) fn component(id: u64, full_name: &str) -> Vec<Fact> {
    let mut facts = vec![repository(id, full_name), deployment(id, id, NOW.plus(-HOUR))];
    facts.extend(progress(id, true, NOW));
    facts
}

/// A pull request that was merged `days` ago, with its author's number and its reviewers'.
pub(super) fn pull(repo: u64, number: u32, days: i64, author: u64, reviewers: &[u64]) -> Fact {
    let merged_at = NOW.plus(-days * DAY);
    let by = |number| Author { person: Some(Person(number)), is_bot: false };
    let review =
        |number: &u64| Review { at: merged_at, state: ReviewState::Approved, author: by(*number) };
    Fact::PullRequest(PullRequest {
        repo: RepoId(repo),
        number,
        author: by(author),
        opened_at: merged_at.plus(-HOUR),
        merged_at,
        merge_commit: None,
        head: None,
        commits: Vec::new(),
        readiness: Vec::new(),
        reviews: reviewers.iter().map(review).collect(),
        reverts: Vec::new(),
        hotfix: false,
        additions: 3,
        deletions: 1,
        changed_files: 1,
        components: None,
    })
}

/// A team's figures over 7 days, unless they are withheld.
pub(super) fn of<'a>(shown: &'a FigureSet, team: &str) -> Option<&'a SpaceFigures> {
    let team = shown.teams.iter().find(|one| &*one.team == team).unwrap();
    team.figures.space.iter().find(|(window, _)| &**window == "7d").map(|(_, figures)| figures)
}

/// Person 3 of `search` reviews what persons 1, 2 and 4 of `payments` write.
pub(super) fn two_teams() -> (Evaluator, FigureSet) {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.extend(component(2, "acme/find-it"));
    facts.extend([pull(1, 1, 3, 1, &[2, 3]), pull(1, 2, 2, 2, &[3, 1]), pull(1, 3, 2, 4, &[])]);
    facts.extend([pull(2, 1, 3, 3, &[5]), pull(2, 2, 20, 3, &[])]);
    let shown = show(&mut evaluator, facts, NOW);
    (evaluator, shown)
}

#[test]
fn a_team_of_three_is_told_and_a_team_of_two_is_withheld() {
    let (_, shown) = two_teams();
    let payments = of(&shown, "payments").unwrap();
    assert_eq!((payments.merged_changes, payments.reviews), (3, 4));
    assert_eq!(payments.review_concentration, Share { part: 2, whole: 4 });
    assert_eq!(payments.cross_team_reviews, Share { part: 2, whole: 4 });
    assert!(of(&shown, "search").is_none());
    let levels = shown.components.iter().map(|one| &one.figures);
    let mut levels = levels.chain(shown.orgs.iter().map(|one| &one.figures));
    assert!(levels.all(|figures| figures.space.is_empty()), "it is told of teams only");
}

#[test]
fn news_of_one_team_move_its_people_and_so_change_anothers_figures() {
    let (mut evaluator, _) = two_teams();
    // Person 3 writes more for `payments` than for `search` now.
    let news = (10..13).map(|number| pull(1, number, 1, 3, &[])).collect();
    let shown = show(&mut evaluator, news, NOW);
    assert_eq!(of(&shown, "payments").unwrap().cross_team_reviews, Share { part: 0, whole: 4 });
    // Person 2 writes most for `search`; nothing of `payments` is news.
    let news = (10..13).map(|number| pull(2, number, 1, 2, &[])).collect();
    let shown = show(&mut evaluator, news, NOW);
    assert_eq!(of(&shown, "payments").unwrap().cross_team_reviews, Share { part: 1, whole: 4 });
    assert_eq!(of(&shown, "search").unwrap().merged_changes, 4);
}

#[test]
fn a_component_that_moves_takes_its_changes_with_it_and_a_team_without_any_is_gone() {
    let (mut evaluator, _) = two_teams();
    let shown = show(&mut evaluator, vec![repository(2, "acme/pay-find")], NOW);
    assert!(shown.teams.iter().all(|team| &*team.team == "payments"));
    let payments = of(&shown, "payments").unwrap();
    assert_eq!((payments.merged_changes, payments.cross_team_reviews.part), (4, 0));
    let shown = show(&mut evaluator, vec![repository(2, "acme/find-it")], NOW);
    assert_eq!(of(&shown, "payments").unwrap().cross_team_reviews.part, 2);
}

#[test]
fn what_nobody_owns_is_told_without_an_outside() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/website");
    facts.extend(component(2, "acme/find-it"));
    facts.extend([pull(1, 1, 3, 1, &[2]), pull(1, 2, 3, 4, &[]), pull(2, 1, 3, 1, &[2])]);
    let shown = show(&mut evaluator, facts, NOW);
    let unowned = of(&shown, UNOWNED).unwrap();
    assert_eq!((unowned.merged_changes, unowned.cross_team_reviews.ratio()), (2, None));
}

#[test]
fn windows_slide_without_news_until_too_few_are_left() {
    let (mut evaluator, _) = two_teams();
    let told = |evaluator: &mut Evaluator, days: i64| {
        let now = NOW.plus(days * DAY);
        let news = [1, 2].into_iter().flat_map(|repo| progress(repo, true, now)).collect();
        let shown = show(evaluator, news, now);
        of(&shown, "payments").map(|figures| figures.merged_changes)
    };
    assert_eq!([3, 4, 5].map(|days| told(&mut evaluator, days)), [Some(3), Some(2), None]);
}

#[test]
fn the_past_has_them_so_far_as_it_is_known() {
    let (mut evaluator, _) = two_teams();
    let at = NOW.plus(DAY);
    let mut shown = |days: i64| {
        let past = Past { from: at, to: at, step: DAY, known_since: Time(at.0 - days * DAY) };
        evaluator.figures_at(at, &past)
    };
    let ratio = |shown: &FigureSet| of(shown, "payments").map(|it| it.cross_team_reviews.ratio());
    assert_eq!(ratio(&shown(90)), Some(Some(0.5)));
    assert_eq!(ratio(&shown(89)), Some(None), "whose home is where takes 90 days to tell");
    assert_eq!(ratio(&shown(6)), None);
}
