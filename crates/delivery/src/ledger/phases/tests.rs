use super::*;
use crate::domain::{ReadinessEvent, Review};
use crate::ledger::scenario::*;

fn readiness(at: i64, ready: bool) -> ReadinessEvent {
    ReadinessEvent { at: h(at), ready }
}

/// A pull request opened at hour 10 and merged at hour 30, changed by the case.
fn pull(change: impl FnOnce(&mut PullRequest)) -> PullRequest {
    let mut scenario = Scenario::new();
    let pull = scenario.pull(1, "m", 30);
    pull.opened_at = h(10);
    change(pull);
    pull.clone()
}

/// Phases in hours, of work that started at hour 4.
fn hours(pull: &PullRequest, finished: i64) -> [Option<i64>; 4] {
    let Phases { coding, pickup, review, deploy } = between(h(4), pull, h(finished));
    [coding, pickup, review, deploy].map(|phase| phase.map(|seconds| i64::from(seconds) / h(1).0))
}

fn reviewed(at: i64) -> Vec<Review> {
    vec![review(h(at), person(2))]
}

#[test]
fn the_four_phases_follow_one_another() {
    let pull = pull(|pull| pull.reviews = reviewed(25));
    assert_eq!(hours(&pull, 36), [Some(6), Some(15), Some(5), Some(6)]);
}

#[test]
fn without_a_review_pickup_and_review_are_absent() {
    assert_eq!(hours(&pull(|_| {}), 36), [Some(6), None, None, Some(6)]);
}

#[test]
fn reviews_by_the_author_by_bots_and_after_the_merge_do_not_count() {
    let bot = |person: crate::domain::Author| crate::domain::Author { is_bot: true, ..person };
    let nobody = crate::domain::Author { person: None, is_bot: false };
    let cases = [
        (review(h(12), person(1)), None),
        (review(h(12), bot(person(3))), None),
        (review(h(31), person(2)), None),
        (review(h(30), person(2)), Some(20)),
        (review(h(12), nobody), Some(2)),
        (review(h(12), bot(nobody)), None),
    ];
    for (review, pickup) in cases {
        let pull = pull(|pull| pull.reviews = vec![review]);
        assert_eq!(hours(&pull, 36)[1], pickup, "{review:?}");
    }
    // A deleted author and a deleted reviewer are taken for two people.
    let pull = pull(|pull| {
        pull.author = nobody;
        pull.reviews = vec![review(h(12), nobody)];
    });
    assert_eq!(hours(&pull, 36)[1], Some(2));
}

/// Readiness events, the hour of the first review, and the phases in hours.
type Case<'a> = (&'a [ReadinessEvent], Option<i64>, [Option<i64>; 4]);

#[test]
fn coding_ends_when_a_draft_became_ready_for_the_last_time_before_its_review() {
    let cases: [Case<'_>; 6] = [
        // Opened as a draft.
        (&[readiness(20, true)], Some(25), [Some(16), Some(5), Some(5), Some(6)]),
        // Back and forth before the review.
        (
            &[readiness(12, true), readiness(14, false), readiness(22, true)],
            Some(25),
            [Some(18), Some(3), Some(5), Some(6)],
        ),
        // Opened ready, made a draft: ready at the opening still, if reviewed as a draft.
        (
            &[readiness(12, false), readiness(28, true)],
            Some(25),
            [Some(6), Some(15), Some(5), Some(6)],
        ),
        // Reviewed before it was ever ready: the pickup is 0 and the review starts at ready.
        (&[readiness(20, true)], Some(15), [Some(16), Some(0), Some(10), Some(6)]),
        // Nobody reviewed it.
        (&[readiness(20, true)], None, [Some(16), None, None, Some(6)]),
        // Order in the input means nothing.
        (
            &[readiness(22, true), readiness(12, true), readiness(14, false)],
            Some(25),
            [Some(18), Some(3), Some(5), Some(6)],
        ),
    ];
    for (events, first_review, expected) in cases {
        let pull = pull(|pull| {
            pull.readiness = events.to_vec();
            pull.reviews = first_review.map(reviewed).unwrap_or_default();
        });
        assert_eq!(hours(&pull, 36), expected, "{events:?} {first_review:?}");
    }
}

#[test]
fn what_shipped_before_the_merge_has_no_deploy_phase_and_its_review_ends_at_the_shipping() {
    let pull = pull(|pull| pull.reviews = reviewed(25));
    let cases = [
        // Between review and merge, before the review, before ready, before the first commit.
        (28, [Some(6), Some(15), Some(3), Some(0)]),
        (20, [Some(6), Some(10), Some(0), Some(0)]),
        (8, [Some(4), Some(0), Some(0), Some(0)]),
        (2, [Some(0), Some(0), Some(0), Some(0)]),
    ];
    for (finished, expected) in cases {
        assert_eq!(hours(&pull, finished), expected, "{finished}");
    }
}

#[test]
fn work_written_after_the_opening_has_no_coding_phase_left() {
    let pull = pull(|pull| {
        pull.opened_at = h(1);
        pull.reviews = reviewed(3);
    });
    assert_eq!(hours(&pull, 36), [Some(0), Some(0), Some(26), Some(6)]);
}

#[test]
fn phases_always_sum_to_the_lead_time_when_all_are_present() {
    let hours = [0, 3, 5, 8];
    for opened in hours {
        for merged in hours {
            for finished in hours {
                for (first_review, ready) in hours.into_iter().zip(hours.into_iter().rev()) {
                    let pull = pull(|pull| {
                        pull.opened_at = h(opened);
                        pull.merged_at = h(merged);
                        pull.reviews = reviewed(first_review);
                        pull.readiness = vec![readiness(ready, true)];
                    });
                    let phases = between(h(4), &pull, h(finished));
                    let parts = [phases.coding, phases.pickup, phases.review, phases.deploy];
                    let parts = parts.map(|part| part.map(i64::from));
                    if let [Some(a), Some(b), Some(c), Some(d)] = parts {
                        assert_eq!(a + b + c + d, (h(finished).0 - h(4).0).max(0), "{phases:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_direct_commit_has_no_phases() {
    let mut scenario = Scenario::with_pulls(0);
    scenario.main("d", &["c0"], 1);
    scenario.deploy(1, "d", 2);
    assert_eq!(scenario.judge(3).changes[0].phases, Phases::default());
}

#[test]
fn phases_describe_the_way_from_the_first_commit_wherever_lead_time_starts() {
    let mut scenario = Scenario::with_pulls(1);
    scenario.deploy(1, "c1", 5);
    let before = scenario.judge(9).changes[0].phases;
    scenario.rules.lead_time_start = crate::ledger::LeadTimeStart::Merged;
    assert_eq!(scenario.judge(9).changes[0].phases, before);
    assert_eq!(before.coding.map(i64::from), Some(h(1).0));
}
