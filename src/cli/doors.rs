//! Doors lead to whoever collects from their source.

use crate::collect::{IncidentEvents, Taken};
use crate::exposition::OwnMetrics;
use crate::serve::{Door, Outcome, Sender, Taker};
use bytes::Bytes;
use secrecy::SecretString;
use std::pin::Pin;
use std::sync::Arc;

/// Takes the events of one source of incidents.
struct Incidents {
    source: String,
    events: IncidentEvents,
    own: Arc<OwnMetrics>,
}

/// The door for a source of incidents.
pub fn of_incidents(
    source: &str,
    secrets: &[SecretString],
    events: IncidentEvents,
    own: &Arc<OwnMetrics>,
) -> Door {
    if !secrets.is_empty() {
        own.webhooks(source, &Outcome::ALL.map(Outcome::name));
    }
    let taker = Incidents { source: source.to_owned(), events, own: Arc::clone(own) };
    Door { sender: Sender::PagerDuty, secrets: secrets.to_vec(), taker: Arc::new(taker) }
}

impl Taker for Incidents {
    fn take(&self, event: Bytes) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move {
            match self.events.take(&event).await {
                Taken::Stored => Outcome::Stored,
                Taken::Ignored => Outcome::Ignored,
                Taken::Unavailable => Outcome::Unavailable,
                Taken::Malformed(problem) => {
                    let source = &self.source;
                    tracing::warn!(source, "a webhook with the right signature sent {problem}");
                    Outcome::Malformed
                }
            }
        })
    }

    fn count(&self, outcome: Outcome) {
        self.own.webhook_event(&self.source, outcome.name());
    }
}
