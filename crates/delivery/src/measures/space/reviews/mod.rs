//! What DORA misses of how a team works together, told from merged pull requests and their reviews,
//! by the dimensions of SPACE.
//!
//! One rule a file, as elsewhere. All figures are of a team, never of a component or a person, and a
//! window's are told together or not at all: whose contributors are too few is told nothing of
//! ([`contributors`]). A merged change is in a window by its merge; a change counts once for each of
//! the team's components that it belongs to. Absent here: what people answer when they are asked, and
//! who a person is: people are hashes, and none leaves this module.

mod activity;
mod change_requests;
mod change_size;
mod contributors;
mod cross_team_reviews;
mod figures;
mod first_review;
mod flow_efficiency;
mod homes;
mod people;
mod pool;
mod review_concentration;
mod reviewers_per_change;
mod share;
mod tally;
#[cfg(test)]
mod tests;
mod unreviewed_changes;
mod whose;

pub use contributors::{FEWEST_CONTRIBUTORS, MIN_CONTRIBUTORS};
pub use figures::SpaceFigures;
pub use homes::{HOME_WINDOW, Homes};
pub use pool::{SpacePool, space_figures};
pub use share::Share;
pub use whose::Whose;

pub(in crate::measures) use people::Parts;
pub(in crate::measures) use tally::SpaceTally;
