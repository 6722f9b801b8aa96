//! What settles of infrastructure, when, and that it settles once.

#![allow(clippy::unwrap_used)]

use super::super::settling::Settled;
use super::super::tests::{NOW, evaluator, progress, repository, show};
use super::super::{Evaluator, retention::is_gone};
use super::*;
use crate::config::{ConfigFile, SelfService, Sources, load_offline};
use delivery::domain::{DAY, Fact, HOUR, MINUTE, PullNumber};
use std::collections::BTreeSet;

fn rules(pattern: &str) -> SelfService {
    let text = format!("[[platform.self_service]]\nrepositories = [\"{pattern}\"]\n");
    let file = Some(ConfigFile::Text { name: "rules".to_owned(), text });
    load_offline(&Sources { file, ..Sources::default() }).unwrap().platform.self_service
}

fn evaluator_of(pattern: &str) -> Evaluator {
    let mut evaluator = evaluator();
    evaluator.rules.self_service = rules(pattern);
    evaluator
}

/// Merged at an instant, opened a day before, and applied so many seconds after the merge.
fn pull(number: PullNumber, merged_at: Time, applied: Option<i64>) -> Fact {
    Fact::InfrastructurePull(InfrastructurePull {
        repo: RepoId(1),
        number,
        node_id: "PR_1".into(),
        opened_at: merged_at.plus(-DAY),
        merged_at,
        applied_at: applied.map(|seconds| merged_at.plus(seconds)),
    })
}

fn born() -> Vec<Fact> {
    [vec![repository(1, "acme/infra")], progress(1, true, NOW)].concat()
}

/// Count and sum of what is shown.
fn shown(evaluator: &mut Evaluator, facts: Vec<Fact>, now: Time) -> Option<(u64, f64)> {
    let figures = show(evaluator, facts, now);
    figures.platform.self_service.map(|times| (times.count(), times.sum()))
}

#[test]
fn what_is_applied_before_or_after_the_merge_counts_once_it_is_both_and_settled() {
    let mut evaluator = evaluator_of("acme/*");
    let before = pull(1, NOW.plus(-HOUR), Some(-60));
    assert_eq!(shown(&mut evaluator, vec![before], NOW), Some((0, 0.0)), "shown from the start");
    assert_eq!(shown(&mut evaluator, born(), NOW), Some((0, 0.0)), "before the birth");
    let merged = NOW.plus(HOUR);
    let facts =
        vec![pull(2, merged, Some(-600)), pull(3, merged, Some(HOUR)), pull(4, merged, None)];
    let at = merged.plus(10 * MINUTE);
    let facts = [facts, progress(1, true, at)].concat();
    assert_eq!(shown(&mut evaluator, facts, at), Some((0, 0.0)), "settle_after");
    let at = merged.plus(15 * MINUTE);
    let second = (1, (DAY - 600) as f64);
    assert_eq!(shown(&mut evaluator, progress(1, true, at), at), Some(second));
    assert_eq!(shown(&mut evaluator, vec![], at.plus(HOUR)), Some(second), "not read any further");
    let at = merged.plus(3 * HOUR);
    let third = (2, (2 * DAY - 600 + HOUR) as f64);
    assert_eq!(shown(&mut evaluator, progress(1, true, at), at), Some(third));
    // Told late, and told again with another instant.
    let late = vec![pull(4, merged, Some(2 * HOUR)), pull(2, merged, Some(HOUR))];
    let fourth = (3, third.1 + (DAY + 2 * HOUR) as f64);
    assert_eq!(shown(&mut evaluator, late, at), Some(fourth), "once, as judged then");
}

#[test]
fn nothing_counts_without_a_rule_before_all_is_read_or_after_the_retention() {
    let merged = NOW.plus(HOUR);
    let at = merged.plus(HOUR);
    let later = || [vec![pull(2, merged, Some(60))], progress(1, true, at)].concat();
    let mut without = evaluator();
    show(&mut without, born(), NOW);
    assert_eq!(shown(&mut without, later(), at), None);
    let mut elsewhere = evaluator_of("acme/other");
    show(&mut elsewhere, born(), NOW);
    assert_eq!(shown(&mut elsewhere, later(), at), Some((0, 0.0)));
    let mut unread = evaluator_of("acme/*");
    let facts = [vec![repository(1, "acme/infra")], progress(1, false, NOW)].concat();
    show(&mut unread, facts, NOW);
    let incomplete = [vec![pull(2, merged, Some(60))], progress(1, false, at)].concat();
    assert_eq!(shown(&mut unread, incomplete, at), Some((0, 0.0)));
    let mut old = evaluator_of("acme/*");
    show(&mut old, born(), NOW);
    let long_after = merged.plus(401 * DAY);
    let facts = [vec![pull(2, merged, Some(60))], progress(1, true, long_after)].concat();
    assert_eq!(shown(&mut old, facts, long_after), Some((0, 0.0)));
}

/// What is written, and by which subject it is known again.
#[derive(Default)]
struct Kept {
    births: Vec<Birth>,
    rows: Vec<SettledRow>,
}

impl Kept {
    /// As the store does it; gives the places of what was known.
    fn write(&mut self, due: &Settlement) -> Vec<usize> {
        self.births.extend(due.births.iter().cloned());
        let known: BTreeSet<String> = self.rows.iter().map(|row| row.subject.clone()).collect();
        let repeated: Vec<usize> =
            (0..due.rows.len()).filter(|place| known.contains(&due.rows[*place].subject)).collect();
        self.rows.extend(due.clone().without(&repeated).rows);
        repeated
    }
}

#[test]
fn however_often_a_process_ends_and_facts_come_in_whatever_order_each_settles_once() {
    let facts: Vec<Fact> = (1..=20)
        .map(|number| pull(number, NOW.plus(i64::from(number) * HOUR), Some(i64::from(number))))
        .collect();
    let end = NOW.plus(2 * DAY);
    let sum_of = |steps: &[Time], order: fn(&mut Vec<Fact>)| {
        let mut kept = Kept::default();
        let mut told = (0, 0.0);
        for (nth, now) in steps.iter().enumerate() {
            // A new process, which knows what was written and is told everything again.
            let mut evaluator = evaluator_of("acme/*");
            let mut settled = Settled::stored(kept.births.clone());
            settled.add(&kept.rows);
            evaluator.resume(settled);
            let is_known = |fact: &&Fact| matches!(fact, Fact::InfrastructurePull(one) if one.merged_at <= *now);
            let mut known: Vec<Fact> = facts.iter().filter(is_known).cloned().collect();
            order(&mut known);
            let all = [vec![repository(1, "acme/infra")], known, progress(1, true, *now)].concat();
            all.into_iter().for_each(|fact| evaluator.absorb(fact));
            let due = evaluator.evaluate(*now);
            let repeated = kept.write(&due);
            if nth % 3 == 2 {
                // It ends after writing, before anything is shown.
                continue;
            }
            evaluator.settle(due.without(&repeated));
            assert!(evaluator.evaluate(*now).rows.is_empty(), "nothing is due twice");
            let times = evaluator.figures().platform.self_service.unwrap();
            told = (times.count(), times.sum());
        }
        told
    };
    let expected = sum_of(&[NOW, end], |_| {});
    assert_eq!(expected, (20, (20 * DAY + 210) as f64));
    let often: Vec<Time> = (0..=12).map(|step| NOW.plus(step * 4 * HOUR)).collect();
    assert_eq!(sum_of(&often, |facts| facts.reverse()), expected);
    assert_eq!(sum_of(&often, |facts| facts.sort_by_key(|fact| format!("{fact:?}"))), expected);
}

#[test]
fn what_is_forgotten_goes_with_its_row_and_never_settles_again() {
    let mut evaluator = evaluator_of("acme/*");
    show(&mut evaluator, born(), NOW);
    let merged = NOW.plus(HOUR);
    let at = merged.plus(HOUR);
    let fact = pull(2, merged, Some(60));
    let due = {
        evaluator.absorb(fact.clone());
        progress(1, true, at).into_iter().for_each(|fact| evaluator.absorb(fact));
        evaluator.evaluate(at)
    };
    let row = due.rows[0].clone();
    evaluator.settle(due);
    assert!(!is_gone(&evaluator.estate, &row));
    let later = at.plus(500 * DAY);
    progress(1, true, later).into_iter().for_each(|fact| evaluator.absorb(fact));
    let finished = evaluator.finished_with(RepoId(1), later, 400 * DAY).unwrap();
    evaluator.forget(RepoId(1), &finished);
    assert!(is_gone(&evaluator.estate, &row) && row.at <= later.plus(-400 * DAY));
    evaluator.absorb(fact);
    assert!(evaluator.evaluate(later).rows.is_empty(), "though nobody remembers it");
}
