//! Serving over HTTP: metrics, the landing page, health. Nothing is computed here: a scrape copies
//! bytes that were prepared, and never waits for a source or the store.
//!
//! Every wait is bounded, so that no client can hold the exporter: see [`Limits`].

mod accept;
pub mod api;
mod chunks;
mod connections;
mod doors;
mod health;
mod landing;
mod negotiation;
mod outcome;
pub mod pages;
mod response_deadline;
mod routes;
mod survey_door;

pub use connections::{BindError, Limits, bind, serve, serve_within};
pub use doors::{Door, Doors, Event, Sender, Taker};
pub use survey_door::{SurveyAnswer, SurveyDoor, SurveyTaker};

pub use health::{HealthReport, HealthView, SourceHealth};
pub use outcome::Outcome;

use crate::exposition::Format;
use bytes::Bytes;
use std::pin::Pin;
use std::sync::Arc;

/// What the server shows.
#[derive(Clone)]
pub struct ServeState {
    /// The metrics, encoded.
    pub metrics: Arc<dyn MetricsBody>,
    /// The health of the exporter and its sources.
    pub health: Arc<dyn HealthView>,
    /// The path of the metrics, as the configuration has checked it.
    pub telemetry_path: String,
    /// The exporter's version, shown on the landing page.
    pub version: &'static str,
    /// The JSON API.
    pub api: api::Api,
    /// The delivery review pages.
    pub pages: pages::Pages,
    /// Reloads the configuration when `/-/reload` asks for it; absent: it is refused.
    pub reload: Option<Arc<dyn Reload>>,
    /// Where others tell of what happened.
    pub doors: Arc<Doors>,
}

/// Gives the metrics as bytes that were encoded before. Called on the scrape path: it must not block.
pub trait MetricsBody: Send + Sync {
    /// The body in a format, compressed by gzip if asked for, in the chunks in which it lies in
    /// memory. Chunks are not put together, since that would copy the whole for each scrape.
    fn body(&self, format: Format, gzip: bool) -> Vec<Bytes>;
}

/// Reads the configuration again.
pub trait Reload: Send + Sync {
    /// What was applied, in sentences, once it is in force; or every problem, where the former
    /// configuration stays.
    fn reload(&self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + '_>>;
}
