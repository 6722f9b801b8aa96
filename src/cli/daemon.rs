//! The daemon: all rooms wired together, from settings to a listening socket.

use super::generation::Lasting;
use super::reload::{Reloader, Reloading, Supervisor};
use super::views::{Metrics, View};
use crate::clock::SharedClock;
use crate::collect::Health;
use crate::config::Settings;
use crate::evaluate::Questions;
use crate::exposition::{Encoded, OwnMetrics};
use crate::serve::{self, BindError, ServeState};
use crate::sources::SourceError;
use crate::store::{Store, StoreError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a stop may take before what is still running is left behind.
const STOP_WITHIN: Duration = Duration::from_secs(10);

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
