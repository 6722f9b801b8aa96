//! The simulation over real HTTP, asked as GitHub's documentation says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../../tests/app_key/mod.rs"]
mod app_key;
mod apps;
mod client;
mod every_field;
mod faults;
mod graphql;
mod limits;
mod official_rest;
mod official_schema;
mod ownership;
mod releases;
mod rest;
mod runs;
mod scenario;
mod search;
mod webhooks;
