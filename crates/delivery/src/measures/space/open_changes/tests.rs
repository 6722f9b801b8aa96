//! What an open change waits for, and whose it is.

use super::*;
use crate::domain::{ComponentName, Review};

/// A review at an instant by a person; 0 is an account that is gone, 9 a bot.
fn review(at: i64, by: u64, state: ReviewState) -> Review {
    let person = (by > 0).then_some(Person(by));
    Review { at: Time(at), state, author: Author { person, is_bot: by == 9 } }
}

/// One by person 1.
fn open(number: u32, opened_at: i64) -> OpenPullRequest {
    OpenPullRequest {
        number,
        author: Author { person: Some(Person(1)), is_bot: false },
        opened_at: Time(opened_at),
        is_draft: false,
        decision: None,
        reviews: Vec::new(),
        components: None,
    }
}

#[test]
fn a_change_waits_for_its_author_then_reviewers_then_agreement_then_the_merge() {
    use OpenState::{Approved, Draft, InReview, WaitingReview};
    use ReviewDecision as Decision;
    use ReviewState as Said;
    for (name, is_draft, decision, reviews, expected) in [
        ("a draft", true, None, vec![(2, Said::Approved)], Draft),
        ("new", false, None, vec![], WaitingReview),
        ("only its author wrote", false, None, vec![(1, Said::Commented)], WaitingReview),
        ("only a bot wrote", false, None, vec![(9, Said::Approved)], WaitingReview),
        ("commented", false, None, vec![(2, Said::Commented)], InReview),
        ("approved", false, None, vec![(2, Said::Approved)], Approved),
        ("by somebody who left", false, None, vec![(0, Said::Approved)], Approved),
        (
            "approved, then commented",
            false,
            None,
            vec![(2, Said::Approved), (2, Said::Commented)],
            Approved,
        ),
        (
            "one of two wants changes",
            false,
            None,
            vec![(2, Said::Approved), (3, Said::ChangesRequested)],
            InReview,
        ),
        (
            "who wanted changes approved",
            false,
            None,
            vec![(2, Said::ChangesRequested), (2, Said::Approved)],
            Approved,
        ),
        (
            "the objection was dismissed",
            false,
            None,
            vec![(2, Said::Dismissed), (3, Said::Approved)],
            Approved,
        ),
        ("the approval was dismissed", false, None, vec![(2, Said::Dismissed)], InReview),
        (
            "a second approval is missing",
            false,
            Some(Decision::ReviewRequired),
            vec![(2, Said::Approved)],
            InReview,
        ),
        ("nobody looked yet", false, Some(Decision::ReviewRequired), vec![], WaitingReview),
        ("a bot's approval is enough", false, Some(Decision::Approved), vec![], Approved),
        (
            "who may block does",
            false,
            Some(Decision::ChangesRequested),
            vec![(2, Said::Approved)],
            InReview,
        ),
    ] {
        let reviews = reviews.into_iter().zip(1..).map(|((by, said), at)| review(at, by, said));
        let pull = OpenPullRequest { is_draft, decision, reviews: reviews.collect(), ..open(1, 0) };
        assert_eq!(state(&pull), expected, "{name}");
    }
}

#[test]
fn those_of_a_component_are_counted_by_state_with_the_oldest() {
    let of = |components: Option<&[&str]>, pull: OpenPullRequest| {
        let names = |names: &[&str]| names.iter().map(|name| ComponentName::from(*name)).collect();
        OpenPullRequest { components: components.map(names), ..pull }
    };
    let pulls = [
        of(Some(&["api", "web"]), open(1, 50)),
        of(Some(&["web"]), open(2, 20)),
        of(None, OpenPullRequest { is_draft: true, ..open(3, 70) }),
        of(Some(&[]), open(4, 10)),
    ];
    let nobody = BTreeSet::new();
    let count = |scope, exclude: &BTreeSet<Person>| {
        let open = OpenChanges::of(&pulls, scope, exclude);
        (OpenState::ALL.map(|state| open.count(state)), open.oldest)
    };
    assert_eq!(count(Scope::Paths("api"), &nobody), ([1, 1, 0, 0], Some(Time(50))));
    assert_eq!(count(Scope::Paths("web"), &nobody), ([1, 2, 0, 0], Some(Time(20))));
    assert_eq!(count(Scope::Repository, &nobody), ([1, 3, 0, 0], Some(Time(10))));
    assert_eq!(count(Scope::Repository, &BTreeSet::from([Person(1)])), ([0; 4], None));
    let of = |name| OpenChanges::of(&pulls, Scope::Paths(name), &nobody);
    let both: OpenChanges = [of("api"), of("web")].into_iter().sum();
    assert_eq!((both.count(OpenState::WaitingReview), both.oldest), (3, Some(Time(20))));
}
