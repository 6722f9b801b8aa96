//! Collecting from a source of incidents that lives in no repository: on a schedule of its own,
//! beside the sweeps of repositories.
//!
//! What a request brings is committed with the cursor behind it. The source's progress is kept under
//! [`RepoId::of_source`], so that evaluation can wait for it.

use super::moved::{IncidentEvents, Moved};
use super::{CollectError, Surroundings, jittered};
use crate::sources::{IncidentNews, IncidentSource, KnownIncidents};
use crate::store::{CursorOf, CursorUpdate};
use delivery::domain::{Collector, Fact, Incident, Progress, RepoId, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The reason of failures that are services without a component, each of which counts once.
pub const UNKNOWN_SERVICE: &str = "unknown_service";
/// What could not be decoded.
const MALFORMED: &str = "malformed";

/// Collects from one source of incidents.
pub struct CollectIncidents {
    pub(super) source: Arc<dyn IncidentSource>,
    pub(super) around: Surroundings,
    pub(super) known: KnownIncidents,
    /// What webhooks tell of.
    pub(super) moved: mpsc::Receiver<Moved>,
    cursor: Option<String>,
    sweeps: u64,
    /// What failed last, until it works again.
    failing: Option<String>,
    /// What the log has told already.
    told: BTreeSet<String>,
    /// Services that nobody is configured for, with the sweep that met them.
    unmapped: BTreeMap<String, u64>,
}

impl CollectIncidents {
    /// Collects from `source`, beside what the events tell of that the second end takes.
    pub fn new(
        source: Arc<dyn IncidentSource>,
        around: Surroundings,
    ) -> (CollectIncidents, IncidentEvents) {
        let (events, moved) = IncidentEvents::of(Arc::clone(&source));
        let collect = CollectIncidents {
            source,
            around,
            known: KnownIncidents::default(),
            moved,
            cursor: None,
            sweeps: 0,
            failing: None,
            told: BTreeSet::new(),
            unmapped: BTreeMap::new(),
        };
        (collect, events)
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Takes note of a stored fact, at the start.
    pub fn absorb(&mut self, fact: &Fact) {
        if let Fact::Incident(incident) = fact
            && incident.id.source() == self.source.name()
        {
            self.known.insert(incident.clone());
        }
    }

    /// Takes note of a stored cursor, at the start.
    pub fn resume(&mut self, repo: RepoId, of: CursorOf, cursor: &str) {
        if repo == self.place() && of == CursorOf::History(Collector::Incidents) {
            self.cursor = Some(cursor.to_owned());
        }
    }

    /// Collects until told to stop. A stop in the middle of a request loses only that request.
    pub async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.sweep_for_ever() => {}
        }
    }

    async fn sweep_for_ever(&mut self) {
        loop {
            self.sweeps = self.sweeps.wrapping_add(1);
            let started = self.around.clock.now();
            let next = started.plus(jittered(self.around.settings.sweep_interval, self.sweeps));
            let clock = Instant::now();
            let swept = self.sweep().await;
            let (name, seconds) = (self.source.name(), clock.elapsed().as_secs_f64());
            self.around.observer.collected(name, Collector::Incidents, seconds);
            self.tell_unmapped();
            self.conclude(swept, started);
            // Where the clock was set back meanwhile, `next` would be far away.
            let longest = self.around.clock.now().plus(2 * self.around.settings.sweep_interval);
            self.read_events_until(next.min(longest)).await;
        }
    }

    /// Reads what has changed, then how those stand that were open.
    async fn sweep(&mut self) -> Result<Time, CollectError> {
        let source = Arc::clone(&self.source);
        let through = loop {
            let since = self.around.clock.now().plus(-self.around.settings.lookback);
            let cursor = self.cursor.as_deref();
            let news = source.changed(cursor, since, &self.known).await?;
            let (done, through) = (news.done, news.through);
            let cursor = Some(news.cursor.clone());
            self.keep(news, cursor, None).await?;
            if done {
                break through;
            }
            // A first reading may take long, and nobody waits that long for an answer.
            self.read_events(None).await;
        };
        let news = source.open(&self.known).await?;
        self.keep(news, None, Some(through)).await?;
        Ok(through)
    }

    /// Commits what was read with the cursor, or with how far everything is read.
    pub(super) async fn keep(
        &mut self,
        news: IncidentNews,
        cursor: Option<String>,
        through: Option<Time>,
    ) -> Result<(), CollectError> {
        self.tell(&news);
        let repo = self.place();
        let gone = news.gone.iter().filter_map(|id| self.known.get(id));
        // What the source does not have any more would burn for ever.
        let gone: Vec<Incident> = gone.map(|it| Incident { counts: false, ..it }).collect();
        let incidents: Vec<Incident> = news.incidents.into_iter().chain(gone).collect();
        let count = incidents.len() as u64;
        self.around.observer.items(self.source.name(), Collector::Incidents, count);
        let mut facts: Vec<Fact> = incidents.iter().cloned().map(Fact::Incident).collect();
        if through.is_some() {
            let collector = Collector::Incidents;
            facts.push(Fact::Progress(Progress { repo, collector, complete: true, through }));
        }
        let update = cursor.clone().map(|cursor| CursorUpdate {
            repo,
            of: CursorOf::History(Collector::Incidents),
            cursor,
        });
        self.around.store.commit(&facts, update.as_slice()).await?;
        incidents.into_iter().for_each(|incident| self.known.insert(incident));
        if cursor.is_some() {
            self.cursor = cursor;
        }
        Ok(())
    }

    /// Tells once what could not be read, and remembers services without a component.
    fn tell(&mut self, news: &IncidentNews) {
        let source = self.source.name();
        let collector = Some(Collector::Incidents);
        for problem in &news.unread {
            self.around.observer.failed(source, collector, MALFORMED);
            if self.told.insert(problem.clone()) {
                tracing::warn!(source, "passed over what cannot be read: {problem}");
            }
        }
        for service in &news.unmapped {
            self.unmapped.entry(service.clone()).or_insert(self.sweeps);
        }
    }

    /// Tells once of each service that nobody is configured for and that no catalog knows either.
    /// It was met in an earlier sweep, since the catalog may be read for the first time beside.
    fn tell_unmapped(&mut self) {
        let (source, sweeps) = (self.source.name(), self.sweeps);
        let met = self.unmapped.extract_if(.., |_, met| *met < sweeps);
        for (service, _) in met {
            let is_known = self.around.components.has_service(&service);
            if !is_known && self.told.insert(format!("service {service}")) {
                let collector = Some(Collector::Incidents);
                self.around.observer.failed(source, collector, UNKNOWN_SERVICE);
                tracing::warn!(
                    source,
                    service,
                    "its incidents belong to no component: name one in the services of \
                     [[incidents]], or the service in the catalog"
                );
            }
        }
    }

    /// Tells the outcome of a sweep to metrics, landing page and log.
    fn conclude(&mut self, swept: Result<Time, CollectError>, started: Time) {
        let name = self.source.name();
        let (observer, health) = (&self.around.observer, &self.around.health);
        observer.up(name, swept.is_ok());
        match swept {
            Ok(through) => {
                observer.succeeded(name, Collector::Incidents, started);
                observer.data_through(name, Collector::Incidents, through);
                if self.failing.take().is_some() {
                    tracing::info!(source = name, "works again");
                }
                health.update(name, |health| {
                    health.up = Some(true);
                    health.last_success = Some(started);
                    health.data_through = Some(through);
                    health.last_error = None;
                });
            }
            Err(error) => {
                health.update(name, |health| {
                    health.up = Some(false);
                    health.last_error = Some(error.to_string());
                });
                self.note_failure(&error);
            }
        }
    }

    /// Counts a failure, and logs it when it is new. The store tells of its own trouble.
    pub(super) fn note_failure(&mut self, error: &CollectError) {
        let (source, reason, text) = (self.source.name(), error.reason(), error.to_string());
        self.around.observer.failed(source, None, reason);
        if !matches!(error, CollectError::Store(_)) {
            if self.failing.as_ref() != Some(&text) {
                tracing::warn!(source, reason, "{text}");
            }
            self.failing = Some(text);
        }
    }

    /// Under what the source's progress and cursor are kept.
    fn place(&self) -> RepoId {
        RepoId::of_source(self.source.name())
    }
}
