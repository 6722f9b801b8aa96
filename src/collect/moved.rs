//! Incidents of which a webhook says that something became known: they are read anew between the
//! sweeps, by the one task that reads their source, so that events and sweeps never disagree.

use super::CollectError;
use super::incidents::CollectIncidents;
use crate::sources::IncidentSource;
use delivery::domain::Time;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many events may wait to be read; those beyond are told to come again.
const WAITING: usize = 256;
/// Vendors count a delivery as failed that is not answered within 5 seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// What became of a webhook's event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// What it tells of is stored.
    Stored,
    /// It tells of nothing that is kept.
    Ignored,
    /// It is none of the vendor's events; the text says why.
    Malformed(String),
    /// It cannot be looked into now, and should come again. Nothing is lost if it does not: the
    /// next sweep finds what it tells of.
    Unavailable,
}

/// An incident, and where it is told that what is known of it is stored.
#[derive(Debug)]
pub(super) struct Moved {
    id: Arc<str>,
    stored: oneshot::Sender<()>,
}

/// Hands a source's events to whoever collects from it.
#[derive(Clone)]
pub struct IncidentEvents {
    source: Arc<dyn IncidentSource>,
    moved: mpsc::Sender<Moved>,
}

impl IncidentEvents {
    /// The end for `source`, and the end that reads.
    pub(super) fn of(source: Arc<dyn IncidentSource>) -> (IncidentEvents, mpsc::Receiver<Moved>) {
        let (moved, received) = mpsc::channel(WAITING);
        (IncidentEvents { source, moved }, received)
    }

    /// Takes an event whose signature is right.
    pub async fn take(&self, event: &[u8]) -> Taken {
        let id = match self.source.moved(event) {
            Ok(Some(id)) => id,
            Ok(None) => return Taken::Ignored,
            Err(problem) => return Taken::Malformed(problem),
        };
        let (stored, told) = oneshot::channel();
        if self.moved.try_send(Moved { id, stored }).is_err() {
            return Taken::Unavailable;
        }
        match tokio::time::timeout(ANSWER_WITHIN, told).await {
            Ok(Ok(())) => Taken::Stored,
            _ => Taken::Unavailable,
        }
    }
}

impl CollectIncidents {
    /// Waits until `next`, and reads meanwhile what events tell of.
    pub(super) async fn read_events_until(&mut self, next: Time) {
        let clock = Arc::clone(&self.around.clock);
        let due = clock.sleep_until(next);
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = &mut due => return,
                // Where nobody can send any more, only the time is waited for.
                Some(moved) = self.moved.recv() => self.read_events(Some(moved)).await,
            }
        }
    }

    /// Reads what the events tell of that wait, `first` before them: each incident once.
    pub(super) async fn read_events(&mut self, first: Option<Moved>) {
        let mut moved: Vec<Moved> = first.into_iter().collect();
        while let Ok(more) = self.moved.try_recv() {
            moved.push(more);
        }
        if moved.is_empty() {
            return;
        }
        let ids = moved.iter().map(|moved| Arc::clone(&moved.id)).collect();
        match self.read_again(ids).await {
            Ok(()) => {
                for moved in moved {
                    // Whoever asked may have gone.
                    let _ = moved.stored.send(());
                }
            }
            Err(error) => self.note_failure(&error),
        }
    }

    async fn read_again(&mut self, ids: BTreeSet<Arc<str>>) -> Result<(), CollectError> {
        let source = Arc::clone(&self.source);
        let news = source.again(ids, &self.known).await?;
        self.keep(news, None, None).await
    }
}
