//! Sources: where facts come from. Each source knows its own API and nothing of the store, of
//! other sources, or of what makes a deployment a failure.

mod catalog_file;
mod connector;
mod entity;
mod error;
mod incident_links;
mod incidents;
mod markdown;
mod observer;
mod problem;
mod rest;
mod scan;
mod team;

pub mod backstage;
pub mod github;
pub mod pagerduty;
pub mod surveys;

pub use catalog_file::{CatalogFile, read_catalog_file};
pub use entity::{Entity, Flaw, Home, Place, component};
pub use error::SourceError;
pub use incidents::{Answer, IncidentNews, IncidentSource, KnownIncidents};
pub use observer::{Observer, Throttle};
pub use problem::Problem;
pub use team::team_name;

use delivery::domain::{Fact, Time};

/// What one request for a list gave: facts, and the cursor from which to go on.
#[derive(Debug)]
pub struct Step {
    /// The facts; they are committed together with the cursor.
    pub facts: Vec<Fact>,
    /// The next cursor, opaque outside the source.
    pub cursor: String,
    /// Whether the list is read up to where it was meant to be read.
    pub done: bool,
    /// When the reading of the list began, perhaps by an earlier process: what is newer may have
    /// been missed.
    pub begun: Time,
}
