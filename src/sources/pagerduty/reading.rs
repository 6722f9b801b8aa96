//! Which incidents have news, and what they are now.
//!
//! Incidents are listed by when they were opened, and each tells how it stands. Only what that does
//! not tell costs requests of its own: several resolutions, and what the resolver wrote. The log of
//! the whole account, which is read beside, says which incidents those are, and which older ones
//! were resolved or opened again.

use super::PagerDuty;
use super::cursor::{OVERLAP, Reading};
use super::history::{IncidentHistory, ended, history};
use super::lists::Listed;
use super::wire::{Meaning, WireEntry, WireIncident};
use crate::sources::{IncidentNews, KnownIncidents, SourceError};
use delivery::domain::{Incident, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

/// What is being read: incidents as they stand, and those that have to be read one by one.
struct Found<'a> {
    known: &'a KnownIncidents,
    incidents: BTreeMap<Arc<str>, Incident>,
    moved: BTreeSet<Arc<str>>,
    news: IncidentNews,
}

impl<'a> Found<'a> {
    fn new(known: &'a KnownIncidents, through: Time) -> Found<'a> {
        let news = IncidentNews { through, ..IncidentNews::default() };
        Found { known, incidents: BTreeMap::new(), moved: BTreeSet::new(), news }
    }

    fn get(&self, id: &str) -> Option<Incident> {
        self.incidents.get(id).cloned().or_else(|| self.known.get(id))
    }

    /// What is new against what is known.
    fn into_news(self) -> IncidentNews {
        let known = self.known;
        let is_new = |it: &Incident| known.get(&it.node_id).as_ref() != Some(it);
        let incidents = self.incidents.into_values().filter(is_new).collect();
        IncidentNews { incidents, ..self.news }
    }
}

impl PagerDuty {
    /// Reads the next slice of time.
    pub(super) async fn read_slice(
        &self,
        cursor: Option<&str>,
        since: Time,
        known: &KnownIncidents,
    ) -> Result<IncidentNews, SourceError> {
        let now = self.clock.now();
        let mut reading = Reading::open(cursor, &self.fingerprint, since);
        let mut found = Found::new(known, now);
        let (opened, entries, (_, to)) = loop {
            let (from, to) = reading.slice(now);
            let mut unread = Vec::new();
            let opened = self.incidents_between(from, to, &mut unread).await?;
            let entries = match &opened {
                Listed::All(_) => self.entries_between(from, to, &mut unread).await?,
                Listed::TooMany => Listed::TooMany,
            };
            if let (Listed::All(opened), Listed::All(entries)) = (opened, entries) {
                found.news.unread.extend(unread);
                break (opened, entries, (from, to));
            }
            if !reading.halve() {
                let told =
                    format!("all of the minute from {}: it holds more than can be listed", from.0);
                found.news.unread.push(told);
                break (Vec::new(), Vec::new(), (from, to));
            }
        };
        opened.iter().for_each(|wire| self.see(wire, &mut found));
        let handled = self.handled.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = entries.iter().filter(|entry| !handled.contains(&entry.id));
        for entry in fresh {
            let Some(id) = entry.incident() else { continue };
            if is_news(entry, found.get(id).as_ref()) {
                found.moved.insert(Arc::from(id));
            }
        }
        self.read_moved(&mut found).await?;
        let again = entries.into_iter().filter(|entry| entry.created_at >= to.plus(-OVERLAP));
        *self.handled.lock().unwrap_or_else(PoisonError::into_inner) =
            again.map(|entry| entry.id).collect();
        found.news.cursor = reading.after(to);
        found.news.done = to >= now;
        Ok(found.into_news())
    }

    /// Lists what is open, and reads what was open and is not listed any more.
    pub(super) async fn read_open(
        &self,
        known: &KnownIncidents,
    ) -> Result<IncidentNews, SourceError> {
        let mut found = Found::new(known, self.clock.now());
        match self.open_incidents(&mut found.news.unread).await? {
            Listed::All(open) => {
                open.iter().for_each(|wire| self.see(wire, &mut found));
                let listed: BTreeSet<&str> = open.iter().map(|wire| wire.id.as_str()).collect();
                let ended = known.open().into_iter().filter(|id| !listed.contains(&**id));
                found.moved.extend(ended);
            }
            Listed::TooMany => {
                let told = "open incidents: there are more than can be listed".to_owned();
                found.news.unread.push(told);
            }
        }
        self.read_moved(&mut found).await?;
        found.news.done = true;
        Ok(found.into_news())
    }

    /// Reads incidents of which something became known.
    pub(super) async fn read_again(
        &self,
        ids: BTreeSet<Arc<str>>,
        known: &KnownIncidents,
    ) -> Result<IncidentNews, SourceError> {
        let mut found = Found::new(known, self.clock.now());
        found.moved = ids;
        self.read_moved(&mut found).await?;
        Ok(found.into_news())
    }

    /// Takes note of a listed incident. What is known of its history holds as long as it agrees
    /// with how it stands now.
    fn see(&self, wire: &WireIncident, found: &mut Found<'_>) {
        found.news.unmapped.extend(self.unmapped(wire));
        let id: Arc<str> = Arc::from(wire.id.as_str());
        let Some(known) = found.get(&wire.id) else {
            let events = wire.end().into_iter().collect();
            let history = IncidentHistory { events, notes: Vec::new() };
            found.incidents.insert(id, self.incident(wire, history));
            return;
        };
        if ended(&known.events) != wire.end() {
            found.moved.insert(id);
            return;
        }
        let fresh = self.incident(wire, IncidentHistory::default());
        let Incident { events, causes, fixes, .. } = known;
        found.incidents.insert(id, Incident { events, causes, fixes, ..fresh });
    }

    /// Reads incidents with their logs, one by one.
    async fn read_moved(&self, found: &mut Found<'_>) -> Result<(), SourceError> {
        for id in std::mem::take(&mut found.moved) {
            let Some(incident) = self.one(&id).await? else {
                if found.known.get(&id).is_some() {
                    found.news.gone.push(id);
                }
                continue;
            };
            let wire = match WireIncident::of(&incident) {
                Ok(wire) => wire,
                Err(problem) => {
                    found.news.unread.push(problem);
                    continue;
                }
            };
            match self.log_of(&id, &mut found.news.unread).await? {
                Listed::All(log) => {
                    found.news.unmapped.extend(self.unmapped(&wire));
                    let history = history(&wire, log);
                    found.incidents.insert(id, self.incident(&wire, history));
                }
                Listed::TooMany => {
                    let told = format!("incident {id}: its log is longer than can be listed");
                    found.news.unread.push(told);
                }
            }
        }
        Ok(())
    }
}

/// Whether an entry of the log says more of an incident than is known of it.
fn is_news(entry: &WireEntry, known: Option<&Incident>) -> bool {
    let ended = known.and_then(|known| ended(&known.events));
    match entry.meaning() {
        // Opened before the look-back: it matters if it ended, or began again, within.
        Meaning::Resolved | Meaning::Reopened if known.is_none() => true,
        Meaning::Resolved => {
            let is_known = |known: &Incident| {
                let mut ends = known.events.iter();
                ends.any(|event| event.at == entry.created_at)
            };
            !known.is_some_and(is_known)
        }
        Meaning::Reopened => true,
        Meaning::WhileOpen | Meaning::Regraded => {
            ended.is_some_and(|end| entry.created_at > end.at)
        }
        // Before the first resolution nobody is its resolver.
        Meaning::Noted => known.is_some_and(|known| !known.events.is_empty()),
        Meaning::Nothing => false,
    }
}
