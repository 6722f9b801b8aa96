//! Facts as they lie in memory between two judgements: a few dozen bytes each, in an order that only
//! this module knows. A large estate holds millions; judging unpacks those of one repository, and
//! only for as long as it takes.

mod bytes;
mod commits;
mod deployments;
mod packed;
mod pulls;
mod runs;
#[cfg(test)]
mod tests;

pub use commits::Commits;
pub use deployments::Deployments;
pub use pulls::Pulls;
pub use runs::Runs;
