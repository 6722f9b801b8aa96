//! The commands, as a user runs them: the real binary against a simulated GitHub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../app_key/mod.rs"]
mod app_key;
mod backfill;
mod check;
mod demo;
mod docs;
mod explain;
mod import;
#[allow(dead_code)]
#[path = "../pagerduty_source/stand_in.rs"]
mod pagerduty_account;
mod progress;
mod purge;
mod reload;
mod report;
mod trouble;
mod world;
