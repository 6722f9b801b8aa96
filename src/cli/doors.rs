//! Doors lead to whoever collects from their source.

use crate::collect::{Deliveries, IncidentEvents, Taken};
use crate::exposition::OwnMetrics;
use crate::serve::{Door, Event, Outcome, Sender, Taker};
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
    fn take(&self, event: Event) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move { outcome(&self.source, self.events.take(&event.body).await) })
    }

    fn count(&self, outcome: Outcome) {
        self.own.webhook_event(&self.source, outcome.name());
    }
}

/// Takes the events of one section `[[github]]`.
struct GitHub {
    source: String,
    /// An app's webhook tells of all its installations, each of which is collected by itself.
    deliveries: Vec<Deliveries>,
    own: Arc<OwnMetrics>,
}

/// The door for a section `[[github]]`.
pub fn of_github(
    source: &str,
    secrets: &[SecretString],
    deliveries: Vec<Deliveries>,
    own: &Arc<OwnMetrics>,
) -> Door {
    if !secrets.is_empty() {
        own.webhooks(source, &Outcome::ALL.map(Outcome::name));
    }
    let taker = GitHub { source: source.to_owned(), deliveries, own: Arc::clone(own) };
    Door { sender: Sender::GitHub, secrets: secrets.to_vec(), taker: Arc::new(taker) }
}

impl Taker for GitHub {
    fn take(&self, event: Event) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move {
            let mut taken = Taken::Ignored;
            for deliveries in &self.deliveries {
                match deliveries.take(&event.kind, &event.body).await {
                    Taken::Ignored => {}
                    Taken::Stored => taken = Taken::Stored,
                    // It comes again, to all of them.
                    other => return outcome(&self.source, other),
                }
            }
            outcome(&self.source, taken)
        })
    }

    fn count(&self, outcome: Outcome) {
        self.own.webhook_event(&self.source, outcome.name());
    }
}

fn outcome(source: &str, taken: Taken) -> Outcome {
    match taken {
        Taken::Stored => Outcome::Stored,
        Taken::Ignored => Outcome::Ignored,
        Taken::Unavailable => Outcome::Unavailable,
        Taken::Malformed(problem) => {
            tracing::warn!(source, "a webhook with the right signature sent {problem}");
            Outcome::Malformed
        }
    }
}
