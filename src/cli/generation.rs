//! What a configuration decides: the collectors and the evaluator. They are replaced as a whole
//! when it is reloaded; everything else of the daemon outlives them.

use super::assembly::{connect, evaluator};
use super::audit::Audit;
use super::doors;
use super::judged::{self, web_addresses};
use super::load::load;
use super::observers::Observers;
use super::surveys::{self, Surveys};
use crate::clock::SharedClock;
use crate::collect::{Collect, CollectCatalog, CollectIncidents, Health, Surroundings};
use crate::config::{GitHubSettings, OwnershipSource, RepositoryRules, Settings};
use crate::evaluate::{Inbox, Publisher, Settled, SurveyTurn};
use crate::exposition::{Encoded, Exposure, OwnMetrics};
use crate::serve::Doors;
use crate::sources::backstage::Backstage;
use crate::sources::github::GitHub;
use crate::sources::pagerduty::PagerDuty;
use crate::sources::{IncidentSource, SourceError};
use crate::store::{Store, StoreError};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What outlives every configuration.
#[derive(Clone)]
pub struct Lasting {
    /// Where facts and settled rows are.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// The exporter's own metrics, whose counters never start over.
    pub own: Arc<OwnMetrics>,
    /// How each source is doing.
    pub health: Arc<Health>,
    /// What is scraped, until the next configuration has its own.
    pub snapshot: Arc<watch::Sender<Arc<Encoded>>>,
    /// Where questions about the figures arrive.
    pub inbox: Inbox,
    /// Where others tell of what happened.
    pub doors: Arc<Doors>,
    /// The turn of whoever imports a survey.
    pub survey_turn: SurveyTurn,
    /// Everything that has to end before the store is closed.
    pub tasks: TaskTracker,
}

/// The sources of one configuration, set up.
pub struct Connected {
    github: Vec<Arc<GitHub>>,
    incidents: Vec<Arc<dyn IncidentSource>>,
    /// Where the order asks the catalog, and a server is named.
    catalog: Option<Arc<Backstage>>,
}

/// The collectors and the evaluator of one configuration, at work.
pub struct Generation {
    sources: Connected,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Lasting {
    /// Sets up the sources, and touches nothing that is running.
    pub fn connect(&self, settings: &Settings) -> Result<Connected, SourceError> {
        let observers = self.observers();
        let parts = settings.github.iter().flat_map(GitHubSettings::parts);
        let sources = parts.map(|github| {
            connect(&github, settings, &self.store, &self.clock, &observers).map(Arc::new)
        });
        let github = sources.collect::<Result<_, _>>()?;
        let pagerduty = settings.pagerduty.iter().map(|account| {
            let account = PagerDuty::connect(account.clone(), Arc::clone(&self.clock))?;
            Ok(Arc::new(account) as Arc<dyn IncidentSource>)
        });
        let incidents = pagerduty.collect::<Result<_, SourceError>>()?;
        let is_asked = settings.ownership.order.contains(&OwnershipSource::Catalog);
        let catalog = settings.catalog.as_ref().filter(|_| is_asked);
        let catalog = catalog.map(|catalog| Backstage::connect(catalog, Arc::clone(&self.clock)));
        Ok(Connected { github, incidents, catalog: catalog.transpose()?.map(Arc::new) })
    }

    /// Reads everything stored and begins to work, until `stop` or [`Generation::end`].
    pub async fn begin(
        &self,
        settings: &Settings,
        sources: Connected,
        stop: &CancellationToken,
    ) -> Result<Generation, StoreError> {
        let observers = self.observers().auditing(Audit::of(settings.clone()));
        let around = Surroundings {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            settings: settings.collection.clone(),
            ownership: settings.ownership.clone(),
            platform: settings.platform.clone(),
            components: settings.components.clone(),
            production: settings.by_repository(|rules| rules.production.clone()),
            ci: settings.by_repository(RepositoryRules::ci),
            observer: Arc::new(observers.clone()),
            health: Arc::clone(&self.health),
        };
        let (mut collectors, mut open) = (Vec::new(), Vec::new());
        let mut connected = sources.github.iter();
        for github in &settings.github {
            let mut deliveries = Vec::new();
            for source in connected.by_ref().take(github.parts().len()) {
                observers.introduce(source.name());
                observers.keep_ownership(source.name(), settings);
                let collect = Collect::new(Arc::clone(source), around.clone());
                deliveries.push(collect.deliveries());
                collectors.push(collect);
            }
            let secrets = &github.webhook_secrets;
            open.push(doors::of_github(&github.name, secrets, deliveries, &self.own));
        }
        let mut incidents = Vec::new();
        for (source, account) in sources.incidents.iter().zip(&settings.pagerduty) {
            observers.introduce_incidents(source.name());
            let (collect, events) = CollectIncidents::new(Arc::clone(source), around.clone());
            incidents.push(collect);
            let secrets = &account.webhook_secrets;
            open.push(doors::of_incidents(source.name(), secrets, events, &self.own));
        }
        let mut evaluator = evaluator(settings, &self.store);
        // What counters have counted is read beside the facts, on another core.
        let store = self.store.clone();
        let settled = tokio::spawn(async move { Settled::read(&store).await });
        let after = load(&self.store, &mut collectors, &mut incidents, &mut evaluator).await?;
        match settled.await {
            Ok(settled) => evaluator.resume(settled?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
        evaluator.prepare(self.clock.now());
        judged::tell(&self.store, settings).await?;
        self.store.tell_trouble();

        let generation =
            Generation { sources, stop: stop.child_token(), tasks: TaskTracker::new() };
        let publisher = Publisher {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            retention: settings.store.retention,
            exposure: Exposure::from(settings),
            own: Arc::clone(&self.own),
            snapshot: Arc::clone(&self.snapshot),
            inbox: self.inbox.clone(),
            web: web_addresses(settings),
        };
        self.spawn(&generation, publisher.run(evaluator, after, generation.stop.clone()));
        for collect in collectors {
            self.spawn(&generation, collect.run(generation.stop.clone()));
        }
        for collect in incidents {
            self.spawn(&generation, collect.run(generation.stop.clone()));
        }
        if let Some(source) = generation.sources.catalog.clone() {
            let catalog = CollectCatalog {
                source,
                store: self.store.clone(),
                clock: Arc::clone(&self.clock),
                settings: settings.ownership.clone(),
                observer: Arc::new(observers),
            };
            self.spawn(&generation, catalog.run(generation.stop.clone()));
        }
        generation.tasks.close();
        self.doors.open(open);
        self.open_for_surveys(settings);
        Ok(generation)
    }

    /// Ends what is shown of the sources of `former` that are not among `sources`, and hands the
    /// limits of the others on.
    pub fn succeed(&self, former: &Generation, sources: &Connected) {
        if former.sources.catalog.is_some() && sources.catalog.is_none() {
            self.observers().dismiss_catalog();
        }
        let github = sources.github.iter().map(|source| source.name());
        let names: Vec<&str> =
            github.chain(sources.incidents.iter().map(|source| source.name())).collect();
        self.health.retain(&names);
        for old in &former.sources.github {
            sources.github.iter().for_each(|source| source.inherit_limits(old));
            if !names.contains(&old.name()) {
                self.observers().dismiss(old.name());
            }
        }
        for old in &former.sources.incidents {
            if !names.contains(&old.name()) {
                self.observers().dismiss(old.name());
            }
        }
    }

    /// Opens the door for surveys, where a token is configured.
    fn open_for_surveys(&self, settings: &Settings) {
        let Some((token, _)) = &settings.surveys.token else { return self.doors.surveys.close() };
        let (clock, turn) = (Arc::clone(&self.clock), Arc::clone(&self.survey_turn));
        let taker = Surveys {
            settings: Arc::new(settings.surveys.clone()),
            importer: surveys::importer(settings, &self.store, clock, turn),
            own: Arc::clone(&self.own),
        };
        self.doors.surveys.open(token.clone(), Arc::new(taker.introduced()));
    }

    fn observers(&self) -> Observers {
        Observers::new(Arc::clone(&self.own))
    }

    /// Counted twice: a reload waits for its generation, the end of the process for everything.
    fn spawn(&self, generation: &Generation, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(generation.tasks.track_future(task));
    }
}

impl Generation {
    /// Stops collecting and evaluating, and returns once both have ended. What was shown stays.
    pub async fn end(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}
