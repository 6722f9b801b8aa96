//! How far the list of a repository's runs has been read, and when it is to be asked again.

use super::run::{Seen, State};
use crate::sources::github::page::iso8601;
use delivery::domain::{DAY, HOUR, MINUTE, Span, Time, WEEK};
use serde::{Deserialize, Serialize};

/// Walks overlap by this much, since GitHub's replicas lag and clocks differ.
const OVERLAP: Span = 10 * MINUTE;
/// So long before the last walk's end its neighbours are read again for a run that had not ended;
/// older ones are asked by id.
const NEIGHBOURS: Span = HOUR;
/// A run begins a moment after what started it.
const LAG: Span = 2 * MINUTE;
/// A failed run may be run again for so long without anything else telling of it.
const RERUN_WITHIN: Span = DAY;
/// GitHub ends runs after 35 days.
const LONGEST: Span = 35 * DAY;
/// What may not be read is asked again after this long.
const DENIED_FOR: Span = DAY;
/// No more open runs are remembered, and no more failed ones.
const MOST_OPEN: usize = 100;

/// What is kept between readings, as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// What selected the runs that were read.
    selection: u32,
    /// When the list was last asked for.
    asked_at: Option<i64>,
    /// Runs that were created before are read…
    watermark: Option<i64>,
    /// …down to here.
    reached: Option<i64>,
    walk: Option<Walk>,
    /// The first page's mark.
    etag: Option<String>,
    /// Runs from this id on are on the first page.
    covered: u64,
    /// Runs that had not ended.
    #[serde(default)]
    open: Vec<Open>,
    /// Runs that had failed within a day.
    #[serde(default)]
    failed: Vec<Open>,
    /// Whether something told of a run since the list was last asked for.
    #[serde(default)]
    is_told: bool,
    /// When a run of the first page failed last.
    failed_at: Option<i64>,
    /// Whether the list could not be read when it was last asked for.
    #[serde(default)]
    denied: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Walk {
    until: i64,
    started_at: i64,
    place: Place,
}

/// A run that had not ended, or had failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) id: u64,
    pub(super) created_at: i64,
    /// When it is asked by id.
    pub(super) next: i64,
}

/// A page of a list: of the runs that were created at an instant or before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) until: Option<i64>,
    pub(super) page: usize,
}

impl Place {
    /// The last page that a search has: GitHub gives 1,000 results.
    pub(super) const MOST: usize = 10;

    pub(super) fn is_first(&self) -> bool {
        self.until.is_none() && self.page == 1
    }

    pub(super) fn parameters(&self) -> String {
        let until = self.until.map(|at| format!("&created=%3C%3D{}", iso8601(Time(at))));
        let page = if self.page > 1 { format!("&page={}", self.page) } else { String::new() };
        until.unwrap_or_default() + &page
    }
}

impl Kept {
    /// What a cursor holds, unless other runs were selected then.
    pub(super) fn read(cursor: Option<&str>, selection: u32) -> Kept {
        let kept: Option<Kept> = cursor.and_then(|cursor| serde_json::from_str(cursor).ok());
        let kept = kept.filter(|kept| kept.selection == selection).unwrap_or_default();
        Kept { selection, ..kept }
    }

    pub(super) fn write(&self) -> String {
        // Texts and numbers always have a JSON form; an empty cursor would only read anew.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Goes on with an unfinished walk, or starts one.
    pub(super) fn begin(&mut self, since: Time, now: Time) {
        self.asked_at = Some(now.0);
        (self.denied, self.is_told) = (false, false);
        self.open.retain(|open| now.0 - open.created_at < LONGEST);
        self.failed.retain(|failed| now.0 - failed.created_at < RERUN_WITHIN);
        if self.walk.is_some() {
            return;
        }
        let deeper = self.reached.is_none_or(|reached| since.0 + WEEK < reached);
        let until = match self.watermark {
            Some(watermark) if !deeper => {
                let near = self.open.iter().map(|open| open.created_at);
                let near = near.filter(|at| *at >= watermark - NEIGHBOURS).min();
                near.unwrap_or(i64::MAX).min(watermark - OVERLAP)
            }
            _ => {
                // What is unchanged on top says nothing of what lies deeper.
                self.etag = None;
                since.0
            }
        };
        let place = Place { until: None, page: 1 };
        self.walk = Some(Walk { until, started_at: now.0, place });
    }

    /// The page to read.
    pub(super) fn place(&self) -> Place {
        let place = self.walk.as_ref().map(|walk| walk.place.clone());
        place.unwrap_or(Place { until: None, page: 1 })
    }

    /// When the walk began, perhaps in an earlier process.
    pub(super) fn begun(&self, now: Time) -> Time {
        self.walk.as_ref().map_or(now, |walk| Time(walk.started_at))
    }

    /// The mark by which the page is asked for: of a list that was read through.
    pub(super) fn etag(&self) -> Option<String> {
        let is_read = self.watermark.is_some() && self.place().is_first();
        self.etag.clone().filter(|_| is_read)
    }

    /// Notes that the first page is what it was.
    pub(super) fn unchanged(&mut self) {
        if let Some(walk) = self.walk.take() {
            self.watermark = Some(walk.started_at);
        }
    }

    /// Notes that the list may not be read, or is none.
    pub(super) fn deny(&mut self, now: Time) {
        *self = Kept {
            selection: self.selection,
            asked_at: Some(now.0),
            denied: true,
            ..Kept::default()
        };
    }

    /// Notes the first page.
    pub(super) fn note_first_page(&mut self, etag: Option<String>, runs: &[Seen], more: bool) {
        self.etag = etag;
        self.covered = runs.iter().map(|run| run.id).min().filter(|_| more).unwrap_or(0);
        self.failed_at = runs.iter().filter_map(Seen::failed_at).max().map(|at| at.0);
    }

    /// Notes a run.
    pub(super) fn note(&mut self, run: &Seen, now: Time) {
        self.forget(run.id);
        let age = now.since(run.created_at);
        if matches!(run.is, State::Open) && age < LONGEST && self.open.len() < MOST_OPEN {
            self.open.push(Open::seen(run, now));
        }
        if run.failed_at().is_some() && age < RERUN_WITHIN {
            // The newest are noted with every reading.
            let most = self.failed.len().min(MOST_OPEN - 1);
            self.failed.drain(..self.failed.len() - most);
            self.failed.push(Open::seen(run, now));
        }
    }

    /// Notes that runs have come to an end, as a webhook tells: where the first page does not show
    /// them they are asked by id.
    pub(super) fn tell(&mut self, ids: &[u64], now: Time) {
        self.is_told = true;
        for id in ids {
            self.forget(*id);
            if self.open.len() < MOST_OPEN {
                self.open.push(Open { id: *id, created_at: now.0, next: now.0 });
            }
        }
    }

    /// Forgets that a run may come to another end.
    pub(super) fn forget(&mut self, id: u64) {
        self.open.retain(|open| open.id != id);
        self.failed.retain(|failed| failed.id != id);
    }

    /// Of the runs that may come to another end those that are to be asked by id now.
    pub(super) fn due_by_id(&self, now: Time, most: usize) -> Vec<Open> {
        let due = |open: &&Open| open.id < self.covered && open.next <= now.0;
        self.open.iter().chain(&self.failed).filter(due).take(most).cloned().collect()
    }

    /// Notes a page's end; true where the walk is over.
    pub(super) fn go_on(&mut self, next: Option<Place>, oldest: Option<Time>) -> bool {
        let Some(walk) = &mut self.walk else { return true };
        let is_deep = oldest.is_none_or(|oldest| oldest.0 < walk.until);
        match next.filter(|_| !is_deep) {
            Some(place) => {
                walk.place = place;
                false
            }
            None => {
                let reached = self.reached.unwrap_or(i64::MAX).min(walk.until);
                (self.watermark, self.reached) = (Some(walk.started_at), Some(reached));
                self.walk = None;
                true
            }
        }
    }

    /// When the list is to be asked for, `every` so often at most, where something moved at
    /// `moved_at` last; absent where nothing will come by itself. While runs have not ended, or may
    /// be run again, ever more seldom.
    pub(super) fn due(&self, moved_at: Option<Time>, every: Span) -> Option<Time> {
        let Some(asked_at) = self.asked_at.filter(|_| self.denied || self.walk.is_none()) else {
            return Some(Time(i64::MIN));
        };
        if self.denied {
            return Some(Time(asked_at + DENIED_FOR));
        }
        if self.is_told {
            return Some(Time(i64::MIN));
        }
        if moved_at.is_some_and(|at| at.0 + LAG >= asked_at) {
            return Some(Time(asked_at + every));
        }
        let begun = self.open.iter().map(|open| open.created_at).max();
        let failed_at = self.failed_at.filter(|at| asked_at - at < RERUN_WITHIN);
        let since = begun.into_iter().chain(failed_at).max()?;
        Some(Time(asked_at + every.max(asked_at - since)))
    }
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
