//! A simulated GitHub over real HTTP, for the demo, the tests and the benches.
//!
//! Its state is a log of [`Event`]s; the server shows the state as of its clock. It is built to
//! GitHub's documented behaviour and to its official schema, and never knows its client's queries.
//!
//! `state` folds the log and knows no wire format; `graphql` and `http` render it; `limits`,
//! `faults` and `meter` stand between a request and its answer. Absent: mutations, most webhooks, files
//! anywhere but at the head of the default branch, checks, and jobs of workflow runs.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use github_sim::{Merge, Scenario, Sim};
//!
//! let mut story = Scenario::new();
//! let repo = story.repository(1_000, "acme/pay");
//! story.commit(2_000, repo, "feature", "Work");
//! let number = story.open_pull(2_100, repo, "feature", "A feature");
//! let sha = story.merge(3_000, repo, number, Merge::Squash);
//! story.ship(4_000, repo, &sha, "production");
//!
//! let sim = Sim::new(|| 10_000);
//! story.play(&sim)?;
//! let server = sim.serve(([127, 0, 0, 1], 0).into()).await?;
//! println!("GraphQL is at {}/graphql", server.url);
//! # Ok(())
//! # }
//! ```

mod apps;
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

pub use apps::{App, Apps, Installation};
pub use event::Event;
pub use faults::{Fault, Faults, NodeFault, When};
pub use graphql::{Cost, SCHEMA};
pub use http::SimServer;
pub use limits::{LimitSettings, Limits};
pub use meter::{Api, Meter, Operation};
pub use scenario::{Merge, PullRequest, Scenario};
pub use sim::Sim;
pub use state::{Counts, EventError, State};
