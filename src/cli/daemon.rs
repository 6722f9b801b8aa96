//! The daemon: all rooms wired together, from settings to a listening socket.

use super::generation::Lasting;
use super::observers::Observers;
use super::reload::{Reloader, Reloading, Supervisor};
use super::views::{Metrics, View};
use crate::clock::SharedClock;
use crate::collect::{Collect, CollectIncidents, Health};
use crate::config::{GitHubSettings, HashLogins, Settings};
use crate::evaluate::{
    EvaluationRules, Evaluator, IncidentSources, OrderedOwners, Questions, Settled, SettlingRules,
    rules_of,
};
use crate::exposition::{Encoded, OwnMetrics};
use crate::serve::{self, BindError, ServeState};
use crate::sources::SourceError;
use crate::sources::github::{GitHub, Parsing};
use crate::store::{CursorOf, CursorUpdate, Store, StoreError};
use delivery::domain::{Collector, Fact, Incident, RepoId, RepositoryState};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a stop may take before what is still running is left behind.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How many facts are read from the store at once.
const FACTS_A_PAGE: usize = 5_000;

/// Why the daemon cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] BindError),
    /// The store cannot be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A source cannot be set up.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The own metrics contradict each other.
    #[error("the exporter's own metrics: {0}")]
    OwnMetrics(#[from] prometheus::Error),
    /// Serving failed.
    #[error("serving failed: {0}")]
    Serve(std::io::Error),
}

/// A running daemon.
pub struct Daemon {
    address: SocketAddr,
    store: Store,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    tasks: TaskTracker,
    stop: CancellationToken,
    health: Arc<Health>,
}

impl Daemon {
    /// Starts everything; `stop` ends it.
    pub async fn start(
        settings: Settings,
        clock: SharedClock,
        stop: CancellationToken,
    ) -> Result<Daemon, StartError> {
        let (daemon, _) = Daemon::start_reloadable(settings, None, clock, stop).await?;
        Ok(daemon)
    }

    /// Starts everything; `stop` ends it, and the [`Reloader`] reads the configuration again from
    /// where `settings` came from. Without that, every reload is refused.
    pub async fn start_reloadable(
        settings: Settings,
        reloading: Option<Reloading>,
        clock: SharedClock,
        stop: CancellationToken,
    ) -> Result<(Daemon, Reloader), StartError> {
        let address = settings.server.listen_address;
        let listener = serve::bind(address).await?;
        let address = listener.local_addr().unwrap_or(address);
        let store = Store::open(&settings.store.path).await?;
        let (questions, inbox) = Questions::new();
        let lasting = Lasting {
            inbox,
            store: store.clone(),
            clock: Arc::clone(&clock),
            own: Arc::new(OwnMetrics::new()?),
            health: Arc::new(Health::default()),
            snapshot: Arc::new(watch::Sender::new(Arc::new(Encoded::default()))),
            doors: Arc::default(),
            survey_turn: Arc::default(),
            tasks: TaskTracker::new(),
        };
        let sources = lasting.connect(&settings)?;
        let (reloader, orders) = Reloader::new();
        let view = View::new(Arc::clone(&lasting.health), &lasting.snapshot, clock);
        let over_http = reloading.as_ref().is_some_and(|reloading| reloading.over_http);
        let state = ServeState {
            metrics: Arc::new(Metrics::new(
                &lasting.snapshot,
                Arc::clone(&lasting.own),
                lasting.clock.now(),
            )),
            health: Arc::new(view.clone()),
            telemetry_path: settings.server.telemetry_path.clone(),
            version: env!("CARGO_PKG_VERSION"),
            api: serve::api::Api { questions, origins: settings.server.cors_origins.clone() },
            pages: serve::pages::Pages::new(&settings.pages),
            reload: over_http.then(|| Arc::new(reloader.clone()) as Arc<dyn serve::Reload>),
            doors: Arc::clone(&lasting.doors),
        };
        let server = tokio::spawn(serve::serve(listener, state, stop.clone()));
        let generation = lasting.begin(&settings, sources, &stop).await?;
        lasting.own.config_loaded(lasting.clock.now());
        view.loaded();

        let (tasks, health) = (lasting.tasks.clone(), Arc::clone(&lasting.health));
        if let Some(reloading) = reloading {
            let sources = reloading.sources;
            let supervisor = Supervisor::new(lasting, generation, settings, sources, stop.clone());
            tasks.spawn(supervisor.run(orders));
        }
        Ok((Daemon { address, store, server, tasks, stop, health }, reloader))
    }

    /// Where its facts are.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// How each source is doing.
    pub(super) fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns once it was stopped, within 10 seconds, with everything acknowledged on the disk.
    pub async fn wait(self) -> Result<(), StartError> {
        let Daemon { store, server, tasks, stop, .. } = self;
        let served = server.await;
        stop.cancel();
        let ending = async {
            tasks.close();
            tasks.wait().await;
            store.close().await;
        };
        if tokio::time::timeout(STOP_WITHIN, ending).await.is_err() {
            tracing::warn!(
                "tasks were still running after {STOP_WITHIN:?}; nothing stored is lost"
            );
        }
        match served {
            Ok(result) => result.map_err(StartError::Serve),
            Err(error) => Err(StartError::Serve(std::io::Error::other(error))),
        }
    }
}

pub(super) fn connect(
    github: &GitHubSettings,
    settings: &Settings,
    store: &Store,
    clock: &SharedClock,
    observers: &Observers,
) -> Result<GitHub, SourceError> {
    let parsing = Parsing::by(settings, store.login_hasher());
    let share = settings.collection.budget_share;
    let parts = settings.github.iter().flat_map(GitHubSettings::parts);
    let neighbours = parts
        .filter(|part| part.name != github.name && part.graphql_url == github.graphql_url)
        .collect();
    GitHub::connect(github, share, parsing, Arc::clone(clock), Arc::new(observers.clone()))
        .map(|source| source.beside(neighbours))
}

/// An evaluator that knows of nothing yet.
pub(super) fn evaluator(settings: &Settings, store: &Store) -> Evaluator {
    let logins: Arc<dyn HashLogins> = store.login_hasher();
    let rules = EvaluationRules {
        judging: rules_of(settings, logins),
        settling: SettlingRules {
            settle_after: settings.measures.settle_after,
            seed_prime_after: settings.measures.seed_prime_after,
        },
        windows: settings.measures.windows.clone(),
        min_contributors: settings.space.min_contributors,
        lookback: settings.collection.lookback,
        retention: settings.store.retention,
        components: settings.components.clone(),
        owners: Box::new(OrderedOwners::new(&settings.ownership)),
        workflow_files: settings.platform.workflow_files,
        self_service: settings.platform.self_service.clone(),
    };
    let mut sources = IncidentSources::default();
    for account in &settings.pagerduty {
        sources.add(&account.name, account.services.values().map(|component| &**component));
    }
    let evaluator = Evaluator::new(rules, Settled::default()).told_by(sources);
    evaluator.surveying(settings.surveys.minimum)
}

/// Hands everything that is stored to those who keep it in memory; returns the newest change number.
pub(super) async fn load(
    store: &Store,
    collectors: &mut [Collect],
    incidents: &mut [CollectIncidents],
    evaluator: &mut Evaluator,
) -> Result<u64, StoreError> {
    for repository in store.repositories().await? {
        let collected = collectors.iter().any(|collect| collect.is_home_of(&repository));
        let mut repository = repository;
        if !collected && repository.state == RepositoryState::Active {
            // Its `[[github]]` block was removed or renamed: its facts stay, its series end.
            repository.state = RepositoryState::Excluded;
            store.commit(&[Fact::Repository(repository.clone())], &[]).await?;
        }
        let fact = Fact::Repository(repository);
        collectors.iter_mut().for_each(|collect| collect.absorb(&fact));
    }
    let (mut after, mut orphans) = (0, Orphans::default());
    let mut pages = store.pages_since(after, FACTS_A_PAGE);
    while let Some(page) = pages.recv().await {
        let page = page?;
        after = page.last;
        for fact in page.facts {
            collectors.iter_mut().for_each(|collect| collect.absorb(&fact));
            incidents.iter_mut().for_each(|collect| collect.absorb(&fact));
            orphans.absorb(&fact, incidents);
            evaluator.absorb(fact);
        }
    }
    orphans.dismiss(store).await?;
    for cursor in store.cursors().await? {
        incidents
            .iter_mut()
            .for_each(|collect| collect.resume(cursor.repo, cursor.of, &cursor.cursor));
        for collect in collectors.iter_mut() {
            collect.resume(cursor.repo, cursor.of, cursor.cursor.clone());
        }
    }
    Ok(after)
}

/// Incidents of sources that are not configured any more: they cannot be told any better, and so
/// count no longer. A source that comes back is read anew.
#[derive(Default)]
struct Orphans {
    incidents: Vec<Fact>,
    places: BTreeSet<RepoId>,
}

impl Orphans {
    fn absorb(&mut self, fact: &Fact, sources: &[CollectIncidents]) {
        let Fact::Incident(incident) = fact else { return };
        let source = incident.id.source();
        if incident.repo.is_some() || sources.iter().any(|one| one.name() == source) {
            return;
        }
        self.places.insert(RepoId::of_source(source));
        if incident.counts {
            self.incidents.push(Fact::Incident(Incident { counts: false, ..incident.clone() }));
        }
    }

    async fn dismiss(self, store: &Store) -> Result<(), StoreError> {
        let anew = |repo| CursorUpdate {
            repo,
            of: CursorOf::History(Collector::Incidents),
            cursor: String::new(),
        };
        let cursors: Vec<CursorUpdate> = self.places.into_iter().map(anew).collect();
        if !cursors.is_empty() {
            store.commit(&self.incidents, &cursors).await?;
        }
        Ok(())
    }
}
