//! Reading the catalog's server, on the schedule of ownership. A server that fails keeps its last
//! good answer.

use super::Observer;
use super::ownership::RETRY_AFTER;
use crate::clock::SharedClock;
use crate::config::OwnershipSettings;
use crate::sources::SourceError;
use crate::sources::backstage::Backstage;
use crate::store::{Store, StoreError};
use delivery::domain::{ClaimSource, Fact, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The source's name in metrics and logs.
pub const CATALOG: &str = "catalog";
/// Where the store keeps when the server last answered.
const PLACE: &str = "ownership catalog";
/// How many problems of an answer are told.
const TOLD: usize = 20;

/// Collects from a catalog's server.
pub struct CollectCatalog {
    /// The server.
    pub source: Arc<Backstage>,
    /// Where facts go.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// `[ownership]`
    pub settings: OwnershipSettings,
    /// Hears how it goes.
    pub observer: Arc<dyn Observer>,
}

/// When the server last answered, which it was, and by which annotation templates were read.
#[derive(Default, Deserialize, Serialize)]
struct Answered {
    at: i64,
    url: String,
    #[serde(default)]
    template: String,
}

/// What is told already, so that it is told once.
#[derive(Default)]
struct Told {
    failure: Option<String>,
    problems: Vec<String>,
}

impl CollectCatalog {
    /// Collects until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.read_for_ever() => {}
        }
    }

    async fn read_for_ever(self) {
        let mut told = Told::default();
        let mut next = self.first_due().await;
        loop {
            self.clock.sleep_until(next).await;
            let now = self.clock.now();
            next = match self.read(now, &mut told).await {
                Ok(()) => now.plus(self.settings.refresh_interval),
                Err(()) => now.plus(RETRY_AFTER.min(self.settings.refresh_interval)),
            };
        }
    }

    /// When the server is to be asked first: a restart asks nothing before its time.
    async fn first_due(&self) -> Time {
        let text = self.store.meta_get(PLACE).await.ok().flatten().unwrap_or_default();
        let answered: Answered = serde_json::from_str(&text).unwrap_or_default();
        let (now, interval) = (self.clock.now(), self.settings.refresh_interval);
        let is_known = answered.url == self.source.url()
            && answered.template == self.settings.template_annotation;
        // A clock that was set back puts nothing off.
        let known = Time(answered.at).plus(interval).min(now.plus(interval));
        if is_known { known } else { now }
    }

    async fn read(&self, now: Time, told: &mut Told) -> Result<(), ()> {
        let failure = self.try_read(now, told).await.err();
        let from = ClaimSource::CatalogServer;
        self.observer.claimed(CATALOG, from, failure.is_none());
        let is_over = told.failure.is_some() && failure.is_none();
        if is_over {
            tracing::info!(source = CATALOG, "works again");
        }
        if let Some((reason, text)) = &failure {
            self.observer.claims_failed(CATALOG, from, reason);
            if told.failure.as_ref() != Some(text) {
                tracing::warn!(source = CATALOG, reason, "{text}");
            }
        }
        told.failure = failure.map(|(_, text)| text);
        if told.failure.is_none() { Ok(()) } else { Err(()) }
    }

    async fn try_read(&self, now: Time, told: &mut Told) -> Result<(), (&'static str, String)> {
        let of_source = |error: SourceError| (error.reason(), error.to_string());
        let of_store = |error: StoreError| ("store", error.to_string());
        let answer = self.source.components().await.map_err(of_source)?;
        self.store.commit(&[Fact::Claims(answer.claims)], &[]).await.map_err(of_store)?;
        let mut problems = Vec::new();
        for problem in &answer.problems {
            self.observer.claims_failed(CATALOG, ClaimSource::CatalogServer, problem.reason());
            problems.push(problem.to_string());
        }
        problems.truncate(TOLD);
        for problem in problems.iter().filter(|problem| !told.problems.contains(problem)) {
            tracing::warn!(source = CATALOG, "an entity {problem}");
        }
        told.problems = problems;
        let template = self.settings.template_annotation.clone();
        let answered = Answered { at: now.0, url: self.source.url().to_owned(), template };
        let text = serde_json::to_string(&answered).unwrap_or_default();
        self.store.meta_set(PLACE, &text).await.map_err(of_store)
    }
}
