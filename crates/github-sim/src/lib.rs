//! A simulated GitHub over real HTTP, for the demo, the tests and the benches.
//!
//! Its state is a log of [`Event`]s; the server shows the state as of its clock. It is built to
//! GitHub's documented behaviour and to its official schema, and never knows its client's queries.

pub mod event;
mod faults;
mod graphql;
mod history;
mod http;
mod id;
mod limits;
mod meter;
mod scenario;
mod sim;
mod state;

pub use event::Event;
pub use faults::{Fault, Faults, NodeFault, When};
pub use graphql::{Cost, SCHEMA};
pub use http::SimServer;
pub use limits::{LimitSettings, Limits};
pub use meter::{Api, Meter, Operation};
pub use scenario::{Merge, PullRequest, Scenario};
pub use sim::Sim;
pub use state::{Counts, EventError, State};
