//! Gauges over a random organisation: kept current piece by piece they are what a fresh start shows.

use super::world::{BIRTH, Event, event_naming_anything, facts_at};
use super::*;
use crate::exposition::FigureSet;
use proptest::prelude::*;

/// What is told at an evaluation.
#[derive(Clone, Debug)]
struct Told {
    /// How much later it is than at the one before; earlier, where the clock was set back.
    minutes: i64,
    /// Whether the facts of each repository are told; what is not told lags.
    told: [bool; 4],
    /// A repository that is renamed to another's name, to another team's, is gone, or back.
    renamed: Option<(u64, u8)>,
    /// A repository whose backfill starts again.
    incomplete: Option<u64>,
}

fn told() -> impl Strategy<Value = Told> {
    let minutes = prop_oneof![4 => 0..30_i64, 3 => 0..3_000_i64, 1 => -60..0_i64];
    (
        minutes,
        any::<[bool; 4]>(),
        prop::option::weighted(0.3, (1..5_u64, 0..6_u8)),
        prop::option::weighted(0.1, 1..5_u64),
    )
        .prop_map(|(minutes, told, renamed, incomplete)| Told {
            minutes,
            told,
            renamed,
            incomplete,
        })
}

fn facts_of(told: &Told, events: &[Event], now: Time) -> Vec<Fact> {
    let is_told = |fact: &Fact| {
        let place = fact.repo().and_then(|repo| usize::try_from(repo.0 - 1).ok());
        place.and_then(|place| told.told.get(place)).is_some_and(|told| *told)
    };
    let mut facts: Vec<Fact> = facts_at(events, now).into_iter().filter(is_told).collect();
    facts.extend(told.renamed.map(|(id, name)| {
        let names = [
            "acme/pay-api",
            "acme/website",
            "acme/pay-web",
            "globex/website",
            "acme/find-it",
            "acme/gone",
        ];
        let name = names[usize::from(name)];
        let Fact::Repository(one) = repository(id, name) else { unreachable!() };
        let state =
            if name == "acme/gone" { RepositoryState::Gone } else { RepositoryState::Active };
        Fact::Repository(Repository { state, ..one })
    }));
    facts.extend(told.incomplete.into_iter().flat_map(|repo| progress(repo, false, now)));
    facts
}

/// All that gauges are told from.
fn gauges(shown: &FigureSet) -> String {
    let components = shown.components.iter().map(|one| (&one.labels, &one.figures, &one.seed));
    let components: Vec<_> = components.collect();
    format!("{components:#?}\n{:#?}\n{:#?}\n{:#?}", shown.teams, shown.orgs, shown.repositories)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_kept_current_is_what_a_fresh_start_shows(
        events in prop::collection::vec(event_naming_anything(), 1..30),
        all in prop::collection::vec(told(), 1..15),
    ) {
        let (mut evaluator, mut now, mut known) = (evaluator(), BIRTH, Vec::new());
        for told in all {
            now = now.plus(told.minutes * MINUTE);
            let facts = facts_of(&told, &events, now);
            known.extend(facts.iter().cloned());
            let kept = show(&mut evaluator, facts, now);
            let fresh = show(&mut super::evaluator(), known.clone(), now);
            prop_assert_eq!(gauges(&kept), gauges(&fresh));
        }
    }
}

/// Deployments of the week at `now`, with nothing told since.
fn deployments(evaluator: &mut Evaluator, now: Time) -> [u64; 2] {
    let shown = show(evaluator, Vec::new(), now);
    [&shown.components[0].figures, &shown.teams[0].figures].map(|it| it.windows[0].1.deployments)
}

#[test]
fn a_window_slides_without_news() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.push(deployment(1, 9, NOW.plus(-7 * DAY + 5 * MINUTE)));
    show(&mut evaluator, facts, NOW);
    assert_eq!(deployments(&mut evaluator, NOW.plus(5 * MINUTE - 1)), [2, 2]);
    assert_eq!(deployments(&mut evaluator, NOW.plus(5 * MINUTE)), [1, 1]);
}

#[test]
fn figures_go_back_to_the_time_of_the_data_once_these_are_old() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.push(deployment(1, 9, NOW.plus(-MINUTE)));
    facts.extend(progress(1, true, NOW.plus(-10 * MINUTE)));
    show(&mut evaluator, facts, NOW);
    assert_eq!(deployments(&mut evaluator, NOW.plus(5 * MINUTE)), [2, 2]);
    assert_eq!(deployments(&mut evaluator, NOW.plus(5 * MINUTE + 1)), [1, 1]);
}

#[test]
fn a_clock_that_is_set_back_shows_what_was_then() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    facts.push(deployment(1, 9, NOW.plus(-3 * HOUR)));
    show(&mut evaluator, facts, NOW);
    assert_eq!(deployments(&mut evaluator, NOW.plus(-HOUR - 1)), [1, 1]);
    assert_eq!(deployments(&mut evaluator, NOW.plus(-HOUR)), [2, 2]);
}

#[test]
fn the_original_histogram_is_primed_in_time_without_news() {
    let mut evaluator = evaluator();
    let mut facts = component(1, "acme/pay-api");
    let Fact::Repository(one) = repository(1, "acme/pay-api") else { unreachable!() };
    let Fact::Commit(child) = commit(1, 9) else { unreachable!() };
    let parents = vec![Oid([1; 20])];
    facts.push(Fact::Repository(Repository { head: Some(Oid([9; 20])), ..one }));
    facts.extend([commit(1, 1), Fact::Commit(Commit { parents, ..child })]);
    facts.push(deployment(1, 1, NOW.plus(-2 * HOUR)));
    facts.push(deployment(1, 9, NOW.plus(-HOUR)));
    show(&mut evaluator, facts, NOW);
    let mut primed = |after: i64, news: Vec<Fact>| {
        let shown = show(&mut evaluator, news, NOW.plus(after));
        shown.components[0].settled[0].1.lead_time_hours.count()
    };
    assert_eq!([299, 300, 301].map(|after| primed(after, Vec::new())), [0, 1, 1]);
    // What shipped before the birth and is collected now enters once the frontier moves.
    let Fact::Repository(one) = repository(1, "acme/pay-api") else { unreachable!() };
    let Fact::Commit(child) = commit(1, 8) else { unreachable!() };
    let parents = vec![Oid([9; 20])];
    let news = vec![
        Fact::Repository(Repository { head: Some(Oid([8; 20])), ..one }),
        Fact::Commit(Commit { parents, ..child }),
        deployment(1, 8, NOW.plus(-MINUTE)),
    ];
    assert_eq!(primed(400, news), 1);
    let through = 15 * MINUTE + 1;
    assert_eq!(primed(through, progress(1, true, NOW.plus(through))), 2);
}
