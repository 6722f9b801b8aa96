//! Open changes: pull requests that are not merged yet, by what they wait for, and the oldest of them.
//! They are told as they stand, and of teams only; how they stood at another time nobody knows.

use crate::domain::{Author, OpenPullRequest, Person, ReviewDecision, ReviewState, Time};
use crate::ledger::Scope;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Sum;

/// What an open change waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenState {
    /// Its author, who has not asked for a review yet.
    Draft,
    /// The first review.
    WaitingReview,
    /// An agreement: it was reviewed, and not approved or not by all who have to.
    InReview,
    /// The merge.
    Approved,
}

impl OpenState {
    /// All of them, in the order in which a change comes to them.
    pub const ALL: [OpenState; 4] =
        [OpenState::Draft, OpenState::WaitingReview, OpenState::InReview, OpenState::Approved];

    /// The value of the label `state`.
    pub fn name(self) -> &'static str {
        match self {
            OpenState::Draft => "draft",
            OpenState::WaitingReview => "waiting_review",
            OpenState::InReview => "in_review",
            OpenState::Approved => "approved",
        }
    }
}

/// How many changes are open, and since when the oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenChanges {
    counts: [u64; OpenState::ALL.len()],
    /// When the oldest was opened.
    pub oldest: Option<Time>,
}

impl OpenChanges {
    /// Those of a component: of its repository's open pull requests those in its scope whose authors
    /// count.
    pub fn of(
        pulls: &[OpenPullRequest],
        scope: Scope<'_>,
        exclude_authors: &BTreeSet<Person>,
    ) -> OpenChanges {
        let counts = |author: Author| author.person.is_none_or(|it| !exclude_authors.contains(&it));
        let own = pulls.iter().filter(|pull| counts(pull.author) && is_within(scope, pull));
        let one = |pull: &OpenPullRequest| {
            let mut one = OpenChanges { oldest: Some(pull.opened_at), ..OpenChanges::default() };
            one.counts[state(pull) as usize] = 1;
            one
        };
        own.map(one).sum()
    }

    /// Both together.
    fn with(self, other: OpenChanges) -> OpenChanges {
        let mut counts = self.counts;
        counts.iter_mut().zip(other.counts).for_each(|(sum, more)| *sum += more);
        OpenChanges { counts, oldest: self.oldest.into_iter().chain(other.oldest).min() }
    }

    /// How many are in a state.
    pub fn count(&self, state: OpenState) -> u64 {
        self.counts[state as usize]
    }
}

impl Sum for OpenChanges {
    fn sum<I: Iterator<Item = OpenChanges>>(all: I) -> OpenChanges {
        all.fold(OpenChanges::default(), OpenChanges::with)
    }
}

fn is_within(scope: Scope<'_>, pull: &OpenPullRequest) -> bool {
    match (scope, &pull.components) {
        (Scope::Repository, _) | (Scope::Paths(_), None) => true,
        (Scope::Paths(name), Some(components)) => components.iter().any(|one| **one == *name),
    }
}

/// What a change waits for. The host's decision knows how many approvals its branch needs and by whom;
/// where there is none, the latest opinions of people decide.
fn state(pull: &OpenPullRequest) -> OpenState {
    if pull.is_draft {
        return OpenState::Draft;
    }
    let mut opinions: BTreeMap<Option<Person>, ReviewState> = BTreeMap::new();
    let mut is_reviewed = false;
    let is_own = |author: Author| author.person.is_some() && author.person == pull.author.person;
    for review in &pull.reviews {
        if review.author.is_bot || is_own(review.author) {
            continue;
        }
        is_reviewed = true;
        // Who only comments thinks what they thought before.
        if !matches!(review.state, ReviewState::Commented | ReviewState::Other) {
            opinions.insert(review.author.person, review.state);
        }
    }
    let has = |state: ReviewState| opinions.values().any(|opinion| *opinion == state);
    match pull.decision {
        Some(ReviewDecision::Approved) => OpenState::Approved,
        Some(ReviewDecision::ChangesRequested) => OpenState::InReview,
        None if has(ReviewState::Approved) && !has(ReviewState::ChangesRequested) => {
            OpenState::Approved
        }
        _ if is_reviewed => OpenState::InReview,
        _ => OpenState::WaitingReview,
    }
}

#[cfg(test)]
mod tests;
