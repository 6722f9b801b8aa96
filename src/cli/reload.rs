//! Reloading: the configuration is read again and takes the place of the former one, or is refused
//! as a whole. Facts, counters, connections and the last figures outlive it.
//!
//! One task owns what is running, so reloads follow each other however many are asked for.

use super::generation::{Connected, Generation, Lasting};
use crate::config::{self, Settings, Sources};
use crate::serve;
use crate::store::StoreError;
use delivery::domain::Span;
use std::pin::Pin;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// How long to wait before a store that could not be read is read again.
const RETRY_AFTER: Span = 10;
/// How many reloads may wait for their turn; whoever asks beyond waits to ask.
const WAITING: usize = 8;

/// What a reload came to: what was applied, or why nothing was.
type Outcome = Result<String, String>;
/// Where the outcome is told.
type Order = oneshot::Sender<Outcome>;

/// Where the configuration is read from again, and who may ask for it.
#[derive(Clone, Debug)]
pub struct Reloading {
    /// The file, the variables and the flags of the start.
    pub sources: Sources,
    /// Whether `/-/reload` may ask.
    pub over_http: bool,
}

/// Asks for reloads.
#[derive(Clone)]
pub struct Reloader {
    orders: mpsc::Sender<Order>,
}

impl Reloader {
    /// An asking end, and the end that [`Supervisor::run`] takes orders from.
    pub fn new() -> (Reloader, mpsc::Receiver<Order>) {
        let (orders, received) = mpsc::channel(WAITING);
        (Reloader { orders }, received)
    }

    /// Reloads. Tells what was applied, or every problem; the log tells the same.
    pub async fn reload(&self) -> Outcome {
        let stopping = |_| "the process is stopping".to_owned();
        let (tell, told) = oneshot::channel();
        self.orders.send(tell).await.map_err(|_| stopping(()))?;
        told.await.map_err(|_| stopping(()))?
    }
}

impl serve::Reload for Reloader {
    fn reload(&self) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(Reloader::reload(self))
    }
}

/// Owns what is running, and replaces it.
pub struct Supervisor {
    lasting: Lasting,
    /// Absent while the store cannot be read.
    generation: Option<Generation>,
    sources: Sources,
    /// The configuration of the start: what cannot change without a restart is as it says.
    started: Settings,
    /// The configuration in force.
    settings: Settings,
    stop: CancellationToken,
}

impl Supervisor {
    /// Watches over what was started with `settings`, read from `sources`.
    pub fn new(
        lasting: Lasting,
        generation: Generation,
        settings: Settings,
        sources: Sources,
        stop: CancellationToken,
    ) -> Supervisor {
        let started = settings.clone();
        Supervisor { lasting, generation: Some(generation), sources, started, settings, stop }
    }

    /// Takes orders until told to stop.
    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let stop = self.stop.clone();
        let serving = async {
            loop {
                let retry_at = self.lasting.clock.now().plus(RETRY_AFTER);
                // Nobody waits for the clock before this is polled.
                let retry = async { self.lasting.clock.sleep_until(retry_at).await };
                tokio::select! {
                    order = orders.recv() => match order {
                        Some(tell) => {
                            let outcome = self.reload().await;
                            // Whoever asked may have gone.
                            let _ = tell.send(outcome);
                        }
                        None => std::future::pending().await,
                    },
                    () = retry, if self.generation.is_none() => {
                        self.retry().await;
                    }
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = serving => {}
        }
    }

    async fn reload(&mut self) -> Outcome {
        let outcome = self.replace().await;
        if outcome.is_err() {
            self.lasting.own.config_refused();
        }
        outcome
    }

    /// Everything that can be refused is refused before anything that is running is touched.
    async fn replace(&mut self) -> Outcome {
        let settings = config::load(&self.sources).map_err(|problems| {
            for problem in problems.iter() {
                tracing::error!("the configuration was not reloaded: {problem}");
            }
            format!("the configuration was not reloaded, the former one stays:\n{problems}")
        })?;
        let sources = self.lasting.connect(&settings).map_err(|error| {
            tracing::error!("the configuration was not reloaded: {error}");
            format!("the configuration was not reloaded, the former one stays:\n{error}")
        })?;
        if let Some(former) = self.generation.take() {
            former.end().await;
            self.lasting.succeed(&former, &sources);
        }
        self.settings = settings;
        self.begin(sources).await.map_err(|error| {
            tracing::error!("figures stay as they are, and nothing is collected: {error}");
            format!(
                "the configuration is in order, but {error}; figures stay as they are, and the \
                 store is read again every {RETRY_AFTER} s"
            )
        })?;
        let mut applied = "the configuration was reloaded".to_owned();
        for key in self.left_for_a_restart() {
            tracing::warn!("{key} was changed and applies after a restart only");
            applied.push_str(&format!("\n{key} was changed and applies after a restart only"));
        }
        Ok(applied)
    }

    async fn begin(&mut self, sources: Connected) -> Result<(), StoreError> {
        let generation = self.lasting.begin(&self.settings, sources, &self.stop).await?;
        self.generation = Some(generation);
        self.lasting.own.config_loaded(self.lasting.clock.now());
        tracing::info!("the configuration was reloaded");
        Ok(())
    }

    /// The store could not be read when the configuration was applied. That was told then, and is
    /// not repeated: what matters next is that it works again.
    async fn retry(&mut self) {
        if let Ok(sources) = self.lasting.connect(&self.settings) {
            let _ = self.begin(sources).await;
        }
    }

    /// Keys that have changed since the start and are read then only.
    fn left_for_a_restart(&self) -> Vec<&'static str> {
        let (old, new) = (&self.started, &self.settings);
        let keys = [
            ("server.listen_address", old.server.listen_address != new.server.listen_address),
            ("server.telemetry_path", old.server.telemetry_path != new.server.telemetry_path),
            ("server.cors_origins", old.server.cors_origins != new.server.cors_origins),
            ("pages.time_zone", old.pages.time_zone != new.pages.time_zone),
            ("pages.frame_ancestors", old.pages.frame_ancestors != new.pages.frame_ancestors),
            ("store.url", old.store.path != new.store.path),
            ("log.level", old.log.level != new.log.level),
            ("log.format", old.log.format != new.log.format),
        ];
        keys.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key).collect()
    }
}
