//! Whose counts are whose when components move, leave and vanish, and of incidents without one.

use super::*;
use crate::exposition::{FigureSet, SettledFigures};

const BIRTH: Time = NOW;

/// A repository with a component that deployed before its birth, and its progress.
fn born(id: u64, full_name: &str) -> Vec<Fact> {
    component(id, full_name)
}

/// All of these repositories are collected through `t`.
fn collected(repositories: &[u64], t: Time) -> Vec<Fact> {
    repositories.iter().flat_map(|repo| progress(*repo, true, t)).collect()
}

fn deployments(figures: &[(Arc<str>, Arc<SettledFigures>)]) -> Vec<(&str, u64)> {
    figures.iter().map(|(name, settled)| (&**name, settled.deployments)).collect()
}

/// An evaluator with one born component in `acme/website`, and one deployment counted for it.
fn website() -> Evaluator {
    let mut evaluator = evaluator();
    show(&mut evaluator, born(1, "acme/website"), BIRTH);
    let mut news = vec![deployment(1, 9, BIRTH.plus(HOUR))];
    news.extend(collected(&[1], BIRTH.plus(DAY)));
    let shown = show(&mut evaluator, news, BIRTH.plus(DAY));
    assert_eq!(deployments(&shown.components[0].settled), [(UNOWNED, 1)]);
    assert_eq!(deployments(&shown.settled_teams), [(UNOWNED, 1)]);
    assert_eq!(deployments(&shown.settled_orgs), [("acme", 1)]);
    evaluator
}

/// Another deployment of it, and everything collected a day later.
fn another(evaluator: &mut Evaluator, mut facts: Vec<Fact>) -> FigureSet {
    facts.push(deployment(1, 10, BIRTH.plus(DAY + HOUR)));
    facts.extend(collected(&[1], BIRTH.plus(2 * DAY)));
    show(evaluator, facts, BIRTH.plus(2 * DAY))
}

#[test]
fn everything_is_shown_at_zero_from_birth() {
    let mut evaluator = evaluator();
    let shown = show(&mut evaluator, born(1, "acme/pay-api"), BIRTH);
    let zero = SettledFigures::default();
    let all = [&shown.components[0].settled, &shown.settled_teams, &shown.settled_orgs];
    for (level, name) in all.into_iter().zip(["payments", "payments", "acme"]) {
        let found: Vec<_> = level.iter().map(|(name, settled)| (&**name, &**settled)).collect();
        assert_eq!(found, [(name, &zero)]);
    }
}

#[test]
fn a_component_that_moves_keeps_its_former_teams_series() {
    let mut evaluator = website();
    let shown = another(&mut evaluator, vec![repository(1, "acme/pay-web")]);
    let expected = [("payments", 1), (UNOWNED, 1)];
    assert_eq!(&*shown.components[0].labels.repo, "acme/pay-web");
    assert_eq!(deployments(&shown.components[0].settled), expected);
    assert_eq!(deployments(&shown.settled_teams), expected);
    assert_eq!(deployments(&shown.settled_orgs), [("acme", 2)]);
    assert!(shown.teams.iter().all(|team| &*team.team == "payments"));
}

#[test]
fn a_former_teams_series_end_without_news_of_the_component_and_with_it() {
    let mut evaluator = website();
    another(&mut evaluator, vec![repository(1, "acme/pay-web")]);
    let shown_at_end_of = |evaluator: &mut Evaluator, at: Time| {
        evaluator.end_former_owners(at);
        let shown = show(evaluator, Vec::new(), BIRTH.plus(2 * DAY));
        (shown.components[0].settled.len(), shown.settled_teams.len())
    };
    assert_eq!(shown_at_end_of(&mut evaluator, BIRTH.plus(HOUR - 1)), (2, 2));
    assert_eq!(shown_at_end_of(&mut evaluator, BIRTH.plus(HOUR)), (1, 1));
    assert_eq!(shown_at_end_of(&mut evaluator, BIRTH), (2, 2), "the clock was set back");
}

#[test]
fn a_transfer_leaves_what_was_counted_with_its_organisation() {
    let mut evaluator = website();
    let shown = another(&mut evaluator, vec![repository(1, "globex/website")]);
    assert_eq!(deployments(&shown.settled_orgs), [("acme", 1), ("globex", 1)]);
    assert_eq!(deployments(&shown.components[0].settled), [(UNOWNED, 2)]);
}

#[test]
fn what_is_gone_or_excluded_leaves_its_counts_to_team_and_organisation() {
    for state in [RepositoryState::Gone, RepositoryState::Excluded] {
        let mut evaluator = website();
        let Fact::Repository(gone) = repository(1, "acme/website") else { unreachable!() };
        let gone = Fact::Repository(Repository { state, ..gone });
        let shown = another(&mut evaluator, vec![gone]);
        assert!(shown.components.is_empty() && shown.teams.is_empty());
        assert_eq!(deployments(&shown.settled_teams), [(UNOWNED, 1)]);
        assert_eq!(deployments(&shown.settled_orgs), [("acme", 1)]);
    }
}

#[test]
fn unmapped_incidents_count_once_and_for_levels_that_have_components_only() {
    let mut evaluator = evaluator();
    let mut facts = born(1, "acme/website");
    facts.push(repository(2, "acme/incidents"));
    facts.extend(collected(&[2], BIRTH));
    show(&mut evaluator, facts, BIRTH);
    let opened = |id: &str, hours: i64, component: Option<&str>| {
        let Fact::Incident(incident) = incident(id, 2, component) else { unreachable!() };
        Fact::Incident(Incident { opened_at: BIRTH.plus(hours * HOUR), ..incident })
    };
    let incidents = |shown: &FigureSet| {
        let of = |figures: &[(Arc<str>, Arc<SettledFigures>)]| -> u64 {
            figures.iter().map(|(_, settled)| settled.incidents).sum()
        };
        let of_component = of(&shown.components[0].settled);
        (of_component, of(&shown.settled_teams), of(&shown.settled_orgs))
    };
    // The incidents' team has no component; its organisation has.
    let mut news = vec![opened("before", -1, None), opened("a", 1, None)];
    news.extend(collected(&[1, 2], BIRTH.plus(DAY)));
    let shown = show(&mut evaluator, news, BIRTH.plus(DAY));
    assert_eq!(incidents(&shown), (0, 0, 1));
    // Mapped later, it is not counted again; one behind the frontier changes gauges only.
    let mut news = vec![opened("a", 1, Some("website")), opened("late", 2, None)];
    news.extend([opened("b", 30, Some("website")), opened("c", 31, None)]);
    news.extend(collected(&[1, 2], BIRTH.plus(2 * DAY)));
    let shown = show(&mut evaluator, news, BIRTH.plus(2 * DAY));
    assert_eq!(incidents(&shown), (1, 1, 3));
}

#[test]
fn a_component_waits_for_the_repositories_in_which_its_incidents_live() {
    let mut evaluator = evaluator();
    let mut facts = born(1, "acme/website");
    facts.push(repository(2, "acme/incidents"));
    facts.push(incident("i", 2, Some("website")));
    facts.extend(collected(&[2], BIRTH));
    show(&mut evaluator, facts, BIRTH);
    let mut news = vec![deployment(1, 9, BIRTH.plus(HOUR))];
    news.extend(collected(&[1], BIRTH.plus(DAY)));
    let shown = show(&mut evaluator, news, BIRTH.plus(DAY));
    assert_eq!(deployments(&shown.settled_orgs), [("acme", 0)]);
    let shown = show(&mut evaluator, collected(&[2], BIRTH.plus(DAY)), BIRTH.plus(DAY));
    assert_eq!(deployments(&shown.settled_orgs), [("acme", 1)]);
}
