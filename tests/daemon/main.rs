//! The real daemon against the simulated GitHub over HTTP, read over HTTP: what it shows, what it
//! costs, what survives restarts, and what it says when something is wrong.
//!
//! Time is a clock that the tests step; only sockets, files and processes are really waited for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod app;
#[path = "../app_key/mod.rs"]
mod app_key;
mod backstage;
mod bad_input;
mod binary;
mod catalog;
mod ci;
mod clock;
mod demo;
mod elsewhere;
mod evidence;
mod exposition;
mod github_webhooks;
mod golden;
mod hints;
mod many;
mod mistakes;
mod monorepo;
mod moves;
mod open_changes;
mod overrides;
mod ownership;
mod pagerduty;
#[path = "../pagerduty_source/stand_in.rs"]
#[allow(dead_code)] // The source's own tests use the rest.
mod pagerduty_account;
mod pages;
mod permissions;
mod platform;
mod privacy;
mod process;
mod rate_limits;
mod recount;
mod restarts;
mod retention;
mod running;
mod runs_of_many;
mod same_facts;
mod schemathesis;
mod self_service;
mod settling;
mod shards;
mod space;
mod story;
mod surveys;
mod transfers;
mod trouble;
mod webhooks;
