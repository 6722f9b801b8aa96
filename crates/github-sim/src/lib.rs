//! A simulated GitHub over real HTTP, for the demo, the tests and the benches.
//!
//! Its state is a log of [`Event`]s; the server shows the state as of its clock. It is built to
//! GitHub's documented behaviour and to its official schema, and never knows its client's queries.

pub mod event;
mod scenario;
mod sim;
mod state;

pub use event::Event;
pub use scenario::{Merge, PullRequest, Scenario};
pub use sim::Sim;
pub use state::{Counts, EventError, State};
