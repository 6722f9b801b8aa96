//! What fails at the moment: each failure is logged once, when it is new, and once when it is over.

use delivery::domain::{ClaimSource, Collector, RepoId};
use std::collections::{BTreeMap, BTreeSet};

/// What a failure concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Concern {
    /// A whole sweep.
    Sweep,
    /// Finding some of the repositories.
    Discovery,
    /// Searching for what moved.
    Search,
    /// This machine's clock, which differs from the source's.
    Clock,
    /// One source of ownership.
    Ownership(ClaimSource),
    /// One repository, or one list of it.
    Repository(RepoId, Option<Collector>),
}

impl Concern {
    /// The collector, where the failure concerns one list.
    pub(super) fn collector(self) -> Option<Collector> {
        match self {
            Concern::Repository(_, collector) => collector,
            _ => None,
        }
    }

    /// The source of ownership, where the failure concerns one.
    pub(super) fn claims(self) -> Option<ClaimSource> {
        match self {
            Concern::Ownership(source) => Some(source),
            _ => None,
        }
    }

    /// The repository, where the failure concerns one.
    pub(super) fn repo(self) -> Option<RepoId> {
        match self {
            Concern::Repository(repo, _) => Some(repo),
            _ => None,
        }
    }
}

/// All failures that are not over.
#[derive(Debug, Default)]
pub(super) struct Failing {
    texts: BTreeMap<Concern, String>,
    /// Those whose end nobody is to be told.
    told_elsewhere: BTreeSet<Concern>,
}

impl Failing {
    /// Notes a failure; true where it is new, or says something else than before.
    pub(super) fn note(&mut self, concern: Concern, text: &str) -> bool {
        let known = self.texts.insert(concern, text.to_owned());
        self.told_elsewhere.remove(&concern);
        known.as_deref() != Some(text)
    }

    /// Whether it is failing.
    pub(super) fn holds(&self, concern: Concern) -> bool {
        self.texts.contains_key(&concern)
    }

    /// Notes a failure that whoever met it first tells, and whose end, too.
    pub(super) fn note_told(&mut self, concern: Concern, text: &str) {
        self.note(concern, text);
        self.told_elsewhere.insert(concern);
    }

    /// Notes a success; true where a failure is over that was told here.
    pub(super) fn over(&mut self, concern: Concern) -> bool {
        let was_failing = self.texts.remove(&concern).is_some();
        !self.told_elsewhere.remove(&concern) && was_failing
    }

    /// The failure that concerns most, with the number of others.
    pub(super) fn worst(&self) -> Option<String> {
        let first = self.texts.values().next()?;
        match self.texts.len() - 1 {
            0 => Some(first.clone()),
            1 => Some(format!("{first} (and one more failure: see the log)")),
            others => Some(format!("{first} (and {others} more failures: see the log)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_news_once_until_it_is_over_or_says_something_else() {
        let mut failing = Failing::default();
        assert!(failing.note(Concern::Sweep, "a"));
        assert!(!failing.note(Concern::Sweep, "a"));
        assert!(failing.note(Concern::Sweep, "b"));
        assert!(failing.over(Concern::Sweep));
        assert!(!failing.over(Concern::Sweep));
        assert!(failing.note(Concern::Sweep, "b"));
        failing.note_told(Concern::Sweep, "c");
        assert!(!failing.over(Concern::Sweep), "whoever told the beginning tells the end");
    }

    #[test]
    fn what_concerns_most_is_shown_first() {
        let mut failing = Failing::default();
        assert_eq!(failing.worst(), None);
        failing.note(Concern::Repository(RepoId(1), Some(Collector::Commits)), "one list");
        failing.note(Concern::Discovery, "one organisation");
        let worst = failing.worst();
        assert_eq!(worst.as_deref(), Some("one organisation (and one more failure: see the log)"));
    }
}
