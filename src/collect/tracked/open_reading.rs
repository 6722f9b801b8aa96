//! How the open pull requests of a repository are known.

use super::cadence::{RECONCILE_DEPTH, UNREADABLE_FOR};
use crate::sources::github::Mark;
use delivery::domain::{OpenPullRequests, Time};

/// What is remembered of a repository's open pull requests between requests.
#[derive(Debug, Default)]
pub struct OpenReading {
    /// When and how they were read.
    pub cursor: Option<String>,
    /// The pull request of any state that was updated last, as it was last told; nothing in it where
    /// there is none.
    pub mark: Option<Option<Mark>>,
    /// Whether they are to be read whatever was told.
    pub is_due: bool,
    /// Whether some were open at the last reading.
    some: bool,
    not_before: Option<Time>,
}

impl OpenReading {
    /// Takes note of what was read.
    pub fn absorb(&mut self, open: &OpenPullRequests) {
        self.some = !open.pulls.is_empty();
    }

    /// Takes note of one that moved, unless a later one is known to have.
    pub fn note_moved(&mut self, mark: Mark) {
        let is_later = |known: &Mark| (known.at, &known.id) >= (mark.at, &mark.id);
        if !self.mark.iter().flatten().any(is_later) {
            self.mark = Some(Some(mark));
        }
    }

    /// What may have changed unseen is read again.
    pub fn reconcile(&mut self, now: Time) {
        let since = now.plus(-RECONCILE_DEPTH);
        self.is_due |= self.some || self.mark.iter().flatten().any(|mark| mark.at >= since);
    }

    /// Whether the repository never had a pull request, by what was last told of it.
    pub fn has_none(&self) -> bool {
        self.mark == Some(None) && !self.is_due
    }

    /// The one that moved last, if any is known.
    pub fn newest(&self) -> Option<&Mark> {
        self.mark.as_ref().and_then(Option::as_ref)
    }

    /// They are not to be read before `until`.
    pub fn hold_until(&mut self, until: Time) {
        self.not_before = Some(until);
    }

    /// Whether they are not to be read yet.
    pub fn is_held(&self, now: Time) -> bool {
        // A clock that was set back must not put it off.
        self.not_before.is_some_and(|until| (1..=UNREADABLE_FOR).contains(&until.since(now)))
    }
}
