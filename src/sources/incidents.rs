//! What every source of incidents has in common, however its vendor's API looks: it tells what
//! changed since a cursor, and how those stand that were open. Vendors differ only below that, in
//! folders of their own.

use super::SourceError;
use delivery::domain::{Incident, IncidentTransition, Time};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An answer that is awaited.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SourceError>> + Send + 'a>>;

/// A vendor's account, as collecting sees it. It keeps to the vendor's limits by itself, and tells
/// [`SourceError::RateLimited`] where waiting would take long.
pub trait IncidentSource: Send + Sync {
    /// Its name: the label `source`, and the beginning of its incidents' ids.
    fn name(&self) -> &str;

    /// Reads on from `cursor`, which is stored with what was read; without one, from `since` on.
    /// What `known` holds need not be asked for again.
    fn changed<'a>(
        &'a self,
        cursor: Option<&'a str>,
        since: Time,
        known: &'a KnownIncidents,
    ) -> Answer<'a, IncidentNews>;

    /// Asks again how those incidents stand that are open as far as is `known`, and for open ones
    /// that are not known, however old.
    fn open<'a>(&'a self, known: &'a KnownIncidents) -> Answer<'a, IncidentNews>;

    /// Of which incident a webhook's event says that something became known, by its id; nothing
    /// where that changes no fact. The error says what is wrong with the event, in words that may be
    /// logged.
    fn moved(&self, event: &[u8]) -> Result<Option<Arc<str>>, String>;

    /// Reads these incidents anew, whatever is `known` of them.
    fn again<'a>(
        &'a self,
        ids: BTreeSet<Arc<str>>,
        known: &'a KnownIncidents,
    ) -> Answer<'a, IncidentNews>;
}

/// What a request or a few brought.
#[derive(Debug, Default)]
pub struct IncidentNews {
    /// Incidents, new and changed, as the source tells them now.
    pub incidents: Vec<Incident>,
    /// Ids of known incidents that the source does not have any more.
    pub gone: Vec<Arc<str>>,
    /// The next cursor, opaque outside the source.
    pub cursor: String,
    /// Whether everything is read up to `through`; else there is more behind the cursor.
    pub done: bool,
    /// When the reading began: what is newer may have been missed.
    pub through: Time,
    /// What could not be read, in sentences; the rest was.
    pub unread: Vec<String>,
    /// Services and the like that no component is configured for.
    pub unmapped: Vec<String>,
}

/// The incidents of one source, by the source's own ids.
#[derive(Debug, Default)]
pub struct KnownIncidents {
    incidents: Mutex<HashMap<Arc<str>, Incident>>,
}

impl KnownIncidents {
    /// One of them.
    pub fn get(&self, id: &str) -> Option<Incident> {
        self.lock().get(id).cloned()
    }

    /// The ids of those that are open.
    pub fn open(&self) -> Vec<Arc<str>> {
        let known = self.lock();
        let open = known.values().filter(|incident| incident.counts && is_open(incident));
        let mut ids: Vec<Arc<str>> = open.map(|incident| Arc::clone(&incident.node_id)).collect();
        ids.sort();
        ids
    }

    /// Takes note of an incident as it is stored.
    pub fn insert(&self, incident: Incident) {
        self.lock().insert(Arc::clone(&incident.node_id), incident);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Incident>> {
        self.incidents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an incident is open as of its last event.
fn is_open(incident: &Incident) -> bool {
    let last = incident.events.last();
    last.is_none_or(|event| event.transition == IncidentTransition::Reopened)
}
