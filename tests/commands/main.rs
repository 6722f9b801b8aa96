//! The commands, as a user runs them: the real binary against a simulated GitHub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod backfill;
mod check;
mod docs;
mod explain;
mod import;
mod purge;
mod reload;
mod trouble;
mod world;
