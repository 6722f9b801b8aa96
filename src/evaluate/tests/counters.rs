//! Counters and histograms over a random organisation: whenever it is evaluated, and whenever the
//! process dies, the same is settled.

mod retention;

use super::world::{BIRTH, END, Event, event, facts_at};
use super::*;
use crate::exposition::{FigureSet, SettledFigures};
use crate::store::{Birth, SettledRow};
use proptest::prelude::*;

/// What a store keeps.
#[derive(Default)]
struct Kept {
    /// The memory of what was counted.
    rows: Vec<SettledRow>,
    /// Everything that totals have added up.
    counted: Vec<SettledRow>,
    births: BTreeMap<ComponentId, Birth>,
}

impl Kept {
    /// Writes what is not there yet, and gives the places of the rest.
    fn write(&mut self, due: &Settlement) -> Vec<usize> {
        let (mut repeated, mut leader_is_new) = (Vec::new(), true);
        for (place, one) in due.observations().into_iter().enumerate() {
            let of = |row: &SettledRow| (row.family.clone(), row.subject.clone());
            let is_known = self.rows.iter().any(|row| of(row) == of(&one.row));
            let is_new = !is_known && (leader_is_new || !one.follows);
            if !one.follows {
                leader_is_new = is_new;
            }
            if is_new {
                self.rows.push(one.row.clone());
                self.counted.push(one.row);
            } else {
                repeated.push(place);
            }
        }
        for birth in &due.births {
            self.births.insert(birth.component.clone(), birth.clone());
        }
        repeated
    }

    fn read(&self) -> Evaluator {
        let mut settled = Settled::stored(self.births.values().cloned().collect());
        settled.add(&self.counted);
        Evaluator { settled, ..evaluator() }
    }

    /// What was settled, by family and subject.
    fn by_subject(&self) -> BTreeMap<(&str, &str), &SettledRow> {
        let rows = self.rows.iter().map(|row| ((row.family.as_str(), row.subject.as_str()), row));
        let rows: BTreeMap<_, _> = rows.collect();
        assert_eq!(rows.len(), self.rows.len(), "a subject settled twice");
        rows
    }
}

/// What happens at an evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Lives,
    WritingFails,
    DiesAfterShowing,
    DiesBetweenWritingAndShowing,
    DiesBeforeWriting,
}

/// Evaluates at each instant what has come by then; returns what is kept and what is shown last.
fn run(events: &[Event], instants: &[(Time, Fate)]) -> (Kept, FigureSet) {
    let mut kept = Kept::default();
    let mut evaluator = kept.read();
    for (now, fate) in instants {
        facts_at(events, *now).into_iter().for_each(|fact| evaluator.absorb(fact));
        let due = evaluator.evaluate(*now);
        let repeated = match fate {
            Fate::DiesBeforeWriting | Fate::WritingFails => Vec::new(),
            _ => kept.write(&due),
        };
        match fate {
            Fate::Lives => evaluator.settle(due.without(&repeated)),
            // The next evaluation tries again.
            Fate::WritingFails => {}
            _ => evaluator = kept.read(),
        }
    }
    facts_at(events, END).into_iter().for_each(|fact| evaluator.absorb(fact));
    let due = evaluator.evaluate(END);
    let repeated = kept.write(&due);
    evaluator.settle(due.without(&repeated));
    let shown = evaluator.figures();
    (kept, shown)
}

/// The settled figures of all levels.
fn settled(shown: &FigureSet) -> Vec<(String, SettledFigures)> {
    let components = shown.components.iter().flat_map(|one| {
        let repo = &one.labels.repo;
        one.settled.iter().map(move |(team, settled)| (format!("{repo} {team}"), settled))
    });
    let teams = shown.settled_teams.iter().map(|(team, settled)| (format!("team {team}"), settled));
    let orgs = shown.settled_orgs.iter().map(|(org, settled)| (format!("org {org}"), settled));
    let all = components.chain(teams).chain(orgs);
    all.map(|(name, settled)| (name, SettledFigures::clone(settled))).collect()
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Lives),
        1 => Just(Fate::WritingFails),
        1 => Just(Fate::DiesAfterShowing),
        1 => Just(Fate::DiesBetweenWritingAndShowing),
        1 => Just(Fate::DiesBeforeWriting),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whenever_it_is_evaluated_and_whenever_it_dies_the_same_is_settled(
        events in prop::collection::vec(event(), 1..40),
        mut instants in prop::collection::vec((1..16 * DAY, fate()), 0..30),
    ) {
        instants.sort_unstable_by_key(|(after, _)| *after);
        let mut often = vec![(BIRTH, Fate::Lives)];
        often.extend(instants.iter().map(|(after, fate)| (BIRTH.plus(*after), *fate)));
        let (kept, shown) = run(&events, &often);
        let (expected, at_once) = run(&events, &[(BIRTH, Fate::Lives)]);
        prop_assert_eq!(kept.by_subject(), expected.by_subject());
        prop_assert_eq!(settled(&shown), settled(&at_once));
        let (_, again) = run(&events, &[often, vec![(END, Fate::DiesAfterShowing)]].concat());
        prop_assert_eq!(settled(&again), settled(&shown));
    }

    #[test]
    fn no_counter_ever_decreases_and_levels_are_sums(
        events in prop::collection::vec(event(), 1..40),
        mut instants in prop::collection::vec(1..16 * DAY, 1..12),
    ) {
        instants.sort_unstable();
        let mut evaluator = evaluator();
        let mut before: BTreeMap<String, SettledFigures> = BTreeMap::new();
        for now in [0].into_iter().chain(instants).map(|after| BIRTH.plus(after)) {
            let shown = show(&mut evaluator, facts_at(&events, now), now);
            let now: BTreeMap<String, SettledFigures> = settled(&shown).into_iter().collect();
            for (name, figures) in &before {
                prop_assert!(figures.deployments <= now[name].deployments);
                prop_assert!(figures.incidents <= now[name].incidents);
                prop_assert!(figures.change_lead_time.count() <= now[name].change_lead_time.count());
                prop_assert!(figures.time_to_restore.sum() <= now[name].time_to_restore.sum());
            }
            let sum = |start: &str, read: fn(&SettledFigures) -> u64| {
                let of = now.iter().filter(|(name, _)| name.starts_with(start));
                of.map(|(_, figures)| read(figures)).sum::<u64>()
            };
            let deployments = |start| sum(start, |figures| figures.deployments);
            prop_assert_eq!(deployments("acme/"), deployments("org "));
            prop_assert_eq!(deployments("team "), deployments("org "));
            let incidents = |start| sum(start, |figures| figures.incidents);
            prop_assert!(incidents("acme/") <= incidents("team "));
            prop_assert_eq!(incidents("team "), incidents("org "));
            before = now;
        }
    }
}
