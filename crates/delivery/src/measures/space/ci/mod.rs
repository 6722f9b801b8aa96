//! Continuous integration as a team meets it: how long it takes to say anything, how often it says
//! no, and how often that was not true.
//!
//! A run is of its repository, and so of each team that has a component there, once. It is in a
//! window by its end. Absent here: which runs are continuous integration, and whether a team is told
//! anything at all, which its reviews decide.

mod contribution;
mod duration;
mod failures;
mod pool;
mod rerun_success;
mod run;
mod tally;
#[cfg(test)]
mod tests;

pub use contribution::CiContribution;
pub use pool::{CiFigures, CiPool};
pub use run::{CiOutcome, CiRun};
