//! The walk over a repository's commit graph: which page to ask for next, and when to stop.
//!
//! `since:` alone is wrong under merges, which make older commits newly reachable. So the walk goes
//! by what is known: from the head until a page leaves no parent unknown (a first walk: until the
//! horizon), then from every parent that it met and does not know, and from every deployed commit
//! outside the branch. It holds no facts and asks nothing itself.

use delivery::domain::{Commit, Oid, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What to ask next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// One page of history from a commit.
    Page {
        /// Where the history starts.
        from: Oid,
        /// The page's cursor.
        after: Option<String>,
    },
    /// Short pages from many commits at once.
    Heads(Vec<Oid>),
}

/// The cursor of the commits collector. It is stored with the facts of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// By which patterns commits were read: by others they are read again.
    fingerprint: String,
    /// The branch's head up to which everything is known.
    head: Option<String>,
    /// How far back the branch is known, in seconds since 1970.
    reached: Option<i64>,
    /// Histories that are being paged, the current one last.
    paging: Vec<Paging>,
    /// Commits that were met as parents and are not known.
    unknown: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Paging {
    from: String,
    after: Option<String>,
    /// Whether this history is the branch's own, from its head.
    branch: bool,
    /// Where it stops although commits are not known; absent: only at known commits.
    back_to: Option<i64>,
}

/// What the store knows of commits: when they were committed, or `None` where they are lost.
pub type Known = BTreeMap<Oid, Option<Time>>;

impl Walk {
    /// Reads the stored cursor; one that cannot be read, or was written by other patterns, starts
    /// anew, which loses nothing.
    pub fn from_cursor(cursor: Option<&str>, fingerprint: &str) -> Walk {
        cursor
            .and_then(|text| serde_json::from_str(text).ok())
            .filter(|walk: &Walk| walk.fingerprint == fingerprint)
            .unwrap_or_else(|| Walk { fingerprint: fingerprint.to_owned(), ..Walk::default() })
    }

    /// The cursor to store.
    pub fn to_cursor(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The next question, or nothing where all is known. `wanted` are deployed commits that the
    /// store does not know.
    pub fn next(&mut self, head: Option<Oid>, horizon: Time, wanted: &[Oid]) -> Option<Question> {
        if let Some(paging) = self.paging.last() {
            return question(paging).or_else(|| {
                self.paging.pop();
                self.next(head, horizon, wanted)
            });
        }
        let head_text = head.map(|oid| oid.to_string());
        // The horizon slides forward with time, so it is deeper than what was reached only where a
        // baseline or a longer look-back asks for more.
        let deep_enough = self.reached.is_some_and(|reached| reached <= horizon.0);
        if let Some(head) = head_text
            && (self.head.as_ref() != Some(&head) || !deep_enough)
        {
            let back_to = (!deep_enough).then_some(horizon.0);
            self.paging.push(Paging { from: head, after: None, branch: true, back_to });
            return self.next(None, horizon, wanted);
        }
        let mut heads: Vec<Oid> = self.unknown.iter().filter_map(|oid| oid.parse().ok()).collect();
        heads.extend(wanted);
        heads.sort_unstable();
        heads.dedup();
        (!heads.is_empty()).then_some(Question::Heads(heads))
    }

    /// Takes note of a page of the current history. `known` says which of its commits and of their
    /// parents the store knew before the page.
    pub fn page(&mut self, commits: &[Commit], next: Option<String>, known: &Known, horizon: Time) {
        let Some(mut paging) = self.paging.pop() else { return };
        self.note(commits, known, horizon);
        let goes_on = match paging.back_to {
            // What a history in order of time hides behind an older commit is met as an unknown parent.
            Some(back_to) => commits.iter().all(|commit| commit.committed_at.0 >= back_to),
            // Where no parent is unknown, all that lies behind the page is known.
            None => {
                let is_new = |commit: &Commit| !known.contains_key(&commit.oid);
                !self.unknown.is_empty() && commits.iter().any(is_new)
            }
        };
        if goes_on && next.is_some() {
            paging.after = next;
            self.paging.push(paging);
            return;
        }
        if paging.branch {
            self.head = Some(paging.from);
            if let Some(back_to) = paging.back_to {
                self.reached = Some(back_to);
            }
        }
    }

    /// Takes note of a short page from one of many commits.
    pub fn short_page(
        &mut self,
        from: Oid,
        commits: &[Commit],
        next: Option<String>,
        known: &Known,
        horizon: Time,
    ) {
        self.unknown.remove(&from.to_string());
        self.note(commits, known, horizon);
        let all_new = commits
            .iter()
            .all(|commit| !known.contains_key(&commit.oid) && commit.committed_at >= horizon);
        if next.is_some() && all_new && !commits.is_empty() {
            self.paging.push(Paging {
                from: from.to_string(),
                after: next,
                branch: false,
                back_to: None,
            });
        }
    }

    /// The host does not know a commit any more.
    pub fn lost(&mut self, from: Oid) {
        let text = from.to_string();
        self.unknown.remove(&text);
        self.paging.retain(|paging| paging.from != text);
    }

    /// Notes parents that nobody knows, of commits that matter, and forgets those that arrived.
    fn note(&mut self, commits: &[Commit], known: &Known, horizon: Time) {
        let new = commits.iter().filter(|commit| !known.contains_key(&commit.oid));
        for commit in new.filter(|commit| commit.committed_at >= horizon) {
            let strangers = commit.parents.iter().filter(|oid| !known.contains_key(*oid));
            self.unknown.extend(strangers.map(Oid::to_string));
        }
        for commit in commits {
            self.unknown.remove(&commit.oid.to_string());
        }
    }
}

fn question(paging: &Paging) -> Option<Question> {
    let from = paging.from.parse().ok()?;
    Some(Question::Page { from, after: paging.after.clone() })
}

#[cfg(test)]
#[path = "commits_tests.rs"]
mod tests;
