//! What fails at the moment: each failure is logged once, when it is new, and once when it is over.

use delivery::domain::{ClaimSource, Collector, RepoId};
use std::collections::{BTreeMap, BTreeSet};

/// So many failures of single repositories are told of one sweep; an organisation that takes a permission
/// back has thousands.
const MOST_TOLD: usize = 20;
/// Before a request's id.
const REQUEST: &str = "Please include `";

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
    /// The open pull requests of a repository.
    OpenPullRequests(RepoId),
    /// One repository, or one list of it.
    Repository(RepoId, Option<Collector>),
}

impl Concern {
    /// The collector, where the failure concerns one list.
    pub(super) fn collector(self) -> Option<Collector> {
        match self {
            Concern::Repository(_, collector) => collector,
            Concern::OpenPullRequests(_) => Some(Collector::PullRequests),
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
            Concern::Repository(repo, _) | Concern::OpenPullRequests(repo) => Some(repo),
            _ => None,
        }
    }
}

/// All failures that are not over.
#[derive(Debug, Default)]
pub(super) struct Failing {
    texts: BTreeMap<Concern, Vec<String>>,
    /// Those whose end nobody is to be told.
    told_elsewhere: BTreeSet<Concern>,
    /// How many of single repositories were told of this sweep.
    told: usize,
    /// Those that were too many to be told.
    untold: BTreeSet<Concern>,
    /// What was too much to be told of this sweep.
    more: More,
}

/// What was not told one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct More {
    /// So many more fail since.
    pub(super) new: usize,
    /// So many more fail no more.
    pub(super) over: usize,
}

impl Failing {
    /// Notes a failure; true where it is new, or says something else than before.
    pub(super) fn note(&mut self, concern: Concern, text: &str) -> bool {
        !self.note_all(concern, vec![text.to_owned()]).new.is_empty()
    }

    /// Notes everything that fails at once of a concern; tells what is new and what is over.
    pub(super) fn note_all(&mut self, concern: Concern, texts: Vec<String>) -> Turns {
        self.told_elsewhere.remove(&concern);
        let known = self.texts.insert(concern, texts.clone()).unwrap_or_default();
        let lacking = |one: &[String], other: Vec<String>| {
            let alike = |text: &String| one.iter().any(|known| subject(known) == subject(text));
            other.into_iter().filter(|text| !alike(text)).collect()
        };
        Turns { over: lacking(&texts, known.clone()), new: lacking(&known, texts) }
    }

    /// Whether a new failure is told by itself: of single repositories only so many are.
    pub(super) fn is_one_of_few(&mut self, concern: Concern) -> bool {
        if concern.repo().is_none() || self.told < MOST_TOLD {
            self.told += usize::from(concern.repo().is_some());
            self.untold.remove(&concern);
            return true;
        }
        self.untold.insert(concern);
        self.more.new += 1;
        false
    }

    /// Ends the count of a sweep; gives what was not told one by one.
    pub(super) fn more(&mut self) -> More {
        self.told = 0;
        std::mem::take(&mut self.more)
    }

    /// Whether something of another concern says the same.
    pub(super) fn is_told(&self, concern: Concern, text: &str) -> bool {
        let mut others = self.texts.iter().filter(|(other, _)| **other != concern);
        others.any(|(_, texts)| texts.iter().any(|one| one == text))
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
        if self.untold.remove(&concern) {
            self.more.over += usize::from(was_failing);
            return false;
        }
        !self.told_elsewhere.remove(&concern) && was_failing
    }

    /// The failure that concerns most, with the number of others.
    pub(super) fn worst(&self) -> Option<String> {
        let mut texts = self.texts.values().flatten();
        let first = texts.next()?;
        match texts.count() {
            0 => Some(first.clone()),
            1 => Some(format!("{first} (and one more failure: see the log)")),
            others => Some(format!("{first} (and {others} more failures: see the log)")),
        }
    }
}

/// What has changed of what fails of one concern.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Turns {
    /// What fails since.
    pub(super) new: Vec<String>,
    /// What fails no more.
    pub(super) over: Vec<String>,
}

/// What a failure's text says, without what is another at every request: GitHub names the request
/// in messages of its own trouble.
fn subject(text: &str) -> String {
    let Some((before, rest)) = text.split_once(REQUEST) else { return text.to_owned() };
    let after = rest.split_once('`').map(|(_, after)| after).unwrap_or_default();
    format!("{before}{after}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
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
    fn what_fails_together_is_told_one_by_one_and_each_once() {
        let mut failing = Failing::default();
        let texts = |names: &[&str]| -> Vec<String> {
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        let told = |failing: &mut Failing, names: &[&str]| {
            failing.note_all(Concern::Discovery, texts(names))
        };
        let turns = |new, over| Turns { new: texts(new), over: texts(over) };
        assert_eq!(told(&mut failing, &["a", "b"]), turns(&["a", "b"], &[]));
        assert_eq!(told(&mut failing, &["b", "a"]), Turns::default());
        assert_eq!(told(&mut failing, &["b", "c"]), turns(&["c"], &["a"]));
        assert!(failing.is_told(Concern::Sweep, "c"));
        assert!(!failing.is_told(Concern::Discovery, "c"), "only what others say");
        assert!(failing.worst().unwrap().starts_with("b (and one more"));
        let trouble = |id: &str| format!("acme: wrong. Please include `{id}` when you report it.");
        let (one, other) = (trouble("05A1:3C"), trouble("05A2:77"));
        assert_eq!(told(&mut failing, &["b", "c", &one]), turns(&[&one], &[]));
        assert_eq!(told(&mut failing, &["b", "c", &other]), Turns::default(), "another request");
    }

    #[test]
    fn of_thousands_that_fail_alike_a_few_are_told_and_the_others_counted() {
        let mut failing = Failing::default();
        let concern = |number| Concern::Repository(RepoId(number), None);
        let mut turn = || {
            let told = (0..1_000).filter(|number| {
                failing.note(concern(*number), "no") && failing.is_one_of_few(concern(*number))
            });
            (told.count(), failing.more())
        };
        assert_eq!(turn(), (MOST_TOLD, More { new: 1_000 - MOST_TOLD, over: 0 }));
        assert_eq!(turn(), (0, More::default()), "they are known");
        assert!(failing.note(Concern::Sweep, "no") && failing.is_one_of_few(Concern::Sweep));
        let over = (0..1_000).filter(|number| failing.over(concern(*number))).count();
        assert_eq!(over, MOST_TOLD, "whose beginning was told");
        assert_eq!(failing.more(), More { new: 0, over: 1_000 - MOST_TOLD });
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
