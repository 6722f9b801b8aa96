//! How far a list has been read: newest first, down to what is known.
//!
//! A walk goes from the newest element down to `until`. What is created or updated meanwhile comes
//! to the top, which the next walk reads: it goes down to this walk's start, less an overlap.

use super::answers::{Mark, Reach};
use delivery::domain::{MINUTE, Span, Time, WEEK};
use serde::{Deserialize, Serialize};

/// Walks overlap by this much, since GitHub's replicas lag and clocks differ.
const OVERLAP: Span = 10 * MINUTE;

/// Times are whole seconds: what happens within these of a read may have been missed by it.
const SAME_SECOND: Span = 2;

/// A list with lost elements is read again down to them at most so often in a row.
const MOST_LOSSES: u32 = 3;

/// A look-back that is raised by less is not read down to: it already exceeds every window by far
/// more, and what it depends on (a baseline's age) is only estimated after a restart.
const DEEPER: Span = WEEK;

/// What is kept of a list between readings, as JSON.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// Changes with what decides which facts are made; another one means reading anew.
    fingerprint: String,
    /// Everything that happened before is read.
    watermark: Option<i64>,
    /// Everything that happened since is read.
    reached: Option<i64>,
    /// The newest element read.
    newest: Option<KeptMark>,
    /// When the last finished walk started.
    read_at: Option<i64>,
    /// How many walks in a row lost elements.
    #[serde(default)]
    losses: u32,
    /// Elements since then were lost and not read since; a reconcile goes down to them.
    #[serde(default)]
    owed: Option<i64>,
    walk: Option<Walk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptMark {
    id: String,
    at: i64,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Walk {
    after: Option<String>,
    until: i64,
    /// Go on to here unless what is looked for was found.
    floor: Option<i64>,
    #[serde(default)]
    found: bool,
    /// The components for which it was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    baselines: Vec<String>,
    started_at: i64,
    newest: Option<KeptMark>,
    /// The oldest time at which an element was lost.
    lost: Option<i64>,
    /// Only these names (environments) are asked for.
    names: Option<Vec<String>>,
}

/// A walk under way.
#[derive(Debug)]
pub(super) struct Walking {
    kept: Kept,
    walk: Walk,
}

/// What a page showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The page's first element.
    pub(super) newest: Option<Mark>,
    /// The time of the last element.
    pub(super) oldest: Option<Time>,
    /// The time of the element after the oldest lost one; [`Lost::Unknown`] where there is none.
    pub(super) lost: Lost,
    /// Whether what a first walk looks for beyond the look-back was found.
    pub(super) found: bool,
    /// Where the list goes on.
    pub(super) next: Option<String>,
}

/// Whether elements of a page were lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lost {
    /// None.
    #[default]
    Nothing,
    /// The oldest one is not older than this.
    Since(Time),
    /// Nothing tells how old they are.
    Unknown,
}

impl Walking {
    /// Goes on with an unfinished walk, or starts one. `floor` is the limit of a search beyond the
    /// look-back, for lists that have one.
    pub(super) fn open(
        cursor: Option<&str>,
        fingerprint: &str,
        reach: &Reach,
        floor: Option<Time>,
        now: Time,
    ) -> Walking {
        let mut kept = cursor.and_then(|cursor| read(cursor, fingerprint)).unwrap_or_default();
        kept.fingerprint = fingerprint.to_owned();
        // What was lost beyond the look-back matters no more.
        let owed = kept.owed.map_or(i64::MAX, |owed| owed.max(reach.since.0));
        let again_since = reach.again_since.map(|again| again.0.min(owed));
        if let Some(mut walk) = kept.walk.take() {
            // A walk goes down, so it can still be told to go further.
            walk.until = again_since.map_or(walk.until, |again| walk.until.min(again));
            return Walking { kept, walk };
        }
        let deeper = kept.reached.is_none_or(|reached| reach.since.0 + DEEPER < reached);
        let (until, floor) = match kept.watermark {
            Some(watermark) if !deeper => {
                let news = watermark - OVERLAP;
                (again_since.map_or(news, |again| news.min(again)), None)
            }
            _ => (reach.since.0, floor.map(|floor| floor.0)),
        };
        let walk = Walk {
            after: None,
            until,
            floor,
            found: false,
            baselines: Vec::new(),
            started_at: now.0,
            newest: None,
            lost: None,
            names: None,
        };
        Walking { kept, walk }
    }

    /// The page to read.
    pub(super) fn after(&self) -> Option<&str> {
        self.walk.after.as_deref()
    }

    /// The names that are asked for; absent: all.
    pub(super) fn names(&self) -> Option<&[String]> {
        self.walk.names.as_deref()
    }

    /// Whether this walk has yet to search all of the past.
    pub(super) fn is_first(&self) -> bool {
        self.walk.floor.is_some()
    }

    /// Whether nothing was read yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.walk.after.is_none() && self.walk.names.is_none()
    }

    /// How far back the walk goes in any case.
    pub(super) fn until(&self) -> Time {
        Time(self.walk.until)
    }

    /// The components for which what the walk looks for was found on earlier pages.
    pub(super) fn baselines(&self) -> &[String] {
        &self.walk.baselines
    }

    /// Notes for which components it was found so far.
    pub(super) fn note_baselines(&mut self, found: Vec<String>) {
        self.walk.baselines = found;
    }

    /// When the walk began, perhaps in an earlier process.
    pub(super) fn begun(&self) -> Time {
        Time(self.walk.started_at)
    }

    /// The walk began at this instant at the latest, whatever this machine's clock said.
    pub(super) fn began_by(&mut self, latest: Time) {
        self.walk.started_at = self.walk.started_at.min(latest.0);
    }

    /// Starts at the top again, since the place to go on from is not known any more.
    pub(super) fn start_over(&mut self) {
        self.walk.after = None;
    }

    /// Starts at the top again, asking for `names` only; what the top showed stays known.
    pub(super) fn narrow(mut self, names: Vec<String>, newest: Option<Mark>) -> String {
        self.walk.newest = self.walk.newest.or(newest.map(KeptMark::from));
        self.walk.names = Some(names);
        self.walk.after = None;
        self.write(None)
    }

    /// Notes a page. Gives the next cursor, and whether the walk is over.
    pub(super) fn note(mut self, seen: Seen) -> (String, bool) {
        let walk = &mut self.walk;
        if walk.newest.is_none() {
            walk.newest = seen.newest.map(KeptMark::from);
        }
        walk.found |= seen.found;
        let lost = match seen.lost {
            Lost::Nothing => None,
            Lost::Since(at) => Some(at.0),
            Lost::Unknown => Some(walk.until),
        };
        walk.lost = walk.lost.into_iter().chain(lost).min();
        let far_enough = seen.oldest.is_some_and(|oldest| {
            oldest.0 < walk.until && (walk.found || walk.floor.is_none_or(|floor| oldest.0 < floor))
        });
        if far_enough || seen.next.is_none() {
            let cursor = self.finish();
            return (cursor, true);
        }
        walk.after = seen.next;
        (self.write(None), false)
    }

    fn finish(mut self) -> String {
        let (kept, walk) = (&mut self.kept, &self.walk);
        kept.losses = if walk.lost.is_some() { kept.losses + 1 } else { 0 };
        let still_owed = kept.owed.filter(|owed| *owed < walk.until);
        kept.owed = walk.lost.into_iter().chain(still_owed).min();
        let again = walk.lost.filter(|_| kept.losses <= MOST_LOSSES);
        kept.watermark = Some(again.map_or(walk.started_at, |lost| lost.min(walk.started_at)));
        kept.reached = Some(kept.reached.map_or(walk.until, |reached| reached.min(walk.until)));
        kept.newest = walk.newest.clone().or(kept.newest.take());
        let started_at = walk.started_at;
        self.write(Some(started_at))
    }

    fn write(self, finished: Option<i64>) -> String {
        let mut kept = self.kept;
        match finished {
            Some(started_at) => kept.read_at = Some(started_at),
            None => kept.walk = Some(self.walk),
        }
        // Strings and numbers always have a JSON form; an empty cursor would only read anew.
        serde_json::to_string(&kept).unwrap_or_default()
    }
}

/// Whether reading the list would bring anything.
pub(super) fn has_news(cursor: Option<&str>, fingerprint: &str, mark: Option<&Mark>) -> bool {
    let Some(kept) = cursor.and_then(|cursor| read(cursor, fingerprint)) else { return true };
    let Some(read_at) = kept.read_at else { return true };
    if kept.walk.is_some() || (1..=MOST_LOSSES).contains(&kept.losses) {
        return true;
    }
    let Some(mark) = mark else { return false };
    if mark.at.0 >= read_at - SAME_SECOND {
        return true;
    }
    kept.newest.is_none_or(|newest| {
        mark.at.0 > newest.at || (mark.at.0 == newest.at && mark.id != newest.id)
    })
}

/// Whether elements were lost and not read since.
pub(super) fn owes(cursor: Option<&str>) -> bool {
    let kept: Option<Kept> = cursor.and_then(|cursor| serde_json::from_str(cursor).ok());
    kept.is_some_and(|kept| kept.owed.is_some())
}

/// What a cursor holds, unless it was made for facts of another making.
fn read(cursor: &str, fingerprint: &str) -> Option<Kept> {
    serde_json::from_str(cursor).ok().filter(|kept: &Kept| kept.fingerprint == fingerprint)
}

impl From<Mark> for KeptMark {
    fn from(mark: Mark) -> KeptMark {
        KeptMark { id: mark.id, at: mark.at.0 }
    }
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
